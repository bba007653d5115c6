import { againFaults } from "./again.ts";
import { budgetFaults } from "./budget.ts";
import { cancelFaults } from "./cancel.ts";
import { connectionFaults } from "./connection.ts";
import { consoleFaults } from "./console.ts";
import { databaseFaults } from "./database.ts";
import { deadlineFaults } from "./deadline.ts";
import { evidenceFaults } from "./evidence.ts";
import type { Fault } from "./fault.ts";
import { githubFaults } from "./github.ts";
import { hostFaults } from "./host.ts";
import { journalFaults } from "./journal.ts";
import { leaseFaults } from "./lease.ts";
import { machineFaults } from "./machine.ts";
import { migrationFaults } from "./migration.ts";
import { noJournalFaults } from "./no-journal.ts";
import { protectedFaults } from "./protected.ts";
import { redisFaults } from "./redis.ts";
import { rollbackFaults } from "./rollback.ts";
import { rulingFaults } from "./ruling.ts";
import { runnerFaults } from "./runner.ts";
import { verdictFaults } from "./verdict.ts";

/** Every fault that a rehearsal can inject, family by family. */
export const faults: readonly Fault[] = [
  ...runnerFaults,
  ...connectionFaults,
  ...hostFaults,
  ...machineFaults,
  ...deadlineFaults,
  ...rulingFaults,
  ...budgetFaults,
  ...consoleFaults,
  ...migrationFaults,
  ...verdictFaults,
  ...redisFaults,
  ...databaseFaults,
  ...leaseFaults,
  ...journalFaults,
  ...rollbackFaults,
  ...noJournalFaults,
  ...cancelFaults,
  ...againFaults,
  ...githubFaults,
  ...protectedFaults,
  ...evidenceFaults,
];
