/** The summary of a model, in Keras's form. */
import { byteSize, makeSpec, type Shape, ValueError, type Variable } from "@antler/tensor-core";
import { terminalColumns } from "../host.ts";
import { type AnyLayer, Layer } from "../layer.ts";
import { showKerasShape, toShapes } from "../shapes.ts";
import type { Operation, SymbolicNode } from "../symbolic/keras-tensor.ts";
import type { AnyModel } from "./model.ts";
import { type Align, tableOf } from "./table.ts";

export interface SummaryOptions {
  /** Characters in a line. Default: 88, or 108 where layers branch; less where the terminal is narrower. */
  readonly lineLength?: number | undefined;
  /** Shows the layers of models inside of the model, too. Default false. */
  readonly expandNested?: boolean | undefined;
  /** Adds a column that says whether a layer is trained. Default false. */
  readonly showTrainable?: boolean | undefined;
}

interface Column {
  readonly title: string;
  readonly align: Align;
  /** Where it ends, as a part of the line. */
  readonly end: number;
  readonly text: (op: Operation, prefix: string) => string;
}

export function summaryOf(model: AnyModel, options: SummaryOptions = {}): string {
  const columns = columnsOf(model, options);
  const usual = (columns.length - (options.showTrainable ? 1 : 0) > 3 ? 108 : 88) + (options.showTrainable ? 12 : 0);
  const lineLength = options.lineLength ?? Math.min(usual, terminalColumns() - 4);
  let begin = 0;
  const widths = columns.map(({ end }) => {
    const width = Math.floor(end * lineLength) - begin;
    begin += width;
    return width;
  });
  if (widths.some((w) => w < 4)) throw new ValueError("summary", `a line of ${lineLength} characters is too short`);
  const rows = nested(model.operations, options.expandNested ? 0 : undefined);
  const table = tableOf(
    columns.map(({ title, align }, i) => ({ title, align, width: widths[i]! })),
    rows.map(({ op, prefix }) => columns.map((c) => c.text(op, prefix))),
    lineLength,
  );
  return [`Model: "${model.name}"`, table, ...totals(model)].join("\n");
}

function columnsOf(model: AnyModel, { showTrainable = false }: SummaryOptions): readonly Column[] {
  const nodes = model.calls;
  const ends = nodes ? [0.3, 0.56, 0.74, 1] : [0.45, 0.8, 1];
  const columns: Column[] = [
    { title: "Layer (type)", align: "left", end: ends[0]!, text: (op, prefix) => `${prefix}${op.name} (${op.className})` },
    { title: "Output Shape", align: "left", end: ends[1]!, text: shapeOf },
    { title: "Param #", align: "right", end: ends[2]!, text: paramsOf },
  ];
  if (nodes) columns.push({ title: "Connected to", align: "left", end: ends[3]!, text: (op) => connections(op, nodes) });
  if (!showTrainable) return columns;
  return [...columns.map((c) => ({ ...c, end: c.end * 0.9 })), { title: "Trainable", align: "center", end: 1, text: trainableOf }];
}

interface Entry {
  readonly op: Operation;
  readonly prefix: string;
}
/** Operations, and those inside of them, one level deeper each. */
const nested = (ops: readonly Operation[], level: number | undefined): readonly Entry[] =>
  ops.flatMap((op) => {
    const own = { op, prefix: level ? `${"   ".repeat(level)}└ ` : "" };
    const inner = (op as Partial<AnyModel>).layers;
    return level !== undefined && inner ? [own, ...nested(inner, level + 1)] : [own];
  });

function shapeOf(op: Operation): string {
  const dims = op.inboundNodes.at(-1)?.outputs.map((t) => t.dims) ?? shapesWhereBuilt(op);
  const shapes = dims?.map((d) => showKerasShape(d)) ?? ["?"];
  return shapes.length === 1 ? shapes[0]! : `[${shapes.join(", ")}]`;
}
/** What a layer gives that was never called on symbolic tensors: known where weights were made for a shape. */
function shapesWhereBuilt(op: Operation): readonly Shape[] | undefined {
  const shape = op instanceof Layer && op.weights.length && op.getBuildConfig()?.["input_shape"];
  if (!shape) return undefined;
  const shapes: Shape[] = [];
  try {
    toShapes((op as AnyLayer).computeOutputShape(shape), (s) => shapes.push(s));
  } catch {
    // One that takes more than its input, such as a second sequence, cannot be called with a shape alone.
    return undefined;
  }
  return shapes;
}
const paramsOf = (op: Operation): string => (op instanceof Layer ? (op.built ? thousands(op.countParams()) : "0 (unbuilt)") : "0");
const trainableOf = (op: Operation): string => (op instanceof Layer && op.weights.length ? (op.trainable ? "Y" : "N") : "-");
const connections = ({ inboundNodes }: Operation, nodes: ReadonlySet<SymbolicNode>): string =>
  inboundNodes
    .filter((n) => nodes.has(n))
    .flatMap((n) => n.inputTensors.map((t) => `${t.name}[${t.node.operation.inboundNodes.indexOf(t.node)}][${t.index}]`))
    .join(", ") || "-";

function totals(model: AnyModel): readonly string[] {
  const { optimizer } = model;
  const ofOptimizer = optimizer?.built ? optimizer.variables : [];
  const line = (what: string, variables: readonly Variable[]): string =>
    ` ${what} params: ${thousands(count(variables))} (${memory(variables)})`;
  return [
    line("Total", [...model.trainableWeights, ...model.nonTrainableWeights, ...ofOptimizer]),
    line("Trainable", model.trainableWeights),
    line("Non-trainable", model.nonTrainableWeights),
    ...(ofOptimizer.length ? [line("Optimizer", ofOptimizer)] : []),
  ];
}
const count = (variables: readonly Variable[]): number => variables.reduce((n, v) => n + v.shape.reduce((a, b) => a * b, 1), 0);
const thousands = (n: number): string => String(n).replace(/\B(?=(\d{3})+$)/g, ",");

/** Memory as files hold it: a step count is eight bytes. */
function memory(variables: readonly Variable[]): string {
  let size = variables.reduce((n, v) => n + byteSize(makeSpec(v.shape, v.savedDtype)), 0);
  const units = ["B", "KB", "MB", "GB", "TB"];
  let unit = 0;
  while (size >= 1024 && unit < units.length - 1) {
    size /= 1024;
    unit++;
  }
  return `${size.toFixed(2)} ${units[unit]}`;
}
