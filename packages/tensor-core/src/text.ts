/** @antler/tensor-core/text: graphs as text, for people, tests and golden files: printed, and read back with the ops at hand. */
import { FormatError } from "./errors.ts";
import { type Graph, inputValue, isGraph, makeNode, order, subgraphs, type Value } from "./graph.ts";
import type { Op } from "./op.ts";
import { type Dim, showDim, symbol } from "./shape.ts";
import { makeSpec, type Spec } from "./spec.ts";

const showValueSpec = (s: Spec): string => `${s.dtype}[${s.shape.map(showDim).join(", ")}]`;

/**
 * One line a node: `%2: float32[3] = add(%0, %1)`. Attrs follow as JSON, sub-graphs in braces, indented.
 * @example
 * console.log(printGraph(func((x) => mul(x, x)).graph(tensor([1, 2]))));
 */
export function printGraph(graph: Graph, indent = ""): string {
  const names = new Map<Value, string>();
  let next = 0;
  const name = (v: Value): string => {
    let n = names.get(v);
    if (!n) names.set(v, (n = `%${next++}`));
    return n;
  };
  const declare = (v: Value): string => `${name(v)}: ${showValueSpec(v.spec)}`;
  const lines = graph.inputs.map((v) => `${declare(v)} = input`);
  for (const node of order(graph.outputs)) {
    const attrs = node.attrs === undefined ? "" : ` ${JSON.stringify(encode(node.attrs))}`;
    const bodies = subgraphs(node).map((g) => ` {\n${printGraph(g, `${indent}  `)}\n${indent}}`);
    const path = node.path ? ` @${JSON.stringify(node.path)}` : "";
    lines.push(
      `${node.outputs.map(declare).join("; ")} = ${node.op.name}(${node.inputs.map(name).join(", ")})${attrs}${path}${bodies.join("")}`,
    );
  }
  lines.push(`return ${graph.outputs.map(name).join(", ")}`);
  return lines.map((l) => indent + l).join("\n");
}

const typedArrays: { readonly [name: string]: new (values: number[]) => ArrayBufferView } = {
  Float32Array,
  Float64Array,
  Int8Array,
  Int16Array,
  Int32Array,
  Uint8Array,
  Uint16Array,
  Uint32Array,
  BigInt64Array: BigInt64Array as never,
  BigUint64Array: BigUint64Array as never,
};

/** Attrs as JSON: what JSON has no word for is wrapped in an object with one `$` key. */
function encode(x: unknown): unknown {
  if (typeof x === "bigint") return { $bigint: `${x}` };
  if (typeof x === "number") return Number.isFinite(x) && !Object.is(x, -0) ? x : { $number: Object.is(x, -0) ? "-0" : `${x}` };
  if (typeof x !== "object" || x === null) return x;
  if (isGraph(x)) return { $graph: true };
  if (ArrayBuffer.isView(x)) return { $array: x.constructor.name, values: [...(x as Float32Array)].map(encode) };
  if (Array.isArray(x)) return x.map(encode);
  if ("factor" in x) return { $dim: showDim(x as Dim) };
  return Object.fromEntries(Object.entries(x).map(([k, v]) => [k, encode(v)]));
}
function decode(x: unknown, graphs: Graph[]): unknown {
  if (typeof x !== "object" || x === null) return x;
  if (Array.isArray(x)) return x.map((v) => decode(v, graphs));
  const o = x as { readonly [key: string]: unknown };
  if ("$bigint" in o) return BigInt(o["$bigint"] as string);
  if ("$number" in o) return Number(o["$number"]);
  if ("$graph" in o) return graphs.shift();
  if ("$dim" in o) return parseDim(o["$dim"] as string);
  if ("$array" in o) return new typedArrays[o["$array"] as string]!((o["values"] as unknown[]).map((v) => decode(v, graphs) as number));
  return Object.fromEntries(Object.entries(o).map(([k, v]) => [k, decode(v, graphs)]));
}

function parseDim(text: string): Dim {
  const m = /^(?:(-?\d+)\*)?([A-Za-z_]\w*)([+-]\d+)?$/.exec(text.trim());
  return m ? symbol(m[2]!, Number(m[1] ?? 1), Number(m[3] ?? 0)) : Number(text);
}

/**
 * Reads what `printGraph` wrote.
 * @param ops the ops that may occur; names are looked up here and nowhere else
 */
// biome-ignore lint/suspicious/noExplicitAny: ops of every attrs type
export function parseGraph(text: string, ops: readonly Op<any>[]): Graph {
  const table = new Map(ops.map((op) => [op.name, op]));
  const lines = text.split("\n").map((l) => l.trim());
  let at = 0;
  const block = (): Graph => {
    const values = new Map<string, Value>();
    const inputs: Value[] = [];
    const find = (n: string): Value => values.get(n) ?? fail(`${n} is used before it is made`);
    for (;;) {
      const line = lines[at++] ?? fail("it ends without a return");
      if (line.startsWith("return")) {
        return { inputs, outputs: names(line.slice(6)).map(find) };
      }
      const m = /^(.*?) = (\w+)(?:\((.*?)\)(?: ([^@ ].*?))?(?: @("(?:[^"\\]|\\.)*"))?( \{)?)?$/.exec(line) ?? fail(`"${line}" is no node`);
      const declared = m[1]!.split("; ").map(parseDeclaration);
      if (m[2] === "input") {
        const v = inputValue(declared[0]!.spec);
        inputs.push(v);
        values.set(declared[0]!.name, v);
        continue;
      }
      const graphs: Graph[] = [];
      for (let open = m[6] !== undefined; open; ) {
        graphs.push(block());
        open = (lines[at++] ?? "") === "} {";
      }
      const op = table.get(m[2]!) ?? fail(`the op ${m[2]} is not among those given`);
      const attrs = m[4] === undefined || m[4] === "" ? undefined : decode(JSON.parse(m[4]), graphs);
      const node = makeNode(
        op,
        names(m[3] ?? "").map(find),
        attrs,
        declared.map((d) => d.spec),
        m[5] ? (JSON.parse(m[5]) as string) : "",
      );
      declared.forEach((d, i) => values.set(d.name, node.outputs[i]!));
    }
  };
  return block();
}
const names = (list: string): string[] =>
  list
    .split(",")
    .map((n) => n.trim())
    .filter(Boolean);
function parseDeclaration(text: string): { name: string; spec: Spec } {
  const m = /^(%\d+): (\w+)\[(.*)\]$/.exec(text) ?? fail(`"${text}" declares nothing`);
  return { name: m[1]!, spec: makeSpec(m[3] ? m[3].split(",").map(parseDim) : [], m[2] as Spec["dtype"]) };
}
function fail(what: string): never {
  throw new FormatError("parseGraph", `the text is no graph: ${what}`);
}
