// What conformance means for WebGPU: every case the CPU has, but those of numbers that GPUs do not have.
import { createCpuBackend } from "@antler/backend-cpu";
import { type Backend, type DType, onEvent } from "@antler/tensor-core";
import { type BackendSuite, errorCases, type OpCase, opCases, testBackend } from "@antler/tensor-core/testing";
import { describe, expect, it } from "vitest";

/** One of several parts of the case table, for as many processes. */
export interface Part {
  readonly part: number;
  readonly of: number;
}
export interface Rows {
  readonly cases: readonly OpCase[];
  readonly errors: typeof errorCases;
}
/** Rows dealt out like cards: the parts take about as long as each other. */
export const rowsOf = ({ part, of }: Part): Rows => ({
  cases: opCases.filter((_, i) => i % of === part),
  errors: errorCases.filter((_, i) => i % of === part),
});

const wide = (dtype: DType | undefined): boolean => dtype === "float64" || dtype === "int64";

/** The names of the cases there must be: the CPU's, without those that have a number of 64 bits. */
export function expectedNames({ cases, errors }: Rows): string[] {
  const cpu = createCpuBackend();
  const names = cases
    .filter((row) => !row.inputs.some((input) => wide(input.dtype)))
    .flatMap((row) => testBackend(cpu, { cases: [row], errors: [] }).tests.map((t) => t.name))
    .filter((name) => !/, (float64|int64): /.test(name));
  return [...names, ...testBackend(cpu, { cases: [], errors }).tests.map((t) => t.name)];
}

/** Registers the cases of a part, and one more that nothing was left out. */
export function conformance(backend: Backend, adapter: GPUAdapter, which: Part): BackendSuite {
  const rows = rowsOf(which);
  const hosts = new Set<string>();
  onEvent((event) => {
    if (event.kind === "host" && event.backend === backend.name) hosts.add(event.op);
  });
  const suite = testBackend(backend, { ...rows, describe, it });
  it("leaves out what has 64 bits, and nothing else", () => {
    expect(suite.tests.map((t) => t.name)).toEqual(expectedNames(rows));
    expect(suite.tests.filter((t) => t.skipped)).toEqual([]);
    console.log(`webgpu, ${adapterName(adapter)}: ${suite.tests.length} cases, part ${which.part + 1} of ${which.of}, 0 skipped`);
  });
  it("leaves to the host which way a branch or a loop goes, and nothing else", () => {
    expect([...hosts].filter((op) => op !== "cond" && op !== "whileLoop")).toEqual([]);
  });
  return suite;
}

export const adapterName = ({ info }: Pick<GPUAdapter, "info">): string =>
  [info.description, info.vendor, info.architecture].filter((s) => s !== "").join(", ");
