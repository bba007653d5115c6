import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";

import { before, completes, type Fault } from "./fault.ts";
import { judgeRolledBack } from "./judge.ts";
import type { Scene } from "./scene.ts";

/** How GitHub's API does not answer. */
const failures: Readonly<
  Record<string, { readonly title: string; readonly answer?: RequestListener }>
> = {
  down: { title: "GitHub's API takes no connection after preflight" },
  slow: { title: "GitHub's API never answers after preflight", answer: () => undefined },
  "rate-limited": {
    title: "GitHub's API answers 429 after preflight",
    answer: (_request, response) => {
      response.writeHead(429, { "retry-after": "3600", "x-ratelimit-remaining": "0" }).end("{}");
    },
  },
};

/** GitHub is in no state to be asked, and nothing that has begun needs it. */
export const githubFaults: readonly Fault[] = [
  ...Object.entries(failures).map(([how, { title, answer }]): Fault => ({
    name: `github-${how}`,
    cause: "github",
    title,
    end: `no effect; ${completes}`,
    after: before("schema"),
    completes: true,
    play: (scene) => withGithub(scene, answer, () => scene.pass("schema", "mover")),
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

/** Lets every job find GitHub's API where it answers like that, or not at all. */
async function withGithub(
  scene: Scene,
  answer: RequestListener | undefined,
  act: () => Promise<void>,
): Promise<void> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve());
  });
  const { port } = server.address() as AddressInfo;
  const close = (): void => {
    server.closeAllConnections();
    server.close();
  };
  if (answer === undefined) close();
  scene.runnerEnv = { GITHUB_API_URL: `http://127.0.0.1:${port}`, GITHUB_TOKEN: "rehearsal" };
  try {
    await act();
  } finally {
    scene.runnerEnv = {};
    close();
  }
}
