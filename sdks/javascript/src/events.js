import { BadResponseError, ConnectionError, UnauthorizedError } from "./errors.js";
import { parsed } from "./answers.js";
import { isWorthARetry, sleep } from "./http.js";
import { operations } from "./table.js";

/** The server sends something every 15 seconds: after this much silence the connection is dead. */
const QUIET = 45_000;
const MOST_BREAKS = 8;
const MOST_OF_AN_EVENT = 1024 * 1024;
/** Numbers have no holes, but a key may not see every event: after so many empty holes they are no longer looked into. */
const EMPTY_HOLES = 3;

/** Events from after `since` (or from now on), each once, in order of `seq`, over every break of the connection. */
export async function* follow(client, since, options = {}) {
  const http = client._http;
  let last = since ?? (await client.events.list({ limit: 1 }, options)).head_seq;
  let breaks = 0;
  let empty = 0;
  const isNew = (event) => event.seq > last && ((last = event.seq), (breaks = 0), true);
  for (;;) {
    let answer;
    try {
      const stream = { ...operations["events.stream"], _accept: "text/event-stream" };
      const each = { timeout: QUIET, ...options };
      answer = await http._attempt(stream, { query: { after_seq: last } }, each, true);
      for await (const { type, data } of messages(answer._pieces)) {
        const event = parsed(data);
        if (type === "close") {
          if (event?.code === 4401) throw new UnauthorizedError("The key is not good any more", { status: 401 });
          break;
        }
        if (!Number.isInteger(event?.seq) || typeof event.type !== "string") continue;
        if (event.type === "resync") {
          last = event.seq;
          yield event;
          continue;
        }
        if (event.seq > last + 1 && empty < EMPTY_HOLES) {
          empty++;
          for await (const between of client.events.list({ after_seq: last, limit: 200 }, options)) {
            if (between.seq >= event.seq) break;
            if (isNew(between)) yield ((empty = 0), between);
          }
        }
        if (isNew(event)) yield event;
      }
      throw new ConnectionError("The event stream ended");
    } catch (error) {
      answer?._close();
      if (!isWorthARetry(error) || options.maxRetries === 0 || breaks >= MOST_BREAKS) throw error;
      await sleep(Math.min(error.retryAfter ?? http._backoff(breaks), http._options.maxWait), options.signal);
      breaks++;
    } finally {
      answer?._close();
    }
  }
}

/** Server-sent events: `{type, data}`. */
async function* messages(pieces) {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const piece of pieces) {
    const blocks = (rest + decoder.decode(piece, { stream: true })).replace(/\r\n/g, "\n").split("\n\n");
    rest = blocks.pop();
    if (rest.length > MOST_OF_AN_EVENT) throw new BadResponseError("The answer is too large");
    for (const block of blocks) {
      const field = (name) => block.match(new RegExp(`^${name}: ?(.*)`, "m"))?.[1];
      yield { type: field("event"), data: field("data") };
    }
  }
}
