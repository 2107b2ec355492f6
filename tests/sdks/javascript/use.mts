// Compiled where there is a TypeScript compiler; never run.
import { ApiError, Client, NotFoundError, ScanFailedError, type Scan, type Vulnerability } from "@cyberai/sdk";
import { fakeFetch } from "@cyberai/sdk/testing";
import { verifyWebhook } from "@cyberai/sdk/webhooks";

const client = new Client({ apiKey: "x", fetch: fakeFetch([{ json: {} }]), logger: (line: string) => console.log(line) });
const started = await client.scan("example.com", { tags: ["a"], options: { depth: 1 } });
const scan = await started.wait({ timeout: 1000, onProgress: (progress) => console.log(progress.current) });
for await (const vulnerability of scan.vulnerabilities({ severity: ["high", "critical"] })) {
  const one: Vulnerability = vulnerability;
  const severity: string = one.severity;
  // Enumerations are open.
  if (one.severity === "catastrophic") console.log(severity);
}
const page = await client.scans.list({ limit: 3, status: "completed", created_after: new Date() });
const next = await page.nextPage();
const first: Scan | undefined = next?.data[0];
const head: number = (await client.events.list({ limit: 1 })).head_seq;
for await (const event of client.events.stream(head)) console.log(event.seq, event.type, first?.progress.current);
console.log((await client.scans.plan({ target: "a" })).estimate.requests);
console.log((await client.raw("scans.get", { id: "a" })).headers.etag);
try {
  await client.scans.get("x", {}, { signal: new AbortController().signal, maxRetries: 0 });
} catch (error) {
  if (error instanceof NotFoundError) console.log(error.code, error.requestId, error.details.field);
  else if (error instanceof ApiError) console.log(error.status, error.retryAfter);
  else if (error instanceof ScanFailedError) console.log(error.scan.status);
}
console.log((await verifyWebhook("{}", {}, "s", { now: 1 })).type);

// @ts-expect-error A member that is not there.
page.data[0]?.nothing;
// @ts-expect-error An id is a string.
client.scans.get(1);
// @ts-expect-error A parameter that is not there.
client.scans.list({ colour: "red" });
// @ts-expect-error No such operation.
client.call("scans.paint");
