/** Links: the names in a group and where each leads. */
import { decodeText } from "../bytes.ts";
import type { Hdf5File } from "./file.ts";
import { find, MESSAGE, type Message } from "./header.ts";

export interface Link {
  readonly name: string;
  /** Of the object's header. */
  readonly address: number | undefined;
}

/** The links of a group in either form; `undefined` where the messages are not a group's. */
export function readLinks(file: Hdf5File, messages: readonly Message[]): Link[] | undefined {
  const table = find(messages, MESSAGE.symbolTable);
  if (table !== undefined) return readSymbolTable(file, table.address(), table.address());
  const info = find(messages, MESSAGE.linkInfo);
  if (info === undefined && find(messages, MESSAGE.groupInfo) === undefined) return undefined;
  if (info !== undefined) {
    info.skip(1);
    if (info.u8() & 1) info.skip(8);
    if (info.address() !== undefined) throw file.error("it has its links outside of its header, which this reader does not know");
  }
  return messages.filter(({ type }) => type === MESSAGE.link).map((message) => readLink(file, message));
}

function readLink(file: Hdf5File, { body }: Message): Link {
  const version = body.u8();
  if (version !== 1) throw file.error(`it has a link of version ${version}`);
  const flags = body.u8();
  const kind = flags & 8 ? body.u8() : 0;
  if (flags & 4) body.skip(8);
  if (flags & 16) body.skip(1);
  const name = decodeText(body.take(body.unsigned(1 << (flags & 3))), file.error);
  if (kind !== 0) throw refuseLink(file, name, kind === 64 ? "an external" : "a soft");
  return { name, address: body.address() };
}

/** What a symbol table's entry says of a soft link. */
const SOFT = 2;
const ENTRY_BYTES = 40;
/** A node of a B-tree up to its keys. */
const NODE_HEAD = 24;

/** Names lie in a local heap, entries in the leaves of a B-tree. */
function readSymbolTable(file: Hdf5File, tree: number | undefined, heap: number | undefined): Link[] {
  const head = file.openSigned(heap, 32, "HEAP");
  head.skip(4);
  const size = head.u64();
  head.skip(8);
  const names = file.open(head.address(), size, "the names of a group");

  const leaves: (number | undefined)[] = [];
  collectLeaves(file, tree, leaves);
  return leaves.flatMap((address) => {
    const leaf = file.openSigned(address, 8, "SNOD");
    leaf.skip(2);
    const entries = file.open(address! + 8, leaf.u16() * ENTRY_BYTES, "a group's entries");
    const links: Link[] = [];
    while (entries.left > 0) {
      const entry = entries.part(ENTRY_BYTES);
      const at = entry.u64();
      if (at >= size) throw file.error("a name in it lies outside of the names");
      names.at = at;
      const name = names.zeroTerminated();
      file.spend(names.at - at);
      const target = entry.address();
      if (entry.u32() === SOFT) throw refuseLink(file, name, "a soft");
      links.push({ name, address: target });
    }
    return links;
  });
}

function collectLeaves(file: Hdf5File, address: number | undefined, leaves: (number | undefined)[], level?: number): void {
  const node = openNode(file, address, { type: 0, level });
  // A key before each child and one behind the last; names say themselves what the keys would.
  const children = file.open(address! + NODE_HEAD, node.entries * 16 + 8, "a B-tree");
  for (let i = 0; i < node.entries; i++) {
    children.skip(8);
    const child = children.address();
    if (node.level === 0) leaves.push(child);
    else collectLeaves(file, child, leaves, node.level - 1);
  }
}

interface NodeKind {
  /** 0 has groups' entries below, 1 datasets' chunks. */
  readonly type: 0 | 1;
  /** The level the node above promises; the root may have any. */
  readonly level: number | undefined;
}
/** The head of a B-tree's node. Levels fall by one from node to node, so that no path leads in a circle. */
export function openNode(file: Hdf5File, address: number | undefined, { type, level }: NodeKind): { level: number; entries: number } {
  const node = file.openSigned(address, NODE_HEAD, "TREE");
  const found = { type: node.u8(), level: node.u8(), entries: node.u16() };
  if (found.type !== type || (level !== undefined && found.level !== level)) throw file.error("a B-tree of it is out of order");
  return found;
}

const refuseLink = (file: Hdf5File, name: string, kind: string): Error =>
  file.error(`${JSON.stringify(name)} is ${kind} link, and links are not followed`);
