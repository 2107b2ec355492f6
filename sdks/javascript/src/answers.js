import {
  ApiError,
  BadRequestError,
  ConflictError,
  ForbiddenError,
  NotFoundError,
  PreconditionFailedError,
  RateLimitedError,
  ServerError,
  UnauthorizedError,
} from "./errors.js";

const BY_STATUS = {
  400: BadRequestError,
  401: UnauthorizedError,
  403: ForbiddenError,
  404: NotFoundError,
  409: ConflictError,
  412: PreconditionFailedError,
  429: RateLimitedError,
};

/** The value of a JSON text; undefined where it is none. */
export function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {}
}

/** The error of a status from 400 on; `text` is the body, which may be no envelope at all. */
export function apiError(status, headers, text) {
  // A proxy's page is no envelope: the status tells enough.
  const { code = null, message, details = {}, request_id } = parsed(text)?.error ?? {};
  const kind = BY_STATUS[status] ?? (status < 500 ? ApiError : ServerError);
  return new kind(`${status} ${message ?? "from another program, such as a proxy; check the base URL"} ${details?.field ?? ""} ${details?.reason ?? ""}`.trim(), {
    status,
    code,
    details,
    reason: message,
    requestId: request_id ?? headers.get("x-request-id"),
    retryAfter: toldWait(status, headers),
  });
}

/** Milliseconds that the server asks to wait, by its own clock; undefined where it does not say. */
function toldWait(status, headers) {
  const now = Date.parse(headers.get("date")) || Date.now();
  const after = headers.get("retry-after") ?? "";
  const reset = status === 429 ? headers.get("x-ratelimit-reset") * 1000 - now : 0;
  return [/^\d+$/.test(after) ? after * 1000 : Date.parse(after) - now, reset].find((wait) => wait > 0);
}
