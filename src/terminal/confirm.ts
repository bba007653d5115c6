import { RefusedError } from "../execute/request.ts";
import { ask } from "./ask.ts";
import type { Terminal } from "./terminal.ts";

/** How a person says that this environment is meant. */
export interface Confirmation {
  readonly environment: string;
  readonly protected: boolean;
  /** Given instead of typing; not where the environment is protected. */
  readonly yes: boolean;
  /** Given for a protected environment, where GitHub would have asked its reviewers. */
  readonly withoutGithub: boolean;
}

/** Refuses what could not be confirmed anyway, before a person is asked for anything. */
export function refuseUnconfirmable(wanted: Confirmation, { interactive }: Terminal): void {
  const { environment } = wanted;
  if (wanted.protected && !wanted.withoutGithub) {
    throw new RefusedError(
      `${environment} is protected, and a terminal asks no reviewer`,
      "dispatch the workflow in GitHub; where GitHub cannot be used, add --without-github and say why in --reason",
    );
  }
  if (interactive || (wanted.yes && !wanted.protected)) return;
  throw new RefusedError(
    wanted.protected
      ? `${environment} is protected: its name has to be typed, and this is no terminal`
      : "this is no terminal, so nobody can confirm it",
    wanted.protected ? "run this in a terminal" : "run this in a terminal, or give --yes",
  );
}

/** Lets a person type the environment's name; anything else refuses. */
export async function confirm(
  { environment, yes, ...wanted }: Confirmation,
  what: string,
  terminal: Terminal,
): Promise<void> {
  if (yes && !wanted.protected) return;
  const typed = await ask(`To ${what}, type the environment's name (${environment}): `, terminal);
  if (typed?.trim() === environment) return;
  const said = typed === undefined ? "nothing was typed" : `${JSON.stringify(typed)} was typed`;
  throw new RefusedError(
    `not confirmed: ${said}, and ${environment} was wanted. Nothing was changed`,
    `run it again and type ${environment}`,
  );
}
