/** Single ops through the public API. */
import { nodeCommand } from "../lib/child.ts";
import { kernels } from "../prototype/kernels.ts";
import { ANTLER, JAVASCRIPT, peers } from "./peers.ts";
import type { Bar, Row, Side } from "./row.ts";

/** At least 0.9 of the speed of the fastest, the kernels that were tried first among them where they are timed. */
const fastest: Bar = { of: [ANTLER], to: [...JAVASCRIPT, "prototype"], ratio: 1 / 0.9 };

const row = (work: string, title: string, options: Pick<Row, "unit" | "bar"> = { unit: "ms", bar: fastest }): Row => ({
  id: work,
  group: "ops",
  title,
  ...options,
  sides: [...peers(work), ...prototype(work)].map((side) => (options.unit === "µs" ? { ...side, scale: 1000 } : side)),
  agree: { relative: 1e-4 },
});

/** The kernels that were tried before Antler's were written, where `--prototype` says where they are. */
function prototype(work: string): Side[] {
  if (!kernels[work]) return [];
  const script = new URL("../prototype/serve.ts", import.meta.url);
  return [
    {
      name: "prototype",
      needs: "prototype",
      command: (context) => nodeCommand(script, "--folder", context.prototype!, "--work", work, "--threads", `${context.threads}`),
    },
  ];
}

export const ops: readonly Row[] = [
  row("matmul-128", "matMul 128²"),
  row("matmul-512", "matMul 512²"),
  row("matmul-1024", "matMul 1024²"),
  row("matmul-wide", "matMul 32×784 by 784×128"),
  row("matmul-batched", "matMul, 16 of 128×64 by 64×128"),
  row("conv-3x3", "conv 3×3, 32×28×28×32 to 64"),
  row("conv-1x1", "conv 1×1, 56×56×64 to 128"),
  row("depthwise-3x3", "depthwise 3×3, 56×56×128"),
  row("chain", "`tanh(a*b+c)*sigmoid(a)+relu(b)`, 10 million"),
  row("softmax", "softmax 256×1000"),
  row("layer-norm", "layerNorm 512×768"),
  row("sum-rows", "sum over axis 0, 2048²"),
  row("transpose", "transpose 2048²"),
  row("add", "eager add of 10 elements", { unit: "µs", bar: { of: [ANTLER], limit: 3 } }),
];
