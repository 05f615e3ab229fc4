// The pool and the memory: alignment, no overlaps, reuse over long runs, scratch, growth and its limits.

import { OutOfMemoryError } from "@antler/tensor-core";
import { afterEach, describe, expect, test, vi } from "vitest";
import { randomNumbers } from "../test/kernel-bench.ts";
import { Memory, Region } from "./memory.ts";
import { Pool } from "./pool.ts";

describe("Pool", () => {
  test("rounds up by an eighth at most", () => {
    expect([0, 1, 64, 65, 512, 513].map(Pool.blockBytes)).toEqual([64, 64, 64, 128, 512, 576]);
    for (let bytes = 1024; bytes < 2 ** 32; bytes = Math.ceil(bytes * 1.37)) {
      expect(Pool.blockBytes(bytes)).toBeGreaterThanOrEqual(bytes);
      expect(Pool.blockBytes(bytes)).toBeLessThanOrEqual(bytes * 1.125 + 64);
    }
  });

  test("a freed block serves smaller ones, and neighbours merge again", () => {
    const pool = new Pool(1024);
    pool.extend(1024 + 4096);
    const whole = pool.alloc(4096);
    expect(pool.alloc(1)).toBeUndefined();
    pool.free(whole ?? 0);
    const parts = Array.from({ length: 64 }, () => pool.alloc(64) ?? 0);
    expect(new Set(parts).size).toBe(64);
    expect(pool.alloc(1)).toBeUndefined();
    for (const part of parts.toReversed()) pool.free(part);
    expect(pool.alloc(4096)).toBe(whole);
  });

  test("freeing twice is an error", () => {
    const pool = new Pool(0);
    pool.extend(1024);
    const pointer = pool.alloc(10) ?? 0;
    pool.free(pointer);
    expect(() => pool.free(pointer)).toThrow(/no block in use/);
  });
});

describe("Memory", () => {
  test.each([1, 2, 3])("10,000 random operations stay within twice the peak (seed %i)", (seed) => {
    const random = randomNumbers(seed);
    const memory = new Memory({ initialBytes: 65536 });
    const live: { pointer: number; bytes: number; mark: number }[] = [];
    let peak = 0;
    for (let step = 1; step <= 10_000; step += 1) {
      // Sizes from 4 bytes to 1 MiB, even in their logarithm, drifting so that old holes rarely fit.
      if (random() < 0.5 + 0.4 * Math.sin(step / 500) || live.length === 0) {
        const bytes = Math.ceil(4 * 2 ** (18 * random() ** (1 + step / 5000)));
        const pointer = memory.alloc(bytes);
        expect(pointer % 64).toBe(0);
        expect(pointer).toBeGreaterThanOrEqual(1024);
        memory.i32()[pointer >>> 2] = step;
        memory.bytes()[pointer + bytes - 1] = step;
        live.push({ pointer, bytes, mark: step });
      } else {
        const [block] = live.splice(Math.floor(random() * live.length), 1);
        if (block === undefined) continue;
        if (block.bytes >= 8) expect(memory.i32()[block.pointer >>> 2]).toBe(block.mark);
        expect(memory.bytes()[block.pointer + block.bytes - 1]).toBe(block.mark & 255);
        memory.free(block.pointer);
      }
      peak = Math.max(peak, memory.stats.liveBytes);
    }
    expect(memory.stats.blocks).toBe(live.length);
    expect(memory.stats.reservedBytes).toBeLessThan(2 * peak);
    const extents = live.map(({ pointer, bytes }) => [pointer, pointer + bytes] as const);
    extents.sort(([first], [second]) => first - second);
    for (const [index, [, end]] of extents.entries()) {
      expect(end).toBeLessThanOrEqual(extents[index + 1]?.[0] ?? Infinity);
    }
    for (const { pointer } of live) memory.free(pointer);
    expect(memory.stats).toMatchObject({ liveBytes: 0, blocks: 0 });
  });

  test("views follow growth, in both kinds of memory", () => {
    for (const shared of [false, true]) {
      const memory = new Memory({ shared, initialBytes: 65536 });
      const before = memory.f32();
      const pointer = memory.alloc(1_000_000);
      expect(memory.f32() === before).toBe(false);
      memory.f32()[(pointer >>> 2) + 249_999] = 7;
      expect(memory.f32()[(pointer >>> 2) + 249_999]).toBe(7);
      expect(memory.i32() === memory.i32()).toBe(true);
    }
  });

  test("scratch keeps its place until more is needed, and never overlaps a block", () => {
    const memory = new Memory({ initialBytes: 65536 });
    const scratch = new Region(memory);
    const first = scratch.reserve(1000);
    expect(scratch.reserve(10)).toBe(first);
    const block = memory.alloc(100);
    const second = scratch.reserve(500_000);
    expect(second).not.toBe(first);
    expect(second + 500_000 <= block || second >= block + 100).toBe(true);
    expect(memory.stats.blocks).toBe(2);
  });

  test("running out is a typed error, and memory remains usable", () => {
    const memory = new Memory({ initialBytes: 65536, maximumBytes: 1 << 20 });
    const pointer = memory.alloc(500_000);
    expect(() => memory.alloc(1_000_000)).toThrow(OutOfMemoryError);
    expect(() => new Region(memory).reserve(1_000_000)).toThrow(/cannot allocate 1000000 bytes/);
    memory.free(pointer);
    expect(memory.alloc(900_000)).toBeGreaterThan(0);
    expect(() => memory.alloc(2 ** 33)).toThrow(OutOfMemoryError);
  });

  describe("an engine that refuses", () => {
    afterEach(() => vi.unstubAllGlobals());
    /** An engine that gives no shared memory above some pages, and no plain one above some. */
    function engine({ shared, plain }: { shared: number; plain: number }): void {
      vi.unstubAllGlobals();
      const original = WebAssembly;
      class Reluctant extends original.Memory {
        constructor(descriptor: WebAssembly.MemoryDescriptor) {
          if (descriptor.maximum! > (descriptor.shared ? shared : plain)) throw new RangeError("could not allocate memory");
          super(descriptor);
        }
      }
      vi.stubGlobal("WebAssembly", Object.create(original, { Memory: { value: Reluctant } }));
    }
    const pagesPerGigabyte = 16384;

    test("4 GiB gives less, down to 1 GiB; then a plain memory", () => {
      engine({ shared: 2.5 * pagesPerGigabyte, plain: 0 });
      const half = new Memory({ shared: true, initialBytes: 65536 });
      expect(half.shared).toBe(true);
      half.alloc(2 ** 30);
      expect(() => half.alloc(2 ** 30)).toThrow("cannot allocate 1073741824 bytes");
      expect(half.alloc(2 ** 20)).toBeGreaterThan(0);

      engine({ shared: 0.9 * pagesPerGigabyte, plain: 65536 });
      const plain = new Memory({ shared: true, initialBytes: 65536 });
      expect(plain.shared).toBe(false);
      expect(plain.memory.buffer).toBeInstanceOf(ArrayBuffer);
      plain.alloc(2 ** 31);
    });
    test("a memory that is to be small is not made smaller, and none at all is a typed error", () => {
      engine({ shared: 100, plain: 300 });
      expect(new Memory({ shared: true, maximumBytes: 100 * 65536 }).shared).toBe(true);
      expect(new Memory({ shared: true, initialBytes: 65536, maximumBytes: 101 * 65536 }).shared).toBe(false);
      engine({ shared: 255, plain: 255 });
      expect(() => new Memory({ shared: true })).toThrow(OutOfMemoryError);
      expect(() => new Memory({ shared: true })).toThrow("the engine gives no WebAssembly memory, not even 16777216 bytes");
    });
    test("what is no refusal is not hidden", () => {
      vi.stubGlobal("WebAssembly", {
        Memory: class {
          constructor() {
            throw new TypeError("oh no");
          }
        },
      });
      expect(() => new Memory({ shared: true })).toThrow("oh no");
    });
  });

  test("pointers above 2 GiB are unsigned", () => {
    const memory = new Memory({ initialBytes: 65536 });
    memory.alloc(2 ** 31);
    const pointer = memory.alloc(2 ** 20);
    expect(pointer).toBeGreaterThan(2 ** 31);
    memory.f32()[pointer >>> 2] = 3;
    expect(memory.f32()[pointer / 4]).toBe(3);
  });
});
