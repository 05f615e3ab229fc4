/** The learning rate of a model's optimizer, as callbacks read and log it. */
import { ValueError } from "@antler/tensor-core";
import type { AnyModel } from "../models/model.ts";

/** @throws ValueError where the model is not compiled */
export async function learningRateOf({ optimizer }: AnyModel): Promise<number> {
  if (!optimizer) throw new ValueError("callbacks", "the model has no optimizer");
  const rate = optimizer.learningRate.value;
  const [value] = await rate.data();
  rate.dispose();
  return Number(value);
}
