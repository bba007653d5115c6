import type { Connection, End } from "./connection.ts";
import {
  checkJobId,
  checkStateDirectory,
  checkToken,
  newNonce,
  readEnd,
  readSurvivors,
} from "./job-names.ts";
import { hostScript, readScript, removeScript, stopScript, tokenScript } from "./job-script.ts";

type TruthfulEnd = Exclude<End, { readonly kind: "lost" }>;

interface Sizes {
  readonly outBytes: number;
  readonly errBytes: number;
  /** By the host's clock, in seconds since 1970. */
  readonly startedAt: number | undefined;
}

/** What became of a job, as its directory and its processes tell. */
export type JobState =
  | { readonly kind: "absent" }
  | ({ readonly kind: "running" } & Sizes)
  | ({ readonly kind: "ended"; readonly end: TruthfulEnd } & Sizes)
  | ({ readonly kind: "vanished"; readonly survivors: readonly number[] } & Sizes)
  | { readonly kind: "bad-directory"; readonly detail: string }
  | { readonly kind: "lost"; readonly reason: string };

/** Looks at a job without touching it; told to bar, it first makes sure that what has not begun never will. */
export async function readJob(
  connection: Connection,
  stateDirectory: string,
  id: string,
  { bar = false }: { readonly bar?: boolean } = {},
): Promise<JobState> {
  checkJobId(id);
  const names = { state: stateDirectory, id, bars: bar ? "yes" : "" };
  const answer = await ask(connection, readScript, names);
  if (answer.lost !== undefined) return { kind: "lost", reason: answer.lost };
  const [kind, out, err, started, ...rest] = answer.words.split(" ");
  const sizes = {
    outBytes: Number(out),
    errBytes: Number(err),
    startedAt: started !== undefined && /^\d+$/.test(started) ? Number(started) : undefined,
  };
  if (kind === "absent") return { kind };
  if (kind === "edited")
    return {
      kind: "bad-directory",
      detail: `${answer.words.slice("edited ".length)}; somebody edited it`,
    };
  if (kind === "running") return { kind, ...sizes };
  if (kind === "vanished") return { kind, survivors: readSurvivors(rest.join(" ")), ...sizes };
  const end = readEnd(rest.join(" "));
  if (end !== undefined) return { kind: "ended", end, ...sizes };
  return {
    kind: "bad-directory",
    detail: `the job's exit says ${JSON.stringify(rest.join(" "))}; somebody edited it`,
  };
}

/** How stopping ended. `ended` means that the job was over before. */
export type StopResult =
  | { readonly kind: "stopped" | "ended"; readonly end: TruthfulEnd | undefined }
  | { readonly kind: "absent" | "still-running" }
  | { readonly kind: "vanished"; readonly survivors: readonly number[] }
  | { readonly kind: "lost"; readonly reason: string };

/** Asks the job's processes to end and kills them after the grace; only if they are that job's. */
export async function stopJob(
  connection: Connection,
  stateDirectory: string,
  id: string,
  options: { readonly graceSeconds?: number; readonly signal?: AbortSignal } = {},
): Promise<StopResult> {
  checkJobId(id);
  const grace = Math.max(0, Math.ceil(options.graceSeconds ?? 10));
  const answer = await ask(
    connection,
    stopScript,
    { state: stateDirectory, id, grace },
    options.signal,
  );
  if (answer.lost !== undefined) return { kind: "lost", reason: answer.lost };
  const [kind, ...rest] = answer.words.split(" ");
  if (kind === "absent" || kind === "still-running") return { kind };
  if (kind === "stopped" || kind === "ended") return { kind, end: readEnd(rest.join(" ")) };
  return { kind: "vanished", survivors: readSurvivors(rest.join(" ")) };
}

/** Removes directories of jobs that are over for that many days; rejects when the host cannot be asked. */
export async function removeOldJobs(
  connection: Connection,
  stateDirectory: string,
  days: number,
): Promise<number> {
  if (!Number.isInteger(days) || days < 1)
    throw new Error(`${days} is no number of days; use a whole number from 1`);
  const answer = await ask(connection, removeScript, {
    state: stateDirectory,
    id: "-",
    days: days - 1,
  });
  if (answer.lost !== undefined)
    throw new Error(`${connection.host}: old job directories were not removed: ${answer.lost}`);
  return Number(answer.words.split(" ")[1]);
}

/** Whether a host accepts a lease token. */
export type TokenResult =
  | { readonly kind: "accepted" }
  | {
      readonly kind: "refused";
      readonly reason: "older-token" | "bad-directory";
      readonly detail: string;
    }
  | { readonly kind: "lost"; readonly reason: string };

/** For mutations that are no jobs: lets the host remember the token, or refuse it because it has seen a newer one. */
export async function presentToken(
  connection: Connection,
  stateDirectory: string,
  token: number,
): Promise<TokenResult> {
  checkToken(token);
  const answer = await ask(connection, `${tokenScript}say accepted\n`, {
    state: stateDirectory,
    id: "-",
    token,
  });
  if (answer.lost !== undefined) return { kind: "lost", reason: answer.lost };
  const [kind, reason, ...detail] = answer.words.split(" ");
  if (kind === "accepted") return { kind };
  return {
    kind: "refused",
    reason: reason === "older-token" ? reason : "bad-directory",
    detail: detail.join(" "),
  };
}

const highestScript = `
highest=0
for seen in "$state"/token/*; do
  seen=\${seen##*/}
  case $seen in '' | *[!0-9]*) continue ;; esac
  if [ "$seen" -gt "$highest" ]; then highest=$seen; fi
done
say highest "$highest"
`;

/** The highest lease token that a host has seen; 0 when it has seen none. Rejects when the host cannot be asked. */
export async function highestToken(
  connection: Connection,
  stateDirectory: string,
): Promise<number> {
  const answer = await ask(connection, highestScript, { state: stateDirectory, id: "-" });
  if (answer.lost !== undefined) throw new Error(`${connection.host}: ${answer.lost}`);
  return Number(answer.words.split(" ")[1]);
}

async function ask(
  connection: Connection,
  script: string,
  names: Readonly<Record<string, string | number>>,
  signal?: AbortSignal,
): Promise<{ readonly words: string; readonly lost?: undefined } | { readonly lost: string }> {
  checkStateDirectory(String(names["state"]));
  const nonce = newNonce();
  const line = hostScript(script, { nonce, ...names });
  const { end, stdout, stderr } = await connection.exec(
    { line },
    signal === undefined ? {} : { signal },
  );
  const words = stdout
    .split("\n")
    .find((text) => text.startsWith(`${nonce} `))
    ?.slice(nonce.length + 1);
  if (words !== undefined) return { words };
  if (end.kind === "lost") return { lost: end.reason };
  return { lost: `the host gave no answer: ${stderr.trim() || JSON.stringify(end)}` };
}
