/** What data goes where: samples, labels and weights of one or several inputs and outputs, as a tree of places among columns. */
import { type Dim, makeSpec, mapTree, ShapeError, Tensor, type TensorData, ValueError } from "@antler/tensor-core";
import type { Nested } from "../nested.ts";
import { type Column, type Data, type Resident, residentRows, rowsOf, rowsOfSync, section } from "./rows.ts";

/** Data for one input or output, or for several: by place or by name. Null where an output has none. */
export type Inputs = Data | readonly (Data | null)[] | { readonly [name: string]: Data | null };

/** Samples, labels and what each sample counts. */
export type Given = readonly [x: Inputs, y: Inputs | null | undefined, sampleWeight: Inputs | null | undefined];

/** What a model takes and gives, where it is known before it runs: it tells a list of inputs from nested arrays. */
export interface Ends {
  readonly inputs?: Nested | undefined;
  readonly outputs?: Nested | undefined;
}

/** Columns of as many rows, and the tree `[x, y, sampleWeight]` of their numbers, null where there is none. */
export interface Table {
  readonly layout: unknown;
  readonly columns: readonly Column[];
  readonly count: number;
}

/** A tree of the data, each replaced by what `place` makes of it. */
function lay(given: Inputs | null | undefined, expected: Nested | undefined, place: (data: Data) => unknown): unknown {
  if (given === null || given === undefined) return null;
  if (given instanceof Tensor || ArrayBuffer.isView(given) || typeof given !== "object") return place(given as Data);
  const each = (x: unknown): unknown => (x === null ? null : place(x as Data));
  if (!Array.isArray(given)) return Object.fromEntries(Object.entries(given).map(([key, x]) => [key, each(x)]));
  return isList(given, expected) ? given.map(each) : place(given as TensorData);
}
/** Nested arrays are data themselves, unless they hold tensors, or the model takes a list of just as many. */
function isList(given: readonly unknown[], expected: Nested | undefined): boolean {
  if (given.some((x) => x instanceof Tensor || x === null)) return true;
  return Array.isArray(expected) && given.length > 1 && given.length === expected.length && given.every((x) => typeof x === "object");
}

/**
 * `[x, y, sampleWeight]` as a tree of what `place` makes of each part.
 * @throws ValueError where there are no samples
 */
export function layOut(op: string, [x, y, sampleWeight]: Given, { inputs, outputs }: Ends, place: (data: Data) => unknown): unknown {
  if (x === null || x === undefined) throw new ValueError(op, `there are no samples: they are ${x}`);
  return [lay(x, inputs, place), lay(y, outputs, place), lay(sampleWeight, outputs, place)];
}

interface Collected {
  readonly layout: unknown;
  readonly parts: readonly Data[];
}
function collect(op: string, given: Given, ends: Ends): Collected {
  const parts: Data[] = [];
  const layout = layOut(op, given, ends, (data) => parts.push(data) - 1);
  return { layout, parts };
}

export interface TableOptions {
  /** Whether labels are looked at on the host. */
  readonly readLabels?: boolean;
}
/**
 * What `use` makes of the data, row by row; it takes the table over, unless it throws.
 * @throws ShapeError where not all have as many rows, or none
 */
export async function withTable<T>(
  op: string,
  given: Given,
  ends: Ends,
  { readLabels = false }: TableOptions,
  use: (table: Table) => T,
): Promise<T> {
  const { layout, parts } = collect(op, given, ends);
  const read = readLabels ? (layout as readonly unknown[])[1] : undefined;
  const stay: (Resident | undefined)[] = [];
  try {
    // All before the first wait: from here on the given tensors may be disposed of.
    for (const [i, data] of parts.entries()) stay.push(i === read ? undefined : residentRows(op, data));
    const columns = await Promise.all(parts.map((data, i) => stay[i] ?? rowsOf(op, data)));
    return use(checked(op, layout, columns));
  } catch (error) {
    releaseAll(stay);
    throw error;
  }
}
/** As `withTable`, where tensors can be read at once or stay where they are. */
export function withTableSync<T>(op: string, given: Given, ends: Ends, use: (table: Table) => T): T {
  const { layout, parts } = collect(op, given, ends);
  const columns: Column[] = [];
  try {
    for (const data of parts) columns.push(residentRows(op, data) ?? rowsOfSync(op, data));
    return use(checked(op, layout, columns));
  } catch (error) {
    releaseAll(columns);
    throw error;
  }
}
/** Lets go of the tensors that columns stay in. */
export function releaseAll(columns: readonly (Column | undefined)[]): void {
  for (const c of columns) if (c && "tensor" in c) c.tensor.dispose();
}

function checked(op: string, layout: unknown, columns: readonly Column[]): Table {
  const [first] = columns;
  if (!first) throw new ValueError(op, "there is no data");
  const other = columns.find((c) => c.count !== first.count);
  if (other) {
    const got = [first, other].map(({ shape, dtype, count }) => makeSpec([count, ...shape] as Dim[], dtype));
    const what = kindOf(layout, columns.indexOf(other));
    throw new ShapeError(op, `${first.count} samples have ${other.count} ${what}`, { got, hint: "Both need the same first size." });
  }
  if (first.count === 0) throw new ShapeError(op, "there are no samples");
  return { layout, columns, count: first.count };
}
function kindOf(layout: unknown, column: number): string {
  const kinds = ["samples of another input", "labels", "weights"];
  const holds = (tree: unknown): boolean => {
    let found = false;
    mapTree(tree, (i) => void (found ||= i === column));
    return found;
  };
  return kinds[(layout as unknown[]).findIndex(holds)]!;
}

/** Some of the rows; the numbers are shared. */
const sectionOf = (table: Table, begin: number, end: number): Table => ({
  ...table,
  columns: table.columns.map((c) => section(c, begin, end)),
  count: end - begin,
});

/** The last rows, as they were given, for validation. */
export function splitOff(table: Table, part: number): readonly [Table, Table | undefined] {
  if (!part) return [table, undefined];
  const { count } = table;
  const at = Math.floor(count * (1 - part));
  if (!(at > 0 && at < count)) {
    throw new ValueError("fit", `validationSplit ${part} of ${count} samples leaves none for training or none for validation`, {
      hint: "Use a part between 0 and 1.",
    });
  }
  return [sectionOf(table, 0, at), sectionOf(table, at, count)];
}
