// Losses compared with Keras: values of every reduction, weights, masks, gradients and configs; op by op and compiled.
import { GradientTape } from "@antler/autodiff";
import { abs, func, mean, type SignatureSpec, sub, type Tensor, tensor, tidy, transpose } from "@antler/tensor-core";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { activations, type Config, clearSession, type Loss, type LossOptions, losses, type Reduction } from "../src/index.ts";
import { setMask } from "../src/masks.ts";
import { matchRanks } from "../src/ranks.ts";
import { camelCase, optionsOf, type Serialized } from "../src/serialization/config.ts";
import { expectNumbers, fixture, type Numbers, tensorOf } from "./oracle/fixture.ts";
import { judges } from "./oracle/judges.ts";
import { onStrict } from "./oracle/strict.ts";

interface LossCase {
  readonly class: string;
  readonly options: Config;
  readonly config: Config;
  readonly y_true: Numbers;
  readonly y_pred: Numbers;
  readonly sample_weight?: Numbers;
  readonly mask?: Numbers;
  readonly activation?: "sigmoid" | "softmax";
  readonly values: Readonly<Record<Reduction, Numbers>>;
  readonly gradient: Numbers;
}
interface Names {
  readonly forms: Readonly<Record<"wrapper" | "function" | "object", Serialized>>;
  readonly aliases: Readonly<Record<string, string>>;
}
const [names, ...cases] = fixture<unknown>("losses").cases as [Names, ...LossCase[]];

const classes = losses as unknown as Readonly<Record<string, new (options: LossOptions) => Loss>>;
const make = (c: LossCase, reduction?: Reduction): Loss =>
  new classes[c.class]!({ ...optionsOf(c.options), ...(reduction && { reduction }) });

const inputsOf = (c: LossCase): Tensor[] =>
  [c.y_true, c.y_pred, c.sample_weight, c.mask].filter((n) => n !== undefined).map((n) => tensorOf(n));
const batched = ({ shape, dtype }: Tensor): SignatureSpec => ({ shape: ["batch", ...shape.slice(1)], dtype });

/** The loss and its gradient with respect to the predictions. */
function lossAndGradient(c: LossCase, loss: Loss, [yTrue, x, ...rest]: readonly Tensor[]): [Tensor, Tensor] {
  const weight = c.sample_weight ? rest.shift() : undefined;
  const tape = new GradientTape();
  const value = tape.run(() => {
    tape.watch(x!);
    const predicted = c.activation ? activations[c.activation](x!) : x!;
    setMask(predicted, c.mask ? rest[0]! : null);
    return loss.apply(yTrue!, predicted, weight);
  });
  return [value, tape.gradient(value, x!)];
}

/** The function of Keras whose values a loss reduces: it has the loss's name. */
const functionOf = (c: LossCase): string | undefined => {
  const name = new classes[c.class]!({}).name.replace(/_loss$/, "");
  return camelCase(name) in functions ? name : undefined;
};
const functions = losses.functions as unknown as Readonly<Record<string, (yTrue: Tensor, yPred: Tensor, options: object) => Tensor>>;

// Float32 against float32: sums come in another order, and logarithms near 0 make large terms of small differences.
const close = { relative: 2e-5, absolute: 2e-6 };

describe("losses give Keras's values and gradients", () => {
  beforeEach(() => clearSession());
  cases.forEach((c, i) => {
    it(
      `${i}: ${c.class} ${JSON.stringify(c.options)}${c.activation ? ` of ${c.activation}` : ""}`,
      judges(`keras.losses.${c.class}`),
      async () => {
        const inputs = inputsOf(c);
        for (const [reduction, want] of Object.entries(c.values) as [Reduction, Numbers][]) {
          const [value] = lossAndGradient(c, make(c, reduction), inputs);
          await expectNumbers(value, want, close, reduction);
        }
        const loss = make(c);
        const [, gradient] = lossAndGradient(c, loss, inputs);
        await expectNumbers(gradient, c.gradient, close, "gradient");
        await onStrict(async () => {
          const again = inputsOf(c);
          const compiled = func((...xs: Tensor[]) => lossAndGradient(c, loss, xs), { inputSignature: again.map(batched) });
          const [value, traced] = compiled(...again);
          await expectNumbers(value!, c.values.sum_over_batch_size, close, "compiled value");
          await expectNumbers(traced!, c.gradient, close, "compiled gradient");
        });
      },
    );
    it(`${i}: ${c.class}'s config`, () => {
      expect(make(c).getConfig()).toEqual(c.config);
      const again = losses.deserialize({ module: "keras.losses", class_name: c.class, config: c.config, registered_name: null });
      expect(again.getConfig()).toEqual(c.config);
    });
  });
  for (const [i, c] of cases.entries()) {
    const name = functionOf(c);
    if (!name || c.sample_weight || c.mask || c.activation) continue;
    it(`${i}: the function ${name}`, judges(`keras.losses.${name}`), async () => {
      const [yTrue, yPred] = inputsOf(c);
      const values = functions[camelCase(name)]!(...matchRanks(yTrue!, yPred!), optionsOf(c.options));
      await expectNumbers(values, c.values.none, close, name);
    });
  }
  it("takes classes along any axis", async () => {
    const [labels, p] = [
      tensor([[0, 1]], [1, 2], "int32"),
      tensor([
        [
          [0.1, 0.9],
          [0.4, 0.6],
        ],
      ]),
    ];
    const want = losses.functions.sparseCategoricalCrossentropy(labels, p);
    const got = losses.functions.sparseCategoricalCrossentropy(labels, transpose(p, [0, 2, 1]), { axis: 1 });
    expect(await got.array()).toEqual(await want.array());
  });
});

describe("names and forms", () => {
  it("knows Keras's aliases", judges("keras.losses.get"), () => {
    for (const [alias, name] of Object.entries(names.aliases)) expect(losses.get(alias).name).toBe(name);
  });
  it("takes Keras's and camelCase names", () => {
    for (const name of ["sparse_categorical_crossentropy", "sparseCategoricalCrossentropy", "SparseCategoricalCrossentropy"]) {
      expect(losses.get(name)).toBeInstanceOf(losses.SparseCategoricalCrossentropy);
    }
  });
  it("reads and writes Keras's forms", judges("keras.losses.serialize", "keras.losses.deserialize"), () => {
    expect(losses.serialize(losses.deserialize(names.forms.object))).toEqual(names.forms.object);
    expect(losses.deserialize(names.forms.wrapper).getConfig()).toEqual(names.forms.wrapper.config);
    expect(losses.deserialize(names.forms.function).name).toBe("huber");
  });
  it("takes a function, and finds it again under a name of yours", async () => {
    const far = (yTrue: Tensor, yPred: Tensor): Tensor => mean(abs(sub(yTrue, yPred)), { axis: -1 });
    const [a, b] = [tensor([[1, 2]]), tensor([[2, 4]])];
    expect(await losses.get(far).apply(a, b).array()).toBe(1.5);
    const form = losses.serialize(losses.get(far));
    expect(() => losses.deserialize(form)).toThrow('losses: no function is called "far"');
    expect(await losses.deserialize(form, { far }).apply(a, b).array()).toBe(1.5);
  });
  it("names the known losses", () => {
    expect(() => losses.get("mea")).toThrow('no loss is called "mea". Known are binary_crossentropy, binary_focal_crossentropy');
  });
});

describe("errors and warnings", () => {
  it("says which loss suits the labels", () => {
    const [sparse, dense] = [tensor([0, 1]), tensor([1, 2, 3, 4, 5, 6], [2, 3])];
    expect(() => losses.categoricalCrossentropy().apply(sparse, dense)).toThrow(
      'categorical_crossentropy: labels and predictions must have the same shape. Got f32[2] and f32[2, 3]. Integer labels go with "sparse_categorical_crossentropy".',
    );
    expect(() => losses.sparseCategoricalCrossentropy().apply(dense, dense)).toThrow('One-hot labels go with "categorical_crossentropy".');
  });
  it("refuses options that mean nothing", () => {
    expect(() => losses.meanSquaredError({ reduction: "max" as never })).toThrow(
      'no reduction is called "max". Known are sum_over_batch_size, mean,',
    );
    expect(() => losses.categoricalGeneralizedCrossEntropy({ q: 1 })).toThrow("q must lie between 0 and 1, got 1");
    expect(() => losses.ctc().apply(tensor([1]), tensor([[1]]))).toThrow("ctc: takes labels [batch, labels] and logits");
  });
  it("warns of logits that are probabilities", () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    const x = tensor([1, 2], [1, 2]);
    tidy(() => void losses.binaryCrossentropy({ fromLogits: true }).apply(x, activations.sigmoid(x)));
    expect(warn.mock.calls[0]![0]).toContain("fromLogits is true, but the predictions come from a softmax or sigmoid");
    warn.mockRestore();
  });
});
