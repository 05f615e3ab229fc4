/** The summary of a model, in Keras's form. */
import { byteSize, makeSpec, ValueError, type Variable } from "@antler/tensor-core";
import { terminalColumns } from "../host.ts";
import type { AnyLayer } from "../layer.ts";
import { showKerasShape } from "../shapes.ts";
import type { AnyModel } from "./model.ts";
import { tableOf } from "./table.ts";

export interface SummaryOptions {
  /** Characters in a line. Default: 88, or what the terminal has less 4. */
  readonly lineLength?: number | undefined;
}

/** Where each column ends, as a part of the line. */
const ENDS = [0.45, 0.8, 1];

export function summaryOf(model: AnyModel, { lineLength = Math.min(88, terminalColumns() - 4) }: SummaryOptions = {}): string {
  let begin = 0;
  const widths = ENDS.map((end) => {
    const width = Math.floor(end * lineLength) - begin;
    begin += width;
    return width;
  });
  if (widths.some((w) => w < 4)) throw new ValueError("summary", `a line of ${lineLength} characters is too short`);
  const table = tableOf(
    [
      { title: "Layer (type)", align: "left", width: widths[0]! },
      { title: "Output Shape", align: "left", width: widths[1]! },
      { title: "Param #", align: "right", width: widths[2]! },
    ],
    model.layers.map(rowOf),
    lineLength,
  );
  return [`Model: "${model.name}"`, table, ...totals(model)].join("\n");
}

function rowOf(layer: AnyLayer): readonly string[] {
  const params = layer.built ? thousands(layer.countParams()) : "0 (unbuilt)";
  return [`${layer.name} (${layer.className})`, shapeOf(layer), params];
}
function shapeOf({ inboundNodes }: AnyLayer): string {
  const shapes = inboundNodes.at(-1)?.outputs.map((t) => showKerasShape(t.dims)) ?? ["?"];
  return shapes.length === 1 ? shapes[0]! : `[${shapes.join(", ")}]`;
}

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
