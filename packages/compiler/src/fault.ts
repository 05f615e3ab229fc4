/** The error of an index that data brought in and that lies outside its axis; every device words it so. */
import { IndexError } from "@antler/tensor-core";
import type { IndexCheck } from "./affine.ts";

export const indexError = ({ op, axis, inputs }: IndexCheck, index: number, size: number): IndexError =>
  new IndexError(op, `index ${index} is outside axis ${axis} of size ${size}`, { got: inputs });
