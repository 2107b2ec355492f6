/** What a fake server answers: a body as JSON or as text, or no answer at all. */
export type FakeAnswer =
  | { status?: number; headers?: Record<string, string>; json?: unknown; text?: string }
  | Error;

export interface FakeRequest {
  method: string;
  url: string;
  headers: Record<string, string>;
  body: unknown;
}

/** A `fetch` for your own tests: gives the answers one after the other and notes the requests. */
export function fakeFetch(answers: FakeAnswer[]): {
  (url: string, init: RequestInit): Promise<Response>;
  requests: FakeRequest[];
};
