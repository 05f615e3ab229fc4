// Copies of bytes. The engine's own instruction: views of a shared memory are copied a word at a time.

import { FunctionBuilder } from "../wasm/index.ts";

export interface CopyExports {
  copyBytes(from: number, to: number, bytes: number): void;
}

export function copyBytes(): FunctionBuilder {
  const f = new FunctionBuilder();
  const [from, to, bytes] = f.parametersOf("i32", 3);
  return f.get(to).get(from).get(bytes).memoryCopy();
}
