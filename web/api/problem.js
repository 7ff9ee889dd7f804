// What went wrong with a request.

/** An answer that is an error (RFC 9457). */
export class Problem extends Error {
  /** @param {ProblemBody} body @param {number} [retryAfter] seconds */
  constructor(body, retryAfter = 0) {
    super(body.detail || body.title);
    this.body = body;
    this.status = body.status;
    this.slug = slugOf(body);
    this.retryAfter = retryAfter;
  }
}

/** There was no answer. */
export class Offline extends Error {}

/** @param {ProblemBody} body */
export function slugOf(body) {
  return body.type?.split("/").pop() ?? "internal-error";
}

/** @param {Response} response @returns {Promise<Problem>} */
export async function problemOf(response) {
  const body = await response.json().catch(() => null);
  return new Problem(
    body ?? { type: "/problems/internal-error", title: "", detail: "", status: response.status },
    seconds(response.headers.get("Retry-After")),
  );
}

/** @param {string | null} header */
export function seconds(header) {
  const value = Number(header);
  return Number.isFinite(value) && value > 0 ? value : 0;
}
