/** Against a running service; the environment says where: tests/clients/test_typescript.py. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

import {
  memoryTokens,
  NotLoggedInError,
  ProblemError,
  ServiceUnreachableError,
  SkinCancerClient,
  UnexpectedAnswerError,
  type ClientOptions,
} from "../src/index.js";

const { SERVICE_URL: url, PROXY_URL: proxyUrl, PHOTO, DARK_PHOTO } = process.env as Record<string, string>;
const retries = { attempts: 4, firstWait: 0.01, longestWait: 3 };
const password = "four random words";
let people = 0;

function newClient(options: Partial<ClientOptions> = {}): SkinCancerClient {
  const email = `typescript${process.pid}-${people++}@example.com`;
  return new SkinCancerClient({ url: url!, email, password, retries, ...options });
}

async function registered(options: Partial<ClientOptions> = {}): Promise<SkinCancerClient> {
  const client = newClient(options);
  await client.register();
  return client;
}

const photo = new Uint8Array(await readFile(PHOTO!));
const darkPhoto = new Uint8Array(await readFile(DARK_PHOTO!));

test("a story", async () => {
  const client = await registered();
  const check = await client.upload(photo, { age: 71, sex: "female", body_site: "nose" });
  assert.deepEqual(check.context, { age: 71, sex: "female", body_site: "nose" });
  assert.deepEqual(await client.check(check.id), check);
  const second = await client.upload(new Blob([photo]), { region: "0.5,0.5,0.5" });
  assert.equal(second.region?.source, "upload");
  const ids = [];
  for await (const item of client.checks({ limit: 1 })) ids.push(item.id);
  assert.deepEqual(ids, [second.id, check.id]);
  const jpeg = new Uint8Array(await (await client.photo(check.id)).arrayBuffer());
  assert.deepEqual([...jpeg.subarray(0, 2)], [0xff, 0xd8]);
  const png = await (await client.heatmap(check.id)).text();
  assert.equal(png.slice(1, 4), "PNG");
  await client.deleteCheck(check.id);
  await assert.rejects(client.check(check.id), { slug: "not-found", status: 404 });
  assert.equal((await client.model()).version, check.model.version);
});

test("the whole API is there, typed", async () => {
  const client = await registered();
  const { data } = await client.api.GET("/api/v1/user/checks", { params: { query: { limit: 5 } } });
  assert.deepEqual(data, { checks: [], next_cursor: null });
});

test("the account", async () => {
  const client = await registered();
  assert.equal((await client.sessions()).length, 1);
  const user = await client.changePassword(password, "quiet zebra tulip ocean");
  await client.logout();
  assert.deepEqual(await client.user(), user); // it logs in again with the new password
});

test("ends all logins, and the account", async () => {
  const tokens = memoryTokens();
  const client = await registered({ tokens });
  const other = new SkinCancerClient({ url: url!, retries, tokens: memoryTokens(tokens.load()) });
  await client.logoutEverywhere();
  assert.equal(tokens.load(), undefined);
  await assert.rejects(other.user(), NotLoggedInError);
  assert.equal((await client.sessions()).length, 1); // it logs in again
  await client.deleteAccount();
  await assert.rejects(client.user(), { slug: "wrong-credentials" });
});

test("tells how much was sent", async () => {
  const client = await registered();
  const seen: number[][] = [];
  await client.upload(photo, { progress: (sent, total) => seen.push([sent, total]) });
  assert.equal(seen[0]![0], 0);
  assert.deepEqual(seen.at(-1)![0], seen.at(-1)![1]);
  assert.ok(seen[0]![1]! > photo.length);
});

test("says why a photo is refused", async () => {
  const client = await registered();
  await assert.rejects(client.upload(darkPhoto), (error: unknown) => {
    assert.ok(error instanceof ProblemError);
    assert.deepEqual([error.slug, error.status, error.reasons], ["photo-not-assessable", 422, ["dark"]]);
    assert.ok(error.requestId && error.detail);
    return true;
  });
});

test("a wrong password, and a field that is not valid", async () => {
  await assert.rejects(newClient().user(), { slug: "wrong-credentials" });
  await assert.rejects(newClient({ email: "nobody" }).register(), (error: unknown) => {
    assert.ok(error instanceof ProblemError);
    assert.deepEqual(Object.keys(error.errors), ["email"]);
    return true;
  });
});

test("refreshes once for many requests", async () => {
  const owner = memoryTokens();
  await registered({ tokens: owner });
  const refreshes: string[] = [];
  const shared = new SkinCancerClient({
    url: url!,
    retries,
    tokens: owner,
    fetch: (request) => {
      if (request.url.endsWith("/token/refresh")) refreshes.push(request.url);
      return fetch(request);
    },
  });
  await Promise.all(Array.from({ length: 6 }, () => shared.user()));
  assert.equal(refreshes.length, 1);
});

test("refreshes when the token is refused", async () => {
  let refused = 0;
  const client = await registered({
    fetch: (request) => {
      // The service answers as it does to a token that has ended.
      if (request.url.endsWith("/user") && refused++ === 0) request.headers.set("Authorization", "Bearer x");
      return fetch(request);
    },
  });
  assert.ok((await client.user()).id);
  assert.equal((await client.sessions()).length, 1);
});

test("says when there is no login", async () => {
  const client = new SkinCancerClient({ url: url!, retries });
  await assert.rejects(client.user(), NotLoggedInError);
  const ended = new SkinCancerClient({ url: url!, retries, tokens: memoryTokens("no-token") });
  await assert.rejects(ended.user(), NotLoggedInError);
});

for (const lost of ["request", "answer"]) {
  test(`a lost ${lost} makes no second check`, async () => {
    let failures = 2;
    const client = await registered({
      fetch: async (request) => {
        const fails = request.url.endsWith("/user/checks") && request.method === "POST" && failures-- > 0;
        if (fails && lost === "request") throw new TypeError("fetch failed");
        const response = await fetch(request);
        if (fails) throw new TypeError("fetch failed");
        return response;
      },
    });
    const check = await client.upload(photo);
    const ids = [];
    for await (const item of client.checks()) ids.push(item.id);
    assert.deepEqual(ids, [check.id]);
  });
}

test("a lost answer to a deletion is no error", async () => {
  let failures = 1;
  const client = await registered({
    fetch: async (request) => {
      const response = await fetch(request);
      if (request.method === "DELETE" && failures-- > 0) throw new TypeError("fetch failed");
      return response;
    },
  });
  await client.deleteCheck((await client.upload(photo)).id);
});

test("a lost answer to what ends the login is no error", async () => {
  let failures = 0;
  const client = await registered({
    fetch: async (request) => {
      const response = await fetch(request);
      if (failures-- > 0) throw new TypeError("fetch failed");
      return response;
    },
  });
  failures = 1;
  await client.logoutEverywhere();
  assert.equal((await client.sessions()).length, 1);
  failures = 1;
  await client.deleteAccount();
  await assert.rejects(client.user(), { slug: "wrong-credentials" });
});

test("a connection that breaks", async () => {
  // The next requests through this address break at different points.
  assert.ok((await newClient({ url: proxyUrl! }).model()).version);
});

test("waits as long as the service asks", async () => {
  let busy = 1;
  const client = await registered({
    fetch: async (request) => {
      if (busy-- > 0) return new Response("", { status: 503, headers: { "Retry-After": "1" } });
      return fetch(request);
    },
  });
  assert.ok(await client.user());
  const limited = newClient({
    fetch: async () => new Response("", { status: 429, headers: { "Retry-After": "600" } }),
  });
  await assert.rejects(limited.model(), UnexpectedAnswerError);
});

test("a service that is down", async () => {
  await assert.rejects(newClient({ url: "http://127.0.0.1:9" }).model(), ServiceUnreachableError);
});

test("passwords do not travel in the clear", () => {
  assert.throws(() => newClient({ url: "http://example.com" }), /https/);
  newClient({ url: "http://example.com", allowHttp: true });
});
