import type { BranchPolicy, Environment } from "./answers.ts";
import type { CallLimits, GithubClient } from "./client.ts";

/** What an environment lacks, and how to mend it in its settings. */
export interface Lack {
  readonly problem: string;
  readonly mend: string;
}

/** What was seen of an environment; it is protected when it lacks nothing. */
export interface SeenProtection {
  readonly environment: Environment;
  /** Names and patterns of branches and tags that may deploy, or `protected branches`. */
  readonly branches: readonly string[];
  readonly lacks: readonly Lack[];
}

/** Asks for everything that protects an environment and names whatever is missing, all at once. */
export async function seeProtection(
  client: GithubClient,
  name: string,
  limits?: CallLimits,
): Promise<SeenProtection> {
  const environment = await client.environment(name, limits);
  const { branches, lack } = await seeBranches(client, environment, limits);
  const lacks = [...lacksOf(environment), ...(lack === undefined ? [] : [lack])];
  const bare = environment.ruleTypes.length === 0 && environment.branches === "any";
  return { environment, branches, lacks: bare ? [madeByGithub(name), ...lacks] : lacks };
}

/** Anything but GitHub's plain yes is a lack: what it does not say proves nothing. */
function lacksOf(environment: Environment): readonly Lack[] {
  const { reviewers, preventSelfReview, adminsMayBypass } = environment;
  const found: (Lack | false)[] = [
    reviewers.length === 0 && {
      problem: "it has no required reviewers",
      mend: "add required reviewers",
    },
    reviewers.length > 0 &&
      !preventSelfReview && {
        problem: "whoever dispatches a run may approve it",
        mend: "tick Prevent self-review",
      },
    adminsMayBypass !== false && {
      problem:
        adminsMayBypass === undefined
          ? "GitHub does not say whether administrators may bypass its rules"
          : "administrators may bypass its rules",
      mend: "untick Allow administrators to bypass configured protection rules",
    },
  ];
  return found.filter((one) => one !== false);
}

async function seeBranches(
  client: GithubClient,
  { name, branches }: Environment,
  limits?: CallLimits,
): Promise<{ readonly branches: readonly string[]; readonly lack?: Lack }> {
  switch (branches) {
    case "any":
      return { branches: [], lack: anyBranch("every branch may deploy to it") };
    case "protected": {
      const some = await client.protectedBranches(limits);
      const none =
        "only protected branches may deploy to it, and none is protected, which lets all";
      return some.length > 0
        ? { branches: [`protected branches (${some.join(", ")})`] }
        : { branches: [], lack: anyBranch(none) };
    }
    case "named": {
      const policies = await client.branchPolicies(name, limits);
      const wide = policies.find(letsAll);
      const names = policies.map((one) => (one.type === "tag" ? `tag ${one.name}` : one.name));
      return wide === undefined
        ? { branches: names }
        : {
            branches: names,
            lack: anyBranch(`its ${wide.type} rule ${wide.name} lets all deploy`),
          };
    }
  }
}

function letsAll({ name }: BranchPolicy): boolean {
  return /^[*/]+$/.test(name);
}

function anyBranch(problem: string): Lack {
  return { problem, mend: "let only the branches that you protect deploy to it" };
}

function madeByGithub(name: string): Lack {
  return {
    problem: `${name} is there without any rule, as GitHub makes it of a name that nobody has set up`,
    mend: `see whether ${name} is spelled as you mean it`,
  };
}
