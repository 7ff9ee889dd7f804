import { retryAfter, ServiceUnreachableError } from "./problems.js";

/** When a request is sent again. Times are in seconds. */
export interface Retries {
  /** How often a request is sent at most. */
  attempts: number;
  firstWait: number;
  /** If the service asks to wait longer, its answer is handed on at once. */
  longestWait: number;
}

export const RETRIES: Retries = { attempts: 5, firstWait: 0.5, longestWait: 30 };
/** Sends one request. */
export type Send = (request: Request) => Promise<Response>;

/** The service or a proxy before it was busy, or did not get the request. */
const PASSING = new Set([408, 429, 502, 503, 504]);

/** After these, the access token is void. */
const ENDS_LOGIN = /^(POST .*\/api\/v1\/logout(\/all)?|DELETE .*\/api\/v1\/user)$/;

/**
 * Return a `Send` that repeats what failed in passing. Every request of this API can be repeated
 * safely: those that create something have an Idempotency-Key, which stays the same.
 */
export function repeating(send: Send, retries: Retries): Send {
  return async (request) => {
    const url = new URL(request.url).origin;
    let mayBeDone = false;
    for (let attempt = 1; ; attempt++) {
      let wait: number | undefined;
      try {
        const response = await whole(await send(request.clone()));
        if (mayBeDone && isDone(request, response.status)) return new Response(null, { status: 204 });
        if (!PASSING.has(response.status)) return response;
        wait = waitBefore(attempt, retries, retryAfter(response));
        if (wait === undefined) return response;
      } catch (error) {
        if (request.signal.aborted) throw error;
        wait = waitBefore(attempt, retries);
        if (wait === undefined) {
          const text = `No service answers at ${url}, or the connection broke. Try again.`;
          throw new ServiceUnreachableError(text, { cause: error });
        }
      }
      mayBeDone = true;
      await pause(wait, request.signal);
    }
  };
}

/** Return whether the answer to a repeated request says that the first one was carried out. */
function isDone(request: Request, status: number): boolean {
  if (status === 401) return ENDS_LOGIN.test(`${request.method} ${new URL(request.url).pathname}`);
  return request.method === "DELETE" && status === 404;
}

/** Read an answer to its end, where the connection may break, too. */
async function whole(response: Response): Promise<Response> {
  const content = await response.arrayBuffer();
  return new Response(content.byteLength ? content : null, response);
}

function waitBefore(attempt: number, retries: Retries, asked = 0): number | undefined {
  if (attempt >= retries.attempts || asked > retries.longestWait) return undefined;
  // At random, so that clients that an outage stopped do not all come back at once.
  const backoff = retries.firstWait * 2 ** (attempt - 1) * (0.5 + Math.random() / 2);
  return Math.max(Math.min(backoff, retries.longestWait), asked);
}

function pause(seconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, seconds * 1000);
    signal.addEventListener("abort", stop, { once: true });
  });
}
