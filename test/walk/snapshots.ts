import { cpSync } from "node:fs";
import { join } from "node:path";
import { hosts, type Ground } from "./ground.ts";
import { must } from "./must.ts";
import { chain } from "./runbook.ts";
import { Walk } from "./walk.ts";

/** Where a walk may begin: at nothing, or behind a phase of an undisturbed chain. */
export type Start = "nothing" | (typeof chain)[number];

/** Runs the chain once, undisturbed, and keeps what the hosts are like after each phase, so that walks begin there. */
export async function takeSnapshots(ground: Ground): Promise<void> {
  await ground.clear();
  const walk = new Walk(ground, "2026-11-23T06:00:00.000Z");
  for (const phase of chain) {
    const { outcome, text } = await walk.job({ phase });
    must(outcome === "succeeded", text);
    for (const host of hosts)
      cpSync(ground.path(host), kept(ground, phase, host), { recursive: true });
  }
}

/** Makes a ground as it was behind a phase. */
export async function goTo(ground: Ground, start: Start): Promise<void> {
  await ground.clear();
  if (start === "nothing") return;
  for (const host of hosts)
    cpSync(kept(ground, start, host), ground.path(host), { recursive: true });
}

function kept(ground: Ground, phase: string, host: string): string {
  return join(ground.directory, "..", "snapshots", phase, host);
}
