/** What `compile` takes, and the config Keras writes for it. */

import { findOptimizer } from "../extras.ts";
import type { LossLike } from "../losses/get.ts";
import type { OptimizerLike } from "../optimizers/get.ts";
import type { Optimizer } from "../optimizers/optimizer.ts";
import { type Config, optionsOf, serialize } from "../serialization/config.ts";
import type { MetricsLike } from "./compile-metrics.ts";
import type { PerOutput } from "./outputs.ts";

export interface CompileOptions {
  /** A name such as `"adam"`, or an optimizer. Default "rmsprop". */
  readonly optimizer?: OptimizerLike | undefined;
  /**
   * A name such as `"mse"`, a loss, or a function; with several outputs one for all, or a list or record of one for each, null
   * where an output has none. `"crossentropy"` is the one that suits the labels. Default: only what layers add.
   */
  readonly loss?: PerOutput<LossLike> | null | undefined;
  /** What the losses of several outputs count in their sum. Default 1 each. */
  readonly lossWeights?: PerOutput<number> | null | undefined;
  /** Names such as `"accuracy"`, metrics, or functions; with several outputs a list or record of them for each. */
  readonly metrics?: MetricsLike | null | undefined;
  /** Metrics in which samples count what `sampleWeight` or `classWeight` says. */
  readonly weightedMetrics?: MetricsLike | null | undefined;
  /** Runs steps op by op, for debugging. Default false. */
  readonly runEagerly?: boolean | undefined;
  /** How many batches go by between the hooks of callbacks. Default 1. */
  readonly stepsPerExecution?: number | undefined;
  /** Whether the loss of a model that computes in float16 is scaled, so that small gradients survive. Default true. */
  readonly autoScaleLoss?: boolean | undefined;
  /** Every step is compiled; files hold this for Keras. Default "auto": false. */
  readonly jitCompile?: boolean | "auto" | undefined;
}

/** As Keras writes it: what was given, names as names, the optimizer as an object. */
export function compileConfig(options: CompileOptions, optimizer: Optimizer): Config {
  const { loss, lossWeights, metrics, weightedMetrics, runEagerly = false, stepsPerExecution = 1, jitCompile = "auto" } = options;
  return {
    optimizer: serialize(optimizer),
    loss: serialize(loss),
    loss_weights: serialize(lossWeights),
    metrics: serialize(metrics),
    weighted_metrics: serialize(weightedMetrics),
    run_eagerly: runEagerly,
    steps_per_execution: stepsPerExecution,
    jit_compile: jitCompile === true,
  };
}

/** What `compile` takes again. */
export function optionsOfCompileConfig(config: Config): CompileOptions {
  const options = optionsOf(config) as CompileOptions;
  return { ...options, optimizer: findOptimizer(options.optimizer!) };
}
