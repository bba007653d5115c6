/**
 * Faults whose end was reached in the real world too, where it takes minutes; each is a test there. In the
 * embedded world all of them are.
 */
export const provenInReal: ReadonlySet<string> = new Set([
  "runner-killed-in-run-step",
  "runner-killed-in-migration",
  "runner-killed-in-flip",
  "connection-silent-in-run-step",
  "connection-silent-in-polling",
  "sshd-restarted-in-run-step",
  "sshd-restarted-in-polling",
  "journal-host-unreachable-at-start",
  "journal-host-unreachable-in-the-middle",
  "job-killed-on-host",
  "host-rebooted-in-run-step",
  "node-killed-in-migration",
  "node-killed-in-dets",
  "postgresql-down-on-second-host",
  "sqitch-verify-fails-on-second-host",
  "two-runs-at-once",
]);
