import type { Event } from "./models.js";

export interface VerifyOptions {
  /** Seconds since 1970: the clock's. */
  now?: number;
  /** Seconds that the webhook may be old, or ahead: 300. */
  tolerance?: number;
}

/**
 * The event of a genuine webhook (Standard Webhooks, HMAC-SHA256, compared in constant time); rejects with SignatureError
 * else. `body` is what arrived, byte for byte; `secret` may begin with `whsec_`.
 */
export function verifyWebhook(
  body: string | Uint8Array,
  headers: HeadersInit,
  secret: string,
  options?: VerifyOptions,
): Promise<Event>;
