// The emitter: number encodings, control flow, calls, constants, features, and that every opcode exists.

import { describe, expect, test } from "vitest";
import { ByteSink } from "./encode.ts";
import { FunctionBuilder, type ValueType } from "./function.ts";
import { assembleModule, type MemoryImport } from "./module.ts";
import { type InstructionName, type InstructionSink, type Instructions, installInstructions } from "./opcodes.ts";
import { probeWasm } from "./probe.ts";

type Numeric = (...operands: number[]) => number;

function instantiate(
  functions: Record<string, FunctionBuilder>,
  memory: MemoryImport = {},
): { call: Record<string, Numeric>; words: Int32Array } {
  const { shared = false } = memory;
  const buffer = new WebAssembly.Memory({ initial: 1, maximum: 65536, shared });
  const module = new WebAssembly.Module(assembleModule({ memory, functions }));
  const instance = new WebAssembly.Instance(module, { env: { memory: buffer } });
  return { call: instance.exports as Record<string, Numeric>, words: new Int32Array(buffer.buffer) };
}

function hexOf(bytes: Iterable<number>): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

describe("encodings", () => {
  const hex = (sink: ByteSink): string => hexOf(sink.view());

  test("LEB128 as in the specification", () => {
    expect(hex(new ByteSink().unsigned(624485))).toBe("e58e26");
    expect(hex(new ByteSink().unsigned(0xffffffff))).toBe("ffffffff0f");
    expect(hex(new ByteSink().signed(-123456))).toBe("c0bb78");
    expect(hex(new ByteSink().signed(64).signed(-64).signed(63))).toBe("c000403f");
    expect(hex(new ByteSink().signed(0x80000000))).toBe("8080808078");
  });
});

describe("functions", () => {
  test("a loop with nested exits", () => {
    const f = new FunctionBuilder({ results: ["i32"] });
    const [limit] = f.parameters("i32");
    const i = f.local("i32");
    const sum = f.local("i32");
    f.block((exit) => {
      f.loop((again) => {
        f.increase(i, 1);
        f.get(sum).get(limit).i32GtU().branchIf(exit);
        f.increase(sum, i);
        f.branch(again);
      });
    });
    f.get(sum);
    const { call } = instantiate({ f });
    expect(call.f?.(10)).toBe(15);
    expect(call.f?.(0)).toBe(1);
  });

  test("whileBelow and repeat run no round when there is nothing to do", () => {
    const f = new FunctionBuilder({ results: ["i32"] });
    const [end, count] = f.parameters("i32", "i32");
    const i = f.local("i32");
    const rounds = f.local("i32");
    f.whileBelow(i, end, () => f.increase(rounds, 1).increase(i, 3));
    f.repeat(count, () => f.increase(rounds, 100));
    f.get(rounds);
    const { call } = instantiate({ f });
    expect(call.f?.(0, 0)).toBe(0);
    expect(call.f?.(7, 2)).toBe(203);
  });

  test("if with a result, in both directions", () => {
    const f = new FunctionBuilder({ results: ["f32"] });
    const [condition] = f.parameters("i32");
    f.get(condition).if(
      () => f.f32(0.25),
      () => f.f32(-0.25),
      "f32",
    );
    const { call } = instantiate({ f });
    expect([call.f?.(1), call.f?.(0)]).toEqual([0.25, -0.25]);
  });

  test("calls reach functions that are not exported", () => {
    const inner = new FunctionBuilder({ results: ["i32"] });
    const [x] = inner.parameters("i32");
    inner.get(x).i32(2).i32Mul().i32(1).i32Add();
    const outer = new FunctionBuilder({ results: ["i32"] });
    const [y] = outer.parameters("i32");
    outer.get(y).call(inner).call(inner);
    const { call } = instantiate({ outer });
    expect(Object.keys(call)).toEqual(["outer"]);
    expect(call.outer?.(5)).toBe(23);
  });

  test("vector constants are made once, before the code", () => {
    const f = new FunctionBuilder({ results: ["f32"] });
    f.get(f.f32x4Constant(1.5)).get(f.f32x4Constant(1.5)).f32x4Add();
    f.get(f.f32x4Constant(-0)).f32x4Add();
    f.f32x4ExtractLane(3);
    expect(instantiate({ f }).call.f?.()).toBe(3);
  });

  test("vectors through memory: loads, lanes, shuffles, stores, offsets", () => {
    const f = new FunctionBuilder();
    const v = f.local("v128");
    f.i32(0).v128Load(16).set(v);
    f.i32(0).get(v).get(v).i32x4Shuffle(3, 2, 1, 4).v128Store(32);
    f.i32(0).get(v).v128Store32Lane(2, 48);
    f.i32(0).i32(100).i32Store(52);
    f.i32(56).i32(52).i32(0).v128Load32Zero(20).v128Load32Lane(1).v128Store64Lane(0);
    const { call, words } = instantiate({ f });
    words.set([1, 2, 3, 4], 4);
    call.f?.();
    expect([...words.slice(8, 16)]).toEqual([4, 3, 2, 1, 3, 100, 2, 100]);
  });

  test("bulk memory", () => {
    const f = new FunctionBuilder();
    f.i32(0).i32(1).i32(8).memoryFill();
    f.i32(8).i32(0).i32(4).memoryCopy();
    const { call, words } = instantiate({ f });
    call.f?.();
    expect([...words.slice(0, 4)]).toEqual([0x01010101, 0x01010101, 0x01010101, 0]);
  });

  test("multiply-add in both policies; only the relaxed one may use the fused instruction", () => {
    for (const relaxed of [false, true]) {
      const f = new FunctionBuilder({ relaxed, results: ["f32"] });
      const [a, b, c] = f.parameters("f32", "f32", "f32");
      const splat = (local: typeof a) => () => f.get(local).f32x4Splat();
      f.f32x4MultiplyAdd(splat(a), splat(b), splat(c)).f32x4ExtractLane(0);
      f.f32x4NegativeMultiplyAdd(splat(a), splat(b), splat(c)).f32x4ExtractLane(0).f32Add();
      expect(instantiate({ f }).call.f?.(3, 5, 100)).toBe(200);
      const code = hexOf(assembleModule({ memory: {}, functions: { f } }));
      expect(code.includes("fd8502")).toBe(relaxed);
    }
  });
});

describe("modules", () => {
  test("shared and plain memories", () => {
    const f = new FunctionBuilder();
    f.i32(0).i32(42).i32Store();
    const { call, words } = instantiate({ f }, { shared: true });
    call.f?.();
    expect(words[0]).toBe(42);
    expect(words.buffer).toBeInstanceOf(SharedArrayBuffer);
    const module = new WebAssembly.Module(assembleModule({ memory: { shared: true }, functions: { f } }));
    const plain = new WebAssembly.Memory({ initial: 1, maximum: 65536 });
    expect(() => new WebAssembly.Instance(module, { env: { memory: plain } })).toThrow(/memory/);
  });

  test("this engine has both SIMD levels", () => {
    expect(probeWasm()).toEqual({ simd: true, relaxedSimd: true });
  });
});

describe("opcodes", () => {
  /** A builder that instructions are installed on once more, so that their names can be listed. */
  const written: number[][] = [];
  const sink = {
    emit(...numbers: number[]): InstructionSink {
      written.push(numbers);
      return this as unknown as InstructionSink;
    },
  } as unknown as InstructionSink & Instructions<unknown>;
  installInstructions(sink);
  const names = Object.keys(Object.getPrototypeOf(sink) as object) as InstructionName[];
  const types: ValueType[] = ["i32", "i64", "f32", "f64", "v128"];
  const operandLists = types.flatMap((first): ValueType[][] => [
    [first],
    ...types.flatMap((second): ValueType[][] => [
      [first, second],
      [first, second, "v128"],
    ]),
  ]);

  function validates(name: InstructionName, parameters: ValueType[], results: ValueType[]): boolean {
    const f = new FunctionBuilder({ results });
    for (const operand of f.parameters(...parameters)) f.get(operand);
    (f[name] as () => unknown)();
    return WebAssembly.validate(assembleModule({ memory: {}, functions: { f } }));
  }

  test.each(names)("%s", (name) => {
    const type = /^(i32|i64|f32|f64)(?!x)/.exec(name)?.[1] as ValueType | undefined;
    const isTest = /(Eqz?|Ne|[LG][te](S|U)?)$/.test(name) && type !== undefined;
    const isInteger = isTest || /(AllTrue|AnyTrue|Bitmask)$/.test(name);
    const lane = /^(.+)x\dExtractLane$/.exec(name)?.[1] as ValueType | undefined;
    const result = isInteger ? "i32" : (lane ?? type ?? "v128");
    const valid = operandLists.filter((operands) => validates(name, operands, name.includes("Store") ? [] : [result]));
    expect(valid).toHaveLength(1);
  });

  test("the last of each run of names has the number that the specification gives it", () => {
    const numbers = {
      i32Load: 0x28,
      i32Load16U: 0x2f,
      i32Store: 0x36,
      i32GeU: 0x4f,
      i32ShrU: 0x76,
      i64Load: 0x29,
      f32Load: 0x2a,
      f32Store: 0x38,
      f32Div: 0x95,
      f32ConvertI32U: 0xb3,
      f64ConvertI64S: 0xb9,
      v128Load16x4U: 0x04,
      v128Load32Splat: 0x09,
      v128Load64Splat: 0x0a,
      v128Store: 0x0b,
      v128Load32Lane: 0x56,
      v128Load64Zero: 0x5d,
      v128AnyTrue: 0x53,
      i16x8ExtendLowI8x16U: 0x89,
      i32x4Splat: 0x11,
      i32x4ReplaceLane: 0x1c,
      i32x4GeU: 0x40,
      i32x4Neg: 0xa1,
      i32x4Bitmask: 0xa4,
      i32x4ExtendLowI16x8S: 0xa7,
      i32x4ExtendLowI16x8U: 0xa9,
      i32x4Add: 0xae,
      i32x4Sub: 0xb1,
      i32x4MaxU: 0xb9,
      i32x4TruncSatF32x4U: 0xf9,
      i32x4TruncSatF64x2UZero: 0xfd,
      i64x2ReplaceLane: 0x1e,
      i64x2Neg: 0xc1,
      i64x2ExtendLowI32x4S: 0xc7,
      i64x2ExtendLowI32x4U: 0xc9,
      i64x2Add: 0xce,
      i64x2Sub: 0xd1,
      i64x2Mul: 0xd5,
      i64x2GeS: 0xdb,
      i64x2ExtmulHighI32x4U: 0xdf,
      f32x4Splat: 0x13,
      f32x4ReplaceLane: 0x20,
      f32x4Ge: 0x46,
      f32x4Nearest: 0x6a,
      f32x4Neg: 0xe1,
      f32x4Pmax: 0xeb,
      f32x4ConvertI32x4U: 0xfb,
      f32x4RelaxedNmadd: 0x106,
      f32x4DemoteF64x2Zero: 0x5e,
      f64x2ReplaceLane: 0x22,
      f64x2Ge: 0x4c,
      f64x2PromoteLowF32x4: 0x5f,
      f64x2Floor: 0x75,
      f64x2Trunc: 0x7a,
      f64x2Nearest: 0x94,
      f64x2Neg: 0xed,
      f64x2Div: 0xf3,
      f64x2Pmax: 0xf7,
      f64x2ConvertLowI32x4U: 0xff,
      f64x2RelaxedNmadd: 0x108,
    } satisfies Partial<Record<InstructionName, number>>;
    for (const [name, number] of Object.entries(numbers)) {
      (sink[name as InstructionName] as () => unknown)();
      expect([name, written.at(-1)?.[1]]).toEqual([name, number]);
    }
  });
});
