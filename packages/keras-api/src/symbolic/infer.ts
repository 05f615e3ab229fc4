/** Shapes of results without numbers: a function is traced on specs; what must see sizes is traced with two trial ones instead. */
import {
  type Dim,
  isKnown,
  isStatic,
  leaves,
  makeSpec,
  mapTree,
  type Shape,
  ShapeError,
  type Spec,
  symbol,
  Tensor,
  trace,
  UnknownSizeError,
} from "@antler/tensor-core";

/** A function of tensors that gives a tree of them. */
type Fn = (tensors: readonly Tensor[]) => unknown;

/**
 * The specs of a function's results.
 * @param make makes a leaf of the tree that is returned, of each result's spec
 * @throws what the function throws for such shapes
 */
export function infer(name: string, specs: readonly Spec[], fn: Fn, make: (spec: Spec) => unknown): unknown {
  const { tree, results } = known(name, specs, fn);
  let next = 0;
  return mapTree(tree, () => make(results[next++]!));
}

interface Traced {
  readonly tree: unknown;
  readonly results: readonly Spec[];
}
function traced(name: string, specs: readonly Spec[], fn: Fn): Traced {
  const { result } = trace(name, specs, fn, (y) => leaves(y).filter((t) => t instanceof Tensor));
  return { tree: result, results: leaves(result).map((t) => (t as Tensor).spec) };
}

function known(name: string, specs: readonly Spec[], fn: Fn): Traced {
  try {
    return traced(name, specs, fn);
  } catch (error) {
    const refused = error instanceof UnknownSizeError || error instanceof ShapeError;
    if (!refused || specs.every((s) => isStatic(s.shape))) throw error;
    return tried(name, specs, fn, error);
  }
}

/** Two primes no model is likely to hold: a size of the result that differs between them depends on an unknown one. */
const TRIALS = [83, 89] as const;

function tried(name: string, specs: readonly Spec[], fn: Fn, refusal: Error): Traced {
  const [a, b] = TRIALS.map((size) => {
    const sizes = specs.map(({ shape, dtype }) =>
      makeSpec(
        shape.map((d) => trial(d, size)),
        dtype,
      ),
    );
    try {
      return traced(name, sizes, fn);
    } catch {
      // The first refusal tells the sizes as they were written.
      throw refusal;
    }
  }) as [Traced, Traced];
  const results = a.results.map(({ shape, dtype }, i) => makeSpec(merged(name, shape, b.results[i]!.shape, specs), dtype));
  return { tree: a.tree, results };
}
const trial = (d: Dim, size: number): number => (isKnown(d) ? d : d.factor * size + d.offset);

/** What both trials agree on; elsewhere the input's symbol if the size can only come from there, or a new one. */
const merged = (name: string, a: Shape, b: Shape, inputs: readonly Spec[]): Shape =>
  a.map((d, axis) => {
    if (d === b[axis]) return d;
    const symbols = inputs
      .flatMap(({ shape }) => shape.map((s, i) => ({ s, i })))
      .filter(({ s }) => !isKnown(s) && trial(s, TRIALS[0]) === d);
    return (symbols.find(({ i }) => i === axis) ?? symbols[0])?.s ?? symbol(`${name}_axis${axis}`);
  });
