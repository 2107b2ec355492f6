import { Client } from "@cyberai/sdk";

const client = new Client();
const scan = await client.scan(process.argv[2], { scan_type: "web", options: { depth: 1 } });
await scan.wait({ onProgress: ({ current }) => console.error(`${current} %`) });
const counts = {};
for await (const { severity } of scan.vulnerabilities()) {
  counts[severity] = (counts[severity] ?? 0) + 1;
}
console.log(JSON.stringify({ id: scan.id, status: scan.data.status, counts }));
