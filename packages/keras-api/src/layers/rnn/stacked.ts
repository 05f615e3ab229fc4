/** StackedRNNCells: cells on top of each other, each fed by the one below, as one cell. */
import type { Dim, Shape, Tensor } from "@antler/tensor-core";
import type { CallContext, LayerOptions } from "../../layer.ts";
import { type Config, configOf } from "../../serialization/config.ts";
import { type CellCall, RNNCell } from "./cell.ts";

export interface StackedRNNCellsOptions extends LayerOptions {
  /** From the first to the last. */
  readonly cells: readonly RNNCell[];
}

/** The output is the last cell's; the state that of all cells, one after the other. */
export class StackedRNNCells extends RNNCell {
  readonly cells: readonly RNNCell[];

  constructor(options: StackedRNNCellsOptions) {
    super(options);
    this.cells = options.cells;
  }
  override get className(): string {
    return "StackedRNNCells";
  }
  get stateSize(): readonly number[] {
    return this.cells.flatMap((c) => c.stateSize);
  }
  override get outputSize(): number {
    return this.cells.at(-1)!.outputSize;
  }

  override build(inputShape: Shape): void {
    let shape = inputShape;
    for (const cell of this.cells) {
      cell.buildOnce(shape);
      shape = [...shape.slice(0, -1), cell.outputSize];
    }
    super.build(inputShape);
  }
  override getInitialState(batchSize: Dim): Tensor[] {
    return this.cells.flatMap((c) => c.getInitialState(batchSize));
  }
  override prepare(x: Tensor): Tensor {
    return this.cells[0]!.prepare(x);
  }
  override begin(first: Tensor, training: boolean): void {
    let x = first;
    for (const cell of this.cells) {
      cell.begin(x, training);
      [x] = cell.apply(x, { states: cell.getInitialState(first.dims[0]!), training }) as [Tensor];
    }
  }
  override end(): void {
    for (const cell of this.cells) cell.end();
  }
  override step(prepared: Tensor, states: readonly Tensor[], training: boolean): readonly Tensor[] {
    let x = prepared;
    let at = 0;
    const next: Tensor[] = [];
    this.cells.forEach((cell, i) => {
      const own = states.slice(at, (at += cell.stateSize.length));
      const [y, ...state] = cell.step(i ? cell.prepare(x) : x, own, training) as [Tensor, ...Tensor[]];
      x = y;
      next.push(...state);
    });
    return [x, ...next];
  }
  override call(x: Tensor, { states, training }: CallContext & CellCall): readonly Tensor[] {
    return this.step(this.prepare(x), states, training);
  }
  override getConfig(): Config {
    return { ...this.baseConfig(), ...configOf(this, ["cells"]) };
  }
}

/**
 * Cells on top of each other.
 * @example
 * layers.stackedRnnCells({ cells: [layers.lstmCell({ units: 8 }), layers.lstmCell({ units: 8 })] });
 */
/* @__NO_SIDE_EFFECTS__ */
export const stackedRnnCells = (options: StackedRNNCellsOptions): StackedRNNCells => new StackedRNNCells(options);
