/** Tensors from data, dtypes, printing, and what errors say. */
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import {
  AntlerError,
  add,
  bitcast,
  cast,
  DTypeError,
  equal,
  fill,
  func,
  iota,
  matMul,
  maximum,
  mul,
  ones,
  range,
  ShapeError,
  scalar,
  sum,
  type Tensor,
  tensor,
  tile,
  toBFloat16,
  toFloat16,
  ValueError,
  variable,
  withName,
  zeros,
} from "../src/index.ts";

describe("tensor()", () => {
  it.each([
    ["a number", tensor(3), [], "float32", 3],
    ["a boolean", tensor(true), [], "bool", true],
    ["a bigint", tensor(5n as never), [], "int64", 5n],
    [
      "nesting",
      tensor([
        [1, 2, 3],
        [4, 5, 6],
      ]),
      [2, 3],
      "float32",
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
    ],
    ["booleans", tensor([[true], [false]]), [2, 1], "bool", [[true], [false]]],
    ["nothing", tensor([]), [0], "float32", []],
    ["rows of nothing", tensor([[], []]), [2, 0], "float32", [[], []]],
    [
      "a shape beside flat data",
      tensor([1, 2, 3, 4], [2, 2]),
      [2, 2],
      "float32",
      [
        [1, 2],
        [3, 4],
      ],
    ],
    ["a typed array", tensor(new Int32Array([1, 2])), [2], "int32", [1, 2]],
    ["a typed array and a shape", tensor(new Float64Array([1, 2]), [2, 1]), [2, 1], "float64", [[1], [2]]],
    ["clamped bytes", tensor(new Uint8ClampedArray([1, 255])), [2], "uint8", [1, 255]],
    ["a kind of typed array, as Node's Buffer is", tensor(new (class extends Uint8Array {})([1, 255])), [2], "uint8", [1, 255]],
    [
      "typed arrays in an array",
      tensor([new Float32Array([1, 2]), new Float32Array([3, 4])]),
      [2, 2],
      "float32",
      [
        [1, 2],
        [3, 4],
      ],
    ],
    ["64-bit integers", tensor(new BigInt64Array([-(2n ** 62n)])), [1], "int64", [-(2n ** 62n)]],
    ["numbers as int64", tensor([1, 2], undefined, "int64"), [2], "int64", [1n, 2n]],
    ["another dtype", tensor(new Float32Array([1.9, -1.9]), undefined, "int32"), [2], "int32", [1, -1]],
    ["numbers as bool", tensor([0, 2, -1], undefined, "bool"), [3], "bool", [false, true, true]],
    ["part of a buffer", tensor(new Float32Array([9, 1, 2, 9]).subarray(1, 3)), [2], "float32", [1, 2]],
  ])("%s", (_, t, shape, dtype, values) => {
    expect([t.shape, t.dtype, t.arraySync(), t.rank, t.size]).toEqual([
      shape,
      dtype,
      values,
      shape.length,
      shape.reduce((a: number, b: number) => a * b, 1),
    ]);
  });
  it("copies: the data may change afterwards, and so may what was read", async () => {
    const data = new Float32Array([1, 2]);
    const t = tensor(data);
    data[0] = 9;
    const read = await t.data();
    read[1] = 9;
    expect(t.arraySync()).toEqual([1, 2]);
  });
  it("scalar()", () => {
    expect([scalar(3).arraySync(), scalar(3, "int32").dtype]).toEqual([3, "int32"]);
  });
  it.each([
    ["uneven nesting", () => tensor([[1, 2], [3]]), ShapeError, "tensor: the nested arrays are uneven. Got [2] and [1]."],
    ["a shape that does not fit", () => tensor([1, 2, 3], [2, 2]), ShapeError, "tensor: 3 numbers do not fill the shape. Got f32[2, 2]."],
    ["a negative size", () => tensor([], [-1, 0]), ShapeError, "tensor: 0 numbers do not fill the shape. Got f32[-1, 0]."],
    ["no dtype", () => tensor([1], undefined, "float" as never), DTypeError, 'tensor: "float" is no dtype.'],
    ["strings", () => tensor(["a"] as never), ValueError, "tensor: element 0 is string, not a number."],
    ["null", () => tensor([1, null] as never), ValueError, "tensor: element 1 is null, not a number."],
    [
      "a dtype the backend lacks",
      () => tensor([1], undefined, "uint64"),
      DTypeError,
      "tensor: reference has no uint64. Got u64[1]. It has float32, float64, float16, bfloat16, int8, int16, int32, int64, uint8, uint16, uint32, bool.",
    ],
    ["something else as a tensor", () => add([1, 2] as never, 1), AntlerError, "add: expected a tensor, got object."],
    ["null as a tensor", () => add(null as never, ones([1])), AntlerError, "add: expected a tensor, got null."],
  ])("refuses %s", (_, make, type, message) => {
    expect(make).toThrow(type);
    expect(make).toThrow(message);
  });
  it("takes typed arrays of another realm, whose classes are not ours: a frame's, or those around a test", () => {
    const foreign = (code: string): Float32Array => runInNewContext(code) as Float32Array;
    expect(foreign("new Float32Array(1)")).not.toBeInstanceOf(Float32Array);
    for (const [code, dtype] of [
      ["Float32Array.of(1, 2)", "float32"],
      ["BigInt64Array.of(1n, 2n)", "int64"],
      ["Uint8ClampedArray.of(1, 2)", "uint8"],
    ] as const) {
      const x = tensor(foreign(code));
      expect([x.dtype, x.shape, [...x.dataSync()].map(Number)]).toEqual([dtype, [2], [1, 2]]);
    }
  });
});

describe("dtypes", () => {
  it("never mix by themselves", () => {
    for (const op of [add, mul, maximum, equal]) expect(() => op(ones([1]), ones([1], "float64"))).toThrow(DTypeError);
    expect(() => matMul(ones([1, 1]), ones([1, 1], "int32"))).toThrow(
      "matMul: takes inputs of one dtype. Got f32[1, 1] and i32[1, 1]. Convert with cast().",
    );
  });
  it("a number takes the other operand's", () => {
    for (const dtype of ["float32", "float64", "int32", "int8", "uint8", "int64"] as const) {
      expect(add(ones([1], dtype), 2).dtype).toBe(dtype);
      expect(Number((mul(3, ones([1], dtype)).arraySync() as unknown[])[0])).toBe(3);
    }
    expect(add(1, 2).arraySync()).toBe(3);
  });
  it("a number an integer dtype cannot hold is refused, eager and compiled", () => {
    const x = tensor([1, 2], undefined, "int32");
    expect(() => add(x, 0.5)).toThrow(AntlerError);
    expect(() => func((t: Tensor) => add(t, 0.5))(x)).toThrow(AntlerError);
    expect(() => add(ones([1], "int64"), 0.5)).toThrow(AntlerError);
    expect(() => range(0, 2, 0.5)).toThrow(AntlerError);
  });
  it("a number beside bools means the same eager and compiled", () => {
    const x = tensor([true, false]);
    const compiled = func((t: Tensor) => equal(t, 2));
    const outcome = (f: () => Tensor): unknown => {
      try {
        return f().arraySync();
      } catch (e) {
        return (e as Error).name;
      }
    };
    expect(outcome(() => equal(x, 2))).toEqual(outcome(() => compiled(x)));
  });
  it("one the backend lacks is an error at the op, not garbage", () => {
    expect(() => cast(ones([2]), "uint64")).toThrow(DTypeError);
    expect(() => zeros([2], "uint64")).toThrow(DTypeError);
    expect(() => cast(ones([2]), "string")).toThrow(DTypeError);
    expect(() => func((x: Tensor) => cast(x, "uint64"))(ones([2]))).toThrow(DTypeError);
  });
  it("bitcast keeps the width", () => {
    expect(() => bitcast(ones([2]), "uint8")).toThrow(DTypeError);
    expect(() => bitcast(ones([2]), "float64")).toThrow(DTypeError);
    expect(bitcast(tensor([-1], undefined, "int8"), "uint8").arraySync()).toEqual([255]);
    expect(bitcast(tensor([1], undefined, "float64"), "int64").arraySync()).toEqual([0x3ff0000000000000n]);
  });
  it("shapes that cannot be are refused by name", () => {
    expect(() => fill([-1], 0)).toThrow(ShapeError);
    expect(() => zeros([2.5])).toThrow(ShapeError);
    expect(() => iota([Number.NaN])).toThrow(ShapeError);
    expect(() => tile(ones([2]), [-1])).toThrow(AntlerError);
  });
  it("16-bit floats round to even", () => {
    expect([1, -2, 65504, 65520, 2 ** -24, 2 ** -26, 2049, 2051, Number.POSITIVE_INFINITY].map(toFloat16)).toEqual([
      0x3c00, 0xc000, 0x7bff, 0x7c00, 1, 0, 0x6800, 0x6802, 0x7c00,
    ]);
    expect([1, -2, 1 + 2 ** -8, 1 + 3 * 2 ** -8, 3.4e38, Number.NEGATIVE_INFINITY].map(toBFloat16)).toEqual([
      0x3f80, 0xc000, 0x3f80, 0x3f82, 0x7f80, 0xff80,
    ]);
    expect([toFloat16(Number.NaN) & 0x7fff, toBFloat16(Number.NaN)].every((b) => b > 0x7c00)).toBe(true);
  });
});

describe("errors", () => {
  it("say where they happened", () => {
    const fail = (): Tensor => withName("model", () => withName("dense_1", () => add(ones([2]), ones([3]))));
    expect(fail).toThrow("add: sizes 2 and 3 at axis -1 do not broadcast. Got [2] and [3]. (in model/dense_1)");
    expect(() => func(() => fail())()).toThrow("(in model/dense_1)");
    expect(() => add(ones([2]), ones([3]))).not.toThrow("(in");
  });
  it("have a class, a name and the op", () => {
    try {
      sum(ones([2]), { axis: 5 });
      expect.unreachable();
    } catch (e) {
      expect(e).toBeInstanceOf(ShapeError);
      expect(e).toBeInstanceOf(AntlerError);
      expect([(e as AntlerError).name, (e as AntlerError).op]).toEqual(["ShapeError", "sum"]);
    }
  });
  it("nodes carry the path", () => {
    const f = func((x: Tensor) => withName("a", () => withName("b", () => mul(x, x))));
    expect(f.graph(ones([1])).outputs[0]!.node!.path).toBe("a/b");
  });
});

describe("printing", () => {
  it("shows numbers, shape and dtype, long axes shortened", () => {
    expect(
      `${tensor([
        [1, 2.5],
        [3, 4],
      ])}`,
    ).toBe("Tensor([[1, 2.5],\n        [3, 4]], shape=[2, 2], dtype=float32)");
    expect(`${tensor(0.1)}`).toBe("Tensor(0.1, shape=[], dtype=float32)");
    expect(`${tensor([true, false])}`).toBe("Tensor([true, false], shape=[2], dtype=bool)");
    expect(`${range(0, 20)}`).toBe("Tensor([0, 1, 2, ..., 17, 18, 19], shape=[20], dtype=int32)");
    expect(`${tensor([Number.NaN, Number.POSITIVE_INFINITY])}`).toBe("Tensor([NaN, Infinity], shape=[2], dtype=float32)");
  });
  it("shows unknown sizes by name", () => {
    let text = "";
    const f = func(
      (x: Tensor) => {
        text = `${x}`;
        return x;
      },
      { inputSignature: [{ shape: ["batch", 3], dtype: "float32" }] },
    );
    f(ones([2, 3]));
    expect(text).toBe("Tensor(float32[batch, 3])");
  });
  it("shows only the spec of what is being traced", () => {
    let text = "";
    func((x: Tensor) => {
      text = `${x}`;
      return x;
    })(ones([2]));
    expect(text).toBe("Tensor(float32[2])");
  });
});

describe("variables", () => {
  it("have a name, a dtype in files, and are trainable unless told otherwise", () => {
    const v = variable([1, 2], { name: "w", trainable: false, savedDtype: "int64" });
    expect([v.name, v.trainable, v.dtype, v.savedDtype, v.shape]).toEqual(["w", false, "float32", "int64", [2]]);
    expect(variable(ones([1])).trainable).toBe(true);
    expect(variable([1], { dtype: "int32" }).dtype).toBe("int32");
  });
  it("stand for their value in every op, and chain", () => {
    const v = variable([1, 2]);
    expect(add(v, v).arraySync()).toEqual([2, 4]);
    expect(v.assign(add(v, 1)).value.arraySync()).toEqual([2, 3]);
  });
});
