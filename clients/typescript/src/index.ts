export * from "./client.js";
export { memoryTokens, type TokenStore } from "./login.js";
export * from "./problems.js";
export type { Progress } from "./progress.js";
export type { Retries } from "./retries.js";
export type { components, operations, paths } from "./schema.js";
