/** Phases that a workflow of their own dispatches. */
export const dispatched: ReadonlySet<string> = new Set(["rollback", "reset", "restore-data-bags"]);

/** Plan and phases of one chain belong to one workflow run; each chain, rollback and reset is dispatched on its own. */
export class RunIds {
  #next = 1000;
  #chain = "";
  #opened = false;

  /** What comes next is another dispatch. */
  endChain(): void {
    this.#chain = "";
    this.#opened = false;
  }

  of(phase: string): string {
    if (dispatched.has(phase)) return String((this.#next += 1));
    if (phase === "preflight" && this.#opened) this.endChain();
    this.#opened ||= phase === "preflight";
    if (this.#chain === "") this.#chain = String((this.#next += 1));
    return this.#chain;
  }
}
