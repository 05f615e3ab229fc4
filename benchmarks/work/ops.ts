/** Single ops, and a chain of them, as computations. */
import type { Computation, Shape } from "./vocabulary.ts";

const matMul = (a: Shape, b: Shape): Computation => ({ inputs: [a, b], compute: (say, [x, y]) => say.matMul(x!, y!) });
const million = 1_000_000;

export const ops: Readonly<Record<string, Computation>> = {
  "matmul-128": matMul([128, 128], [128, 128]),
  "matmul-512": matMul([512, 512], [512, 512]),
  "matmul-1024": matMul([1024, 1024], [1024, 1024]),
  "matmul-wide": matMul([32, 784], [784, 128]),
  "matmul-batched": matMul([16, 128, 64], [16, 64, 128]),
  "conv-3x3": { inputs: [[32, 28, 28, 32]], compute: (say, [x], weight) => say.conv2d(x!, weight([3, 3, 32, 64])) },
  "conv-1x1": { inputs: [[1, 56, 56, 64]], compute: (say, [x], weight) => say.conv2d(x!, weight([1, 1, 64, 128])) },
  "depthwise-3x3": { inputs: [[1, 56, 56, 128]], compute: (say, [x], weight) => say.depthwise(x!, weight([3, 3, 128, 1])) },
  chain: {
    inputs: [[10 * million], [10 * million], [10 * million]],
    compute: (say, [a, b, c]) => say.add(say.mul(say.tanh(say.add(say.mul(a!, b!), c!)), say.sigmoid(a!)), say.relu(b!)),
  },
  softmax: { inputs: [[256, 1000]], compute: (say, [x]) => say.softmax(x!) },
  "layer-norm": { inputs: [[512, 768]], compute: (say, [x], weight) => say.layerNorm(x!, weight([768]), weight([768])) },
  "sum-rows": { inputs: [[2048, 2048]], compute: (say, [x]) => say.sumRows(x!) },
  transpose: { inputs: [[2048, 2048]], compute: (say, [x]) => say.transpose(x!) },
  add: { inputs: [[10], [10]], compute: (say, [a, b]) => say.add(a!, b!), eager: true },
};
