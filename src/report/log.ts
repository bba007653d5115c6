import type { Event } from "../journal/event.ts";
import { formatTime } from "./format.ts";
import { safeLine, safeLines } from "./gateway.ts";
import { type LogEntry, logLines, startLog } from "./log-lines.ts";
import type { ReportPlan } from "./report-plan.ts";

export interface LogOptions {
  /** Gets finished lines; nothing may be added in front of them that would need the gateway. */
  readonly write: (line: string) => void;
  /** Folds, where the place that shows the log has them; a terminal has none. */
  readonly groups: { start(title: string): void; end(): void } | undefined;
  readonly secrets: readonly string[];
  readonly now: () => Date;
  readonly plan?: ReportPlan;
}

/** The live log of one job. */
export interface Log {
  /** Shows an event that was just appended to the journal. */
  append(event: Event): void;
  /** Shows a line that is not in the journal. */
  say(line: string): void;
  /** Closes the fold that is open; for every ending. */
  end(): void;
}

const maxLength = 1_000;

/** A live log that is computed from events; nothing passes by the gateway. A terminal gets the time of day in front. */
export function createLog({ write, groups, secrets, now, plan }: LogOptions): Log {
  let state = startLog(plan ?? { digest: "", phases: [] });
  const line = (text: string): void => {
    const time = groups === undefined ? `${formatTime(now())} ` : "";
    for (const safe of safeLines(text, { secrets, maxLength: maxLength - time.length }))
      write(`${time}${safe}`);
  };
  const show = (entry: LogEntry): void => {
    if (entry.kind === "line") line(entry.text);
    else if (entry.kind === "close") groups?.end();
    else if (groups === undefined) line(entry.title);
    else groups.start(safeLine(entry.title, { secrets, maxLength: 200 }));
  };
  return {
    append(event) {
      const step = logLines(event, state);
      state = step.state;
      step.entries.forEach(show);
    },
    say: line,
    end() {
      if (state.open) groups?.end();
      state = { ...state, open: false };
    },
  };
}
