import { errorOf, NotLoggedInError, problemOf, ProblemError } from "./problems.js";
import type { Send } from "./retries.js";
import type { components } from "./schema.js";

export type Tokens = components["schemas"]["Tokens"];

export interface Credentials {
  email: string;
  password: string;
}

/** Where the refresh token is kept. It can be used once: each use brings the next one. */
export interface TokenStore {
  load(): string | undefined;
  save(refreshToken: string | undefined): void;
}

/** Keeps the refresh token for as long as the client lives. */
export function memoryTokens(refreshToken?: string): TokenStore {
  let token = refreshToken;
  return { load: () => token, save: (next) => (token = next) };
}

/** Seconds. An access token that ends sooner may end on its way to the service. */
const MARGIN = 5;
/** What needs no login. */
const OPEN = /\/api\/v1\/(register|login|token\/refresh|model)$|\/(health|problems)\//;

/** The login of a client: it adds the access token to requests, and renews it. */
export class Login {
  #access: { token: string; ends: number } | undefined;
  #renewal: Promise<string> | undefined;
  /** May change: a new password is kept here. */
  credentials: Credentials | undefined;

  constructor(
    private readonly url: string,
    credentials: Credentials | undefined,
    private readonly tokens: TokenStore,
    private readonly send: Send,
  ) {
    this.credentials = credentials;
  }

  /** Return a `Send` for requests of the user. */
  authenticating(send: Send): Send {
    return async (request) => {
      if (OPEN.test(new URL(request.url).pathname)) return send(request);
      const token = await this.#valid();
      const response = await send(withToken(request, token));
      if (response.status !== 401) return response;
      const problem = await problemOf(response);
      if (!problem?.type.endsWith("/not-authenticated")) return response;
      if (this.#access?.token === token) this.#access = undefined;
      return send(withToken(request, await this.#valid()));
    };
  }

  /** Log in or register, and return who did. */
  async start(path: string, body: Record<string, unknown>): Promise<Tokens["user"]> {
    const tokens = await this.#tokensFrom(path, body);
    this.keep(tokens);
    return tokens.user;
  }

  keep(tokens: Tokens): void {
    this.tokens.save(tokens.refresh_token ?? undefined);
    this.#access = { token: tokens.token, ends: performance.now() + tokens.expires_in * 1000 };
  }

  forget(): void {
    this.tokens.save(undefined);
    this.#access = undefined;
  }

  async #valid(): Promise<string> {
    const access = this.#access;
    if (access && performance.now() < access.ends - MARGIN * 1000) return access.token;
    // One refresh at a time: all requests wait for the same one.
    this.#renewal ??= this.#renew().finally(() => (this.#renewal = undefined));
    return this.#renewal;
  }

  async #renew(): Promise<string> {
    const refreshToken = this.tokens.load();
    if (refreshToken) {
      try {
        const tokens = await this.#tokensFrom("/token/refresh", { refresh_token: refreshToken });
        this.keep(tokens);
        return tokens.token;
      } catch (error) {
        if (!(error instanceof ProblemError)) throw error;
        if (error.slug === "not-authenticated") this.tokens.save(undefined);
        else if (error.slug !== "refresh-token-superseded" || !this.credentials) throw error;
      }
    }
    if (!this.credentials) {
      throw new NotLoggedInError("There is no login, or it has ended. Log in again.");
    }
    const tokens = await this.#tokensFrom("/login", { ...this.credentials });
    this.keep(tokens);
    return tokens.token;
  }

  async #tokensFrom(path: string, body: Record<string, unknown>): Promise<Tokens> {
    const response = await this.send(
      new Request(`${this.url}/api/v1${path}`, {
        method: "POST",
        headers: { "Content-Type": "application/json", "Idempotency-Key": crypto.randomUUID() },
        body: JSON.stringify(body),
      }),
    );
    if (!response.ok) throw await errorOf(response);
    return (await response.json()) as Tokens;
  }
}

function withToken(request: Request, token: string): Request {
  const copy = request.clone();
  copy.headers.set("Authorization", `Bearer ${token}`);
  return copy;
}
