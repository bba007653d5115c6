import type { Connection } from "../transport/connection.ts";
import { openConsole } from "../transport/console/attached-console.ts";
import type { Console, ConsoleOptions } from "../transport/console/console.ts";
import { errorText } from "../config/error-text.ts";

/** A console over whatever connection its host has now: when that one was lost, the next question goes over a new one. */
export function keptConsole(
  options: ConsoleOptions,
  connect: (host: string) => Promise<Connection>,
): Console {
  let current: { connection: Connection; console: Console } | undefined;
  const now = async (): Promise<Console> => {
    const connection = await connect(options.host);
    if (current?.connection !== connection)
      current = { connection, console: openConsole(connection, options) };
    return current.console;
  };
  return {
    name: options.name,
    host: options.host,
    async state() {
      try {
        return await (await now()).state();
      } catch (error) {
        return {
          state: "unreachable",
          detail: errorText(error),
        };
      }
    },
    async evaluate(expression, how) {
      try {
        return await (await now()).evaluate(expression, how);
      } catch (error) {
        const reason = errorText(error);
        return { kind: "lost", reason, evaluated: "unknown" };
      }
    },
    recall: async (id, how) => (await now()).recall(id, how),
    forget: async (id) => (await now()).forget(id),
    identity: async () => (await now()).identity(),
    start: async (how) => (await now()).start(how),
    stop: async (how) => (await now()).stop(how),
    async detach() {
      await current?.console.detach();
      current = undefined;
    },
  };
}
