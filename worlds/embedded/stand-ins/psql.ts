import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { openDatabase } from "../sql-database.ts";

interface Options {
  readonly separator: string;
  readonly commands: readonly string[];
}

/** Runs SQL on this host's database and prints rows as `psql -At` does. */
function psql(argv: readonly string[], host: string): number {
  const port = process.env["PGPORT"] ?? "5432";
  const at = `connection to server at "${process.env["PGHOST"] ?? "127.0.0.1"}", port ${port} failed`;
  if (existsSync(join(host, "var/pg-down")))
    return complain(`psql: error: ${at}: Connection refused`, 2);
  if (!mayEnter(host))
    return complain(`psql: error: ${at}: FATAL:  password authentication failed`, 2);
  const { separator, commands } = parse(argv);
  const database = openDatabase(join(host, "var/pg/opscode_chef.db"));
  try {
    for (const command of commands)
      print(database.prepare.bind(database), database.exec.bind(database), command, separator);
    return 0;
  } catch (error) {
    return complain(`ERROR:  ${translate(error)}`, 1);
  } finally {
    database.close();
  }
}

/** Over the network a password is wanted where the world has one; the local user needs none. */
function mayEnter(host: string): boolean {
  const file = join(host, "var/pg/password");
  if (process.env["PGHOST"] === undefined || !existsSync(file)) return true;
  return process.env["PGPASSWORD"] === readFileSync(file, "utf8").trim();
}

function print(
  prepare: (sql: string) => import("node:sqlite").StatementSync,
  run: (sql: string) => void,
  command: string,
  separator: string,
): void {
  if (!/^\s*(select|with|values)\b/i.test(command)) return run(command);
  const statement = prepare(command);
  statement.setReturnArrays(true);
  const rows = statement.all() as unknown as (string | number | null)[][];
  const lines = rows.map((row) => `${row.map((value) => value ?? "").join(separator)}\n`);
  process.stdout.write(lines.join(""));
}

function parse(argv: readonly string[]): Options {
  const commands: string[] = [];
  let separator = "|";
  for (let index = 0; index < argv.length; index += 1) {
    const next = argv[index + 1] ?? "";
    if (argv[index] === "-c") commands.push(next);
    if (argv[index] === "-f") commands.push(readFileSync(next, "utf8"));
    if (argv[index] === "-F") separator = next;
    if (/^-[cfFhpUdv]$/.test(argv[index] ?? "")) index += 1;
  }
  return { separator, commands };
}

function translate(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const table = /no such table: (\S+)/.exec(text)?.[1];
  return table === undefined ? text : `relation "${table}" does not exist`;
}

function complain(text: string, status: number): number {
  process.stderr.write(`${text}\n`);
  return status;
}

process.exitCode = psql(process.argv.slice(2), process.env["WORLD_HOST"] ?? "");
