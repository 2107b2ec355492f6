import { apiError } from "./answers.js";
import { ApiError, BadResponseError, ConnectionError, CyberAIError, TimeoutError, UsageError } from "./errors.js";
import { chooseServer } from "./settings.js";

const VERSION = "0.1.0";
const MOST_BYTES = 64 * 1024 * 1024;

/** Resolves after some milliseconds; rejects when the signal says so. */
export function sleep(milliseconds, signal) {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, milliseconds);
    signal?.addEventListener("abort", stop);
    if (signal?.aborted) stop();
  });
}

/** Requests and answers: addresses, headers, time limits, retries. */
export class Http {
  constructor(options) {
    this._options = { timeout: 30_000, maxRetries: 2, backoff: 500, maxWait: 120_000, ...options };
  }

  /** The server and key, chosen once. */
  _server() {
    return (this._chosen ??= chooseServer(this._options));
  }

  /** The pause before try `failures + 1`: less up to a quarter, so that clients do not come in step. */
  _backoff(failures) {
    return Math.min(this._options.backoff * 2 ** failures, 8000) * (1 - Math.random() / 4);
  }

  /** What `take` makes of an answer of `_attempt`; tried again where the rules allow. */
  async _exchange(operation, args, options = {}, take = (answer) => answer, idle) {
    const { method } = operation;
    const most = options.maxRetries ?? this._options.maxRetries;
    // The same over all tries.
    if (method === "POST") options = { ...options, idempotencyKey: options.idempotencyKey ?? crypto.randomUUID() };
    for (let failures = 0; ; failures++) {
      try {
        return await take(await this._attempt(operation, args, options, idle));
      } catch (error) {
        const wait = error.retryAfter ?? this._backoff(failures);
        if (failures >= most || !isWorthARetry(error, method) || wait > this._options.maxWait) throw error;
        await sleep(wait, options.signal);
      }
    }
  }

  /**
   * One try, its status judged: `{status, headers, body}` with the body as text, within the time limit. With `idle` the limit
   * is that of a silence, and instead of the text come `_pieces`, and `_close` to end them early.
   */
  async _attempt({ method, path, _accept: accept }, { id, query, body }, options, idle) {
    const { root, key } = (this._known ??= await this._server());
    const { logger, fetch: doFetch = fetch, timeout: usual } = this._options;
    const { signal, timeout = usual } = options;
    const url = root + (path.includes("{id}") ? path.replace("{id}", idOf(id)) : path);
    const headers = { Accept: accept || "*/*", Authorization: `Bearer ${key}` };
    // Browsers name themselves.
    if (globalThis.process?.versions) headers["User-Agent"] = `cyberai-javascript/${VERSION}`;
    if (method === "POST") headers["Idempotency-Key"] = options.idempotencyKey;
    if (options.ifMatch) headers["If-Match"] = options.ifMatch;
    if (body !== undefined) headers["Content-Type"] = "application/json";
    const controller = new AbortController();
    const stop = () => controller.abort();
    let late, timer, isWhole;
    const arm = () => {
      clearTimeout(timer);
      timer = setTimeout(() => stop((late = true)), timeout);
    };
    const close = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", stop);
      // An error with its stack, for nobody, would be a tenth of a call.
      if (!isWhole) stop();
    };
    const broken = (error) => {
      close();
      // Said already.
      if (error instanceof CyberAIError) return error;
      if (signal?.aborted) return signal.reason;
      const why = late ? `no answer within ${timeout} ms` : (error.cause ?? error).message + "; is the server running there?";
      const message = `${method} ${url}: ${why}`;
      logger?.(message);
      return new (late ? TimeoutError : ConnectionError)(message, { cause: error });
    };
    signal?.throwIfAborted();
    signal?.addEventListener("abort", stop);
    arm();
    let response, text;
    try {
      response = await doFetch(url + (query ? queryText(query) : ""), {
        method,
        headers: Object.assign(headers, options.headers),
        body: body && JSON.stringify(body),
        redirect: "manual",
        signal: controller.signal,
      });
    } catch (error) {
      throw broken(error);
    }
    const { status, headers: answered, body: stream } = response;
    const type = answered.get("content-type") ?? "";
    // Neither headers nor bodies nor parameters.
    logger?.(`${method} ${url}: ${status}`);
    // A proxy's page is no answer, and wherever a redirect leads, the key does not go there.
    if (status < 400 && (status < 200 || status >= 300 || !type.includes(accept))) {
      close();
      throw new BadResponseError(`${url} answered ${status} ${type}; is it a Cyber AI server?`, { status });
    }
    if (idle && status < 400) {
      const pieces = (async function* () {
        try {
          for (const reader = stream?.getReader(); reader; ) {
            arm();
            const { done, value } = await reader.read();
            if (done) return (isWhole = done);
            // Whoever takes the pieces may take time.
            clearTimeout(timer);
            yield value;
          }
        } catch (error) {
          throw broken(error);
        } finally {
          close();
        }
      })();
      return { _pieces: pieces, _close: close };
    }
    try {
      text = await textOf(stream);
    } catch (error) {
      throw broken(error);
    }
    isWhole = true;
    close();
    if (status >= 400) throw apiError(status, answered, text);
    return { status, headers: answered, body: text };
  }
}

/** Nothing was stored yet after 429 and 503, so that even a PATCH is safe to repeat. */
export function isWorthARetry(error, method) {
  const { status, code } = error;
  if (method === "PATCH") return status === 429 || status === 503;
  if (!(error instanceof ApiError)) return error instanceof ConnectionError;
  return status === 408 || status === 429 || status >= 500 || code === "idempotency_in_progress";
}

/** A body as text; at most so many bytes, whatever its length is said to be. */
async function textOf(body) {
  const decoder = new TextDecoder();
  let size = 0;
  let text = "";
  for (const reader = body?.getReader(); reader; ) {
    const { done, value } = await reader.read();
    if (done) break;
    if ((size += value.length) > MOST_BYTES) throw new BadResponseError("The answer is too large");
    text += decoder.decode(value, { stream: true });
  }
  return text + decoder.decode();
}

function idOf(id) {
  if (!id || /^\.\.?$/.test(id)) throw new UsageError(`"${id}" is no id`);
  return encodeURIComponent(id);
}

/** Several values by comma, times in UTC. */
function queryText(query) {
  const found = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value != null) found.set(name, value instanceof Date ? value.toISOString() : value);
  }
  return found.size ? `?${found}` : "";
}
