// What kernels make of weights is kept from run to run, as long as the weights live and there is room.
import * as tf from "@antler/tensor-core";
import { describe, expect, test } from "vitest";
import { kernelBackend, type Matched, type MatchedCall } from "../src/index.ts";
import { strictDevice } from "../src/testing/index.ts";

const BYTES = 256;

/** A device whose products of single numbers give the second one, from a copy where one is kept; and what it did. */
function observed({ part = 1 }: { readonly part?: number } = {}) {
  const done: string[] = [];
  const live = new Set<unknown>();
  const device = strictDevice();
  /** How many buffers there may be as large as what is prepared, and how often there were to be more. */
  const room = { buffers: Number.POSITIVE_INFINITY, refused: 0 };
  const large = new Set<unknown>();
  const product: Matched = {
    accepts: () => true,
    operands: "contiguous",
    epilogue: false,
    preparation: {
      operand: 1,
      bytes: () => BYTES,
      part: () => part,
      make(call, into) {
        done.push("make");
        device.copy(call.inputs[1], into, 4);
      },
    },
    run({ inputs, outputs, prepared }: MatchedCall) {
      done.push(prepared ? "kept" : "run");
      device.copy(prepared ?? inputs[1], outputs[0], 4);
    },
  };
  const backend = kernelBackend({
    ...device,
    kernels: { matMul: product },
    alloc(bytes) {
      if (bytes >= BYTES && large.size >= room.buffers) {
        room.refused++;
        throw new tf.OutOfMemoryError("observed", "no room");
      }
      const buffer = device.alloc(bytes);
      live.add(buffer);
      if (bytes >= BYTES) large.add(buffer);
      return buffer;
    },
    free(buffer) {
      live.delete(buffer);
      large.delete(buffer);
      device.free(buffer);
    },
  });
  const spec = tf.makeSpec([1, 1], "float32") as tf.StaticSpec;
  const store = (value: number): tf.Storage => backend.store(new Uint8Array(Float32Array.of(value).buffer), spec);
  const { graph } = tf.trace(
    "product",
    [spec, spec],
    ([x, w]) => [tf.matMul(x!, w!)],
    (ys) => ys,
  );
  const read = async (s: tf.Storage): Promise<number> => new Float32Array((await backend.read(s)).buffer)[0]!;
  return { backend, done, live, room, store, read, compile: () => backend.compile(graph) };
}

describe("what is made of a weight", () => {
  test("is made when it comes for the second time, once for all programs", async () => {
    const { done, store, read, compile } = observed();
    const [first, second, x, w] = [compile(), compile(), store(1), store(7)];
    for (const program of [first, first, first, second]) {
      const [y] = program.run([x, w]);
      expect(await read(y!)).toBe(7);
    }
    expect(done).toEqual(["run", "make", "kept", "kept", "kept"]);
  });
  test("is given back with it", async () => {
    const { backend, live, store, compile } = observed();
    const [program, x] = [compile(), store(1)];
    const once = (): void => {
      const w = store(7);
      for (let i = 0; i < 3; i++) backend.free(program.run([x, w])[0]!);
      backend.free(w);
    };
    once();
    const before = live.size;
    for (let i = 0; i < 5; i++) once();
    expect(live.size).toBe(before);
  });
  test("is not made of weights that change, nor where it would hardly be felt", async () => {
    const { done, store, read, compile } = observed();
    const [program, x] = [compile(), store(1)];
    for (let i = 0; i < 3; i++) expect(await read(program.run([x, store(i)])[0]!)).toBe(i);
    expect(done).toEqual(["run", "run", "run"]);
    const given = store(5);
    program.run([x, given]);
    expect(await read(program.run([x, given], { donate: [false, true] })[0]!)).toBe(5);
    expect(done).not.toContain("make");

    const light = observed({ part: 0.001 });
    const again = [light.store(1), light.store(2)];
    for (let i = 0, p = light.compile(); i < 3; i++) p.run(again);
    expect(light.done).not.toContain("make");
  });
});

describe("without room", () => {
  test("nothing is made, and nobody tries again", async () => {
    const { done, room, store, read, compile } = observed();
    const [program, x, w] = [compile(), store(1), store(7)];
    room.buffers = 0;
    for (let i = 0; i < 3; i++) expect(await read(program.run([x, w])[0]!)).toBe(7);
    expect(done).toEqual(["run", "run", "run"]);
    expect(room.refused).toBe(1);
  });
  test("what was made makes way for what is asked for", async () => {
    const { backend, done, room, store, read, compile } = observed();
    const [program, x, w] = [compile(), store(1), store(7)];
    for (let i = 0; i < 2; i++) program.run([x, w]);
    expect(done.at(-1)).toBe("kept");
    room.buffers = 1;
    const large = tf.makeSpec([BYTES / 4], "float32") as tf.StaticSpec;
    const bytes = new Uint8Array(BYTES);
    const other = backend.store(bytes, large);
    expect(room.refused).toBe(1);
    expect(() => backend.store(bytes, large)).toThrow(tf.OutOfMemoryError);
    expect(await read(program.run([x, w])[0]!)).toBe(7);
    expect(done.at(-1)).toBe("run");
    // With room again it is made again.
    backend.free(other);
    program.run([x, w]);
    expect(done.at(-1)).toBe("kept");
  });
});
