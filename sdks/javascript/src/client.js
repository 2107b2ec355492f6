import { parsed } from "./answers.js";
import { UsageError } from "./errors.js";
import { follow } from "./events.js";
import { Http } from "./http.js";
import { checkShape, operations } from "./table.js";
import { waitForScan } from "./waiting.js";

/** All pages of a list: `for await` walks over every item, `await` gives the first page. */
const pagesOf = (load) => ({
  then: (resolve, reject) => load().then(resolve, reject),
  async *[Symbol.asyncIterator]() {
    for (let page = await load(); page; page = await page.nextPage()) yield* page.data;
  },
});

/** A Cyber AI server and your key. */
export class Client {
  constructor(options = {}) {
    // Not enumerable: whoever prints a client must not print its key.
    Object.defineProperties(this, { _http: { value: new Http(options) } });
    for (const [operation, { path, _takes: takes }] of Object.entries(operations)) {
      const [group, name] = operation.split(".");
      (this[group] ??= {})[name] = (...given) => {
        const args = {};
        if (path.includes("{id}")) args.id = given.shift() ?? "";
        if (takes.includes("b")) args.body = given.shift() ?? {};
        if (takes.includes("q")) args.query = given.shift();
        return this.call(operation, args, given[0]);
      };
    }
    this.scans.plan = (body, options) => this.call("scans.create", { body, query: { dry_run: true } }, options);
    this.scans.wait = waitForScan.bind(null, this);
    this.events.stream = follow.bind(null, this);
    const fetchReport = (id, options, take) =>
      this._http._exchange(operations["reports.download"], { id }, options, ({ _pieces }) => take(_pieces), true);
    this.reports.open = (id, options) => fetchReport(id, options, (pieces) => pieces);
    this.reports.download = async (id, path, options) =>
      (await import("./node.js")).save(path, (take) => fetchReport(id, options, take));
  }

  /** `{baseUrl, apiKey}`: which server and key are used. */
  async settings() {
    const { root, key } = await this._http._server();
    return { baseUrl: root + "/v1", apiKey: key };
  }

  /** Start a scan: `(await client.scan("example.com")).wait()`. The handle's `data` is the latest known state. */
  async scan(target, body, options) {
    const data = await this.scans.create({ target, ...body }, options);
    const { id } = data;
    const handle = {
      id,
      data,
      wait: async (given) => {
        handle.data = await this.scans.wait(id, given);
        return handle;
      },
      vulnerabilities: (...given) => this.scans.vulnerabilities(id, ...given),
    };
    return handle;
  }

  /** Any operation by its name, such as `scans.get`: what its method answers. */
  call(name, args = {}, options = {}) {
    const { _shape: shape } = operationOf(name);
    const load = async (query) => {
      const { status, body } = await this._http._exchange(operationOf(name), { ...args, query }, options);
      if (shape === ".") return body;
      const value = parsed(body);
      const shapes = shape.split("|");
      const wanted = (status === 200 && shapes[1]) || shapes[0];
      checkShape(value, "o");
      if (isPage) {
        checkShape(value.has_more, "b", "has_more");
        if (value.has_more) checkShape(value.next_cursor, "", "next_cursor");
      }
      if (!query?.fields) checkShape(wanted[0] === "*" ? value.data : value, wanted.replace("+", ""));
      if (!isPage) return value;
      const nextPage = async () => (value.has_more ? load({ ...query, cursor: value.next_cursor }) : null);
      return Object.defineProperty(value, "nextPage", { value: nextPage });
    };
    const isPage = /^[*+]/.test(shape);
    return isPage ? pagesOf(() => load(args.query)) : load(args.query);
  }

  /** The answer as it came: `{status, headers, body}`. */
  async raw(name, args = {}, options = {}) {
    const answer = await this._http._exchange(operationOf(name), args, options);
    return { ...answer, headers: Object.fromEntries(answer.headers) };
  }
}

function operationOf(name) {
  if (!Object.hasOwn(operations, name)) throw new UsageError(`There is no operation ${name}`);
  return operations[name];
}
