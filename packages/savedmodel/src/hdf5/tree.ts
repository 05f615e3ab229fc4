/** What an HDF5 file holds: a tree of groups, with datasets as leaves and attributes on both. */
import { type DType, FormatError, type TypedArray, ValueError } from "@antler/tensor-core";

/** Elements in C order: float16 and bfloat16 are the bits in a `Uint16Array`, bool is 0 and 1 in a `Uint8Array`. */
export type H5Data = TypedArray | readonly string[];

export interface H5Array {
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly data: H5Data;
}

/** One text, a list of texts, or numbers with their shape and dtype. */
export type H5Attribute = string | readonly string[] | H5Array;

export type H5Node = H5Group | H5Dataset;

/**
 * A folder of the file: named groups and datasets, and attributes.
 *
 * @example
 * const root = new H5Group();
 * const vars = root.ensure("layers/dense/vars");
 * vars.attributes.set("name", "dense");
 * vars.children.set("0", new H5Dataset({ shape: [2], dtype: "float32", data: new Float32Array([1, 2]) }));
 * const back = readHdf5(writeHdf5(root));
 * back.dataset("layers/dense/vars/0").data(); // Float32Array [1, 2]
 */
export class H5Group {
  readonly attributes: Map<string, H5Attribute> = new Map();
  readonly children: Map<string, H5Node> = new Map();

  /** What a path like `"layers/dense"` leads to; `undefined` where nothing does. */
  at(path: string): H5Node | undefined {
    let node: H5Node | undefined = this;
    for (const name of namesOf(path)) node = node instanceof H5Group ? node.children.get(name) : undefined;
    return node;
  }
  /** The group a path leads to. Throws a FormatError where there is none. */
  group(path: string): H5Group {
    const node = this.at(path);
    if (node instanceof H5Group) return node;
    throw new FormatError("H5Group", `the file has no group ${JSON.stringify(path)}`, { hint: this.#whatThereIs() });
  }
  /** The dataset a path leads to. Throws a FormatError where there is none. */
  dataset(path: string): H5Dataset {
    const node = this.at(path);
    if (node instanceof H5Dataset) return node;
    throw new FormatError("H5Group", `the file has no dataset ${JSON.stringify(path)}`, { hint: this.#whatThereIs() });
  }
  /** The group a path leads to, made with all groups on the way where there is none yet. */
  ensure(path: string): H5Group {
    let group: H5Group = this;
    for (const name of namesOf(path)) {
      const next: H5Node = group.children.get(name) ?? new H5Group();
      if (!(next instanceof H5Group)) throw new ValueError("H5Group", `${JSON.stringify(path)} leads through a dataset`);
      group.children.set(name, next);
      group = next;
    }
    return group;
  }
  #whatThereIs(): string {
    const names = [...this.children.keys()];
    return names.length === 0 ? "This group is empty." : `This group has ${names.slice(0, 8).join(", ")}${names.length > 8 ? ", …" : ""}.`;
  }
}

export interface H5DatasetOptions {
  readonly shape: readonly number[];
  readonly dtype: DType;
  /** The elements, or a function that gives them when they are needed. */
  readonly data: H5Data | (() => H5Data);
}

/** An array in the file. Of a file that was read its elements are decoded when `data()` is called, each time anew. */
export class H5Dataset {
  readonly attributes: Map<string, H5Attribute> = new Map();
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly #data: H5Data | (() => H5Data);

  constructor({ shape, dtype, data }: H5DatasetOptions) {
    this.shape = shape;
    this.dtype = dtype;
    this.#data = data;
  }
  /** The elements in C order. Of a damaged file: a FormatError. */
  data(): H5Data {
    return typeof this.#data === "function" ? this.#data() : this.#data;
  }
}

const namesOf = (path: string): string[] => path.split("/").filter((name) => name !== "");
