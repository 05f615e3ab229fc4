// Packing of a product's right operand into the panels that the tile product reads.

import { FunctionBuilder } from "../wasm/index.ts";
import { elementBytes } from "./context.ts";
import { setEnd } from "./row-pieces.ts";
import { panelStep, tileColumns } from "./tile.ts";
import { transpose4x4 } from "./transpose.ts";

export interface PackExports {
  /**
   * Packs a `depth`×`columns` matrix, element (k, n) at source + k·depthStride + n·columnStride (bytes),
   * into panels of 8 columns, `panelStride` bytes apart, each k-major. The last panel is filled up with
   * zeros.
   */
  packPanels(
    source: number,
    depthStride: number,
    columnStride: number,
    depth: number,
    columns: number,
    target: number,
    panelStride: number,
  ): void;
}

export function packFunctions(): Record<keyof PackExports, FunctionBuilder> {
  return { packPanels: packPanels() };
}

/** The size of a packed matrix. */
export function packedBytes(depth: number, columns: number): number {
  return Math.ceil(columns / tileColumns) * depth * panelStep;
}

function packPanels(): FunctionBuilder {
  const f = new FunctionBuilder();
  const [source, depthStride, columnStride, depth, columns, target, panelStride] = f.parametersOf("i32", 7);
  const copyPanel = packContiguousPanel();
  const transposePanel = packTransposedPanel();
  const edgePanel = packEdgePanel();
  const packPanel = (): FunctionBuilder =>
    f.block((done) => {
      f.get(columnStride).i32(elementBytes).i32Eq();
      f.if(() => f.callWith(copyPanel, source, depthStride, depth, target).branch(done));
      f.get(depthStride).i32(elementBytes).i32Eq();
      f.if(() => f.callWith(transposePanel, source, columnStride, depth, target).branch(done));
      f.callWith(edgePanel, source, depthStride, columnStride, depth, tileColumns, target);
    });
  f.repeat(
    columns,
    () => {
      packPanel();
      f.get(columnStride).i32(tileColumns).i32Mul().get(source).i32Add().set(source);
      f.increase(target, panelStride);
    },
    tileColumns,
  );
  f.get(columns);
  f.if(() => f.callWith(edgePanel, source, depthStride, columnStride, depth, columns, target));
  return f;
}

/** 8 neighbouring columns: two vectors per k, two k per round. */
function packContiguousPanel(): FunctionBuilder {
  const f = new FunctionBuilder();
  const [source, depthStride, depth, target] = f.parametersOf("i32", 4);
  const copyStep = (): void => {
    f.get(target).get(source).v128Load().v128Store();
    f.get(target).get(source).v128Load(16).v128Store(16);
    f.increase(source, depthStride).increase(target, panelStep);
  };
  f.repeat(
    depth,
    () => {
      copyStep();
      copyStep();
    },
    2,
  );
  f.get(depth);
  f.if(copyStep);
  return f;
}

/** 8 columns whose elements along k are neighbours: 4×4 transposes, then the last 1–3 elements singly. */
function packTransposedPanel(): FunctionBuilder {
  const f = new FunctionBuilder();
  const [source, columnStride, depth, target] = f.parametersOf("i32", 4);
  const column = f.locals("i32", tileColumns);
  const [v, spare] = [f.locals("v128", 4), f.locals("v128", 4)];
  const columns = Array.from({ length: tileColumns }, (_, index) => column(index));
  const packFour = (half: 0 | 4): void => {
    for (let c = 0; c < 4; c += 1)
      f.get(column(half + c))
        .v128Load()
        .set(v(c));
    transpose4x4(f, v, spare);
    for (let k = 0; k < 4; k += 1) {
      const place = k * panelStep + half * elementBytes;
      f.get(target).get(v(k)).v128Store(place);
    }
  };
  f.get(source).set(column(0));
  for (let c = 1; c < tileColumns; c += 1)
    f.get(column(c - 1))
      .get(columnStride)
      .i32Add()
      .set(column(c));
  f.repeat(
    depth,
    () => {
      packFour(0);
      packFour(4);
      for (const pointer of columns) f.increase(pointer, 16);
      f.increase(target, 4 * panelStep);
    },
    4,
  );
  f.repeat(depth, () => {
    for (const [index, pointer] of columns.entries()) {
      const place = index * elementBytes;
      f.get(target).get(pointer).f32Load().f32Store(place);
      f.increase(pointer, elementBytes);
    }
    f.increase(target, panelStep);
  });
  return f;
}

/** Any strides and any number of valid columns, element by element; the rest becomes zero. */
function packEdgePanel(): FunctionBuilder {
  const f = new FunctionBuilder();
  const [source, depthStride, columnStride, depth, columns, target] = f.parametersOf("i32", 6);
  const [from, validEnd, end] = f.localsOf("i32", 3);
  f.repeat(depth, () => {
    f.get(source).set(from);
    setEnd(f, validEnd, target, columns);
    f.get(target).i32(panelStep).i32Add().set(end);
    f.whileBelow(target, validEnd, () => {
      f.get(target).get(from).f32Load().f32Store();
      f.increase(from, columnStride).increase(target, elementBytes);
    });
    f.whileBelow(target, end, () => {
      f.get(target).f32(0).f32Store();
      f.increase(target, elementBytes);
    });
    f.increase(source, depthStride);
  });
  return f;
}
