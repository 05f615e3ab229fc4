/** Where the time of a program on the CPU goes: each kernel timed, and how fast products are. */
import type { Device, KernelBackend, Matched, MatchedCall } from "@antler/compiler";

export interface KernelTime {
  /** A kernel, and the shapes it works on. */
  readonly name: string;
  /** Milliseconds of each call. */
  readonly times: number[];
  /** Multiply-adds of a call, where it is a product or a convolution without groups. */
  readonly products: number | undefined;
}

/** Times of all kernels that a backend runs from now on, if it was made just now. */
export function profile(backend: KernelBackend): { readonly kernels: ReadonlyMap<string, KernelTime>; reset(): void } {
  const kernels = new Map<string, KernelTime>();
  const device = backend.device as { -readonly [K in keyof Device]: Device[K] };
  /** Of hand-written kernels that are at work: what they call is part of them. */
  let inside = 0;
  const timed = (name: string, products: number | undefined, run: () => void): void => {
    if (inside) return run();
    inside++;
    const begun = performance.now();
    run();
    inside--;
    const entry = kernels.get(name) ?? { name, times: [], products };
    kernels.set(name, entry);
    entry.times.push(performance.now() - begun);
  };
  const timedMatched = (op: string, matched: Matched): Matched => ({
    ...matched,
    run: (call) => timed(`${op} ${shapesOf(call)}`, productsOf(op, call), () => matched.run(call)),
  });
  device.kernels = Object.fromEntries(Object.entries(device.kernels ?? {}).map(([op, matched]) => [op, timedMatched(op, matched)]));
  const compile = device.compile.bind(device);
  device.compile = (list) =>
    compile(list).map((run, i) => {
      const { name, space, params: sizes } = list[i]!;
      const extents = (params: readonly number[]): string =>
        space.map(({ extent }) => (typeof extent === "number" ? extent : params[sizes.indexOf(extent)])).join("×");
      return (buffers, params, block) => timed(`${name} ${extents(params)}`.trim(), undefined, () => run(buffers, params, block));
    });
  return { kernels, reset: () => kernels.clear() };
}

const shapesOf = ({ specs }: MatchedCall): string => {
  const text = (list: readonly { readonly shape: readonly number[] }[]): string => list.map(({ shape }) => shape.join("×")).join(", ");
  return `${text(specs.inputs)} → ${text(specs.outputs)}`;
};

/** The larger images of a convolution and of its gradients times the filter, for each channel of the result. */
function productsOf(op: string, { specs, attrs }: MatchedCall): number | undefined {
  const sizes = [...specs.inputs, ...specs.outputs].map(({ shape }) => shape);
  const elements = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);
  if (op === "matMul") {
    const { transposeA } = attrs as { readonly transposeA?: boolean };
    return elements(sizes[2]!) * sizes[0]!.at(transposeA ? -2 : -1)!;
  }
  const places: Readonly<Record<string, readonly [results: number, filter: number]>> = {
    conv2d: [2, 1],
    conv2dInputGrad: [0, 1],
    conv2dFilterGrad: [1, 2],
  };
  const found = places[op];
  if (!found || ((attrs as { readonly groups?: number }).groups ?? 1) > 1) return undefined;
  const [results, filter] = [sizes[found[0]]!, sizes[found[1]]!];
  return elements(results) * elements(filter.slice(0, -1));
}
