/** Reading HDF5: the superblock, and the tree below it. */
import { ValueError } from "@antler/tensor-core";
import { DEFAULT_MAX_BYTES, plainBytes } from "../bytes.ts";
import { readAttributes } from "./attribute.ts";
import { countOf, readDataspace } from "./dataspace.ts";
import { readDatatype } from "./datatype.ts";
import { decodeElements } from "./elements.ts";
import { Hdf5File, startsWith } from "./file.ts";
import { GlobalHeapReader } from "./global-heap.ts";
import { find, MESSAGE, type Message, readHeader } from "./header.ts";
import { readLayout } from "./layout.ts";
import { type Link, readLinks } from "./links.ts";
import { type H5Attribute, H5Dataset, H5Group, type H5Node } from "./tree.ts";

export interface ReadHdf5Options {
  /** The most bytes that all datasets together may take once they are read. Default 2 GiB. */
  readonly maxBytes?: number | undefined;
}

/** Groups within groups; each is a step on our own stack. */
const MAX_DEPTH = 200;
const SIGNATURE = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];

/**
 * Reads the HDF5 files that Keras, h5py and tf.keras write: every group, its attributes, and where its datasets lie.
 * Elements are read from `bytes` when a dataset's `data()` is called; do not change `bytes` before that.
 *
 * Understood are superblocks 0, 2 and 3, object headers 1 and 2, symbol tables and compact links, compact, contiguous and
 * chunked datasets with gzip and shuffle, little-endian numbers, bool, bfloat16 and texts. Anything else, links that
 * leave the tree, damage, and sizes beyond `maxBytes` are a FormatError that names the place in the tree.
 *
 * Source: HDF5 File Format Specification Version 3.0.
 *
 * @example
 * const root = readHdf5(bytes);
 * const kernel = root.dataset("layers/dense/vars/0");
 * kernel.shape; // [3, 2]
 * kernel.data(); // a Float32Array
 */
export function readHdf5(bytes: Uint8Array, { maxBytes = DEFAULT_MAX_BYTES }: ReadHdf5Options = {}): H5Group {
  if (!(maxBytes >= 0)) throw new ValueError("readHdf5", `maxBytes is ${maxBytes}, and no number of bytes`);
  const plain = plainBytes(bytes);
  const file = new Hdf5File(plain, maxBytes);
  const heap = new GlobalHeapReader(file);
  const root = readNode({ file, heap }, rootOf(file, plain), []);
  if (!(root instanceof H5Group)) throw file.error("the file begins with a dataset, not with a group");
  return root;
}

/** The address of the root group's header. */
function rootOf(file: Hdf5File, bytes: Uint8Array): number | undefined {
  if (!SIGNATURE.every((byte, i) => bytes[i] === byte)) {
    throw file.error(startsWith(bytes, "PK") ? "this is a zip archive, not an HDF5 file" : "this is no HDF5 file");
  }
  const block = file.open(0, Math.min(bytes.length, 100), "the superblock");
  block.skip(8);
  const version = block.u8();
  if (version > 3 || version === 1) throw file.error(`it has a superblock of version ${version}`);
  const old = version === 0;
  if (old) block.skip(4);
  const [offsetBytes, lengthBytes] = [block.u8(), block.u8()];
  if (offsetBytes !== 8 || lengthBytes !== 8) throw file.error("its addresses are not of 8 bytes");
  // What follows differs: the sizes of B-trees' nodes, or only flags; and the last field before the root.
  block.skip(old ? 9 : 1);
  if (block.u64() !== 0) throw file.error("its addresses do not begin at its start");
  block.skip(8);
  const end = block.u64();
  if (end > bytes.length) throw file.error(`it should have ${end} bytes and has ${bytes.length}: is it cut off?`);
  if (old) block.skip(16);
  return block.address();
}

interface Reading {
  readonly file: Hdf5File;
  readonly heap: GlobalHeapReader;
}

function readNode(reading: Reading, address: number | undefined, path: readonly string[]): H5Node {
  const { file, heap } = reading;
  file.path = `/${path.join("/")}`;
  if (path.length > MAX_DEPTH) throw file.error(`groups lie more than ${MAX_DEPTH} deep in each other`);
  if (address === undefined) throw file.error("no place is given for it");
  file.claim(address);
  const messages = readHeader(file, address);
  const links = readLinks(file, messages);
  const attributes = readAttributes(file, heap, messages);
  const node = links === undefined ? readDataset(reading, messages, attributes.get("dtype")) : new H5Group();
  for (const [name, value] of attributes) node.attributes.set(name, value);
  if (node instanceof H5Group) for (const link of links!) addChild(reading, node, link, path);
  return node;
}

function addChild(reading: Reading, group: H5Group, { name, address }: Link, path: readonly string[]): void {
  if (name === "" || name === "." || name === ".." || name.includes("/")) throw reading.file.error(`${JSON.stringify(name)} is no name`);
  if (group.children.has(name)) throw reading.file.error(`it has two children ${JSON.stringify(name)}`);
  group.children.set(name, readNode(reading, address, [...path, name]));
  reading.file.path = `/${path.join("/")}`;
}

/** What a text takes in memory beside its letters. */
const TEXT_BYTES = 64;

function readDataset({ file, heap }: Reading, messages: readonly Message[], noted: H5Attribute | undefined): H5Dataset {
  const space = find(messages, MESSAGE.dataspace);
  const typeBody = find(messages, MESSAGE.datatype);
  if (!space || !typeBody || !find(messages, MESSAGE.layout)) throw file.error("it is neither a group nor a dataset");
  const shape = readDataspace(space, file.error);
  const type = readDatatype(typeBody, file.error);
  // Keras notes the dtype of elements HDF5 has no name for; its older files do not, and mean bfloat16.
  if (type.opaque && noted !== undefined && noted !== "bfloat16") throw file.error(`elements of the dtype ${String(noted)} are not known`);
  if (type.text) file.declare(countOf(shape, file.error) * TEXT_BYTES);
  const read = readLayout(file, messages, { shape, bytes: type.bytes });
  const { path } = file;
  return new H5Dataset({
    shape,
    dtype: type.dtype,
    data() {
      file.begin(path);
      return decodeElements(type, read(), { heap, error: file.error });
    },
  });
}
