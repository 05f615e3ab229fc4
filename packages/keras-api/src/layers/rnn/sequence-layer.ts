/** Layers that are an RNN with a cell of their own: their options are the cell's and the sequence's. */
import type { Config } from "../../serialization/config.ts";
import type { GatedCell, GatedOptions } from "./gates.ts";
import { RNN, type RNNOutput, type SequenceOptions } from "./rnn.ts";

/** The options of a layer that makes its cell. */
export type SequenceLayerOptions<C extends GatedOptions> = C & SequenceOptions;

/** An RNN whose config holds the options of its cell beside its own. */
export abstract class SequenceLayer<Cell extends GatedCell, O extends RNNOutput> extends RNN<O> {
  declare readonly cell: Cell;

  /** @param make makes the cell, of the options that are the cell's */
  constructor(options: SequenceLayerOptions<GatedOptions>, make: (options: never) => Cell, cellName: string) {
    const { name: _, activityRegularizer: __, batchInputShape: ___, inputShape: ____, ...ofCell } = options;
    super({ ...options, cell: make({ ...ofCell, name: cellName } as never) });
    this.inputSpec = { rank: 3 };
  }
  override getConfig(): Config {
    const { name: _, trainable: __, dtype: ___, ...ofCell } = this.cell.getConfig();
    return { ...ofCell, ...this.sequenceConfig(), activity_regularizer: null, ...this.baseConfig() };
  }
}
