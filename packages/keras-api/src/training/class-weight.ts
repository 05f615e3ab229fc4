/** Class weights: what a sample counts, by the class its label names. */
import { elements, ValueError } from "@antler/tensor-core";
import type { Table } from "./layout.ts";
import type { Rows } from "./rows.ts";

/** What samples of a class count, by the class's number. Others count 1. */
export type ClassWeight = Readonly<Record<number, number>> | ReadonlyMap<number, number>;

/** What each sample counts. Labels are numbers of classes, or one-hot. */
export function weightsOf(labels: Rows, classWeight: ClassWeight): Rows {
  checkClasses(classWeight);
  const { count, shape } = labels;
  const size = elements(shape);
  const classes = shape.at(-1) ?? 1;
  if (size !== 1 && size !== classes) {
    throw new ValueError("classWeight", `labels of shape [${[count, ...shape]}] name no class a sample`, { hint: "Use sampleWeight." });
  }
  const weights = new Float32Array(new ArrayBuffer(4 * count));
  for (let row = 0; row < count; row++) {
    const label = size === 1 ? Math.round(Number(labels.data[row])) : largest(labels, row, size);
    weights[row] = (classWeight instanceof Map ? classWeight.get(label) : (classWeight as Record<number, number>)[label]) ?? 1;
  }
  return { data: weights, dtype: "float32", shape: [], count };
}
function largest({ data }: Rows, row: number, size: number): number {
  let at = 0;
  for (let i = 1; i < size; i++) if (data[row * size + i]! > data[row * size + at]!) at = i;
  return at;
}

/** @throws ValueError for keys that are no numbers */
function checkClasses(classWeight: ClassWeight): void {
  const wrong = classWeight instanceof Map ? undefined : Object.keys(classWeight).find((key) => !/^\d+$/.test(key));
  if (wrong !== undefined) throw new ValueError("classWeight", `"${wrong}" is no class`, { hint: "Classes have numbers, from 0 on." });
}

/** @throws ValueError where there are weights already, or not exactly one output */
export function checkClassWeight(labels: unknown, sampleWeight: unknown): void {
  if (sampleWeight !== null && sampleWeight !== undefined) {
    throw new ValueError("classWeight", "cannot be given together with sampleWeight");
  }
  if (typeof labels !== "number") throw new ValueError("classWeight", "is for models with a single output", { hint: "Use sampleWeight." });
}

/** A table with what each sample counts; its labels must be on the host. */
export function withClassWeight(table: Table, classWeight: ClassWeight | null | undefined): Table {
  if (!classWeight) return table;
  const [x, y, sampleWeight] = table.layout as readonly unknown[];
  checkClassWeight(y, sampleWeight);
  const weights = weightsOf(table.columns[y as number] as Rows, classWeight);
  return { ...table, layout: [x, y, table.columns.length], columns: [...table.columns, weights] };
}
