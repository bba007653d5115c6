import { DatabaseSync } from "node:sqlite";

/** Opens a host's database as its own users do: foreign keys hold, writers of other processes are waited for. */
export function openDatabase(file: string): DatabaseSync {
  const database = new DatabaseSync(file, { enableForeignKeyConstraints: true, timeout: 10_000 });
  database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF;");
  return database;
}

/** Why a statement failed, in the words that the rest of the world goes by. */
export function constraintOf(error: unknown): "foreign-key" | "unique" | "other" {
  const text = error instanceof Error ? error.message : String(error);
  if (text.includes("FOREIGN KEY")) return "foreign-key";
  return text.includes("UNIQUE") ? "unique" : "other";
}
