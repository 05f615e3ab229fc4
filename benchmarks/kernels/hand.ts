// Times the hand-written WebAssembly kernels, one thread: `node benchmarks/kernels/hand.ts [name part] [--strict]`.
//
// Every round runs each case once, so that a slow moment of the machine hits all of them alike; the medians of
// the rounds are printed. `--strict` uses multiply and add instead of the fused instruction of relaxed SIMD.

import { attention } from "../../packages/backend-cpu/src/kernels/attention.ts";
import { attentionGradient } from "../../packages/backend-cpu/src/kernels/attention-gradient.ts";
import { KernelLibrary } from "../../packages/backend-cpu/src/kernels/base.ts";
import { type KernelContext, serialContext } from "../../packages/backend-cpu/src/kernels/context.ts";
import { convolutionForward, convolutionInputGradient, directConvolution } from "../../packages/backend-cpu/src/kernels/convolve.ts";
import { depthwiseFilterGradient, depthwiseForward, depthwiseInputGradient } from "../../packages/backend-cpu/src/kernels/depthwise.ts";
import { convolutionFilterGradient, directFilterGradient } from "../../packages/backend-cpu/src/kernels/filter-gradient.ts";
import { gemm } from "../../packages/backend-cpu/src/kernels/gemm.ts";
import { averagePool2d, averagePool2dGradient, maxPool2d, maxPool2dGradient } from "../../packages/backend-cpu/src/kernels/pooling.ts";
import { lastOfSegments, sumSegments } from "../../packages/backend-cpu/src/kernels/segments.ts";
import { logSoftmax, softmax } from "../../packages/backend-cpu/src/kernels/softmax.ts";
import { sortPlaces } from "../../packages/backend-cpu/src/kernels/sorting.ts";
import { transposeCopy } from "../../packages/backend-cpu/src/kernels/transpose.ts";
import { winogradConvolution } from "../../packages/backend-cpu/src/kernels/winograd.ts";
import { winogradFilterGradient } from "../../packages/backend-cpu/src/kernels/winograd-gradient.ts";
import { everySource } from "../../packages/backend-cpu/src/matched/packs.ts";
import { Memory } from "../../packages/backend-cpu/src/memory.ts";
import { type ConvolutionSizes, convolutionOf, poolingOf } from "../../packages/backend-cpu/test/geometry.ts";

interface Case {
  readonly name: string;
  /** Floating-point operations, or 0 where only the time is of interest. */
  readonly operations: number;
  readonly run: () => void;
}

const rounds = 15;
/** Fast kernels run repeatedly within a round, for about this long. */
const roundMilliseconds = 4;

main();

function main(): void {
  const strict = process.argv.includes("--strict");
  const filter = process.argv.slice(2).find((argument) => !argument.startsWith("--")) ?? "";
  const memory = new Memory({ initialBytes: 2 ** 28 });
  const { exports } = new KernelLibrary(memory, { relaxed: !strict }, everySource());
  const cases = allCases(serialContext(memory, exports), memory).filter(({ name }) => name.includes(filter));
  const times = measure(cases);
  console.log(`${strict ? "multiply and add" : "relaxed SIMD"}, one thread, medians of ${rounds} rounds`);
  for (const [index, { name, operations }] of cases.entries()) {
    const sorted = (times[index] ?? []).toSorted((first, second) => first - second);
    const median = sorted[rounds >> 1] ?? Number.NaN;
    const rate = operations > 0 ? `${(operations / median / 1e6).toFixed(1)} GFLOP/s` : "";
    console.log(name.padEnd(52), `${median.toFixed(3)} ms`.padStart(12), rate.padStart(16));
  }
}

function measure(cases: readonly Case[]): number[][] {
  const repeats = cases.map(({ run }) => {
    run();
    const start = performance.now();
    for (let i = 0; i < 3; i += 1) run();
    return Math.max(1, Math.round((3 * roundMilliseconds) / (performance.now() - start)));
  });
  const times = cases.map((): number[] => []);
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, { run }] of cases.entries()) {
      const count = repeats[index] ?? 1;
      const start = performance.now();
      for (let i = 0; i < count; i += 1) run();
      times[index]?.push((performance.now() - start) / count);
    }
  }
  return times;
}

function allCases(context: KernelContext, memory: Memory): Case[] {
  const matrix = (length: number): number => {
    const pointer = memory.alloc(length * 4);
    const values = memory.f32().subarray(pointer >>> 2, (pointer >>> 2) + length);
    for (let i = 0; i < length; i += 1) values[i] = ((i * 7919) % 1013) / 506 - 1;
    return pointer;
  };
  return [
    ...productCases(context, matrix),
    ...attentionCases(context, matrix),
    ...convolutionCases(context, matrix),
    ...depthwiseCases(context, matrix),
    ...filteringCases(context, matrix),
    ...rowCases(context, matrix),
    ...orderCases(context, matrix),
    ...segmentCases(context, matrix, memory),
  ];
}

type NewMatrix = (length: number) => number;

function productCases(context: KernelContext, matrix: NewMatrix): Case[] {
  const product = (name: string, [m, k, n]: readonly [number, number, number], count = 1): Case => {
    const [a, b, c] = [matrix(count * m * k), matrix(count * k * n), matrix(count * m * n)];
    const aIsTransposed = name.includes("ᵀ @");
    const bIsTransposed = name.endsWith("ᵀ");
    const run = (): void => {
      for (let item = 0; item < count; item += 1) {
        gemm(context, {
          m,
          n,
          k,
          a: { pointer: a + 4 * item * m * k, rowStride: aIsTransposed ? 1 : k, columnStride: aIsTransposed ? m : 1 },
          b: { pointer: b + 4 * item * k * n, rowStride: bIsTransposed ? 1 : n, columnStride: bIsTransposed ? k : 1 },
          c: { pointer: c + 4 * item * m * n, rowStride: n },
        });
      }
    };
    return { name: `matmul ${name}`, operations: 2 * count * m * n * k, run };
  };
  return [
    product("128²", [128, 128, 128]),
    product("512²", [512, 512, 512]),
    product("1024²", [1024, 1024, 1024]),
    product("32×784 @ 784×128", [32, 784, 128]),
    product("128×784 @ 784×512", [128, 784, 512]),
    product("(128×784)ᵀ @ 128×512", [784, 128, 512]),
    product("128×512 @ (784×512)ᵀ", [128, 512, 784]),
    product("128×512 @ 512×10", [128, 512, 10]),
    product("(128×512)ᵀ @ 128×10", [512, 128, 10]),
    product("128×10 @ (512×10)ᵀ", [128, 10, 512]),
    product("batched 16×(128×64 @ 64×128)", [128, 64, 128], 16),
    product("1×1024 @ 1024²", [1, 1024, 1024]),
    product("4×512 @ 512²", [4, 512, 512]),
    product("1×1024 @ (1024²)ᵀ", [1, 1024, 1024]),
    product("1024² @ 1024×1", [1024, 1024, 1]),
    product("(1024²)ᵀ @ 1024×1", [1024, 1024, 1]),
    product("128×512 @ 512×1", [128, 512, 1]),
  ];
}

/** Products of the forward pass are counted twice, those of the gradients five times: what the kernels do. */
function attentionCases(context: KernelContext, matrix: NewMatrix): Case[] {
  return [
    [64, 128, 32, false],
    [16, 512, 64, false],
    [16, 512, 64, true],
  ].flatMap((given) => {
    const [heads, steps, features, causal] = given as [number, number, number, boolean];
    const size = steps * features;
    const [query, key, value, gradient, means, ...gradients] = Array.from({ length: 8 }, () => matrix(heads * size));
    const [most, total, delta] = Array.from({ length: 3 }, () => matrix(heads * steps)) as [number, number, number];
    const of = (pointer: number | undefined, head: number) => ({
      pointer: pointer! + head * size * 4,
      rowStride: features,
      columnStride: 1,
    });
    const head = (h: number) => ({ query: of(query, h), key: of(key, h), value: of(value, h), mask: undefined });
    const row = (pointer: number, h: number): number => pointer + h * steps * 4;
    const statistics = (h: number) => ({ most: row(most, h), total: row(total, h), delta: row(delta, h) });
    const sizes = { heads, queries: steps, keys: steps, features, valueFeatures: features, scale: features ** -0.5, causal };
    const name = `attention ${heads} × ${steps} × ${features}${causal ? ", causal" : ""}`;
    const product = 2 * heads * steps * size * (causal ? 0.5 : 1);
    const forward = (): void => attention(context, { ...sizes, head, means: means!, most, total });
    forward();
    const gradientHead = (h: number) => ({ ...head(h), ...statistics(h), gradient: of(gradient, h) });
    const [q, k, v] = gradients;
    const backward = (): void => attentionGradient(context, { ...sizes, head: gradientHead, query: q, key: k, value: v });
    return [
      { name, operations: 2 * product, run: forward },
      { name: `${name}, gradients`, operations: 5 * product, run: backward },
    ];
  });
}

function convolutionCases(context: KernelContext, matrix: NewMatrix): Case[] {
  const padding = { top: 1, bottom: 1, left: 1, right: 1 };
  const square = { kernelHeight: 3, kernelWidth: 3 };
  const layers: Record<string, ConvolutionSizes> = {
    "3×3 32×28×28×32→64": { ...square, batch: 32, height: 28, width: 28, inputChannels: 32, outputChannels: 64, padding },
    "3×3 64×13×13×32→64": { ...square, batch: 64, height: 13, width: 13, inputChannels: 32, outputChannels: 64 },
    "3×3 64×28×28×1→32": { ...square, batch: 64, height: 28, width: 28, inputChannels: 1, outputChannels: 32 },
    "3×3 32×32×32×3→32": { ...square, batch: 32, height: 32, width: 32, inputChannels: 3, outputChannels: 32, padding },
    "7×7 stride 2 1×64×64×3→64": {
      batch: 1,
      height: 64,
      width: 64,
      inputChannels: 3,
      outputChannels: 64,
      kernelHeight: 7,
      kernelWidth: 7,
      strides: [2, 2],
      padding: { top: 2, bottom: 3, left: 2, right: 3 },
    },
    "1×1 56×56×64→128": { batch: 1, height: 56, width: 56, inputChannels: 64, outputChannels: 128, kernelHeight: 1, kernelWidth: 1 },
    "3×3 stride 2 8×56×56×64→128": {
      ...square,
      batch: 8,
      height: 56,
      width: 56,
      inputChannels: 64,
      outputChannels: 128,
      strides: [2, 2],
      padding: { top: 0, bottom: 1, left: 0, right: 1 },
    },
  };
  return Object.entries(layers).flatMap(([name, sizes]): Case[] => {
    const { batch, height, width, inputChannels, outputChannels, kernelHeight, kernelWidth } = sizes;
    const convolution = convolutionOf(sizes);
    const [vertical, horizontal] = convolution.axes;
    const input = matrix(batch * height * width * inputChannels);
    const filter = matrix(kernelHeight * kernelWidth * inputChannels * outputChannels);
    const output = matrix(batch * vertical.output * horizontal.output * outputChannels);
    const inputGradient = matrix(batch * height * width * inputChannels);
    const filterGradient = matrix(kernelHeight * kernelWidth * inputChannels * outputChannels);
    const operations = 2 * batch * vertical.output * horizontal.output * outputChannels * kernelHeight * kernelWidth * inputChannels;
    const outputGradient = output;
    return [
      {
        name: `conv ${name}`,
        operations,
        run: () => convolutionForward(context, { ...convolution, image: input, filter, result: output }),
      },
      {
        name: `conv ${name}, input gradient`,
        operations,
        run: () => convolutionInputGradient(context, { ...convolution, result: outputGradient, filter, image: inputGradient }),
      },
      {
        name: `conv ${name}, filter gradient`,
        operations,
        run: () => convolutionFilterGradient(context, { ...convolution, image: input, result: outputGradient, filter: filterGradient }),
      },
    ];
  });
}

function depthwiseCases(context: KernelContext, matrix: NewMatrix): Case[] {
  const around = { top: 1, bottom: 1, left: 1, right: 1 };
  const layer = (name: string, [batch, size, channels, window, stride]: readonly [number, number, number, number, number]): Case[] => {
    const side = window >> 1;
    const { axes } = convolutionOf({
      batch,
      height: size,
      width: size,
      inputChannels: channels,
      outputChannels: channels,
      kernelHeight: window,
      kernelWidth: window,
      strides: [stride, stride],
      padding: stride === 1 ? { top: side, bottom: side, left: side, right: side } : { ...around, top: 0, left: 0 },
    });
    const image = matrix(batch * size * size * channels);
    const result = matrix(batch * axes[0].output * axes[1].output * channels);
    const call = { batch, channels, axes, image, filter: matrix(window * window * channels), result };
    const operations = 2 * batch * axes[0].output * axes[1].output * channels * window * window;
    return [
      { name: `depthwise ${name}`, operations, run: () => depthwiseForward(context, call) },
      { name: `depthwise ${name}, input gradient`, operations, run: () => depthwiseInputGradient(context, call) },
      { name: `depthwise ${name}, filter gradient`, operations, run: () => depthwiseFilterGradient(context, call) },
    ];
  };
  return [
    ...layer("3×3 1×56×56×128", [1, 56, 128, 3, 1]),
    ...layer("3×3 1×28×28×64", [1, 28, 64, 3, 1]),
    ...layer("3×3 16×56×56×64", [16, 56, 64, 3, 1]),
    ...layer("3×3 stride 2 16×56×56×64", [16, 56, 64, 3, 2]),
    ...layer("3×3 16×7×7×1024", [16, 7, 1024, 3, 1]),
    ...layer("5×5 16×28×28×32", [16, 28, 32, 5, 1]),
  ];
}

/** Both ways of 3×3 convolutions side by side, chosen or not; operations are those of the direct way. */
function filteringCases(context: KernelContext, matrix: NewMatrix): Case[] {
  const layers = [
    [64, 13, 32, 64],
    [67, 13, 31, 62],
    [32, 28, 32, 64],
    [8, 56, 64, 64],
    [8, 28, 128, 128],
    [1, 2, 512, 512],
    [1, 8, 128, 128],
    [1, 10, 64, 64],
    [1, 14, 256, 256],
    [8, 14, 256, 256],
    [1, 7, 512, 512],
    [8, 7, 512, 512],
    [8, 32, 8, 8],
  ] as const;
  return layers.flatMap(([batch, extent, inputChannels, outputChannels]): Case[] => {
    const padding = { top: 1, bottom: 1, left: 1, right: 1 };
    const sizes = { batch, height: extent, width: extent, inputChannels, outputChannels, kernelHeight: 3, kernelWidth: 3, padding };
    const convolution = convolutionOf(sizes);
    const pixels = batch * extent * extent;
    const pairs = inputChannels * outputChannels;
    const [image, result, filter] = [matrix(pixels * inputChannels), matrix(pixels * outputChannels), matrix(9 * pairs)];
    const [newImage, newResult, newFilter] = [matrix(pixels * inputChannels), matrix(pixels * outputChannels), matrix(9 * pairs)];
    const [forward, backward, gradient] = [
      { ...convolution, image, filter, result: newResult },
      { ...convolution, image: newImage, filter, result },
      { ...convolution, image, filter: newFilter, result },
    ];
    const timed = (name: string, run: () => void): Case => ({
      name: `filtering ${batch}×${extent}×${extent}×${inputChannels}→${outputChannels}, ${name}`,
      operations: 18 * pixels * pairs,
      run,
    });
    return [
      timed("direct", () => directConvolution(context, forward, "forward")),
      timed("minimal", () => winogradConvolution(context, forward, "forward")),
      timed("input gradient, direct", () => directConvolution(context, backward, "backward")),
      timed("input gradient, minimal", () => winogradConvolution(context, backward, "backward")),
      timed("filter gradient, direct", () => directFilterGradient(context, gradient)),
      timed("filter gradient, minimal", () => winogradFilterGradient(context, gradient)),
    ];
  });
}

function rowCases(context: KernelContext, matrix: NewMatrix): Case[] {
  const logits = { pointer: matrix(256 * 1000), rowStride: 1000 };
  const probabilities = { pointer: matrix(256 * 1000), rowStride: 1000 };
  const [large, transposed] = [matrix(2048 ** 2), matrix(2048 ** 2)];
  const pooling = poolingOf({ batch: 64, height: 26, width: 26, channels: 32, window: [2, 2], strides: [2, 2] });
  const [rows, columns] = pooling.axes.map((axis) => axis.output) as [number, number];
  const [input, inputGradient] = [matrix(64 * 26 * 26 * 32), matrix(64 * 26 * 26 * 32)];
  const [output, positions] = [matrix(64 * rows * columns * 32), matrix(64 * rows * columns * 32)];
  maxPool2d(context, { ...pooling, image: input, result: output, positions });
  const timed = (name: string, run: () => void): Case => ({ name, operations: 0, run });
  return [
    timed("softmax 256×1000", () => softmax(context, { rows: 256, columns: 1000, x: logits, y: probabilities })),
    timed("logSoftmax 256×1000", () => logSoftmax(context, { rows: 256, columns: 1000, x: logits, y: probabilities })),
    timed("transpose 2048²", () =>
      transposeCopy(context, {
        rows: 2048,
        columns: 2048,
        source: { pointer: large, rowStride: 1, columnStride: 2048 },
        target: { pointer: transposed, rowStride: 2048 },
      }),
    ),
    timed("maxPool 2×2 64×26×26×32", () => maxPool2d(context, { ...pooling, image: input, result: output })),
    timed("maxPool 2×2 64×26×26×32 with positions", () => maxPool2d(context, { ...pooling, image: input, result: output, positions })),
    timed("maxPool gradient", () => maxPool2dGradient(context, { ...pooling, result: output, positions, image: inputGradient })),
    timed("averagePool 2×2 64×26×26×32", () => averagePool2d(context, { ...pooling, image: input, result: output })),
    timed("averagePool gradient", () => averagePool2dGradient(context, { ...pooling, result: output, image: inputGradient })),
  ];
}

function orderCases(context: KernelContext, matrix: NewMatrix): Case[] {
  const order = ([rows, columns, kept = columns]: readonly [number, number, number?]): Case => {
    const sorting = { rows, columns, kept, descending: kept < columns, words: 1, kind: "float", x: matrix(rows * columns) } as const;
    const y = matrix(rows * kept);
    const name = `${kept < columns ? `first ${kept}` : "order"} of ${rows}×${columns}`;
    return { name, operations: 0, run: () => sortPlaces(context, { ...sorting, y }) };
  };
  return (
    [
      [1, 2 ** 20],
      [64, 16384],
      [256, 1000],
      [10000, 100],
      [100000, 10],
      [256, 1000, 5],
    ] as const
  ).map(order);
}

function segmentCases(context: KernelContext, matrix: NewMatrix, memory: Memory): Case[] {
  return (
    [
      [8192, 64, 20000],
      [8192, 512, 20000],
      [8192, 10, 20000],
      [1e6, 1, 1e6],
      [1e6, 1, 100],
    ] as const
  ).flatMap(([rows, columns, segments]): Case[] => {
    const pointer = matrix(rows);
    for (let row = 0; row < rows; row += 1) memory.i32()[(pointer >>> 2) + row] = (Math.imul(row, 0x9e3779b1) >>> 7) % segments;
    const ids = { pointer, bytes: 4, rows, segments };
    const [x, y] = [matrix(rows * columns), matrix(segments * columns)];
    const name = `${rows}×${columns} into ${segments}`;
    return [
      {
        name: `sums of ${name}`,
        operations: rows * columns,
        run: () => sumSegments(context, { ...ids, addend: "Float32", width: columns * 4, x, y }),
      },
      { name: `last rows of ${name}`, operations: 0, run: () => lastOfSegments(context, ids, y) },
    ];
  });
}
