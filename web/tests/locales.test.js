import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

const WEB = join(import.meta.dirname, "..");
const LANGUAGES = ["en", "de", "es"];
/** @type {Record<string, Record<string, string>>} */
const texts = Object.fromEntries(
  LANGUAGES.map((tag) => [
    tag,
    JSON.parse(readFileSync(join(WEB, "locales", `${tag}.json`), "utf8")),
  ]),
);
/** @param {string} name @returns {string[]} */
const valuesOf = (name) =>
  Object.values(JSON.parse(readFileSync(join(WEB, "locales", name), "utf8")));
const sources = ["api", "components", "photo", "state", "views", ""].flatMap((folder) =>
  readdirSync(join(WEB, folder))
    .filter((name) => name.endsWith(".js"))
    .map((name) => readFileSync(join(WEB, folder, name), "utf8")),
);

test("all languages have the same texts with the same values", () => {
  /** @param {string} tag */
  const shape = (tag) =>
    Object.entries(texts[tag]).map(([key, text]) => [
      key,
      [...new Set(text.match(/\{\w+\}/g))].sort(),
    ]);
  for (const tag of LANGUAGES) {
    assert.deepEqual(shape(tag), shape("en"));
    assert.ok(Object.values(texts[tag]).every((text) => text.trim() === text && text !== ""));
  }
});

test("every text that is named exists", () => {
  const named = sources.flatMap((text) => [...text.matchAll(/\b(t|plural|tOr)\(\s*"([^"]+)"/g)]);
  assert.ok(named.length > 100);
  for (const [, kind, key] of named) {
    const keys = kind === "plural" ? [`${key}.one`, `${key}.other`] : [key];
    for (const each of keys) assert.ok(each in texts.en, each);
  }
});

test("every text is used", () => {
  const all = sources.join("\n");
  /** @param {string} key */
  const isUsed = (key) =>
    all.includes(`"${key}"`) ||
    // Such as t(`status.${status}`).
    all.includes(`\`${key.slice(0, key.lastIndexOf(".") + 1)}\${`) ||
    all.includes(`"${key.replace(/\.(one|other)$/, "")}"`);
  assert.deepEqual(
    Object.keys(texts.en).filter((key) => !isUsed(key)),
    [],
  );
});

test("no text says that all is well", () => {
  const soothing =
    /nothing to worry|no need to worry|all clear|harmless\.|keine sorge|no se preocupe/i;
  for (const text of readdirSync(join(WEB, "locales")).flatMap((name) => valuesOf(name))) {
    assert.doesNotMatch(text.replace("no all-clear", ""), soothing);
  }
});
