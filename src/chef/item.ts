import {
  applyEdits,
  modify,
  type Node,
  type ParseError,
  parseTree,
  printParseErrorCode,
} from "jsonc-parser";

import { pointerKeys } from "../config/json-pointer.ts";
import { nearest } from "../config/nearest.ts";
import { ChefError } from "./chef-error.ts";

export type Scalar = string | number | boolean;

/** One value of an item; `before` and `after` are JSON, undefined where there was, or shall be, none. */
export interface ItemChange {
  /** JSON pointer (RFC 6901), such as `/mover/version`. */
  readonly pointer: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** An item's text, read as what it is: nothing of it is lost or brought into another order. */
export class Item {
  readonly text: string;
  readonly #name: string;
  readonly #root: Node;

  /** Throws a `ChefError` where the text is no object, holds a key twice or is encrypted. */
  constructor(text: string, name: string) {
    this.text = text;
    this.#name = name;
    const errors: ParseError[] = [];
    const root = parseTree(text, errors, { disallowComments: true });
    const [error] = errors;
    if (error !== undefined)
      throw this.#wrong(
        `is no JSON: ${printParseErrorCode(error.error)} at character ${error.offset}`,
      );
    if (root?.type !== "object") throw this.#wrong("is no JSON object");
    const twice = keyTwice(root);
    if (twice !== undefined)
      throw this.#wrong(
        `holds the key ${JSON.stringify(twice)} twice, and nobody can tell which counts`,
      );
    this.#root = root;
    const secret = encryptedKey(root);
    if (secret !== undefined)
      throw this.#wrong(
        `is encrypted (${secret}), and encrypted items are left alone`,
        "change it with the tool and the secret that it was made with",
      );
  }

  /** What would have to change for these values to be there; none when they are. */
  changes(wanted: Readonly<Record<string, Scalar>>, create: boolean): readonly ItemChange[] {
    return Object.entries(wanted).flatMap(([pointer, value]): ItemChange[] => {
      const found = this.#find(pointer, create);
      const before = found === undefined ? undefined : this.#raw(found);
      const after = JSON.stringify(value);
      return found?.value === value ? [] : [{ pointer, before, after }];
    });
  }

  /** The value at a pointer as the item writes it; undefined where only its last key is missing. */
  at(pointer: string): string | undefined {
    const found = this.#find(pointer, true);
    return found === undefined ? undefined : this.#raw(found);
  }

  /** The single value at a pointer as text; throws a `ChefError` where there is none. */
  value(pointer: string): string {
    const found = this.#find(pointer, false);
    if (found === undefined || found.type === "null")
      throw this.#wrong(`has nothing at ${pointer}`, "set it, or correct the path");
    return String(found.value);
  }

  /** The text with these values, and with nothing else changed. */
  with(changes: readonly ItemChange[]): string {
    return changes.reduce(
      (text, change) => new Item(text, this.#name).#replaced(change),
      this.text,
    );
  }

  /** Whether two items hold the same, whatever the order of their keys; numbers are compared as they are written. */
  sameAs(other: Item): boolean {
    return canonical(this.#root, this.text) === canonical(other.#root, other.text);
  }

  #replaced({ pointer, after }: ItemChange): string {
    const found = this.#find(pointer, true);
    if (after === undefined)
      return applyEdits(this.text, modify(this.text, pointerKeys(pointer), undefined, {}));
    if (found !== undefined) return this.#spliced(found.offset, found.length, after);
    const segments = pointerKeys(pointer);
    const parent = segments
      .slice(0, -1)
      .reduce<Node | undefined>((node, segment) => node && childOf(node, segment), this.#root);
    if (parent === undefined) throw this.#wrong(`has no ${pointer}`);
    const entry = `${JSON.stringify(segments.at(-1))}: ${after}`;
    const last = parent.children?.at(-1);
    if (last === undefined) return this.#spliced(parent.offset + 1, 0, entry);
    return this.#spliced(last.offset + last.length, 0, `, ${entry}`);
  }

  #spliced(offset: number, length: number, text: string): string {
    return this.text.slice(0, offset) + text + this.text.slice(offset + length);
  }

  #raw({ offset, length }: Node): string {
    return this.text.slice(offset, offset + length);
  }

  /** The value that a pointer leads to; undefined where only its last key is missing and may be. */
  #find(pointer: string, create: boolean): Node | undefined {
    let node = this.#root;
    const segments = pointerKeys(pointer);
    for (const [index, segment] of segments.entries()) {
      const here = `/${segments.slice(0, index).join("/")}`;
      const below = this.#below(node, segment, here);
      if (below === undefined) {
        const last = index === segments.length - 1;
        if (last && create && node.type === "object") return undefined;
        const known = keysOf(node);
        const like = nearest(segment, known);
        throw this.#wrong(
          `has no ${pointer}: there is no ${JSON.stringify(segment)} in ${here}${like === undefined ? "" : `; did you mean ${JSON.stringify(like)}?`}`,
          last
            ? "correct the path, or say `create: true` where a new key is meant"
            : "correct the path",
        );
      }
      node = below;
    }
    if (node.type === "object" || node.type === "array")
      throw this.#wrong(
        `has a whole ${node.type} at ${pointer}`,
        "name the single value that is to be set",
      );
    return node;
  }

  #below(node: Node, segment: string, here: string): Node | undefined {
    if (node.type === "array" || node.type === "object") return childOf(node, segment);
    throw this.#wrong(
      `has a ${node.type} at ${here}, and nothing is below that`,
      "correct the path",
    );
  }

  #wrong(what: string, next = "look at the item on the Chef server"): ChefError {
    return new ChefError(`data bag item ${this.#name} ${what}`, { kind: "not-done", next });
  }
}

function entriesOf(node: Node): (readonly [string, Node])[] {
  if (node.type !== "object") return [];
  return (node.children ?? []).flatMap(({ children: [key, value] = [] }) =>
    key === undefined || value === undefined ? [] : [[String(key.value), value] as const],
  );
}

const keysOf = (node: Node): string[] => entriesOf(node).map(([key]) => key);

/** What stands under a key of an object, or in a place of a list. */
function childOf(node: Node, segment: string): Node | undefined {
  if (node.type !== "array") return propertyOf(node, segment);
  return /^\d+$/.test(segment) ? node.children?.[Number(segment)] : undefined;
}

const propertyOf = (node: Node, name: string): Node | undefined =>
  entriesOf(node).find(([key]) => key === name)?.[1];

function childrenOf(node: Node): readonly Node[] {
  return node.type === "object" ? entriesOf(node).map(([, value]) => value) : (node.children ?? []);
}

function keyTwice(node: Node): string | undefined {
  const keys = keysOf(node);
  const twice = keys.find((key, index) => keys.indexOf(key) !== index);
  if (twice !== undefined) return twice;
  for (const child of childrenOf(node)) {
    const found = keyTwice(child);
    if (found !== undefined) return found;
  }
  return undefined;
}

/**
 * Chef encrypts an item's values one by one: since version 1 to an object with these keys, before that to lines of
 * base64, as Ruby writes them.
 */
function encryptedKey(root: Node): string | undefined {
  return entriesOf(root).find(([, value]) => {
    const keys = keysOf(value);
    if (keys.includes("encrypted_data")) return keys.includes("cipher") || keys.includes("iv");
    return typeof value.value === "string" && base64Lines.test(value.value);
  })?.[0];
}

const base64Lines = /^(?:[A-Za-z0-9+/]{60}\n)*[A-Za-z0-9+/]{2,60}={0,2}\n$/;

function canonical(node: Node, text: string): string {
  if (node.type === "array")
    return `[${(node.children ?? []).map((child) => canonical(child, text)).join(",")}]`;
  if (node.type === "object") {
    const entries = entriesOf(node).map(
      ([key, value]) => `${JSON.stringify(key)}:${canonical(value, text)}`,
    );
    return `{${entries.toSorted().join(",")}}`;
  }
  if (node.type === "number") return text.slice(node.offset, node.offset + node.length);
  return JSON.stringify(node.value);
}
