/** Runs products: chooses the kernel, cuts long sums, stores. */
import type { MatchedCall } from "@antler/compiler";
import type { View } from "../device/blocks.ts";
import type { Shader } from "../wgsl/shader.ts";
import { chooseTile, cutInner } from "./choose.ts";
import type { GpuContext } from "./context.ts";
import type { Kept } from "./elements.ts";
import { finishOf } from "./finish.ts";
import { addParts, type Parts, partsOutput } from "./parts.ts";
import { finalOutput, numbersOf, type Output, type Product, type ProductShader, productShader } from "./product.ts";
import { sharingOf, thinKernel } from "./thin.ts";
import { tileKernel } from "./tile.ts";

/** A kernel for a product, without what stores its results. */
interface Plan {
  readonly key: string;
  /** Workgroups for one part of one item. */
  readonly groups: number;
  readonly kernel: () => ProductShader;
  readonly parts: number;
  /** The kernel's own params. */
  readonly own: readonly number[];
}
const THIN = 4;

/** The product as a call's first output, a matrix of `columns` columns. */
export function multiply(context: GpuContext, call: MatchedCall, product: Product, [rows, columns]: readonly [number, number]): void {
  if (rows * columns === 0) return;
  const turned = product.columns <= THIN && product.rows > THIN;
  const byFours = product.byFours && !turned;
  const plan = turned || product.rows <= THIN ? thinPlan(context, product, turned) : tilePlan(context, product);
  const finish = finishOf(call, { rows, columns, byFours, others: 2, most: context.buffers });
  const final = finalOutput(finish);
  if (plan.parts === 1) run(context, plan, product, final);
  else {
    const { items, rows, columns } = product;
    const bytes = 4 * plan.parts * items * rows * columns;
    context.withScratch(bytes, (view) => {
      const parts: Parts = { view, items, rows, columns, wide: columns % 4 === 0 && !turned };
      run(context, plan, product, partsOutput(parts));
      const { key, make, views, numbers, groups } = addParts(parts, plan.parts, product, final);
      context.run(key, make, views, numbers, groups);
    });
  }
  finish.done();
}

function run(context: GpuContext, { key, groups, kernel, parts, own }: Plan, product: Product, output: Output): void {
  const { left, right } = product;
  const make = (): Shader => productShader(product, output, kernel());
  const numbers = [...own, ...numbersOf(product), ...left.numbers, ...right.numbers, ...output.numbers];
  const views: View[] = [left.elements.view, right.elements.view, ...output.views];
  context.run(`${key} ${product.key} ${left.key} ${right.key} ${output.key}`, make, views, numbers, groups * product.items * parts);
}

function tilePlan(context: GpuContext, product: Product): Plan {
  const { left, right, rows, columns, items, inner } = product;
  const halves = [left, right].every((s) => s.elements.dtype === "float16");
  const kept: Kept = halves && context.halves ? "f16" : "f32";
  const tile = chooseTile(product, kept, context.machine);
  const [down, across] = [Math.ceil(rows / tile.rows), Math.ceil(columns / tile.columns)];
  const { parts, length } = cutInner(inner, items * down * across, tile.depth, context.machine);
  return {
    key: `${tile.rows} ${tile.columns} ${kept}`,
    groups: down * across,
    parts,
    own: [down, across, parts, length],
    kernel: () => tileKernel(tile, left, right, kept, context.unrolls),
  };
}

function thinPlan({ machine }: GpuContext, { left, right, rows, columns, items, inner }: Product, turned: boolean): Plan {
  const [thick, length, thin] = turned ? [left, rows, columns] : [right, columns, rows];
  const lines = thin <= 2 ? thin : THIN;
  const sharing = sharingOf(thick, length, machine.isSoftware);
  const groups = Math.ceil(length / (4 * sharing.quads));
  const cut = cutInner(inner, items * groups, 4 * sharing.slices, machine);
  return {
    key: `thin ${lines} ${sharing.quads} ${turned}`,
    groups,
    parts: cut.parts,
    own: [groups, cut.parts, cut.length],
    kernel: () => thinKernel(thick, sharing, lines, turned),
  };
}
