import type { Trouble } from "../github/start-github.ts";
import { before, completes, type Fault } from "./fault.ts";
import { judgeRolledBack } from "./judge.ts";
import type { Scene } from "./scene.ts";

/** How GitHub's API does not answer. */
const failures: Readonly<Record<string, { readonly title: string; readonly trouble?: Trouble }>> = {
  down: { title: "GitHub's API takes no connection after preflight" },
  slow: { title: "GitHub's API never answers after preflight", trouble: "late" },
  "rate-limited": {
    title: "GitHub's API answers 429 after preflight",
    trouble: {
      status: 429,
      headers: { "retry-after": "3600", "x-ratelimit-remaining": "0" },
      json: { message: "API rate limit exceeded" },
    },
  },
};

/** GitHub is in no state to be asked, and nothing that has begun needs it. */
export const githubFaults: readonly Fault[] = [
  ...Object.entries(failures).map(([how, { title, trouble }]): Fault => ({
    name: `github-${how}`,
    cause: "github",
    title,
    end: `no effect but a note; ${completes}`,
    after: before("schema"),
    completes: true,
    play: (scene) => withGithub(scene, trouble, () => passWithNote(scene, "schema", "mover")),
  })),
  {
    name: "rollback-without-github",
    cause: "github",
    title: "the rollback is dispatched after the flip, while GitHub's API takes no connection",
    end: "couch serves, writes are open and probed, the clock stands, the round is closed, and one sentence says so",
    after: before("reopen"),
    completes: false,
    play: (scene) =>
      withGithub(scene, undefined, async () => {
        scene.must(await scene.dispatch("rollback"), ["succeeded"]);
        await judgeRolledBack(scene);
      }),
  },
];

/** The phases end well, and say of GitHub only that it could not tell who approved them. */
export async function passWithNote(scene: Scene, ...phases: readonly string[]): Promise<void> {
  for (const phase of phases)
    scene.must(await scene.run(phase), ["succeeded"], /who approved this run is not known/);
}

/** Lets every job find GitHub's API where it answers like that, or not at all. */
export async function withGithub(
  { github }: Scene,
  trouble: Trouble | undefined,
  act: () => Promise<void>,
): Promise<void> {
  if (trouble === undefined) await github.stop();
  else github.trouble(/./, trouble);
  try {
    await act();
  } finally {
    github.noTrouble();
    if (trouble === undefined) await github.start();
  }
}
