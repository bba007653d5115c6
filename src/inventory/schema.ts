import * as z from "zod";
import type { DeepReadonly } from "../config/shape.ts";
import { node, strict, toModel } from "../config/shape.ts";
import { regex } from "../runbook/parts.ts";

const hostName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, {
  error: "expected a name of letters, digits, dots, hyphens and underscores",
});

const vars = z.record(
  z.string().regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/, {
    error: "expected a name of letters, digits and underscores",
  }),
  z.union([z.string(), z.number(), z.boolean()], {
    error: "expected text, a number or true/false",
  }),
);

const host = strict({
  address: z.string().min(1),
  port: z.int().min(1).max(65_535).default(22),
  user: z.string().min(1),
  jump: hostName.exactOptional(),
  vars: vars.default({}),
});

const query = z
  .string()
  .min(1)
  .regex(/^[^\r\n]*$/, { error: "expected a query on one line" })
  .refine((text) => !text.includes("${"), {
    error: "a query is taken as it stands, with no variables in it; write their values",
  });

/** A role whose hosts the phase that opens a round finds by a search of the Chef server's nodes. */
const roleSearch = strict({
  search: query,
  address: z
    .string()
    .regex(/^[^.\s]+(\.[^.\s]+)*$/, {
      error: "expected an attribute such as fqdn, ipaddress or cloud.public_ipv4",
    })
    .default("fqdn"),
  user: z.string().min(1),
  port: z.int().min(1).max(65_535).default(22),
  jump: hostName.exactOptional(),
});

/** How old something may be: whole hours or days, as seconds. */
const age = z
  .string({ error: "expected an age such as 36h or 7d" })
  .regex(/^[1-9]\d*[hd]$/, { error: "expected an age such as 36h or 7d" })
  .transform((text) => Number.parseInt(text, 10) * (text.endsWith("d") ? 86_400 : 3600));

/** What another environment must have proved before a round may begin in this one. */
const evidence = node({
  from: z.string().min(1),
  "max-age": age,
  "rollback-since": z.iso.date({ error: "expected a date such as 2027-01-31" }).exactOptional(),
});

const journal = strict({ host: hostName.exactOptional(), directory: z.string().min(1) });

/** Hosts by role for one environment. */
export const inventorySchema = strict({
  environment: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, {
    error: "expected the name of an environment, such as pre-prod",
  }),
  protected: z.boolean().default(true),
  journal,
  evidence: evidence.exactOptional(),
  baseline: z.string().min(1).exactOptional(),
  "state-directory": z.string().min(1).default(".runbook-phase"),
  hosts: z.record(hostName, host),
  roles: z.record(
    z.string().min(1),
    z.union([z.array(hostName).min(1, { error: "a role needs at least one host" }), roleSearch]),
  ),
  vars: vars.default({}),
}).transform((parsed) => {
  const { roles, ...model } = toModel(parsed);
  return { ...model, ...rolesOf(roles) };
});

type ParsedRole = string[] | z.output<typeof roleSearch>;

function rolesOf(roles: Readonly<Record<string, ParsedRole>>) {
  const listed: Record<string, string[]> = {};
  const searches: Record<string, z.output<typeof roleSearch>> = {};
  for (const [role, hosts] of Object.entries(roles)) {
    if (Array.isArray(hosts)) listed[role] = hosts;
    else searches[role] = hosts;
  }
  return { roles: listed, searches };
}

/** How a role's hosts are found, and how each of them is reached. */
export type RoleSearch = DeepReadonly<z.output<typeof roleSearch>>;

/** A name that a host may have. */
export function isHostName(text: string): boolean {
  return hostName.safeParse(text).success;
}

/** One environment: its hosts, their roles and what differs from the runbook's defaults. */
export type Inventory = DeepReadonly<z.output<typeof inventorySchema>> & {
  /** Where it was loaded from; `baseline` is already relative to the working directory. */
  readonly file: string;
};

const allowanceError =
  "expected how many are allowed: a whole number from 0, or a share of the objects from 0% to 100%, such as 0.5%";

const share = z
  .string()
  .regex(/^\d{1,3}(?:\.\d+)?%$/, { error: allowanceError })
  .transform((text) => ({ percent: Number(text.slice(0, -1)) }))
  .refine(({ percent }) => percent <= 100, { error: "a share may be at most 100%" });

/** Words of one who means to write something later; a proposed baseline has them where a person has to decide. */
const unwritten = /^\W*(?:todo|tbd|fixme|xxx)\b/i;

const written = z
  .string()
  .min(1)
  .refine((text) => text.trim() !== "" && !unwritten.test(text), {
    error: "has to be written by a person who looked at these failures",
  });

/** Texts that no log has ever held: a pattern that takes one of them takes anything. */
const nonsense = ["qzxjvkwp", "Qzxj vkwp wfgh", "qzxj_vkwp", "{qzxj,[vkwp]}"];

const reasonPattern = regex.min(1).refine((text) => !takesAnything(text), {
  error: "matches any reason at all; name the reasons that were looked at, or leave `reasons` out",
});

function takesAnything(pattern: string): boolean {
  try {
    const whole = new RegExp(`^(?:${pattern})$`, "s");
    return nonsense.some((text) => whole.test(text));
  } catch {
    return false;
  }
}

const baselineEntry = strict({
  class: z.string().min(1),
  reasons: z.array(reasonPattern).min(1).exactOptional(),
  why: written,
  seen: written,
  allowed: z.union([z.int().nonnegative(), share], { error: allowanceError }),
  expires: z.iso.date({ error: "expected a date such as 2027-01-31" }).exactOptional(),
  "accepted-by": written.exactOptional(),
}).transform((parsed) => toModel(parsed));

/** Known failures, each with its reason and how many are allowed. */
export const baselineSchema = z.array(baselineEntry);

export type BaselineEntry = DeepReadonly<z.output<typeof baselineEntry>>;
