// One step of training of a layer, and what Keras's numbers say must come of it.
import { GradientTape } from "@antler/autodiff";
import { optimizers } from "@antler/keras-api";
import { add, func, isFloat, leaves, mapTree, mul, type SignatureSpec, sum, Tensor, tensor } from "@antler/tensor-core";
import { maskOf, setMask } from "../../packages/keras-api/src/masks.ts";
import { expectNumbers, type Numbers, valuesOf } from "../../packages/keras-api/test/oracle/fixture.ts";
import { type LayerCase, numbersOf, prepare } from "../../packages/keras-api/test/oracle/layer-case.ts";

const LEARNING_RATE = 0.125;

/** By what the case's script multiplied each element of an output before it added them all up. */
const factorsOf = ({ shape }: Numbers): Tensor =>
  tensor(
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => ((i % 7) + 1) / 8),
    shape,
  );

/**
 * Trains the layer of a case by one step that is compiled for a batch of any size, on the backend in use, and compares: its
 * weights with Keras's less the rate times Keras's gradients, the gradients of its inputs, and the weights that a call changes.
 */
export async function trainOneStep(c: LayerCase): Promise<void> {
  const { layer, inputs, options } = prepare(c);
  const wanted = numbersOf(c.outputs).filter(({ dtype }) => isFloat(dtype));
  const given = { inputs, options, masks: leaves(inputs).map(maskOf), factors: wanted.map(factorsOf) };
  const flat = leaves(given).filter((t) => t instanceof Tensor);
  const weights = layer.trainableWeights;
  const sgd = optimizers.sgd({ learningRate: LEARNING_RATE });

  const step = func(
    (...tensors: Tensor[]): Tensor[] => {
      let next = 0;
      const { inputs, options, masks, factors } = mapTree(given, (t) => (t instanceof Tensor ? tensors[next++]! : t)) as typeof given;
      leaves(inputs).forEach((x, i) => void setMask(x, masks[i]!));
      const floats = (leaves(inputs) as Tensor[]).filter(({ dtype }) => isFloat(dtype));
      const tape = new GradientTape();
      const total = tape.run(() => {
        for (const x of floats) tape.watch(x);
        const outputs = (leaves(layer.apply(inputs, options)) as Tensor[]).filter(({ dtype }) => isFloat(dtype));
        return outputs.map((y, i) => sum(mul(y, factors[i]!))).reduce((a, b) => add(a, b));
      });
      const gradients = tape.gradient(total, [...floats, ...weights], { unconnectedGradients: "zero" }) as Tensor[];
      if (weights.length) sgd.apply(gradients.slice(floats.length), weights);
      return gradients.slice(0, floats.length);
    },
    { name: c.name, inputSignature: flat.map((t) => anyBatch(flat[0]!.shape[0]!, t)) },
  );
  const inputGradients = step(...flat);
  const before = await calledWeights(c);
  const want = c.gradients.map((g, i) => (i < inputGradients.length ? g : stepped(before[i - inputGradients.length]!, g)));
  const got = [...inputGradients, ...weights.map((w) => w.value), ...layer.nonTrainableWeights.map((w) => w.value)];
  const absolute = roundings(c);
  for (const [i, n] of [...want, ...c.after].entries()) await expectNumbers(got[i]!, n, { relative: 0, absolute }, `result ${i}`);
}

/** A tensor's size along the batch is unknown, where it has a batch at all. */
function anyBatch(batch: number, { shape, dtype }: Tensor): SignatureSpec {
  return { shape: shape[0] === batch ? ["batch", ...shape.slice(1)] : shape, dtype };
}

/** The trained weights after a call: SpectralNormalization's call changes the one it normalizes. */
async function calledWeights(c: LayerCase): Promise<ArrayLike<number>[]> {
  const { layer, inputs, options } = prepare(c);
  layer.apply(inputs, options);
  return Promise.all(layer.trainableWeights.map(async (w) => (await w.value.data()) as Float32Array));
}

function stepped(weight: ArrayLike<number>, gradient: Numbers): Numbers {
  const slopes = valuesOf(gradient);
  const values = Float32Array.from(weight, (v, i) => v - LEARNING_RATE * slopes[i]!);
  return { ...gradient, base64: Buffer.from(values.buffer).toString("base64") };
}

/**
 * How far rounding may take a result: no sum has more terms than the largest tensor has elements, and no term of one is larger than
 * the product of the two largest numbers around; a term has been through at most 16 more operations. Both sides round.
 */
function roundings(c: LayerCase): number {
  const all = numbersOf([c.inputs, c.call, c.weights, c.outputs, c.gradients] as never).map((n) => Array.from(valuesOf(n), Number));
  const terms = Math.max(...all.map((values) => values.length));
  const largest = Math.max(1, ...all.flat().filter(Number.isFinite).map(Math.abs));
  return 2 * (terms + 16) * 2 ** -24 * largest;
}
