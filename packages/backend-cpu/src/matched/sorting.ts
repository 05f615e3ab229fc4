/** Sorting: the order that `sort`, `argSort` and `topk` begin with. */
import type { Matched, MatchedCall } from "@antler/compiler";
import { dtypeInfo } from "@antler/tensor-core";
import type { KernelContext } from "../kernels/index.ts";
import { type Sorting, sortPlaces } from "../kernels/sorting.ts";
import { address, contiguous, hasWords } from "./float32.ts";

function sortingOf({ specs, inputs, outputs, attrs }: MatchedCall): Sorting {
  const { shape, dtype } = specs.inputs[0]!;
  const { k, descending } = attrs as { readonly k: number; readonly descending: boolean };
  const { kind, bytes } = dtypeInfo(dtype);
  return {
    rows: shape.slice(0, -1).reduce((a, b) => a * b, 1),
    columns: shape.at(-1)!,
    kept: k,
    descending,
    words: bytes / 4,
    kind: kind as Sorting["kind"],
    x: address(inputs[0]),
    y: address(outputs[0]),
  };
}

export const sortingKernel = (context: KernelContext): Matched =>
  contiguous((call) => sortPlaces(context, sortingOf(call)), { accepts: hasWords });
