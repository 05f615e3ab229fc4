/** What loading will change: collected and checked first, then done, so that no model is ever loaded by half. */
import { AntlerError, dispose, FormatError, type Tensor, type Variable } from "@antler/tensor-core";
import type { H5Dataset } from "../hdf5/tree.ts";
import { checkShape, tensorOf } from "./values.ts";

interface Assignment {
  readonly path: string;
  readonly variable: Variable;
  readonly dataset: H5Dataset;
}

export class Plan {
  readonly #assignments: Assignment[] = [];
  readonly #problems: { readonly path: string; readonly error: AntlerError }[] = [];
  /** What was left out although it does not fit. */
  readonly skipped: string[] = [];

  /** These datasets are for these variables. @returns whether they fit */
  assign(path: string, variables: readonly Variable[], datasets: readonly H5Dataset[]): boolean {
    const found: Assignment[] = [];
    try {
      checkCounts(path, variables, datasets);
      variables.forEach((variable, i) => {
        const dataset = datasets[i]!;
        checkShape(`${path}/${i}`, variable, dataset);
        found.push({ path: `${path}/${i}`, variable, dataset });
      });
    } catch (error) {
      if (!(error instanceof AntlerError)) throw error;
      this.refuse(path, error);
      return false;
    }
    this.#assignments.push(...found);
    return true;
  }
  /** Something at this path does not fit. */
  refuse(path: string, error: AntlerError): void {
    this.#problems.push({ path, error });
  }
  /** Takes what does not fit so far as left out. */
  skip(): void {
    this.skipped.push(...this.#problems.splice(0).map(({ path }) => path));
  }

  /** @throws the first thing that does not fit */
  check(): void {
    const [first, ...more] = this.#problems;
    if (!first) return;
    if (more.length === 0) throw first.error;
    const Kind = first.error.constructor as typeof FormatError;
    const others = more.map(({ path }) => path);
    const listed = others.slice(0, 5).join(", ") + (others.length > 5 ? ", …" : "");
    throw new Kind("load", `${messageOf(first.error)} ${others.length} more do not fit: ${listed}`);
  }

  /** Sets all variables, after everything was read. */
  run(): void {
    this.check();
    const values: Tensor[] = [];
    try {
      for (const { path, variable, dataset } of this.#assignments) values.push(tensorOf(path, variable, dataset));
      this.#assignments.forEach(({ variable }, i) => void variable.assign(values[i]!));
    } finally {
      dispose(values);
    }
  }
}

const messageOf = ({ message, op }: AntlerError): string => (message.startsWith(`${op}: `) ? message.slice(op.length + 2) : message);

function checkCounts(path: string, variables: readonly Variable[], datasets: readonly H5Dataset[]): void {
  if (variables.length === datasets.length) return;
  const names = variables.map(({ name }) => name).join(", ");
  const has = datasets.length === 0 ? "there are no variables" : `there are ${datasets.length} variables`;
  throw new FormatError("load", `${has} at ${path} in the file, and ${variables.length} in the model${names && ` (${names})`}`, {
    hint: "Leave out what does not fit with skipMismatch: true.",
  });
}
