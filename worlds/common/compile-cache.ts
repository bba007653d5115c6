import { join } from "node:path";

/** Lets Node keep what it has compiled: a world starts thousands of short programs, which would each compile anew. */
export const compileCache = {
  NODE_COMPILE_CACHE: join(import.meta.dirname, "../../node_modules/.cache/compiled"),
} as const;
