import { processTerminal } from "./terminal/terminal.ts";
import { runCommandLine } from "./terminal/run-command-line.ts";

/** The terminal: run the command, exit with its status. Everything that goes wrong is told in words. */
process.exitCode = await runCommandLine(process.argv.slice(2), processTerminal(process));
