/** Every graph survives the way through text: printed, read back, printed again, and run. */
import { describe, expect, it } from "vitest";
import {
  add,
  func,
  type Graph,
  mul,
  type Op,
  order,
  referenceBackend,
  reshape,
  scan,
  subgraphs,
  symbol,
  type Tensor,
  tensor,
  trace,
  withName,
  zeros,
} from "../src/index.ts";
import { createRandom, gradients, listOf, makeHost, opCases, seedOf, upload } from "../src/testing/index.ts";
import { parseGraph, printGraph } from "../src/text.ts";

// biome-ignore lint/suspicious/noExplicitAny: ops of every attrs type
function opsIn(graph: Graph, found: Set<Op<any>> = new Set()): Set<Op<any>> {
  for (const node of order(graph.outputs)) {
    found.add(node.op);
    for (const g of subgraphs(node)) opsIn(g, found);
  }
  return found;
}
/** Prints, parses and prints again; both texts must agree. */
function throughText(graph: Graph): Graph {
  const text = printGraph(graph);
  const parsed = parseGraph(text, [...opsIn(graph)]);
  expect(printGraph(parsed)).toBe(text);
  return parsed;
}
function run(graph: Graph, inputs: readonly Tensor[]): unknown[] {
  const backend = referenceBackend();
  const program = backend.compile(graph);
  return program.run(inputs.map((t) => t.storage("run"))).map((s) => [s.spec.dtype, s.spec.shape, backend.readSync!(s)]);
}

describe("every row of the case table", () => {
  for (const row of opCases) {
    it(`${row.op}, ${row.name}`, () => {
      const random = createRandom(seedOf(row.name));
      const inputs = row.inputs.map((x) => makeHost(x, random, row.dtypes?.[0] ?? "float32")).map((h) => upload(h, h.dtype));
      const wrt = inputs.flatMap((t, i) => (t.dtype.startsWith("float") ? [i] : []));
      const traced = (fn: (...xs: Tensor[]) => Tensor | readonly Tensor[]): void => {
        const { graph, captured } = trace(
          "row",
          inputs.map((t) => t.spec),
          (xs) => listOf(fn(...xs)),
          (r) => r,
        );
        const given = [...inputs, ...captured.map((c) => ("read" in c ? c.read() : c))];
        expect(run(throughText(graph), given)).toEqual(run(graph, given));
      };
      traced(row.call);
      if (row.grad) traced((...xs) => gradients(row.call, xs, wrt));
    });
  }
});

describe("what text must keep apart", () => {
  const f = (attrs: unknown): Graph => {
    const op: Op<unknown> = { name: "probe", infer: () => [], how: { kind: "map", body: () => [] } };
    const x = tensor([1]).spec;
    const node = { op, inputs: [], attrs, outputs: [] as { spec: typeof x; index: number }[], path: "" };
    node.outputs.push({ spec: x, node, index: 0 } as never);
    return { inputs: [], outputs: node.outputs as never };
  };
  it.each([
    ["numbers JSON has no word for", { a: Number.NaN, b: Number.POSITIVE_INFINITY, c: Number.NEGATIVE_INFINITY, d: -0, e: 12n }],
    ["text with quotes, braces and line ends", { a: 'say "{x}" \\ %1 = add(\n) {' }],
    ["unknown sizes", { shape: [symbol("batch"), 3, symbol("batch", 2, -1)] }],
    ["typed arrays", { a: new Float32Array([1.5, Number.NaN]), b: new Int32Array([-1]), c: new Uint8Array([]) }],
    ["64-bit typed arrays", { a: new BigInt64Array([-(2n ** 60n)]), b: new BigUint64Array([2n ** 63n]) }],
    ["nothing", { a: null, b: [], c: {} }],
  ])("%s", (_, attrs) => {
    const parsed = throughText(f(attrs));
    expect(parsed.outputs[0]!.node!.attrs).toEqual(attrs);
  });

  it("paths, symbols and nested bodies", () => {
    const traced = func(
      (x: Tensor) =>
        withName("model", () =>
          withName('layer "1"', () =>
            scan(
              (c: Tensor, v: Tensor) =>
                [scan((d: Tensor, w: Tensor) => [add(d, w), []] as const, c, reshape(v, [1, 2]))[0], mul(v, 2)] as const,
              zeros([2]),
              x,
            ),
          ),
        ),
      { inputSignature: [{ shape: ["batch", 2], dtype: "float32" }] },
    );
    const x = tensor([
      [1, 2],
      [3, 4],
      [5, 6],
    ]);
    const graph = traced.graph(x);
    const text = printGraph(graph);
    expect(text).toContain('@"model/layer \\"1\\""');
    expect(text).toContain("float32[batch, 2]");
    const parsed = throughText(graph);
    expect(run(parsed, [x])).toEqual(run(graph, [x]));
  });

  it("prints a graph as one reads it", () => {
    const f = func((x: Tensor) => mul(add(x, x), x));
    expect(printGraph(f.graph(tensor([1, 2])))).toBe(
      ["%0: float32[2] = input", "%1: float32[2] = add(%0, %0)", "%2: float32[2] = mul(%1, %0)", "return %2"].join("\n"),
    );
  });
  it.each([
    ["%0: float32[2] = input", "parseGraph: the text is no graph: it ends without a return."],
    ["%0: float32[2] = nothing()\nreturn %0", "parseGraph: the text is no graph: the op nothing is not among those given."],
    ["return %3", "parseGraph: the text is no graph: %3 is used before it is made."],
    ["what is this\nreturn", 'parseGraph: the text is no graph: "what is this" is no node.'],
  ])("refuses %j", (text, message) => {
    expect(() => parseGraph(text, [])).toThrow(message);
  });
});
