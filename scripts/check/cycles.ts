// Import cycles: no file of a package may, through values, import itself. Type imports do not count, since nothing
// of them is left when the modules are evaluated.
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { importsOf, nameOf } from "../lib/modules.ts";
import { plural, report } from "../lib/report.ts";
import { packages, sources } from "../lib/workspace.ts";

type Graph = ReadonlyMap<string, readonly string[]>;

const graph: Graph = new Map(packages().flatMap((pkg) => sources(pkg).map((file) => [file, valueImports(file)] as const)));
const problems = components(graph)
  .filter(([first, ...rest]) => first !== undefined && (rest.length > 0 || graph.get(first)?.includes(first)))
  .map((cycle) => `cycle: ${shortestCycle(graph, cycle).map(nameOf).join("\n    → ")}`);
report(problems, `no cycle among ${plural(graph.size, "file")}`);

function valueImports(file: string): string[] {
  return importsOf(file)
    .filter(({ specifier, typeOnly }) => specifier.startsWith(".") && !typeOnly)
    .map(({ specifier }) => resolve(file, "..", specifier))
    .filter((target) => existsSync(target));
}

/** Tarjan's strongly connected components (SIAM J. Comput. 1(2), 1972). */
function components(of: Graph): string[][] {
  const found: string[][] = [];
  const stack: string[] = [];
  const open = new Set<string>();
  const order = new Map<string, number>();

  const visit = (node: string): number => {
    const index = order.size;
    order.set(node, index);
    stack.push(node);
    open.add(node);
    let low = index;
    for (const next of of.get(node) ?? []) {
      const seen = order.get(next);
      if (seen === undefined) low = Math.min(low, visit(next));
      else if (open.has(next)) low = Math.min(low, seen);
    }
    if (low === index) {
      const component = stack.splice(stack.indexOf(node));
      for (const member of component) open.delete(member);
      found.push(component);
    }
    return low;
  };

  for (const node of of.keys()) if (!order.has(node)) visit(node);
  return found;
}

/** A component may be large; its shortest cycle is what someone can read and cut. */
function shortestCycle(of: Graph, component: readonly string[]): string[] {
  const cycles = component.map((start) => cycleThrough(of, start));
  return cycles.reduce((best, cycle) => (cycle.length < best.length ? cycle : best));
}

/** Breadth first from `start` back to itself; every member of a component lies on a cycle. */
function cycleThrough(of: Graph, start: string): string[] {
  const paths: string[][] = [[start]];
  const seen = new Set<string>();
  for (const path of paths) {
    for (const next of of.get(path.at(-1) ?? start) ?? []) {
      if (next === start) return [...path, start];
      if (!seen.has(next)) paths.push([...path, next]);
      seen.add(next);
    }
  }
  throw new Error(`${nameOf(start)} is on no cycle`);
}
