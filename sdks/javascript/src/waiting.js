import { CyberAIError, NotFoundError, ScanFailedError, UnauthorizedError, WaitTimeoutError } from "./errors.js";
import { sleep } from "./http.js";

const ENDS = ["completed", "failed", "cancelled"];
/** With so much silence the stream is given up (a proxy may hold it back): the state is asked for instead. */
const QUIET = 20_000;
const SLOWEST_POLL = 2000;

/** The scan once it has ended: over the event stream, else (or with `poll`) by asking at most every two seconds. */
export async function waitForScan(client, id, { timeout, onProgress, poll, check = true, signal } = {}) {
  const controller = new AbortController();
  const { signal: inner } = controller;
  const over = new WaitTimeoutError(`Scan ${id} has not ended within ${timeout} ms; it goes on`);
  const stop = () => controller.abort(signal.reason);
  const timer = timeout === undefined ? undefined : setTimeout(() => controller.abort(over), timeout);
  signal?.addEventListener("abort", stop);
  if (signal?.aborted) stop();
  let furthest = -1;
  const look = async () => {
    const scan = await client.scans.get(id, {}, { signal: inner });
    tell(scan.progress);
    return ENDS.includes(scan.status) && scan;
  };
  const tell = (progress) => {
    if (progress?.current > furthest) {
      furthest = progress.current;
      onProgress?.(progress);
    }
  };
  const watch = async () => {
    const { head_seq } = await client.events.list({ limit: 1 }, { signal: inner });
    const ended = await look();
    if (ended) return ended;
    for await (const event of client.events.stream(head_seq, { signal: inner, timeout: QUIET })) {
      const isOurs = event.data?.id === id && event.type.startsWith("scan.");
      if (isOurs) tell(event.data.progress);
      const isEnd = isOurs && ENDS.includes(event.type.slice(5));
      const scan = (isEnd || event.type === "resync") && (await look());
      if (scan) return scan;
    }
  };
  try {
    let scan;
    if (!poll) {
      scan = await watch().catch((error) => {
        const isNoStream = error instanceof CyberAIError && error !== over;
        if (!isNoStream || error instanceof NotFoundError || error instanceof UnauthorizedError) throw error;
      });
    }
    for (let pause = 250; !scan && !(scan = await look()); pause = Math.min(pause * 1.5, SLOWEST_POLL)) {
      await sleep(pause, inner);
    }
    if (check && scan.status !== "completed") {
      throw new ScanFailedError(`Scan ${id} ${scan.status} ${scan.status_detail ?? ""}`, { scan });
    }
    return scan;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", stop);
  }
}
