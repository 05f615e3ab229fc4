/** Symbol tables, written: the names of a group in a local heap, its entries in the leaves of a B-tree. */
import { ValueError } from "@antler/tensor-core";
import { ByteWriter, encodeText, pad8 } from "../bytes.ts";
import type { Placement } from "./placement.ts";

/** A name in a group and the address of the object's header. */
export interface Symbol {
  readonly name: string;
  readonly header: number;
}

/** Half of what a leaf and a node hold at most: the HDF5 library's defaults, which the superblock repeats. */
export const LEAF_K = 4;
export const INTERNAL_K = 16;

const LEAF_BYTES = 8 + 2 * LEAF_K * 40;
const NODE_BYTES = 24 + (4 * INTERNAL_K + 1) * 8;

/** Something a node of the tree points to, and the last name in it: a place in the heap. */
interface Child {
  readonly address: number;
  readonly last: number;
}

/** Places a group's names and entries. */
export function placeSymbolTable(symbols: readonly Symbol[], placement: Placement): { tree: number; heap: number } {
  const sorted = symbols.map(({ name, header }) => ({ bytes: encodeName(name), header })).sort((a, b) => compare(a.bytes, b.bytes));
  // The first name is the empty one: it is the key before all others.
  const names = new ByteWriter().zeros(8);
  const entries = sorted.map(({ bytes, header }) => {
    const at = names.length;
    names.put(bytes).zeros(pad8(bytes.length + 1) - bytes.length);
    return { at, header };
  });
  const leaves = inGroups(entries, 2 * LEAF_K).map(
    (group): Child => ({ address: placement.place(encodeLeaf(group)), last: group.at(-1)!.at }),
  );
  return { tree: placeTree(leaves, placement), heap: placeHeap(names.finish(), placement) };
}

function encodeName(name: string): Uint8Array {
  if (name === "" || name === "." || name === ".." || /[/\0]/.test(name)) {
    throw new ValueError("writeHdf5", `${JSON.stringify(name)} is no name in HDF5`, {
      hint: 'A "/" makes a group: use root.ensure("a/b").',
    });
  }
  return encodeText(name);
}

/** The order of C's strcmp, which the library searches by. */
function compare(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return a.length - b.length;
}

function encodeLeaf(entries: readonly { readonly at: number; readonly header: number }[]): Uint8Array {
  const writer = new ByteWriter().ascii("SNOD").u16(1).u16(entries.length);
  for (const { at, header } of entries) writer.u64(at).u64(header).zeros(24);
  return writer.zeros(LEAF_BYTES - writer.length).finish();
}

/** Levels of nodes, up to one that holds all. Neighbours know each other. */
function placeTree(leaves: readonly Child[], placement: Placement): number {
  let children = leaves;
  for (let level = 0; ; level++) {
    const groups = children.length === 0 ? [[]] : inGroups(children, 2 * INTERNAL_K);
    // The nodes of a level lie side by side, so that each can name the next before that one is placed.
    const first = pad8(placement.end);
    const at = (i: number): number | undefined => (i < 0 || i >= groups.length ? undefined : first + i * NODE_BYTES);
    const nodes = groups.map((group, i): Child => {
      const before = groups[i - 1]?.at(-1)?.last ?? 0;
      const node = encodeNode(group, { level, left: at(i - 1), right: at(i + 1), before });
      return { address: placement.place(node), last: group.at(-1)?.last ?? 0 };
    });
    if (nodes.length === 1) return nodes[0]!.address;
    children = nodes;
  }
}

interface Place {
  readonly level: number;
  readonly left: number | undefined;
  readonly right: number | undefined;
  /** The last name before this node. */
  readonly before: number;
}
function encodeNode(children: readonly Child[], { level, left, right, before }: Place): Uint8Array {
  const writer = new ByteWriter().ascii("TREE").put([0, level]).u16(children.length).u64(left).u64(right).u64(before);
  for (const { address, last } of children) writer.u64(address).u64(last);
  return writer.zeros(NODE_BYTES - writer.length).finish();
}

function placeHeap(names: Uint8Array, placement: Placement): number {
  const address = placement.place(names);
  // 1 stands for "no free space".
  return placement.place(new ByteWriter().ascii("HEAP").u32(0).u64(names.length).u64(1).u64(address).finish());
}

const inGroups = <T>(items: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size));
