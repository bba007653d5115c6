/** What a person does when a newer token than ours was seen. */
export const overtakenNext =
  "see who acts now (the journal's last events say it). A rollback may have acted while the journal could not be used: dispatch it again, and its events join the journal";
