/** A rule's example as a piece of work: with the rule, and without. */
import { createCpuBackend } from "@antler/backend-cpu";
import { kernelBackend } from "@antler/compiler";
import { func, setBackend, type Tensor, tensor, tidy, Variable } from "@antler/tensor-core";
import type { Work } from "../work/peer.ts";
import { drawn } from "../work/values.ts";
import type { Rule } from "./rules.ts";

export interface Way {
  readonly fused: boolean;
  /** Which of the rule's sizes. */
  readonly size: number;
  readonly threads: number;
}

/** Sets the backend, too: some rules are what a device allows. */
export async function workOfRule({ inputs, compute, without }: Rule, { fused, size, threads }: Way): Promise<Work> {
  const cpu = createCpuBackend({ threads });
  const lacks = typeof without === "object" && "device" in without && !fused;
  await setBackend(lacks ? kernelBackend(without.device(cpu.device)) : cpu);
  const xs = inputs[size]!.map((shape, i) => tensor(drawn(shape, 1, 11 + i).data, [...shape]));
  if (without === "kept") return updates(compute, xs, fused);
  const whole = func(compute);
  if (fused || lacks) return calls(() => whole(...xs));
  if (typeof without === "object") {
    const instead = func((without as { readonly instead: Rule["compute"] }).instead);
    return calls(() => instead(...xs));
  }
  if (without === "op by op") return calls(() => tidy(() => compute(...xs)));
  if (without === "unsized") {
    const inputSignature = xs.map(({ shape, dtype }) => ({ shape: [...shape.slice(0, -1), "columns"], dtype }));
    const unsized = func(compute, { inputSignature });
    return calls(() => unsized(...xs));
  }
  const results = tidy(() => compute(...xs)).map((y, i) => {
    y.dispose();
    return func((...xs: Tensor[]) => compute(...xs)[i]!);
  });
  return calls(() => results.map((result) => result(...xs)));
}

function calls(call: () => readonly Tensor[]): Work {
  return {
    run() {
      for (const y of call()) y.dispose();
    },
    output: () => numbers(call()),
  };
}

/** A variable that takes the result as its next value; `fused` where nobody keeps the old one. */
function updates(compute: Rule["compute"], [first, ...rest]: readonly Tensor[], fused: boolean): Work {
  const work = (state: Variable): (() => void) => {
    const step = func((...rest: Tensor[]) => void state.assign(compute(state.value, ...rest)[0]!));
    return () => {
      const before = fused ? undefined : state.value;
      step(...rest);
      before?.dispose();
    };
  };
  return {
    run: work(new Variable(first!)),
    async output() {
      const state = new Variable(first!);
      work(state)();
      return numbers([state.value]);
    },
  };
}

/** Of one after the other. */
async function numbers(ys: readonly Tensor[]): Promise<Float32Array> {
  const all = new Float32Array(ys.reduce((n, y) => n + y.size, 0));
  let at = 0;
  for (const y of ys) {
    all.set((await y.data()) as Float32Array, at);
    at += y.size;
  }
  return all;
}
