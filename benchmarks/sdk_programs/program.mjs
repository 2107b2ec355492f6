// The JavaScript SDK beside fetch: see benchmarks/sdk_programs/__init__.py.

import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { Client } from "../../sdks/javascript/src/index.js";

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const nextLine = async () => JSON.parse((await lines.next()).value);
const say = (value) => console.log(JSON.stringify(value));

const given = await nextLine();
const { base_url: baseUrl, key } = given;
const client = new Client({ baseUrl, apiKey: key });

/** Microseconds. */
async function perCall(call, calls) {
  const began = process.cpuUsage();
  for (let at = 0; at < calls; at++) await call();
  const { user, system } = process.cpuUsage(began);
  return (user + system) / calls;
}

const peakKilobytes = () => Number(readFileSync("/proc/self/status", "utf8").match(/VmHWM:\s+(\d+)/)[1]);

/** V8 lets its heap grow before it collects: what is left after a collection (`--expose-gc`) tells whether anything is kept. */
function liveKilobytes() {
  globalThis.gc();
  return process.memoryUsage().heapUsed / 1024;
}

const MODES = {
  /** They take turns. `bare` is what a careful program does by hand; without its time limit a call may last for ever (`endless`). */
  async calls({ scan, calls, rounds }) {
    const headers = { Authorization: `Bearer ${key}`, Accept: "application/json" };
    const plain = async (init) => {
      const response = await fetch(`${baseUrl}/scans/${scan}`, init);
      if (!response.ok) throw new Error(response.status);
      return response.json();
    };
    const sides = {
      bare: () => plain({ headers, signal: AbortSignal.timeout(30_000) }),
      endless: () => plain({ headers }),
      sdk: () => client.scans.get(scan),
    };
    const found = { bare: [], endless: [], sdk: [] };
    for (let turn = 0; turn <= rounds; turn++) {
      for (const [name, call] of Object.entries(sides)) {
        const spent = await perCall(call, calls);
        if (turn > 0) found[name].push(spent); // the first one warms up
      }
    }
    say(found);
  },

  /** Memory after the first tenth, and at the end. */
  async pages({ rows }) {
    let count = 0;
    let early, liveEarly;
    for await (const _ of client.vulnerabilities.list({ limit: 200 })) {
      if (++count === rows / 10) [early, liveEarly] = [peakKilobytes(), liveKilobytes()];
    }
    say({ rows: count, early, late: peakKilobytes(), live_early: liveEarly, live_late: liveKilobytes() });
  },

  /** All read from the first event on; said once all have `first`, and again once all have what the next line names. */
  async streams({ streams, first }) {
    const got = new Array(streams).fill(0);
    let wrong = 0;
    let look = () => {};
    const read = async (index) => {
      for await (const { seq } of client.events.stream(0)) {
        if (seq !== got[index] + 1) wrong++;
        got[index] = seq;
        look(seq);
      }
    };
    const reached = (wanted) =>
      new Promise((resolve) => {
        look = (seq) => seq >= wanted && got.every((each) => each >= wanted) && resolve();
        look(wanted);
      });
    const ready = reached(first);
    for (let index = 0; index < streams; index++) {
      read(index).catch((error) => {
        console.error(`stream ${index}: ${error}`);
        process.exit(1);
      });
    }
    await ready;
    say({ ready: streams });
    const { last } = await nextLine();
    await reached(last);
    say({ wrong, complete: got.filter((seq) => seq === last).length });
  },
};

await MODES[given.mode](given);
process.exit(0);
