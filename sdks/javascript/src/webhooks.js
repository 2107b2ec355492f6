import { SignatureError, UsageError } from "./errors.js";

const bytesOf = (base64) => Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));

function secretBytes(secret) {
  try {
    const bytes = bytesOf(secret.replace(/^whsec_/, ""));
    if (bytes.length) return bytes;
  } catch {
    // Said below.
  }
  throw new UsageError("The webhook's secret is not what the server gave: whsec_ and base64");
}

/**
 * The decoded body of a genuine webhook (Standard Webhooks, HMAC-SHA256, compared in constant time); else SignatureError.
 * `body` is what arrived, untouched; `tolerance` and `now` are in seconds.
 */
export async function verifyWebhook(body, headers, secret, { now = Date.now() / 1000, tolerance = 300 } = {}) {
  const found = new Headers(headers);
  const [id, at, signatures] = ["id", "timestamp", "signature"].map((name) => found.get("webhook-" + name));
  if (!id || !signatures || !/^\d+$/.test(at)) throw new SignatureError("The webhook's headers are missing or wrong");
  if (Math.abs(now - at) > tolerance) throw new SignatureError("The webhook is too old, or a clock is wrong");
  const { subtle } = globalThis.crypto;
  const use = { name: "HMAC", hash: "SHA-256" };
  const key = await subtle.importKey("raw", secretBytes(secret), use, false, ["verify"]);
  const text = typeof body === "string" ? body : new TextDecoder().decode(body);
  const signed = new TextEncoder().encode(`${id}.${at}.${text}`);
  for (const [, signature] of signatures.matchAll(/(?:^| )v1,(\S+)/g)) {
    try {
      if (await subtle.verify("HMAC", key, bytesOf(signature), signed)) return JSON.parse(text);
    } catch (cause) {
      throw new SignatureError("The webhook cannot be read", { cause });
    }
  }
  throw new SignatureError("No signature of the webhook is right");
}
