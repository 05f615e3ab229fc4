/** Ops applied to symbolic tensors, as Keras's files hold them: a class of `keras.ops`, and the arguments of its call. */
import { FormatError } from "@antler/tensor-core";
import type { KerasTensor, OpCall, SymbolicNode } from "../symbolic/keras-tensor.ts";
import type { Json, Serialized } from "./config.ts";

/** An op's class and its call. */
export interface SerializedCall {
  readonly operation: Serialized;
  readonly node: Json;
}

/** @throws FormatError for an op that Keras has no class for */
export function serializeCall(call: OpCall, _node: SymbolicNode, _tensorConfig: (t: KerasTensor) => Json): SerializedCall {
  throw new FormatError("model", `the op "${call.op.name}" has no counterpart in Keras's files`, {
    hint: "Use it in the call of a layer of your own, and register that layer.",
  });
}

/** Calls an op of a file on symbolic tensors. */
export type RevivedOperation = (args: readonly unknown[], kwargs: Readonly<Record<string, unknown>>) => SymbolicNode;

/** What an op of a file does; undefined for what is a layer. */
export const reviveOperation = (_config: Serialized): RevivedOperation | undefined => undefined;
