import * as z from "zod";

type Camel<Text extends string> = Text extends `${infer Head}-${infer Tail}`
  ? `${Head}${Capitalize<Camel<Tail>>}`
  : Text;

const durationKeys = [
  "timeout",
  "every",
  "for",
  "until-quiet",
  "settle",
  "max-age",
  "budget",
] as const;
type DurationKey = (typeof durationKeys)[number];
type ModelKey<Key> = Key extends DurationKey
  ? `${Camel<Key>}Seconds`
  : Key extends string
    ? Camel<Key>
    : never;
type Model<Parsed> = { [Key in keyof Parsed as ModelKey<Key>]: Parsed[Key] };

/** A parsed document is data that nobody changes. */
export type DeepReadonly<Value> = Value extends readonly (infer Item)[]
  ? readonly DeepReadonly<Item>[]
  : Value extends object
    ? { readonly [Key in keyof Value]: DeepReadonly<Value[Key]> }
    : Value;

function modelKey(key: string): string {
  const camel = key.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
  return durationKeys.some((name) => name === key) ? `${camel}Seconds` : camel;
}

/** Renames the keys of one object from the file's kebab-case to the model's camelCase, with units in names. */
export function toModel<Parsed extends object>(parsed: Parsed): Model<Parsed> {
  const entries = Object.entries(parsed).map(([key, value]) => [modelKey(key), value]);
  return Object.fromEntries(entries) as Model<Parsed>;
}

/**
 * An object of a file that knows all its keys. The message of an unknown key is the
 * list of the known ones, from which `explain` finds the nearest.
 */
export function strict<Fields extends z.core.$ZodLooseShape>(fields: Fields) {
  const known = Object.keys(fields).join(", ");
  return z.strictObject(fields, {
    error: (issue) => (issue.code === "unrecognized_keys" ? known : undefined),
  });
}

/** A strict object whose keys are renamed for the model. */
export function node<Fields extends z.core.$ZodLooseShape>(fields: Fields) {
  return strict(fields).transform((parsed) => toModel(parsed));
}

/** A named choice and its alternatives by their telling key. */
export interface Choice {
  readonly name: string;
  readonly options: Readonly<Record<string, z.ZodType>>;
}

/** What a choice is made of, so that the published JSON Schema can list it. */
export const choices = new WeakMap<z.core.$ZodType, Choice>();

type Chosen<Options extends Readonly<Record<string, z.ZodType>>> = z.output<Options[keyof Options]>;

/**
 * An object whose one telling key says what it is: `run`, `eval`, `probe` and so on.
 * Only the chosen schema judges it, so that a mistake is not reported once per alternative.
 */
export function byKey<const Options extends Readonly<Record<string, z.ZodType>>>(
  name: string,
  options: Options,
) {
  const schema = z.unknown().transform((value, context): Chosen<Options> => {
    const chosen = choose(name, options, value);
    if ("message" in chosen) {
      context.issues.push({ code: "custom", input: value, ...chosen });
      return z.NEVER;
    }
    const parsed = chosen.schema.safeParse(value);
    if (parsed.success) return parsed.data as Chosen<Options>;
    for (const issue of parsed.error.issues)
      context.issues.push({ ...issue, input: value } as z.core.$ZodRawIssue);
    return z.NEVER;
  });
  choices.set(schema, { name, options });
  return schema;
}

type ChoiceMade =
  | { readonly schema: z.ZodType }
  | {
      readonly message: string;
      readonly params?: { readonly among: readonly string[]; readonly keys: readonly string[] };
    };

function choose(
  name: string,
  options: Readonly<Record<string, z.ZodType>>,
  value: unknown,
): ChoiceMade {
  const names = Object.keys(options);
  const wanted = names.map((key) => `\`${key}\``).join(", ");
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return { message: `expected a ${name}: a map with one of ${wanted}` };
  }
  const keys = Object.keys(value);
  const present = names.filter((key) => keys.includes(key));
  const [first, second] = present;
  if (first === undefined)
    return { message: `a ${name} needs one of ${wanted}`, params: { among: names, keys } };
  if (second !== undefined) {
    return {
      message: `a ${name} is one thing; here are ${present.map((key) => `\`${key}\``).join(" and ")}`,
    };
  }
  const schema = options[first];
  return schema === undefined ? { message: `a ${name} needs one of ${wanted}` } : { schema };
}
