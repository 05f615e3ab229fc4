/** CompileLoss: the losses `compile` was given, each for its output, weighted and added up. */
import { add, cast, mul, suspendTrace, type Tensor, ValueError } from "@antler/tensor-core";
import { findLoss } from "../extras.ts";
import { isAutomatic, suitingLoss } from "../losses/automatic.ts";
import type { LossLike } from "../losses/get.ts";
import type { Loss } from "../losses/loss.ts";
import { Mean } from "../metrics/reduction.ts";
import type { Nested } from "../nested.ts";
import { aligned, isRecord, mapLeaves, type Output, outputsOf, type PerOutput, perOutput } from "./outputs.ts";

/** What one output is judged by. */
interface Rule {
  readonly output: number;
  readonly loss: LossLike;
  readonly weight: number | undefined;
  /** The mean of the loss without its weight, where there are several. */
  readonly tracker: Mean | undefined;
}

export class CompileLoss {
  readonly #losses: PerOutput<LossLike>;
  readonly #weights: PerOutput<number> | undefined;
  readonly #outputNames: readonly string[] | undefined;
  #rules: readonly Rule[] | undefined;
  /** What "crossentropy" turned out to mean. */
  readonly #chosen = new Map<Rule, Loss>();

  /** @throws ValueError for unknown names */
  constructor(losses: PerOutput<LossLike>, weights?: PerOutput<number> | null, outputNames?: readonly string[]) {
    // What does not depend on shapes is looked up now: a wrong name is an error of compile, not of the first step.
    this.#losses = mapLeaves(losses, (l) => (isAutomatic(l as LossLike) ? l : findLoss(l as LossLike))) as PerOutput<LossLike>;
    this.#weights = weights ?? undefined;
    this.#outputNames = outputNames;
  }

  /** Means of the single losses, where several outputs have one; none before the first batch. */
  get metrics(): readonly Mean[] {
    return (this.#rules ?? []).flatMap(({ tracker }) => tracker ?? []);
  }

  /**
   * The loss of a batch: a scalar.
   * @throws ValueError where labels are missing
   */
  apply(y: Nested | null, yPred: Nested, sampleWeight: Nested | null): Tensor {
    const outputs = outputsOf(yPred, this.#outputNames);
    this.#rules ??= suspendTrace(() => this.#build(outputs, !Array.isArray(yPred)));
    const rules = this.#rules;
    const wanted = outputs.map((_, i) => rules.some((r) => r.output === i));
    const labels = aligned("labels", y, outputs, wanted);
    const weights = weightsFor(sampleWeight, outputs, wanted);
    const losses = rules.map((rule) => this.#one(rule, labels[rule.output]!, outputs[rule.output]!, weights[rule.output]));
    return losses.reduce((a, b) => add(a, b));
  }
  #one(rule: Rule, label: Tensor | null, { yPred, name }: Output, sampleWeight: Tensor | null | undefined): Tensor {
    if (!label)
      throw new ValueError(
        "loss",
        `${name === undefined ? "the output" : `the output "${name}"`} has a loss, but there are no labels for it`,
      );
    const loss = this.#chosen.get(rule) ?? findLoss(suitingLoss(rule.loss, label, yPred));
    this.#chosen.set(rule, loss);
    const value = cast(loss.apply(label, yPred, sampleWeight ?? undefined), "float32");
    // Every batch counts alike: the compiled steps of Keras on TensorFlow do not know its size here.
    rule.tracker?.updateState(value);
    return rule.weight === undefined ? value : mul(value, rule.weight);
  }

  #build(outputs: readonly Output[], maybePartial: boolean): readonly Rule[] {
    const losses = perOutput("loss", this.#losses, outputs) ?? outputs.map(() => this.#losses);
    if (isRecord(this.#losses) && !maybePartial && Object.keys(this.#losses).length < outputs.length) {
      const missing = outputs.filter(({ name }) => !(name! in (this.#losses as object)));
      throw new ValueError("compile", `loss leaves out "${missing[0]!.name}"`, { hint: "Write null for an output without a loss." });
    }
    const weights = this.#weightsFor(outputs);
    const judged = outputs.map((o, output) => ({ ...o, output })).filter(({ output }) => losses[output] !== null);
    if (!judged.length) throw new ValueError("compile", "no output has a loss");
    const names = judged.length > 1 ? trackerNames(judged.map(({ name, output }) => name ?? nameOf(losses[output] as LossLike))) : [];
    return judged.map(({ output }, i) => ({
      output,
      loss: losses[output] as LossLike,
      weight: weights[output] ?? undefined,
      tracker: names[i] === undefined ? undefined : new Mean({ name: names[i] }),
    }));
  }
  #weightsFor(outputs: readonly Output[]): readonly (number | null | undefined)[] {
    const given = this.#weights;
    if (given === undefined || typeof given === "number") return outputs.map(() => given);
    return perOutput("lossWeights", given, outputs) as readonly (number | null)[];
  }
}

const nameOf = (loss: LossLike): string => (typeof loss === "object" && "name" in loss ? loss.name : String(loss));

/** Two losses of one name are told apart by a number. */
const trackerNames = (names: readonly string[]): readonly string[] =>
  names.map((name, i) => {
    const before = names.slice(0, i).filter((n) => n === name).length;
    return before ? `${name}_loss_${before}` : `${name}_loss`;
  });

/** One tensor of weights is for all outputs. */
export function weightsFor(given: Nested | null, outputs: readonly Output[], wanted: readonly boolean[]): readonly (Tensor | null)[] {
  const list = given && !("dims" in given) ? Object.values(given) : given ? [given as Tensor] : [];
  if (list.length === 1) return outputs.map(() => list[0] as Tensor);
  return aligned("weights", given, outputs, wanted);
}
