/** CompileMetrics: the metrics `compile` was given, each for its output, under the names logs have for them. */
import { suspendTrace, type Tensor, ValueError } from "@antler/tensor-core";
import { findMetric } from "../extras.ts";
import { isAutomatic, suitingMetric } from "../metrics/automatic.ts";
import type { MetricLike } from "../metrics/get.ts";
import type { Metric } from "../metrics/metric.ts";
import { snakeCase } from "../naming.ts";
import type { Nested } from "../nested.ts";
import { weightsFor } from "./compile-loss.ts";
import { aligned, isRecord, mapLeaves, type Output, outputsOf, type PerOutput, perOutput } from "./outputs.ts";

/** Metrics of a single output as a list; of several as one entry for each. */
export type MetricsLike = readonly MetricLike[] | PerOutput<MetricLike | readonly MetricLike[]>;

/** A metric, its output, and whether it takes sample weights. */
interface Placed {
  readonly output: number;
  readonly metric: Metric;
  readonly weighted: boolean;
  /** In logs. */
  readonly name: string;
}
type Unnamed = Omit<Placed, "name"> & { readonly prefix: string };

export class CompileMetrics {
  readonly #metrics: MetricsLike | undefined;
  readonly #weighted: MetricsLike | undefined;
  readonly #outputNames: readonly string[] | undefined;
  #placed: readonly Placed[] | undefined;

  /** @throws ValueError for unknown names */
  constructor(metrics?: MetricsLike | null, weighted?: MetricsLike | null, outputNames?: readonly string[]) {
    const known = (m: unknown): unknown => (isAutomatic(m) ? m : named(m as MetricLike));
    this.#metrics = (mapLeaves(metrics, known) as MetricsLike) ?? undefined;
    this.#weighted = (mapLeaves(weighted, known) as MetricsLike) ?? undefined;
    this.#outputNames = outputNames;
  }

  /** All of them; none before the first batch has shown which accuracy is meant. */
  get metrics(): readonly Metric[] {
    return (this.#placed ?? []).map((p) => p.metric);
  }
  /** What logs call each. */
  get names(): ReadonlyMap<Metric, string> {
    return new Map((this.#placed ?? []).map((p) => [p.metric, p.name]));
  }

  /** Takes a batch into account. */
  updateState(y: Nested | null, yPred: Nested, sampleWeight: Nested | null): void {
    const outputs = outputsOf(yPred, this.#outputNames);
    const groups = (this.#placed ? [] : [this.#metrics, this.#weighted]).map((m) => metricsOf(m, outputs));
    const wanted = outputs.map((_, i) => (this.#placed ?? []).some((p) => p.output === i) || groups.some((g) => g[i]!.length > 0));
    const labels = aligned("labels", y, outputs, wanted);
    const weights = weightsFor(sampleWeight, outputs, wanted);
    const missing = outputs.findIndex((_, i) => wanted[i] && !labels[i]);
    if (missing >= 0)
      throw new ValueError("fit", `output ${outputs[missing]!.name ?? missing} has metrics, but there are no labels for it`);
    this.#placed ??= suspendTrace(() => placed(groups, outputs, labels));
    for (const { output, metric, weighted } of this.#placed) {
      metric.updateState(labels[output]!, outputs[output]!.yPred, (weighted && weights[output]) || undefined);
    }
  }
}

/** The metric meant; logs call what is named by a string by that string. */
function named(identifier: MetricLike, meant: MetricLike = identifier): Metric {
  const found = findMetric(meant);
  if (typeof identifier === "string") found.name = snakeCase(identifier);
  return found;
}

/** The metrics of each output. */
function metricsOf(given: MetricsLike | undefined, outputs: readonly Output[]): readonly (readonly MetricLike[])[] {
  if (!given) return outputs.map(() => []);
  const flat = (x: unknown): MetricLike[] =>
    Array.isArray(x) ? x.flatMap(flat) : isRecord(x) ? Object.values(x).flatMap(flat) : x === null ? [] : [x as MetricLike];
  if (outputs.length === 1) return [flat(given)];
  const each = perOutput("metrics", given, outputs);
  if (!each) throw new ValueError("compile", "metrics of several outputs come in a list or a record");
  return each.map(flat);
}

function placed(
  groups: readonly (readonly (readonly MetricLike[])[])[],
  outputs: readonly Output[],
  labels: readonly (Tensor | null)[],
): Placed[] {
  const all = groups.flatMap((group, g) =>
    group.flatMap((metrics, output) => {
      const { name, yPred } = outputs[output]!;
      const prefix = outputs.length > 1 && name !== undefined ? `${name}_` : "";
      return metrics.map(
        (m): Unnamed => ({ output, metric: named(m, suitingMetric(m, labels[output]!, yPred)), weighted: g === 1, prefix }),
      );
    }),
  );
  const counts = new Map<string, number>();
  const numbered = (name: string): string => {
    const before = counts.get(name) ?? 0;
    counts.set(name, before + 1);
    return before ? `${name}_${before}` : name;
  };
  return all.map(({ prefix, ...rest }) => {
    const { name } = rest.metric;
    const isTaken = rest.weighted && counts.has(`${prefix}${name}`);
    return { ...rest, name: numbered(isTaken ? `${prefix}weighted_${name}` : `${prefix}${name}`) };
  });
}
