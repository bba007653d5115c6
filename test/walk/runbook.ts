import { needs, hosts, type HostName } from "./ground.ts";

/** The phases of the chain, in their order. */
export const chain = ["preflight", "upgrade", "switch", "finish"] as const;
export type ChainPhase = (typeof chain)[number];

const phaseOfChange: Readonly<Record<string, ChainPhase>> = {
  schema: "upgrade",
  index: "upgrade",
  notice: "upgrade",
  offline: "switch",
  convert: "switch",
  online: "switch",
};

/** What a phase changes, and where; the last one wants all of it. */
export function changesOf(phase: string): readonly (readonly [string, HostName])[] {
  return hosts.flatMap((host) =>
    needs[host]
      .filter((change) => phase === "finish" || phaseOfChange[change] === phase)
      .map((change) => [change, host] as const),
  );
}

/** Whether a phase changes anything by itself. */
export function changesAny(phase: string): boolean {
  return Object.values(phaseOfChange).some((one) => one === phase);
}
