/** Write src/schema.d.ts: node types.mjs ../../openapi.json src/schema.d.ts */
import { readFile, writeFile } from "node:fs/promises";

import openapiTS, { astToString, COMMENT_HEADER } from "openapi-typescript";

const [source, target] = process.argv.slice(2);
// Examples say nothing about types, and change with every model.
const withoutExamples = (name, value) => (/^examples?$/.test(name) ? undefined : value);
const document = JSON.parse(await readFile(source, "utf8"), withoutExamples);
await writeFile(target, COMMENT_HEADER + astToString(await openapiTS(document)));
