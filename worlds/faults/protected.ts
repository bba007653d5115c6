import type { Trouble } from "../github/start-github.ts";
import { unprotected, wellProtected, type EnvironmentRules } from "../github/state.ts";
import { before, type Fault } from "./fault.ts";
import { passWithNote, withGithub } from "./github.ts";
import type { Ask, Scene } from "./scene.ts";

const refusal = "refused by preflight with what is missing and how to mend it, nothing touched";

interface Lacking {
  readonly name: string;
  readonly title: string;
  /** How the environment is set up instead; undefined when it is not there. */
  readonly rules: EnvironmentRules | undefined;
  readonly says: RegExp;
}

const lacking: readonly Lacking[] = [
  {
    name: "prod-unprotected",
    title: "prod is dispatched, and its environment in GitHub has no required reviewers",
    rules: { ...wellProtected, reviewers: [] },
    says: /no required reviewers[\s\S]*Next: add required reviewers/,
  },
  {
    name: "prod-misspelled",
    title: "prod is dispatched, and GitHub made its environment of a name that nobody set up",
    rules: unprotected,
    says: /without any rule[\s\S]*Next: see whether prod is spelled/,
  },
  {
    name: "prod-unknown-to-github",
    title: "prod is dispatched, and GitHub has no environment of that name",
    rules: undefined,
    says: /knows no environment prod[\s\S]*Next: see whether prod is spelled/,
  },
  {
    name: "prod-admins-may-bypass",
    title: "prod is dispatched, and administrators may bypass the rules of its environment",
    rules: { ...wellProtected, adminsMayBypass: true },
    says: /administrators may bypass[\s\S]*Next: untick/,
  },
  {
    name: "prod-self-review",
    title: "prod is dispatched, and whoever dispatches may approve",
    rules: { ...wellProtected, preventSelfReview: false },
    says: /may approve it[\s\S]*Next: tick Prevent self-review/,
  },
  {
    name: "prod-from-any-branch",
    title: "prod is dispatched, and every branch may deploy to its environment",
    rules: { ...wellProtected, branches: "any" },
    says: /every branch may deploy[\s\S]*Next: let only the branches/,
  },
];

interface Silent {
  readonly name: string;
  readonly title: string;
  readonly trouble: Trouble | undefined;
  readonly says: RegExp;
}

const forbidden = { message: "Resource not accessible by integration" };
const silent: readonly Silent[] = [
  {
    name: "github-forbids-asking",
    title: "the job's token may not ask how prod is protected (403)",
    trouble: { status: 403, json: forbidden },
    says: /403, "Resource not[\s\S]*Next: give the job `permissions: actions: read`/,
  },
  {
    name: "github-knows-no-token",
    title: "GitHub does not know the token when it is asked how prod is protected (401)",
    trouble: { status: 401, json: { message: "Bad credentials" } },
    says: /401, "Bad credentials"/,
  },
  {
    name: "github-limits-asking",
    title: "GitHub answers 429 when it is asked how prod is protected",
    trouble: { status: 429, headers: { "retry-after": "3600" } },
    says: /: 429[\s\S]*Next: .*3600 s/,
  },
  {
    name: "github-broken-at-preflight",
    title: "GitHub answers 500 when it is asked how prod is protected",
    trouble: { status: 500 },
    says: /: 500/,
  },
  {
    name: "github-late-at-preflight",
    title: "GitHub never answers when it is asked how prod is protected",
    trouble: "late",
    says: /no answer in time/,
  },
  {
    name: "github-garbled-at-preflight",
    title: "a proxy answers with a page when GitHub is asked how prod is protected",
    trouble: { text: "<html>Sign in</html>" },
    says: /no JSON/,
  },
  {
    name: "github-down-at-preflight",
    title: "GitHub takes no connection when it is asked how prod is protected",
    trouble: undefined,
    says: /there was no answer/,
  },
];

/** An environment that its inventory calls protected, and a GitHub that does not say so. */
export const protectedFaults: readonly Fault[] = [
  ...lacking.map(({ name, title, rules, says }): Fault => ({
    ...inProd(name, title, refusal),
    play: async (scene) => {
      const { environments } = scene.github.state;
      if (rules === undefined) environments.delete("prod");
      else environments.set("prod", rules);
      await refusedUntouched(scene, says);
    },
  })),
  ...silent.map(({ name, title, trouble, says }): Fault => ({
    ...inProd(name, title, "refused by preflight with the reason, never a pass; nothing touched"),
    play: (scene) => withGithub(scene, trouble, () => refusedUntouched(scene, says)),
  })),
  {
    ...inProd(
      "prod-github-down-after-preflight",
      "GitHub takes no connection in a protected environment when preflight is done",
      "no effect but a note: the phases rely on what preflight journaled",
    ),
    after: before("schema"),
    play: (scene) => withGithub(scene, undefined, () => passWithNote(scene, "schema", "mover")),
  },
];

function inProd(name: string, title: string, end: string) {
  const setting = { environment: "prod" } as const;
  return { name, title, end, setting, cause: "github", after: [], completes: false } as const;
}

/** Preflight says no before it connects to anything: no host has heard of it, no journal was begun. */
export async function refusedUntouched(scene: Scene, says: RegExp, ask: Ask = {}): Promise<void> {
  const ended = await scene.run("preflight", ask);
  scene.must(ended, ["refused"], says);
  scene.must(ended, ["refused"], /No host was touched/);
  for (const [host, link] of Object.entries(scene.links))
    scene.expect(link.connections === 0, `${host} was connected to`);
  scene.expect(scene.events().length === 0, "the journal was written");
}
