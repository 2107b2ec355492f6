import type * as models from "./models.js";
import type * as resources from "./resources.js";

export * from "./models.js";
export * from "./resources.js";

/** A line about a request and what came of it: never a key, a header, a parameter or a body. */
export type Logger = (line: string) => void;

export interface ClientOptions {
  /** Such as `https://scanner.example/v1`; else CYBERAI_BASE_URL, the profile, http://127.0.0.1:8080/v1. */
  baseUrl?: string;
  /** Else CYBERAI_API_KEY, the profile. */
  apiKey?: string;
  /** A profile of the CLI's `~/.config/cyberai/profiles.json`; wins over the environment. Node, Deno and Bun only. */
  profile?: string;
  /** Milliseconds for each try: 30,000. */
  timeout?: number;
  /** Tries after the first one: 2. */
  maxRetries?: number;
  /** Milliseconds before the first retry: 500; doubled each time up to 8,000, less up to a quarter at random. */
  backoff?: number;
  /** The longest pause, in milliseconds, that a server may ask for: 120,000. Beyond it the error comes at once. */
  maxWait?: number;
  /** Called with one line per request. Off by default. */
  logger?: Logger;
  /** Instead of the platform's: a proxy, or a fake for your tests (see `@cyberai/sdk/testing`). */
  fetch?: (url: string, init: RequestInit) => Promise<Response>;
}

/** What one call does otherwise than its client. */
export interface CallOptions {
  timeout?: number;
  maxRetries?: number;
  headers?: Record<string, string>;
  /** Instead of a new one for each POST. */
  idempotencyKey?: string;
  /** The ETag that must still hold, for updates. */
  ifMatch?: string;
  /** Ends the call; it rejects with the signal's reason. */
  signal?: AbortSignal;
}

export interface WaitOptions {
  /** Milliseconds until WaitTimeoutError; without it, as long as it takes. */
  timeout?: number;
  /** Each step forward. */
  onProgress?: (progress: models.Progress) => void;
  /** Ask at most every two seconds instead of using the event stream. */
  poll?: boolean;
  /** Whether a scan that failed or was cancelled is a ScanFailedError: true. */
  check?: boolean;
  signal?: AbortSignal;
}

export interface PageOf<Item> {
  data: Item[];
  has_more: boolean;
  next_cursor: string | null;
  total?: number;
  total_is_capped?: boolean;
}

export type Page<Item, Body = PageOf<Item>> = Body & {
  /** The page after this one; null after the last. */
  nextPage(): Promise<Page<Item, Body> | null>;
};

/** All pages of a list: `for await` walks over every item, asking for a page when it is needed; `await` gives the first. */
export interface Pages<Item, Body = PageOf<Item>> extends AsyncIterable<Item>, PromiseLike<Page<Item, Body>> {}

export interface RawResponse {
  status: number;
  /** Names in lower case. */
  headers: Record<string, string>;
  body: string;
}

export interface Arguments {
  id?: string;
  query?: object;
  body?: object;
}

/** A scan that was started. */
export interface ScanHandle {
  readonly id: string;
  /** The latest known state. */
  readonly data: models.Scan;
  /** This handle, once the scan has ended. */
  wait(options?: WaitOptions): Promise<ScanHandle>;
  vulnerabilities(
    query?: resources.ListScanVulnerabilitiesQuery,
    options?: CallOptions,
  ): Pages<models.Vulnerability>;
}

export interface Scans extends resources.Scans {
  /** The scan once it has ended. */
  wait(id: string, options?: WaitOptions): Promise<models.Scan>;
}

export interface Events extends resources.Events {
  /**
   * Events from after number `since` (0: all that are kept; without it, from now on), each once and in order of `seq`,
   * without end. A connection that breaks is made again from the last event. `resync`: what was missed is not all kept.
   */
  stream(since?: number, options?: CallOptions): AsyncGenerator<models.Event, never, undefined>;
}

export interface Reports extends resources.Reports {
  /** Write a report to a file, which appears only when it is whole; the number of bytes. Node, Deno and Bun only. */
  download(id: string, path: string, options?: CallOptions): Promise<number>;
  /** A report in pieces, as they come. */
  open(id: string, options?: CallOptions): Promise<AsyncIterable<Uint8Array>>;
}

/** A Cyber AI server and your key. */
export class Client {
  constructor(options?: ClientOptions);
  readonly scans: Scans;
  readonly vulnerabilities: resources.Vulnerabilities;
  readonly reports: Reports;
  readonly assets: resources.Assets;
  readonly apiKeys: resources.ApiKeys;
  readonly account: resources.Account;
  readonly events: Events;
  readonly system: resources.System;
  /** Start a scan: `(await client.scan("example.com")).wait()`. */
  scan(target: string, body?: Omit<models.ScanRequest, "target">, options?: CallOptions): Promise<ScanHandle>;
  /** Which server and key are used. */
  settings(): Promise<{ baseUrl: string; apiKey: string }>;
  /** Any operation by its name, such as `scans.get`: what its method answers. */
  call(name: resources.OperationName, args?: Arguments, options?: CallOptions): Promise<any> & AsyncIterable<any>;
  /** The answer as it came. */
  raw(name: resources.OperationName, args?: Arguments, options?: CallOptions): Promise<RawResponse>;
}

/** Whatever this package raises by itself. */
export class CyberAIError extends Error {}
/** The caller's own mistake, found before anything is sent. */
export class UsageError extends CyberAIError {}
/** There was no (whole) answer. */
export class ConnectionError extends CyberAIError {}
/** The answer did not come in time. */
export class TimeoutError extends ConnectionError {}
/** `wait` gave up; the scan goes on. */
export class WaitTimeoutError extends CyberAIError {}
/** The scan that was waited for failed or was cancelled. */
export class ScanFailedError extends CyberAIError {
  readonly scan: models.Scan;
}
/** The server answered what the API never answers. */
export class BadResponseError extends CyberAIError {
  readonly status?: number;
}
/** The webhook was not sent by your server, or it is too old. */
export class SignatureError extends CyberAIError {}
/** The server said no: any status from 400 on. */
export class ApiError extends CyberAIError {
  readonly status: number;
  /** One of the API's error codes; null where something else than the API answered. */
  readonly code: string | null;
  readonly details: { field?: string | null; reason?: string; [member: string]: unknown };
  /** The server's own sentence. */
  readonly reason?: string;
  readonly requestId: string | null;
  /** Milliseconds that the server asks to wait. */
  readonly retryAfter?: number;
}
export class BadRequestError extends ApiError {}
export class UnauthorizedError extends ApiError {}
export class ForbiddenError extends ApiError {}
export class NotFoundError extends ApiError {}
export class ConflictError extends ApiError {}
export class PreconditionFailedError extends ApiError {}
export class RateLimitedError extends ApiError {}
export class ServerError extends ApiError {}
