// A tree with everything that can be written.
import { type DType, dtypeInfo } from "@antler/tensor-core";
import { H5Dataset, H5Group } from "../src/index.ts";

const dtypes: readonly DType[] = [
  ...(["float64", "float32", "float16", "bfloat16", "bool"] as const),
  ...(["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"] as const),
];

/** Every dtype as scalar, matrix and empty array; texts; attributes of all kinds; more names than a leaf and a node hold. */
export function everything(): H5Group {
  const root = new H5Group();
  for (const dtype of dtypes) {
    for (const [name, shape] of Object.entries({ scalar: [], matrix: [3, 2], empty: [0, 4] })) {
      const dataset = new H5Dataset({ shape, dtype, data: numbers(dtype, shape) });
      if (dtype === "bfloat16") dataset.attributes.set("dtype", "bfloat16");
      root.ensure(`numbers/${name}`).children.set(dtype, dataset);
    }
    root.attributes.set(dtype === "bfloat16" ? "uint8 again" : dtype, attribute(dtype === "bfloat16" ? "uint8" : dtype));
  }
  root.children.set("texts", new H5Dataset({ shape: [2, 2], dtype: "string", data: ["a", "", "größe 🦌", "x".repeat(5000)] }));
  root.attributes.set("text", "größe 🦌").set("none", "").set("long", "ab".repeat(50_000)).set("größe", "ä");
  root.attributes.set("list", ["a", "", "c".repeat(3000)]).set("empty list", []);
  root.attributes.set(
    "many",
    Array.from({ length: 4000 }, (_, i) => `layer_${i}`),
  );
  const many = root.ensure("many");
  for (let i = 0; i < 600; i++) many.ensure(`${i}`).attributes.set("name", `layer ${i}`);
  root.ensure("deep/er/and/deep/er").attributes.set("name", "bottom");
  root.ensure("ä/größe").attributes.set("name", "umlauts");
  return root;
}

const attribute = (dtype: DType) => ({ shape: [3, 2], dtype, data: numbers(dtype, [3, 2]) });

/** 0, 1, 2, …: as bits where a dtype is kept as bits, and 0 and 1 for bool. */
function numbers(dtype: DType, shape: readonly number[]) {
  const { array, bytes } = dtypeInfo(dtype);
  const count = shape.reduce((product, dim) => product * dim, 1);
  const data = new array(new ArrayBuffer(count * bytes));
  for (let i = 0; i < count; i++) data[i] = dtype.endsWith("int64") ? BigInt(i) : dtype === "bool" ? i % 2 : i;
  return data;
}
