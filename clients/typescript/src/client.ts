import createClient, { type Client as ApiClient } from "openapi-fetch";

import { type Credentials, Login, memoryTokens, type Tokens, type TokenStore } from "./login.js";
import { errorOf } from "./problems.js";
import { type Progress, reporting } from "./progress.js";
import { repeating, RETRIES, type Retries, type Send } from "./retries.js";
import type { components, operations, paths } from "./schema.js";

type Schemas = components["schemas"];
export type Check = Schemas["Check"];
export type User = Schemas["User"];
export type Session = Schemas["Session"];
export type Model = Schemas["Model"];
/** What can be said about a photo. */
export type Context = Omit<Schemas["UploadForm"], "photo" | "photo_sha256" | "photo_extension">;
/** Which checks are listed. */
export type Filter = Omit<NonNullable<operations["listChecks"]["parameters"]["query"]>, "cursor">;

export interface ClientOptions {
  /** Address of the service. http is for this machine, and with `allowHttp` for others. */
  url: string;
  /** With both, the client logs in when a request needs it. */
  email?: string;
  password?: string;
  /** Has the refresh token of an earlier login. */
  tokens?: TokenStore;
  retries?: Partial<Retries>;
  allowHttp?: boolean;
  fetch?: Send;
}

export interface UploadOptions extends Context {
  progress?: Progress;
  /** Is drawn once for all attempts. Give your own to repeat an upload in another run. */
  idempotencyKey?: string;
  signal?: AbortSignal;
}

/** A user of the service. Its methods throw ProblemError, and the other errors of this package. */
export class SkinCancerClient {
  /** All operations of the API, typed. They answer with `data` or `error`, and need no token. */
  readonly api: ApiClient<paths>;
  readonly #login: Login;
  readonly #fetch: Send;
  readonly #retries: Retries;

  constructor(options: ClientOptions) {
    const url = privateUrl(options.url, options.allowHttp ?? false);
    const { email, password } = options;
    const credentials: Credentials | undefined =
      email !== undefined && password !== undefined ? { email, password } : undefined;
    this.#fetch = options.fetch ?? ((request) => fetch(request));
    this.#retries = { ...RETRIES, ...options.retries };
    const open = repeating(this.#fetch, this.#retries);
    this.#login = new Login(url, credentials, options.tokens ?? memoryTokens(), open);
    this.api = createClient<paths>({ baseUrl: url, fetch: this.#sending() });
  }

  /** Make an account for the address and the password of this client, and log in. */
  async register(names: { first_name?: string; last_name?: string } = {}): Promise<User> {
    return this.#login.start("/register", { ...this.#credentials(), ...names });
  }

  async login(): Promise<User> {
    return this.#login.start("/login", { ...this.#credentials() });
  }

  /** End this login. */
  async logout(): Promise<void> {
    await this.#ending(this.api.POST("/api/v1/logout"));
  }

  /** End all logins of the user. */
  async logoutEverywhere(): Promise<void> {
    await this.#ending(this.api.POST("/api/v1/logout/all"));
  }

  /** Delete the account with all its checks and photos. It cannot be undone. */
  async deleteAccount(): Promise<void> {
    await this.#ending(this.api.DELETE("/api/v1/user"));
  }

  /** Change the password. All logins end, and this client has a new one. */
  async changePassword(oldPassword: string, newPassword: string): Promise<User> {
    const body = { old_password: oldPassword, new_password: newPassword };
    const tokens: Tokens = await unwrapped(this.api.POST("/api/v1/user/change-password", { body }));
    this.#login.keep(tokens);
    if (this.#login.credentials) this.#login.credentials.password = newPassword;
    return tokens.user;
  }

  async user(): Promise<User> {
    return unwrapped(this.api.GET("/api/v1/user"));
  }

  /** Return the logins of the user, the last used first. */
  async sessions(): Promise<Session[]> {
    return (await unwrapped(this.api.GET("/api/v1/user/sessions"))).sessions;
  }

  async endSession(id: string): Promise<void> {
    const path = { session_id: id };
    await unwrapped(this.api.DELETE("/api/v1/user/sessions/{session_id}", { params: { path } }));
  }

  /** Have a photo assessed. */
  async upload(photo: Blob | Uint8Array<ArrayBuffer>, options: UploadOptions = {}): Promise<Check> {
    const { progress, idempotencyKey, signal, ...context } = options;
    const form = new FormData();
    // The name of a photo on this machine is nothing that the service needs to know.
    form.append("photo", photo instanceof Blob ? photo : new Blob([photo]), "photo");
    for (const [name, value] of Object.entries(context)) {
      if (value !== null && value !== undefined) form.append(name, String(value));
    }
    const key = idempotencyKey ?? crypto.randomUUID();
    return unwrapped(
      this.api.POST("/api/v1/user/checks", {
        params: { header: { "Idempotency-Key": key } },
        // The types of the document stand for the form, whose file is no text.
        body: form as never,
        bodySerializer: (body) => body as never,
        fetch: this.#sending(progress),
        ...(signal ? { signal } : {}),
      }),
    );
  }

  /** Return the checks of the user, the newest first. Pages are read as they are needed. */
  async *checks(filter: Filter = {}): AsyncGenerator<Check> {
    let cursor: string | null | undefined;
    do {
      const query = cursor ? { ...filter, cursor } : filter;
      const page: Schemas["CheckList"] = await unwrapped(
        this.api.GET("/api/v1/user/checks", { params: { query } }),
      );
      yield* page.checks;
      cursor = page.next_cursor;
    } while (cursor);
  }

  async check(id: string): Promise<Check> {
    const path = { check_id: id };
    return unwrapped(this.api.GET("/api/v1/user/checks/{check_id}", { params: { path } }));
  }

  /** Return the photo of a check as JPEG, upright and without metadata. */
  async photo(id: string): Promise<Blob> {
    const options = { params: { path: { check_id: id } }, parseAs: "blob" } as const;
    return unwrapped(this.api.GET("/api/v1/user/checks/{check_id}/photo", options));
  }

  /** Return the class activation map of a check as PNG. It is no evidence of disease. */
  async heatmap(id: string): Promise<Blob> {
    const options = { params: { path: { check_id: id } }, parseAs: "blob" } as const;
    return unwrapped(this.api.GET("/api/v1/user/checks/{check_id}/heatmap", options));
  }

  /** Delete a check and its photo. */
  async deleteCheck(id: string): Promise<void> {
    const path = { check_id: id };
    await unwrapped(this.api.DELETE("/api/v1/user/checks/{check_id}", { params: { path } }));
  }

  /** Return the active model, as its model card describes it. */
  async model(): Promise<Model> {
    return unwrapped(this.api.GET("/api/v1/model"));
  }

  #sending(progress?: Progress): Send {
    const send = repeating(reporting(this.#fetch, progress), this.#retries);
    return keyed(this.#login.authenticating(send));
  }

  /** Wait for what ends the login, and forget it. */
  async #ending(answer: Promise<Answer<unknown>>): Promise<void> {
    try {
      await unwrapped(answer);
    } finally {
      this.#login.forget();
    }
  }

  #credentials(): Credentials {
    const credentials = this.#login.credentials;
    if (!credentials) throw new TypeError("The client has no e-mail address and password.");
    return credentials;
  }
}

/** Return a `Send` that adds an Idempotency-Key to what creates something. */
function keyed(send: Send): Send {
  return (request) => {
    if (request.method === "POST" && !request.headers.has("Idempotency-Key")) {
      request.headers.set("Idempotency-Key", crypto.randomUUID());
    }
    return send(request);
  };
}

type Answer<T> = { data?: T; error?: unknown; response: Response };

async function unwrapped<T>(answer: Promise<Answer<T>>): Promise<T> {
  const { data, error, response } = await answer;
  if (response.ok) return data as T;
  // openapi-fetch has read the body: a problem is in `error`.
  throw await errorOf(
    new Response(typeof error === "string" ? error : JSON.stringify(error), response),
  );
}

function privateUrl(text: string, allowHttp: boolean): string {
  const url = new URL(text);
  const isHere = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname);
  if (url.protocol !== "https:" && !(url.protocol === "http:" && (allowHttp || isHere))) {
    throw new TypeError(
      "Over http, passwords and photos can be read on the way. Use https, or allowHttp in a network that you trust.",
    );
  }
  return text.replace(/\/+$/, "");
}
