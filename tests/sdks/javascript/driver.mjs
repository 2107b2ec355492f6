// Runs cases of sdks/conformance through the JavaScript SDK. Reads {world, cases, sdk, entry, folder} from its input and prints a
// line of JSON per case: {id, problems}.

import { createHash } from "node:crypto";
import { mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { mismatches } from "./matching.mjs";

const { world, cases, sdk: location, entry, folder } = JSON.parse(await text(process.stdin));
const sdk = await import(join(location, entry));
const { verifyWebhook } = await import(join(location, "webhooks.js"));
const { fakeFetch } = await import(join(location, "testing.js"));

const ERRORS = {
  bad_request: sdk.BadRequestError,
  unauthorized: sdk.UnauthorizedError,
  forbidden: sdk.ForbiddenError,
  not_found: sdk.NotFoundError,
  conflict: sdk.ConflictError,
  precondition_failed: sdk.PreconditionFailedError,
  rate_limited: sdk.RateLimitedError,
  server: sdk.ServerError,
  api: sdk.ApiError,
  connection: sdk.ConnectionError,
  timeout: sdk.TimeoutError,
  bad_response: sdk.BadResponseError,
  wait_timeout: sdk.WaitTimeoutError,
  signature: sdk.SignatureError,
  usage: sdk.UsageError,
};
/** Cases in which the environment of the whole process is another. */
const ALONE = "config";
const AT_A_TIME = 6;

function withValues(node, values) {
  if (Array.isArray(node)) return node.map((item) => withValues(item, values));
  if (typeof node === "object" && node !== null) {
    return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, withValues(value, values)]));
  }
  if (typeof node !== "string") return node;
  const whole = node.match(/^\$\{(\w+)\}$/);
  if (whole && whole[1] in values) return values[whole[1]];
  return node.replace(/\$\{(\w+)\}/g, (text, name) => values[name] ?? text);
}

function optionsOf({ timeout, max_retries, headers, idempotency_key, if_match } = {}) {
  return {
    timeout: timeout && timeout * 1000,
    maxRetries: max_retries,
    headers,
    idempotencyKey: idempotency_key,
    ifMatch: if_match,
  };
}

class Run {
  constructor(found) {
    this.id = found.id;
    this.values = { ...world, run: `${found.id}-javascript` };
    this.case = withValues(found, this.values);
    this.lines = [];
    this.progress = [];
    this.leftOver = undefined;
  }

  client(more = {}) {
    const { base_url, api_key, max_retries = 2, timeout = 10, max_wait, backoff = 0.01 } = this.case.client ?? {};
    return new sdk.Client({
      baseUrl: base_url ?? `${world.origin}/_chaos/${this.values.run}/${this.case.chaos ?? "pass"}/v1`,
      apiKey: api_key ?? world.key,
      maxRetries: max_retries,
      timeout: timeout * 1000,
      backoff: backoff * 1000,
      ...(max_wait && { maxWait: max_wait * 1000 }),
      ...more,
    });
  }

  async problems() {
    const began = performance.now();
    let result, error;
    try {
      result = await this.perform(this.case.do, this.case.do.config ? undefined : this.client());
    } catch (raised) {
      error = raised;
    }
    const seconds = (performance.now() - began) / 1000;
    return [...this.judged(result, error, seconds), ...(await this.judgedServer())];
  }

  judged(result, error, seconds) {
    const { expect } = this.case;
    const found = [];
    if (expect.error) {
      found.push(...this.judgedError(error, expect.error));
      if (expect.result) found.push(...mismatches({ left_over: this.leftOver }, expect.result));
    } else if (error) {
      found.push(`raised ${error?.stack ?? error}`);
    } else if (expect.result) {
      found.push(...mismatches(result, expect.result));
    }
    if (expect.seconds) found.push(...mismatches(seconds, expect.seconds, "seconds"));
    const steps = this.progress;
    if (expect.progress?.ascending && steps.some((step, at) => at && steps[at - 1] > step)) {
      found.push(`progress went back: ${steps}`);
    }
    if (expect.progress?.last !== undefined && steps.at(-1) !== expect.progress.last) {
      found.push(`progress ended with ${steps.at(-1)}`);
    }
    return found;
  }

  judgedError(error, { type, ...members }) {
    if (!error) return ["no error was raised"];
    const wanted = type === undefined ? Object.keys(ERRORS) : (type.$one_of ?? [type]);
    const found = wanted.some((name) => error instanceof ERRORS[name]) ? [] : [`${error?.stack} is none of ${wanted}`];
    const { status, code, message, requestId, details } = error;
    const shown = { status, code, message, request_id: requestId, field: details?.field };
    if (members.message === error.reason) shown.message = error.reason;
    return [...found, ...mismatches(shown, members, "error")];
  }

  async judgedServer() {
    const { server } = this.case;
    if (!server) return [];
    const { requests } = await (await fetch(`${world.origin}/_chaos/${this.values.run}`)).json();
    const found = mismatches(requests.length, server.requests ?? {}, "requests");
    if (server.each) found.push(...requests.flatMap((one, at) => mismatches(one, server.each, `request ${at}`)));
    for (const [at, matcher] of Object.entries(server.at ?? {})) {
      found.push(...mismatches(requests.at(Number(at)), matcher, `request ${at}`));
    }
    for (const name of server.same ?? []) {
      const values = new Set(requests.map(({ headers }) => headers[name]));
      if (values.size !== 1 || values.has(undefined)) found.push(`${name} is not the same: ${[...values]}`);
    }
    for (const name of server.distinct ?? []) {
      if (new Set(requests.map(({ headers }) => headers[name])).size !== requests.length) found.push(`${name} repeats`);
    }
    const gap = requests[1]?.at - requests[0]?.at;
    if (server.gap_min !== undefined && !(gap >= server.gap_min)) found.push(`a gap of only ${gap} s`);
    if (server.gap_max !== undefined && !(gap <= server.gap_max)) found.push(`a gap of ${gap} s`);
    return found;
  }

  async perform(action, client) {
    const [kind] = Object.keys(ACTIONS).filter((name) => name in action);
    if (!kind) throw new Error(`the driver does not know ${JSON.stringify(action)}`);
    return ACTIONS[kind].call(this, client, action);
  }

  waitOptions({ timeout, poll } = {}) {
    return {
      ...(timeout && { timeout: timeout * 1000 }),
      poll,
      onProgress: (progress) => this.progress.push(progress.current),
    };
  }
}

/** The events as the customer's page reads them: through the platform's own WebSocket, opened again after the last one. */
async function overWebSocket({ baseUrl, apiKey }, since, take) {
  const frames = [];
  for (let opened = 0; frames.length < take; opened++) {
    if (opened > 5) throw new Error(`only ${frames.length} events came over ${opened} WebSockets`);
    const after = frames.at(-1)?.seq ?? since;
    const ws = new WebSocket(`${baseUrl.replace(/^http/, "ws")}/ws?token=${apiKey}&since=${after}`);
    ws.onmessage = ({ data }) => {
      if (frames.push(JSON.parse(data)) >= take) ws.close();
    };
    await new Promise((resolve) => (ws.onclose = resolve));
  }
  return frames.slice(0, take);
}

function argumentsOf({ path, query, body }) {
  return { id: path?.id, query, body };
}

const ACTIONS = {
  async call(client, action) {
    return client.call(world.methods[action.call], argumentsOf(action), optionsOf(action.options));
  },
  async raw(client, action) {
    return client.raw(world.methods[action.raw], argumentsOf(action), optionsOf(action.options));
  },
  async all(client, action) {
    const items = [];
    for await (const item of client.call(world.methods[action.all], argumentsOf(action), optionsOf(action.options))) {
      items.push(item);
      if (items.length === action.take) break;
    }
    return items;
  },
  async page(client, action) {
    let page = await client.call(world.methods[action.page], argumentsOf(action), optionsOf(action.options));
    for (let at = 0; at < (action.next ?? 0); at++) page = await page.nextPage();
    return page;
  },
  async create_and_wait(client, { create_and_wait: body, options }) {
    const { target, ...members } = body;
    const scan = await client.scan(target, members);
    try {
      return (await scan.wait(this.waitOptions(options))).data;
    } finally {
      if (options?.timeout) await client.scans.cancel(scan.id);
    }
  },
  async wait(client, { wait, options }) {
    return client.scans.wait(wait, this.waitOptions(options));
  },
  async one_liner(client, { one_liner: { target, ...members } }) {
    const found = [];
    const scan = await (await client.scan(target, members)).wait();
    for await (const vulnerability of scan.vulnerabilities()) found.push(vulnerability);
    return found;
  },
  async events(client, { events: { since, take, transport } }) {
    if (transport === "websocket") return overWebSocket(await client.settings(), since, take);
    const frames = [];
    for await (const frame of client.events.stream(since)) {
      frames.push(frame);
      if (frames.length === take) break;
    }
    return frames;
  },
  async download(client, { download }) {
    const own = join(folder, this.id);
    await mkdir(own);
    try {
      await client.reports.download(download, join(own, "report"));
    } finally {
      this.leftOver = (await readdir(own)).some((name) => name !== "report");
    }
    const content = await readFile(join(own, "report"));
    return {
      size: content.length,
      sha256: createHash("sha256").update(content).digest("hex"),
      left_over: this.leftOver,
    };
  },
  async webhook(_, { webhook: { secret, headers, body, now } }) {
    return verifyWebhook(body, headers, secret, { now });
  },
  async config(_, { config: { arguments: given, environment, files } }) {
    const home = join(folder, this.id);
    await mkdir(home);
    for (const [path, content] of Object.entries(files)) {
      const place = path.replace("~", home);
      await mkdir(dirname(place), { recursive: true });
      await writeFile(place, content);
    }
    const before = process.env;
    const inside = Object.entries(environment).map(([name, value]) => [name, value.replace("~", home)]);
    process.env = { HOME: home, ...Object.fromEntries(inside) };
    try {
      const { base_url: baseUrl, api_key: apiKey, profile } = given;
      const found = await new sdk.Client({ baseUrl, apiKey, profile }).settings();
      return { base_url: found.baseUrl, api_key: found.apiKey };
    } finally {
      process.env = before;
    }
  },
  async logged(_, { logged }) {
    const lines = [];
    const client = this.client({ logger: (line) => lines.push(line) });
    await this.perform(logged, client);
    return lines.join("\n");
  },
  async faked(_, { faked: { responses, then } }) {
    return this.perform(then, this.client({ fetch: fakeFetch(responses) }));
  },
};

async function report(found) {
  let problems;
  try {
    problems = await new Run(found).problems();
  } catch (error) {
    problems = [`the driver failed: ${error.stack}`];
  }
  process.stdout.write(JSON.stringify({ id: found.id, problems }) + "\n");
}

const isAlone = (found) => ALONE in found.do;
for (const found of cases.filter(isAlone)) await report(found);
const waiting = cases.filter((found) => !isAlone(found));
await Promise.all(
  Array.from({ length: AT_A_TIME }, async () => {
    for (let found; (found = waiting.shift()); ) await report(found);
  }),
);
