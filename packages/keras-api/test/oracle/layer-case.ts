// Runs one case of a layer, and compares everything Keras made of it.
import { GradientTape } from "@antler/autodiff";
import { add, cast, func, isFloat, leaves, mapTree, mul, type Shape, type SignatureSpec, sum, Tensor, tensor } from "@antler/tensor-core";
import { expect } from "vitest";
import { type AnyLayer, deserializeLayer, serializeLayer } from "../../src/index.ts";
import { maskOf, setMask } from "../../src/masks.ts";
import type { Config, Json, Serialized } from "../../src/serialization/config.ts";
import { camelCase } from "../../src/serialization/config.ts";
import { type Closeness, expectNumbers, type Numbers, tensorOf, valuesOf } from "./fixture.ts";

type Nest = Numbers | null | readonly Nest[] | { readonly [name: string]: Nest };

export interface LayerCase {
  readonly name: string;
  readonly layer: Serialized;
  /** The config once the layer is built, where that changes it. */
  readonly built_config?: Config;
  readonly build_config: Config | null;
  readonly inputs: Nest;
  readonly call: Readonly<Record<string, Nest | Json>>;
  readonly masks: Nest;
  readonly training: boolean;
  readonly weights: readonly Numbers[];
  readonly weight_names: readonly string[];
  readonly trainable: number;
  readonly outputs: Nest;
  readonly output_masks: readonly (Numbers | null)[];
  readonly output_shape: unknown;
  readonly gradients: readonly Numbers[];
  readonly after: readonly Numbers[];
  readonly losses: readonly number[];
}

const isNumbers = (x: unknown): x is Numbers => typeof x === "object" && x !== null && "base64" in x;
const walk = (x: unknown, fn: (n: Numbers) => unknown): unknown => {
  if (isNumbers(x)) return fn(x);
  if (Array.isArray(x)) return x.map((v) => walk(v, fn));
  return typeof x === "object" && x !== null ? Object.fromEntries(Object.entries(x).map(([k, v]) => [k, walk(v, fn)])) : x;
};
/** All tensors of a part of a case, in order. */
export const numbersOf = (x: unknown): Numbers[] => {
  const found: Numbers[] = [];
  walk(x, (n) => void found.push(n));
  return found;
};

/** The layer of a case, built, with its weights, and what to call it with. */
export function prepare(c: LayerCase): { readonly layer: AnyLayer; readonly inputs: unknown; readonly options: Record<string, unknown> } {
  const layer = deserializeLayer({ ...c.layer, ...(c.build_config && { build_config: c.build_config }) });
  const inputs = walk(c.inputs, tensorOf);
  const masks = [c.masks].flat() as readonly (Numbers | null)[];
  leaves(inputs).forEach((x, i) => void setMask(x, masks[i] ? tensorOf(masks[i]) : null));
  const call = walk(c.call, tensorOf) as Record<string, unknown>;
  const options = Object.fromEntries(Object.entries(call).map(([key, value]) => [camelCase(key), value]));
  if (!layer.built || layer.weights.length !== c.weights.length) layer.apply(inputs, { ...options, training: false });
  layer.setWeights(c.weights.map((n) => valuesOf(n) as never));
  return { layer, inputs, options: { ...options, training: c.training } };
}

/** The same weighted sum of all float outputs as the case's script takes. */
const weigh = (outputs: unknown): Tensor =>
  (leaves(outputs) as Tensor[])
    .filter((t) => t instanceof Tensor && isFloat(t.dtype))
    .map((t) =>
      sum(
        mul(
          cast(t, "float32"),
          tensor(
            Float32Array.from({ length: t.size }, (_, i) => ((i % 7) + 1) / 8),
            t.shape,
          ),
        ),
      ),
    )
    .reduce((a, b) => add(a, b));

/** Compares config, shapes, outputs, masks, gradients, losses and changed weights. */
export async function runLayerCase(c: LayerCase, closeness: Closeness = {}): Promise<void> {
  const { layer, inputs, options } = prepare(c);
  // Before it is built, as the case's script wrote it: files hold shapes of built layers, too.
  const written = serializeLayer(deserializeLayer(c.layer));
  expect(written.config, "config").toEqual(c.layer.config);
  if (c.built_config) expect(serializeLayer(layer).config, "config once built").toEqual(c.built_config);
  expect([written.module, written.class_name], "class").toEqual([c.layer.module, c.layer.class_name]);
  expect(
    layer.weights.map((v) => v.name.split("/").at(-1)),
    "weight names",
  ).toEqual(c.weight_names);
  expect(layer.trainableWeights.length, "trainable weights").toBe(c.trainable);

  const floats = (leaves(inputs) as Tensor[]).filter((t) => isFloat(t.dtype));
  const tape = new GradientTape();
  const { y, total } = tape.run(() => {
    for (const x of floats) tape.watch(x);
    const y = layer.apply(inputs, options);
    return { y, total: c.gradients.length ? weigh(y) : undefined };
  });
  const outputs = leaves(y) as Tensor[];
  const want = numbersOf(c.outputs);
  expect(outputs.length, "outputs").toBe(want.length);
  for (const [i, t] of outputs.entries()) await expectNumbers(t, want[i]!, closeness, `output ${i}`);
  for (const [i, t] of outputs.entries()) {
    const [mask, expected] = [maskOf(t), c.output_masks[i]];
    expect(mask === null, `no mask of output ${i}`).toBe(expected === null || expected === undefined);
    if (mask && expected) await expectNumbers(mask, expected, {}, `mask ${i}`);
  }
  const losses = await Promise.all(layer.losses.map(async (t) => Number(await t.array())));
  expect(losses.length, "losses").toBe(c.losses.length);
  losses.forEach((v, i) => void expect(v, `loss ${i}`).toBeCloseTo(c.losses[i]!, 4));
  if (total) {
    const sources = [...floats, ...layer.trainableWeights];
    const gradients = tape.gradient(total, sources, { unconnectedGradients: "zero" }) as Tensor[];
    expect(gradients.length, "gradients").toBe(c.gradients.length);
    for (const [i, g] of gradients.entries()) await expectNumbers(g, c.gradients[i]!, closeness, `gradient ${i}`);
  }
  for (const [i, v] of layer.nonTrainableWeights.entries()) await expectNumbers(v.value, c.after[i]!, closeness, `after ${v.name}`);
  if (c.output_shape !== null) expectShapes(layer, inputs, c.output_shape);
}

/** Sizes for an unknown batch are those Keras infers; null where it does not know. */
function expectShapes(layer: AnyLayer, inputs: unknown, want: unknown): void {
  const unknown = mapTree(inputs, (t) => ({ sizes: [null, ...(t as Tensor).shape.slice(1)] })) as never;
  const plain = (x: unknown): unknown => {
    if (Array.isArray(x)) return x.map(plain);
    if (typeof x !== "object" || x === null) return x;
    return "sizes" in x ? (x as { sizes: unknown }).sizes : Object.fromEntries(Object.entries(x).map(([k, v]) => [k, plain(v)]));
  };
  const shape = (x: unknown): unknown => {
    if (Array.isArray(x)) return x.map(shape);
    if (typeof x !== "object" || x === null) return x;
    return "factor" in x ? null : Object.fromEntries(Object.entries(x).map(([k, v]) => [k, shape(v)]));
  };
  expect(shape(layer.computeOutputShape(plain(unknown) as never)), "output shape").toEqual(want);
}

/** A compiled call with an unknown batch gives what the eager one gives: masks and tensors among the options have that batch, too. */
export async function runCompiled(c: LayerCase, closeness: Closeness = {}): Promise<void> {
  const { layer, ...given } = prepare(c);
  const tree = { ...given, masks: leaves(given.inputs).map(maskOf) };
  const flat = leaves(tree).filter((t) => t instanceof Tensor);
  const signature = flat.map((t): SignatureSpec => ({ shape: ["batch", ...t.shape.slice(1)] as Shape as never, dtype: t.dtype }));
  const f = func(
    (...tensors: Tensor[]) => {
      let next = 0;
      const { inputs, options, masks } = mapTree(tree, (t) => (t instanceof Tensor ? tensors[next++]! : t)) as typeof tree;
      leaves(inputs).forEach((x, i) => void setMask(x, masks[i]!));
      return leaves(layer.apply(inputs, options)) as Tensor[];
    },
    { name: c.name, inputSignature: signature },
  );
  const outputs = f(...flat);
  for (const [i, n] of numbersOf(c.outputs).entries()) await expectNumbers(outputs[i]!, n, closeness, `compiled output ${i}`);
  for (const [i, v] of layer.nonTrainableWeights.entries())
    await expectNumbers(v.value, c.after[i]!, closeness, `compiled after ${v.name}`);
}
