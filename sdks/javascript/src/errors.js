/** Whatever this package raises by itself. `status`, `code`, `details`, `requestId` are there where the server answered. */
export class CyberAIError extends Error {
  constructor(message, facts) {
    super(message);
    // Minifiers rename classes.
    this.name = "CyberAIError";
    Object.assign(this, facts);
  }
}

/** The caller's own mistake, found before anything is sent. */
export class UsageError extends CyberAIError {}
/** There was no (whole) answer. */
export class ConnectionError extends CyberAIError {}
/** The answer did not come in time. */
export class TimeoutError extends ConnectionError {}
/** `wait` gave up; the scan goes on. */
export class WaitTimeoutError extends CyberAIError {}
/** The scan that was waited for failed or was cancelled: that it found nothing does not mean that nothing is there. */
export class ScanFailedError extends CyberAIError {}
/** The server answered what the API never answers. Often it is another program: a proxy, a login page. */
export class BadResponseError extends CyberAIError {}
/** The webhook was not sent by your server, or it is too old: do not act on it. */
export class SignatureError extends CyberAIError {}
/** The server said no: any status from 400 on. */
export class ApiError extends CyberAIError {}
export class BadRequestError extends ApiError {}
export class UnauthorizedError extends ApiError {}
export class ForbiddenError extends ApiError {}
export class NotFoundError extends ApiError {}
export class ConflictError extends ApiError {}
export class PreconditionFailedError extends ApiError {}
export class RateLimitedError extends ApiError {}
export class ServerError extends ApiError {}
