// CPU per call of the JavaScript SDK beside fetch alone: reads its settings from its input, prints one JSON object.

import { text } from "node:stream/consumers";
import { Client } from "../../sdks/javascript/src/index.js";

const { base_url: baseUrl, key, scan, calls, rounds } = JSON.parse(await text(process.stdin));
const client = new Client({ baseUrl, apiKey: key });
const headers = { Authorization: `Bearer ${key}`, Accept: "application/json" };

/** Microseconds. */
async function perCall(call) {
  const began = process.cpuUsage();
  for (let at = 0; at < calls; at++) await call();
  const { user, system } = process.cpuUsage(began);
  return (user + system) / calls;
}

const sides = {
  bare: async () => {
    const response = await fetch(`${baseUrl}/scans/${scan}`, { headers });
    if (!response.ok) throw new Error(response.status);
    return response.json();
  },
  sdk: () => client.scans.get(scan),
};
const found = { bare: [], sdk: [] };
for (const call of Object.values(sides)) await perCall(call);
for (let round = 0; round < rounds; round++) {
  for (const [name, call] of Object.entries(sides)) found[name].push(await perCall(call));
}
console.log(JSON.stringify(found));
