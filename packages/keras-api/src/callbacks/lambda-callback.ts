/** LambdaCallback: a callback of functions. */
import { Callback } from "./callback.ts";

type Hooks = Pick<
  Callback,
  | "onTrainBegin"
  | "onTrainEnd"
  | "onEpochBegin"
  | "onEpochEnd"
  | "onTrainBatchBegin"
  | "onTrainBatchEnd"
  | "onTestBegin"
  | "onTestEnd"
  | "onTestBatchBegin"
  | "onTestBatchEnd"
  | "onPredictBegin"
  | "onPredictEnd"
  | "onPredictBatchBegin"
  | "onPredictBatchEnd"
>;

/**
 * A callback whose hooks are the functions given.
 * @example
 * new LambdaCallback({ onEpochEnd: (epoch, logs) => console.log(epoch, logs["loss"]) });
 */
export class LambdaCallback extends Callback {
  constructor(hooks: Partial<Hooks>) {
    super();
    Object.assign(this, hooks);
  }
}

/** A callback whose hooks are the functions given. */
/* @__NO_SIDE_EFFECTS__ */
export const lambdaCallback = (hooks: Partial<Hooks>): LambdaCallback => new LambdaCallback(hooks);
