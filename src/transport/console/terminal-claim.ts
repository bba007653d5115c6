import type { Command, Connection } from "../connection.ts";

/** Whose terminals those are that this tool leaves at a console: the highest lease token may have it. */
export interface TerminalClaim {
  /** Relative to where the SSH user logs in. */
  readonly stateDirectory: string;
  readonly token: number;
}

const names = `
case $CLAIM_STATE in /*) ;; *) CLAIM_STATE=$HOME/$CLAIM_STATE ;; esac
claim=$CLAIM_STATE/consoles/$CLAIM_CONSOLE
born() { cut -d ' ' -f 22 "/proc/$1/stat" 2>/dev/null; }
`;

/** Notes which process has the terminal, under which token, before it attaches. */
const note = `
(umask 077; mkdir -p "\${claim%/*}" && echo "$CLAIM_TOKEN $$ $(born $$)" > "$claim.$$") 2>/dev/null
`;

/** A terminal of an older token is hung up, as closing its connection would have done; a newer one is left alone. */
const hangUp = `
lives() { [ "$(born "$pid")" = "$start" ]; }
send() {
  for whom in "-$pid" "$pid"; do
    kill -s "$1" -- "$whom" 2>/dev/null && return
    sudo -n kill -s "$1" -- "$whom" 2>/dev/null && return
  done
}
hang_up() {
  for signal in HUP KILL; do
    send "$signal"
    left=20
    while [ "$left" -gt 0 ]; do
      lives || { echo "hung up"; return; }
      sleep 0.1 2>/dev/null || sleep 1
      left=$((left - 1))
    done
  done
}
for each in "$claim".*; do
  token= pid= start=
  { read -r token pid start < "$each"; } 2>/dev/null
  case "$token-$pid-$start" in -* | *- | *--* | *[!0-9-]*) continue ;; esac
  if ! lives; then rm -f "$each"
  elif [ "$token" -le "$CLAIM_TOKEN" ]; then hang_up; fi
done
`;

/** The command that attaches, which leaves behind whose terminal it is. */
export function claiming(command: Command, console: string, claim: TerminalClaim): Command {
  return {
    ...command,
    line: `${names}${note}${command.line}`,
    env: { ...command.env, ...environment(console, claim) },
  };
}

/** Hangs up the terminal that an earlier attempt of this tool left at the console; true when there was one. */
export async function hangUpEarlier(
  connection: Connection,
  console: string,
  claim: TerminalClaim,
): Promise<boolean> {
  const line = `${names}${hangUp}`;
  const command = { line, env: environment(console, claim) };
  const { stdout } = await connection.exec(command, { timeoutSeconds: 20 });
  return stdout.includes("hung up");
}

function environment(console: string, { stateDirectory, token }: TerminalClaim) {
  return {
    CLAIM_STATE: stateDirectory,
    CLAIM_CONSOLE: console.replaceAll(/[^\w.-]/g, "-"),
    CLAIM_TOKEN: String(token),
  };
}
