// What no case of sdks/conformance can say: signals, and what a printed client shows. Prints what went wrong.

import { inspect } from "node:util";
import { Client, ConnectionError, UsageError } from "@cyberai/sdk";
import { fakeFetch } from "@cyberai/sdk/testing";
import { verifyWebhook } from "@cyberai/sdk/webhooks";

const caught = (promise) => promise.then(() => "nothing was raised", (error) => error);
const problems = [];
const check = (isRight, text) => isRight || problems.push(text);

const slow = new Client({ baseUrl: process.env.CYBERAI_BASE_URL.replace("/v1", "/_chaos/signals/slow;seconds=30;times=all/v1") });
for (const signal of [AbortSignal.abort(), AbortSignal.timeout(200)]) {
  const began = performance.now();
  const error = await caught(slow.scans.list({}, { signal }));
  check(error === signal.reason, `the call raised ${error}`);
  check(performance.now() - began < 20_000, "the call did not end");
}
const client = new Client();
const stop = new AbortController();
const events = client.events.stream(undefined, { signal: stop.signal });
setTimeout(() => stop.abort(), 300);
check((await caught(events.next())) === stop.signal.reason, "the stream did not end with its signal");
const until = AbortSignal.timeout(300);
const scan = await client.scan(process.argv[2], { policies: { max_requests_per_second: 1 } });
check((await caught(scan.wait({ signal: until }))) === until.reason, "wait did not end with its signal");
check((await client.scans.get(scan.id)).status !== "cancelled", "a signal cancelled the scan");
await client.scans.cancel(scan.id);

await client.settings();
check(!inspect(client, { depth: 9 }).includes(process.env.CYBERAI_API_KEY), "a printed client shows the key");
check(!JSON.stringify(client).includes(process.env.CYBERAI_API_KEY), "a client as JSON shows the key");
check(JSON.stringify(await client.system.openapi()).includes("listScans"), "no OpenAPI document");
check((await client.system.metrics()).includes("# HELP"), "no metrics");
const wrong = await caught(verifyWebhook("{}", { "webhook-id": "a", "webhook-timestamp": "1", "webhook-signature": "v1,a" }, "%", { now: 1 }));
check(wrong instanceof UsageError, `a secret that is none raised ${wrong}`);

const fetch = fakeFetch([new TypeError("cable cut"), { json: { data: [], has_more: false, next_cursor: null } }]);
const faked = new Client({ apiKey: "k", backoff: 1, fetch });
check((await faked.scans.list()).data.length === 0 && fetch.requests.length === 2, "the fake was not asked twice");
check((await caught(faked.scans.list({}, { maxRetries: 0 }))) instanceof ConnectionError, "an empty fake answered");
console.log(JSON.stringify(problems));
