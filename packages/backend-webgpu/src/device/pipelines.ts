/** From shaders to pipelines: one for each way that their slots share buffers, made when first needed. */
import { BackendError } from "@antler/tensor-core";
import { FIRST_SLOT_WORD, headWords, moduleText, type Shader, totalWords } from "../wgsl/shader.ts";
import { type Arrangement, arrange, type Place, placesOf, widthOf } from "./arrange.ts";
import type { Block, View } from "./blocks.ts";
import { type Commands, MOST_WORDS } from "./queue.ts";

export interface Pipelines {
  /** Runs a shader: its arrays, its parameters, and how many workgroups there are. */
  run(shader: Shader, views: readonly View[], params: readonly number[], workgroups: number): void;
  /** While it lasts nothing runs, and pipelines are made side by side; resolves when they are all made. */
  rehearse(play: () => void): Promise<void>;
  readonly rehearsing: boolean;
  forget(block: Block): void;
  readonly count: number;
}

interface Made {
  readonly layout: GPUBindGroupLayout;
  readonly pipeline: GPUComputePipeline | Promise<GPUComputePipeline>;
  readonly groups: Map<string, { readonly group: GPUBindGroup; readonly blocks: readonly Block[] }>;
  /** Whether it ran since pipelines were last looked through. */
  used: boolean;
}

/** A dispatch on certain buffers, all looked up. */
interface Ready {
  readonly made: Made;
  readonly pipeline: GPUComputePipeline;
  readonly group: GPUBindGroup;
  readonly places: readonly Place[];
  readonly placeOf: readonly number[];
  readonly blocks: readonly Block[];
}

/** So many pipelines are kept whether they are used or not. */
const KEPT = 1024;
const UNIFORM_BYTES = 4 * MOST_WORDS;

export function pipelines(device: GPUDevice, queue: Commands, limit: number): Pipelines {
  const made = new Map<Shader, Map<string, Made>>();
  /** By shader, and by the blocks its slots are in: most dispatches are like one before. */
  const known = new Map<Shader, Map<string, Ready>>();
  const layouts = new Map<string, GPUBindGroupLayout>();
  const most = device.limits.maxStorageBuffersPerShaderStage;
  let count = 0;
  let alive = 0;
  let room = KEPT;
  let rehearsing: Promise<unknown>[] | undefined;

  function layoutOf({ bindings }: Arrangement): GPUBindGroupLayout {
    const types = bindings.flatMap((b) => Array.from({ length: b.pieces }, () => (b.writes || b.atomic ? "storage" : "read-only-storage")));
    const key = types.join();
    let layout = layouts.get(key);
    if (!layout) {
      const entry = (type: string, binding: number, hasDynamicOffset = false): GPUBindGroupLayoutEntry => {
        return { binding, visibility: 4, buffer: { type: type as GPUBufferBindingType, hasDynamicOffset } };
      };
      const entries = [entry("uniform", 0, true), ...types.map((type, k) => entry(type, k + 1))];
      layouts.set(key, (layout = device.createBindGroupLayout({ entries })));
    }
    return layout;
  }

  function make(shader: Shader, a: Arrangement): Made {
    const bound = a.bindings.reduce((n, b) => n + b.pieces, 0);
    if (bound > most) {
      throw new BackendError(shader.name, `needs ${bound} storage buffers of at most ${limit} bytes`, {
        hint: `The device's maxStorageBuffersPerShaderStage is ${most}. Work on smaller tensors, or use the CPU backend.`,
      });
    }
    if (totalWords(shader) > MOST_WORDS) throw new BackendError(shader.name, `needs ${totalWords(shader)} parameters, of ${MOST_WORDS}`);
    const code = moduleText(shader, a.bindings, a.bindingOf);
    const layout = layoutOf(a);
    const description: GPUComputePipelineDescriptor = {
      label: shader.name,
      layout: device.createPipelineLayout({ bindGroupLayouts: [layout] }),
      compute: { module: device.createShaderModule({ label: shader.name, code }), entryPoint: "main" },
    };
    const pipeline = rehearsing ? device.createComputePipelineAsync(description) : device.createComputePipeline(description);
    count++;
    alive++;
    return { layout, pipeline, groups: new Map(), used: true };
  }

  /** Lets go of pipelines that nothing used since the last time; whoever wants one again has it made again. */
  function makeRoom(): void {
    known.clear();
    for (const [shader, ways] of made) {
      for (const [key, one] of ways) {
        if (!one.used && ways.delete(key)) alive--;
        one.used = false;
      }
      if (ways.size === 0) made.delete(shader);
    }
    room = Math.max(KEPT, 2 * alive);
  }

  function madeFor(shader: Shader, a: Arrangement): Made {
    if (alive >= room && !rehearsing) makeRoom();
    let ways = made.get(shader);
    if (!ways) made.set(shader, (ways = new Map()));
    let one = ways.get(a.key);
    if (!one) {
      ways.set(a.key, (one = make(shader, a)));
      if (one.pipeline instanceof Promise) {
        const { pipeline, ...rest } = one;
        rehearsing?.push(pipeline.then((p) => void ways.set(a.key, { ...rest, pipeline: p })));
      }
    } else if (one.pipeline instanceof Promise && !rehearsing) {
      // Needed before it is ready: made once more, now.
      ways.set(a.key, (one = make(shader, a)));
    }
    return one;
  }

  function groupOf({ groups, layout }: Made, places: readonly Place[]): GPUBindGroup {
    const key = places.map((p) => `${p.block.id}:${p.from}:${p.bytes}`).join();
    let found = groups.get(key);
    if (!found) {
      const entries: GPUBindGroupEntry[] = [{ binding: 0, resource: { buffer: queue.params, size: UNIFORM_BYTES } }];
      for (const { block, from, bytes } of places) {
        for (let at = 0; at < bytes; at += limit) {
          const resource = { buffer: block.gpu, offset: from + at, size: Math.min(limit, bytes - at) };
          entries.push({ binding: entries.length, resource });
        }
      }
      found = { group: device.createBindGroup({ layout, entries }), blocks: places.map((p) => p.block) };
      groups.set(key, found);
    }
    return found.group;
  }

  /** Undefined while only pretending. */
  function readyFor(shader: Shader, views: readonly View[]): Ready | undefined {
    let key = "";
    // Of a block that is bound in parts it matters which.
    for (const { block, offset, bytes } of views) key += block.bytes <= limit ? `${block.id},` : `${block.id}:${offset}:${bytes},`;
    const before = known.get(shader)?.get(key);
    if (before && !rehearsing) return before;
    const { places, placeOf } = placesOf(views, limit);
    const one = madeFor(shader, arrange(shader.slots, places, placeOf, limit));
    if (rehearsing) return undefined;
    const ready: Ready = {
      made: one,
      pipeline: one.pipeline as GPUComputePipeline,
      group: groupOf(one, places),
      places,
      placeOf,
      blocks: places.map((p) => p.block),
    };
    const list = known.get(shader);
    if (list) list.set(key, ready);
    else known.set(shader, new Map([[key, ready]]));
    return ready;
  }

  return {
    get count() {
      return count;
    },
    run(shader, views, params, workgroups) {
      if (workgroups === 0) return;
      const ready = readyFor(shader, views);
      if (!ready) return;
      const { pipeline, group, places, placeOf, blocks } = ready;
      ready.made.used = true;
      const { words, offset } = queue.room();
      words[0] = workgroups;
      words[1] = 0;
      let bytes = 0;
      for (let s = 0; s < views.length; s++) {
        words[FIRST_SLOT_WORD + s] = (views[s]!.offset - places[placeOf[s]!]!.from) / widthOf(shader.slots[s]!);
        bytes += views[s]!.bytes;
      }
      const head = headWords(shader);
      for (let k = 0; k < params.length; k++) words[head + k] = params[k]!;
      queue.dispatch({ name: shader.name, bytes, pipeline, group, blocks, workgroups }, offset);
    },
    get rehearsing() {
      return rehearsing !== undefined;
    },
    async rehearse(play) {
      const outer = rehearsing;
      const mine: Promise<unknown>[] = (rehearsing = []);
      try {
        play();
      } finally {
        rehearsing = outer;
      }
      await Promise.all(mine);
    },
    forget(block) {
      const sweep = (list: Map<string, { readonly blocks: readonly Block[] }>): void => {
        for (const [key, { blocks }] of list) if (blocks.includes(block)) list.delete(key);
      };
      for (const list of known.values()) sweep(list);
      for (const ways of made.values()) for (const { groups } of ways.values()) sweep(groups);
    },
  };
}
