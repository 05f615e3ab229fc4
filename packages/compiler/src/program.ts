/** A lowered graph made runnable: kernels compiled once, sizes bound once for each set of values, then only calls. */
import {
  attrsKey,
  type Bindings,
  bindShape,
  byteSize,
  dtypeInfo,
  makeSpec,
  type Node,
  type StaticSpec,
  type TypedArray,
  type Value,
  type Work,
} from "@antler/tensor-core";
import { resolve } from "./aliases.ts";
import { pack, type Request } from "./arena.ts";
import type { Finished } from "./finish.ts";
import type { Buffer, Device, Kernel, MatchedCall, Run } from "./kernel.ts";
import type { Lowered, RegionStep, Step } from "./lower.ts";
import { type Plan, plan } from "./plan.ts";
import { type Player, roomOf, runRegion } from "./region.ts";
import { bindSize, type Size } from "./size.ts";
import { ask, bytesOf, emitHost, start } from "./work.ts";

/** Memory of one run: where inputs, outputs and temporaries are. */
export interface Frame {
  readonly inputs: readonly Buffer[];
  readonly outputs: readonly Buffer[];
  readonly arena: Buffer;
  /** What was prepared of inputs, see `Bound`. */
  readonly prepared?: readonly (Buffer | undefined)[];
}
type Locate = (frame: Frame) => Buffer;
/** What one call reads and writes. */
export type Arrays = Pick<Frame, "inputs" | "outputs">;
type Call = (frame: Frame) => Work | void;

/** A kernel with its params, and what finds its buffers. */
interface Prepared {
  readonly run: Run;
  readonly params: readonly number[];
  /** The same array each time. */
  given(frame: Frame): readonly Buffer[];
}
/** Buffers found anew for each frame, always in the same array: a loop's steps make none. */
function finder<B>(places: readonly ((frame: Frame) => B)[]): (frame: Frame) => B[] {
  const found = new Array<B>(places.length);
  return (f) => {
    for (let i = 0; i < places.length; i++) found[i] = places[i]!(f);
    return found;
  };
}

/** A program for given sizes. */
export interface Bound {
  readonly outputs: readonly StaticSpec[];
  readonly arenaBytes: number;
  readonly calls: readonly Call[];
  /** For each call that runs a region, how, by whatever plays it. */
  readonly regions: ReadonlyMap<Call, (frame: Frame, player: Player) => Work | undefined>;
  /** Calls that work on the host. */
  readonly host: ReadonlySet<Call>;
  /** What could be made of inputs ahead, if they stay the same for many runs. */
  readonly preparations: readonly Prepares[];
}
export interface Prepares {
  readonly input: number;
  readonly bytes: number;
  /** Of the same input, equal ones are made alike. */
  readonly key: string;
  /** Which part of the time of its kernel it takes. */
  readonly part: number;
  make(frame: Frame, into: Buffer): void;
}

export class Executable {
  readonly lowered: Lowered;
  readonly plan: Plan;
  readonly #device: Device;
  readonly #runs = new Map<Kernel, Run>();
  readonly #bodies = new Map<Lowered, Executable>();
  readonly #bound = new Map<string, Bound>();
  #checksData: boolean | undefined;

  constructor(lowered: Lowered, device: Device) {
    this.lowered = lowered;
    this.#device = device;
    this.plan = plan(lowered);
    for (const s of lowered.steps) if (s.kind === "region") for (const b of s.bodies) this.#bodies.set(b, new Executable(b, device));
  }

  /** Every kernel, those of regions included. */
  kernels(): Kernel[] {
    return this.lowered.steps.flatMap((s) => {
      if (s.kind === "kernel") return [s.kernel];
      if (s.kind === "matched") return s.epilogue ? [s.epilogue.kernel] : [];
      return s.kind === "region" ? s.bodies.flatMap((b) => this.#bodies.get(b)!.kernels()) : [];
    });
  }
  /** Whether a run may find that an index read from data lies outside its axis. */
  get checksData(): boolean {
    return (this.#checksData ??= this.kernels().some((k) => k.checks.length > 0));
  }
  link(runs: ReadonlyMap<Kernel, Run>): void {
    for (const [k, r] of runs) this.#runs.set(k, r);
    for (const b of this.#bodies.values()) b.link(runs);
  }

  /** The program for these sizes; made once, a few are kept. */
  bind(sizes: Bindings): Bound {
    // All sizes: a region's body may use some that none of its inputs has.
    const key = [...sizes].join();
    let b = this.#bound.get(key);
    if (!b) {
      if (this.#bound.size >= 16) this.#bound.delete(this.#bound.keys().next().value!);
      this.#bound.set(key, (b = this.#make(sizes)));
    }
    return b;
  }

  #make(sizes: Bindings): Bound {
    const device = this.#device;
    const { graph, steps, aliases } = this.lowered;
    const { places, temporaries } = this.plan;
    const size = (s: Size): number => bindSize(s, sizes);
    const specOf = (v: Value): StaticSpec => makeSpec(bindShape(v.spec.shape, sizes), v.spec.dtype);
    const specsOf = (node: Node): MatchedCall["specs"] => ({ inputs: node.inputs.map(specOf), outputs: node.outputs.map(specOf) });
    const bytes = (v: Value): number => byteSize(specOf(v));
    const bodiesOf = (s: RegionStep): Bound[] => s.bodies.map((b) => this.#bodies.get(b)!.bind(sizes));

    const requests: Request[] = temporaries.map(({ value, first, last }) => ({ bytes: bytes(value), first, last }));
    // A region's own arena, and its spare carries, are temporaries of its step.
    const rooms = new Map<Step, number>();
    steps.forEach((s, k) => {
      if (s.kind === "region")
        rooms.set(s, requests.push({ bytes: roomOf(bodiesOf(s), s.node.outputs.map(bytes)), first: k, last: k }) - 1);
    });
    const { offsets, bytes: arenaBytes } = pack(requests);
    const partOf = (at: number): Locate => {
      const offset = offsets[at]!;
      const { bytes } = requests[at]!;
      return (f) => device.part(f.arena, offset, bytes);
    };
    const used = (v: Value): Locate | undefined => {
      const place = places.get(resolve(aliases, v));
      if (place?.kind === "arena") return partOf(place.at);
      return place && (place.kind === "input" ? (f) => f.inputs[place.at] : (f) => f.outputs[place.at]);
    };
    const at = (v: Value): Locate => used(v)!;
    const prepare = ({ kernel, buffers }: Finished): Prepared => {
      return { run: this.#runs.get(kernel)!, params: kernel.params.map(size), given: finder(buffers.map(at)) };
    };

    const preparations: Prepares[] = [];
    const regions = new Map<Call, (frame: Frame, player: Player) => Work | undefined>();
    const host = new Set<Call>();
    const callOf = (s: Step): Call => {
      if (s.kind === "kernel") {
        const { run, params, given } = prepare(s);
        return (f) => run(given(f), params);
      }
      const { node } = s;
      const outputs = finder(node.outputs.map((v) => used(v) ?? (() => undefined)));
      const inputs = finder(s.kind === "matched" ? s.operands.map((o) => at(o.value)) : s.operands.map(at));
      const frameOf = (f: Frame): Arrays => ({ inputs: inputs(f), outputs: outputs(f) });
      if (s.kind === "host") {
        const specs = specsOf(node);
        const call: Call = (f) => hostWork(device, node, specs, frameOf(f));
        host.add(call);
        return call;
      }
      if (s.kind === "region") {
        const room = partOf(rooms.get(s)!);
        const region = {
          node,
          sizes,
          bodies: bodiesOf(s),
          inputBytes: node.inputs.map(bytes),
          outputBytes: node.outputs.map(bytes),
        };
        const runOf = (f: Frame, player: Player): Work | undefined => runRegion(device, region, frameOf(f), room(f), player);
        const player: Player = { play: start, ask: (flag) => ask(device, node.op.name, flag), most: Number.POSITIVE_INFINITY };
        const call: Call = (f) => runOf(f, player);
        regions.set(call, runOf);
        return call;
      }
      const specs = specsOf(node);
      const attrs = node.attrs as never;
      const layouts = s.operands.map(({ layout: { offset, strides } }) => ({ offset: size(offset), strides: strides.map(size) }));
      const last = s.epilogue && prepare(s.epilogue);
      const fixed = { specs, layouts, attrs };
      const ahead = s.matched.preparation;
      const source = ahead && places.get(resolve(aliases, s.operands[ahead.operand]!.value));
      const known = { ...fixed, done: undefined };
      const room = source?.kind === "input" ? ahead!.bytes(known) : 0;
      const prepared = room === 0 ? -1 : preparations.length;
      if (room > 0) {
        const make = (f: Frame, into: Buffer): void => ahead!.make({ inputs: inputs(f), outputs: [], ...known }, into);
        const key = `${node.op.name} ${room} ${JSON.stringify(layouts[ahead!.operand])} ${attrsKey(attrs)}`;
        preparations.push({ input: source!.at, bytes: room, key, part: ahead!.part(known), make });
      }
      let now: Frame;
      const done: MatchedCall["done"] = last && ((...block) => last.run(last.given(now), last.params, block));
      const epilogue: MatchedCall["epilogue"] = last && {
        kernel: s.epilogue!.kernel,
        params: last.params,
        result: s.epilogue!.buffers.indexOf(node.outputs[0]!),
        buffers: () => last.given(now),
      };
      return (f) => {
        now = f;
        s.matched.run({ inputs: inputs(f), outputs: outputs(f), specs, layouts, attrs, done, epilogue, prepared: f.prepared?.[prepared] });
      };
    };
    return { outputs: graph.outputs.map(specOf), arenaBytes, calls: steps.map(callOf), regions, host, preparations };
  }
}

function* hostWork(device: Device, node: Node, specs: MatchedCall["specs"], { inputs, outputs }: Arrays): Work {
  emitHost(device, node.op.name);
  const { how } = node.op;
  const kernel = node.op.kernels?.[device.name] ?? (how.kind === "opaque" ? how.reference : undefined)!;
  const open = ({ dtype }: StaticSpec, bytes: Uint8Array): TypedArray => new (dtypeInfo(dtype).array)(bytes.slice().buffer as ArrayBuffer);
  const given: TypedArray[] = [];
  for (const [i, s] of specs.inputs.entries()) given.push(open(s, yield* bytesOf(device, inputs[i], byteSize(s))));
  const made = specs.outputs.map((s) => open(s, new Uint8Array(byteSize(s))));
  kernel(given, made, specs, node.attrs as never);
  made.forEach((data, i) => device.write(outputs[i], new Uint8Array(data.buffer as ArrayBuffer)));
}
