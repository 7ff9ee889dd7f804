import type { components } from "./schema.js";

/** A problem detail (RFC 9457): why the service did not do what was asked. */
export type Problem = components["schemas"]["Problem"];

/** Any error of this package. */
export class SkinCancerClientError extends Error {
  override name = "SkinCancerClientError";
}

/** The service refused. `detail` says what to do, and `slug` what kind of problem it is. */
export class ProblemError extends SkinCancerClientError {
  override name = "ProblemError";

  constructor(
    readonly problem: Problem,
    /** Seconds to wait before the request may be repeated, if the service named them. */
    readonly retryAfter: number | undefined,
  ) {
    super(`${problem.title}: ${problem.detail}`);
  }

  get type(): string {
    return this.problem.type;
  }

  /** The last part of the type, such as `photo-not-assessable`. */
  get slug(): string {
    return this.type.slice(this.type.lastIndexOf("/") + 1);
  }

  get status(): number {
    return this.problem.status;
  }

  get detail(): string {
    return this.problem.detail;
  }

  /** The reasons by field, of an invalid request. */
  get errors(): Record<string, unknown> {
    return this.problem.errors ?? {};
  }

  /** The issues of a photo that cannot be assessed. */
  get reasons(): NonNullable<Problem["reasons"]> {
    return this.problem.reasons ?? [];
  }

  /** To quote in a report. */
  get requestId(): string {
    return this.problem.request_id;
  }
}

/** No answer arrived: the address is wrong, the service is down, or the connection broke. */
export class ServiceUnreachableError extends SkinCancerClientError {
  override name = "ServiceUnreachableError";
}

/** The answer is not one of this service. A proxy may have given it. */
export class UnexpectedAnswerError extends SkinCancerClientError {
  override name = "UnexpectedAnswerError";

  constructor(readonly status: number) {
    super(`The answer has status ${status} and is not one of this service. Is the address right?`);
  }
}

/** There is no login, or it has ended, and no password to log in with. */
export class NotLoggedInError extends SkinCancerClientError {
  override name = "NotLoggedInError";
}

/** Return the problem in an answer, undefined if it has none. The answer can still be read. */
export async function problemOf(response: Response): Promise<Problem | undefined> {
  if (!response.headers.get("Content-Type")?.startsWith("application/problem+json")) return undefined;
  try {
    return (await response.clone().json()) as Problem;
  } catch {
    return undefined;
  }
}

/** Return the error that an answer of 300 or more stands for. */
export async function errorOf(response: Response): Promise<SkinCancerClientError> {
  const problem = await problemOf(response);
  if (!problem) return new UnexpectedAnswerError(response.status);
  return new ProblemError(problem, retryAfter(response));
}

/** Return the seconds that an answer asks to wait, undefined if it does not say. */
export function retryAfter(response: Response): number | undefined {
  const value = response.headers.get("Retry-After")?.trim();
  if (!value) return undefined;
  if (/^\d+$/.test(value)) return Number(value);
  const moment = Date.parse(value);
  return Number.isNaN(moment) ? undefined : Math.max(0, (moment - Date.now()) / 1000);
}
