/** An Erlang term as the console prints it. What cannot be read back (pids, funs, references, ports, loose bits) keeps its text. */
export type Term =
  | { readonly type: "atom"; readonly name: string }
  | { readonly type: "integer"; readonly value: bigint }
  | { readonly type: "float"; readonly value: number }
  | { readonly type: "binary"; readonly bytes: Uint8Array }
  /** `"abc"` and `[97,98,99]` are the same term in Erlang: both are lists of integers. */
  | { readonly type: "list"; readonly items: readonly Term[]; readonly tail?: Term }
  | { readonly type: "tuple"; readonly items: readonly Term[] }
  | { readonly type: "map"; readonly entries: readonly (readonly [Term, Term])[] }
  | {
      readonly type: "opaque";
      readonly kind: "pid" | "fun" | "reference" | "port" | "bitstring";
      readonly text: string;
    };
