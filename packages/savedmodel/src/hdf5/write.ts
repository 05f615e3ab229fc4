/** Writing HDF5: the subset that h5py writes for Keras. */
import { dtypeInfo, ShapeError, ValueError } from "@antler/tensor-core";
import { ByteWriter } from "../bytes.ts";
import { encodeAttribute } from "./attribute.ts";
import { encodeDataspace, MAX_RANK } from "./dataspace.ts";
import { encodeDatatype } from "./datatype.ts";
import { encodeElements } from "./elements.ts";
import { GlobalHeapWriter } from "./global-heap.ts";
import { MESSAGE } from "./header.ts";
import { Placement } from "./placement.ts";
import { INTERNAL_K, LEAF_K, placeSymbolTable, type Symbol } from "./symbol-table.ts";
import { type H5Attribute, H5Dataset, H5Group, type H5Node } from "./tree.ts";

const SUPERBLOCK_BYTES = 96;

/**
 * The bytes of an HDF5 file: superblock 0, version-1 headers, symbol tables, contiguous little-endian datasets, texts
 * of variable length as UTF-8. bfloat16 is opaque with the attribute `dtype`, as Keras has it. The same tree gives the
 * same bytes: no times are written. `data()` of each dataset is called once, one after the other.
 *
 * Throws a ValueError for names and attributes HDF5 cannot hold, a ShapeError or DTypeError for data that is not what
 * its shape and dtype say.
 *
 * Source: HDF5 File Format Specification Version 3.0.
 *
 * @example
 * const root = new H5Group();
 * root.ensure("vars").children.set("0", new H5Dataset({ shape: [], dtype: "int64", data: new BigInt64Array([7n]) }));
 * const bytes = writeHdf5(root);
 */
export function writeHdf5(root: H5Group): Uint8Array<ArrayBuffer> {
  const placement = new Placement(SUPERBLOCK_BYTES);
  const writing = { placement, heap: new GlobalHeapWriter(placement), ancestors: new Set<H5Node>() };
  const address = placeNode(root, writing);
  return placement.assemble(encodeSuperblock(address, placement.end));
}

function encodeSuperblock(root: number, end: number): Uint8Array {
  return (
    new ByteWriter()
      .put([0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a])
      .put([0, 0, 0, 0, 0, 8, 8, 0]) // versions of five parts, then the sizes of addresses and lengths
      .u16(LEAF_K)
      .u16(INTERNAL_K)
      .u32(0)
      .u64(0)
      .u64(undefined)
      .u64(end)
      .u64(undefined)
      // The root's entry, with nothing remembered of what its header says.
      .u64(0)
      .u64(root)
      .zeros(24)
      .finish()
  );
}

interface Writing {
  readonly placement: Placement;
  readonly heap: GlobalHeapWriter;
  /** The groups around the one being written. */
  readonly ancestors: Set<H5Node>;
}
type Message = readonly [type: number, body: Uint8Array];

/** Places all of an object and returns the address of its header. */
function placeNode(node: H5Node, writing: Writing): number {
  const messages = node instanceof H5Group ? groupMessages(node, writing) : datasetMessages(node, writing);
  for (const [name, value] of attributesOf(node)) {
    if (name === "" || name.includes("\0")) throw new ValueError("writeHdf5", `${JSON.stringify(name)} is no name of an attribute`);
    messages.push([MESSAGE.attribute, encodeAttribute(name, value, writing.heap)]);
  }
  return writing.placement.place(encodeHeader(messages));
}

function groupMessages(group: H5Group, writing: Writing): Message[] {
  const { placement, ancestors } = writing;
  if (ancestors.has(group)) throw new ValueError("writeHdf5", "a group contains itself");
  ancestors.add(group);
  const symbols: Symbol[] = [...group.children].map(([name, child]) => ({ name, header: placeNode(child, writing) }));
  ancestors.delete(group);
  const { tree, heap } = placeSymbolTable(symbols, placement);
  return [[MESSAGE.symbolTable, new ByteWriter().u64(tree).u64(heap).finish()]];
}

function datasetMessages(dataset: H5Dataset, { placement, heap }: Writing): Message[] {
  const { shape, dtype } = dataset;
  if (shape.length > MAX_RANK) throw new ShapeError("writeHdf5", `HDF5 allows ${MAX_RANK} dimensions`, { got: [{ shape, dtype }] });
  const encode = (): Uint8Array => encodeElements({ shape, dtype, data: dataset.data() }, heap);
  // Texts put their bytes into the heap, which needs its places now; numbers wait until the file is put together.
  const texts = dtype === "string" ? encode() : undefined;
  const size = texts?.length ?? shape.reduce((product, dim) => product * dim, 1) * dtypeInfo(dtype).bytes;
  const address = size === 0 ? undefined : placement.reserve(size, texts ? () => texts : encode);
  return [
    [MESSAGE.dataspace, encodeDataspace(shape)],
    [MESSAGE.datatype, encodeDatatype(dtype)],
    [MESSAGE.fill, new Uint8Array([2, 2, 2, 1, 0, 0, 0, 0])], // space is given late; never-written elements are zeros
    [MESSAGE.layout, new ByteWriter().put([3, 1]).u64(address).u64(size).finish()],
  ];
}

function attributesOf(node: H5Node): ReadonlyMap<string, H5Attribute> {
  const noted = node instanceof H5Dataset && node.dtype === "bfloat16";
  return noted ? new Map([...node.attributes, ["dtype", "bfloat16"]]) : node.attributes;
}

/** An object header of version 1: all messages in one block. */
function encodeHeader(messages: readonly Message[]): Uint8Array {
  const block = new ByteWriter();
  for (const [type, body] of messages) {
    const padding = (8 - (body.length % 8)) % 8;
    block
      .u16(type)
      .u16(body.length + padding)
      .u32(0)
      .put(body)
      .zeros(padding);
  }
  return new ByteWriter().u16(1).u16(messages.length).u32(1).u32(block.length).u32(0).put(block.finish()).finish();
}
