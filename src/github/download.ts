import { createHash } from "node:crypto";
import { defaults } from "@actions/github/lib/utils";

import { errorText } from "../config/error-text.ts";
import { failed, failureOf, type Asked } from "./answered.ts";
import type { Artifact } from "./answers.ts";
import type { Asker } from "./ask.ts";
import { GithubError } from "./github-error.ts";

/** An artifact's archive as it was uploaded. */
export interface Download {
  readonly bytes: Uint8Array;
  /** `sha256:…` of the bytes; the same that GitHub lists, if it lists one. */
  readonly digest: string;
}

/** Evidence is some kilobytes and a journal some megabytes; what is larger than this is neither. */
export const mostBytes = 64 * 1024 * 1024;

/** Fetches an artifact: GitHub sends to a store elsewhere, which is asked without the token. */
export async function downloadArtifact(
  asker: Asker,
  asked: Asked,
  artifact: Artifact,
): Promise<Download> {
  const { status, headers } = await asker.once(asked);
  const location = headers["location"];
  if (status !== 302 || typeof location !== "string" || !URL.canParse(location))
    throw failed("wrong-shape", asked, `${status}, and no place to download it from`);
  const bytes = await fromStore(location, asked, asker.over);
  const digest = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
  if (artifact.digest === undefined || artifact.digest === digest) return { bytes, digest };
  throw failed(
    "wrong-bytes",
    asked,
    `${bytes.length} bytes with ${digest}, and GitHub lists ${artifact.digest}`,
  );
}

type Fetch = (address: string, options: object) => Promise<Response>;

/** The address opens the artifact to whoever has it, so no message says it. */
async function fromStore(location: string, asked: Asked, over: AbortSignal): Promise<Uint8Array> {
  // The toolkit's own, which goes through the runner's proxy.
  const fetch = defaults.request?.fetch as Fetch;
  try {
    const answer = await fetch(location, { redirect: "manual", signal: over });
    if (answer.status !== 200)
      throw failureOf(asked, { status: answer.status, headers: {}, data: undefined });
    return await collect(answer.body as AsyncIterable<Uint8Array> | null, asked);
  } catch (error) {
    if (error instanceof GithubError) throw error;
    if (over.aborted) throw failed("late", asked, "the store gave no whole answer in time");
    const why = errorText(error).replaceAll(location, "its address");
    throw failed("unreachable", asked, `the store gave no whole answer, ${why}`);
  }
}

async function collect(body: AsyncIterable<Uint8Array> | null, asked: Asked): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    size += chunk.length;
    if (size > mostBytes)
      throw failed("wrong-bytes", asked, `more than ${mostBytes} bytes, which no evidence has`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
