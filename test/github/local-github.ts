import { onTestFinished } from "vitest";

import { githubClient, type ClientOptions, type GithubClient } from "../../src/github/client.ts";
import {
  repository,
  startGithub,
  token,
  type LocalGithub,
} from "../../worlds/github/start-github.ts";

/** A GitHub of the test's own and a client that has little patience with it. */
export async function githubForTest(
  changed: Partial<ClientOptions> = {},
): Promise<{ readonly github: LocalGithub; readonly client: GithubClient }> {
  const github = await startGithub();
  onTestFinished(() => github.stop());
  const { apiUrl } = github;
  const limits = { attemptSeconds: 5, totalSeconds: 10, tries: 3 };
  return { github, client: githubClient({ apiUrl, repository, token, ...limits, ...changed }) };
}
