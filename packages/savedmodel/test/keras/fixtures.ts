// Files of models that Keras made, what Keras says the models in them give, and the classes these files name.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { type AnyModel, Layer, layers, Model, registerKerasSerializable } from "@antler/keras-api";
import { add, mul, type Shape, Tensor, tensor, type Variable } from "@antler/tensor-core";
import { expect } from "vitest";
import { readZip } from "../../src/index.ts";

export interface Numbers {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}
/** What Keras found when it loaded the file. */
export interface Report {
  readonly inputs: readonly Numbers[];
  readonly labels: readonly Numbers[];
  readonly predictions: readonly Numbers[];
  readonly iterations?: number;
  /** All weights, after one more step of training. */
  readonly resumed?: readonly Numbers[];
}
export interface Case extends Report {
  readonly name: string;
  readonly extensions: readonly string[];
}
export interface Fixtures {
  readonly scripts: string;
  readonly cases: readonly Case[];
  readonly file: (name: string) => Uint8Array<ArrayBuffer>;
}

export const scripts: URL = new URL("./", import.meta.url);
export const scriptsHash = (): string => {
  const hash = createHash("sha256");
  for (const name of ["generate.py", "models.py"]) hash.update(readFileSync(new URL(name, scripts)));
  return hash.digest("hex");
};

/** What generate.py wrote into a folder. */
export function fixturesIn(folder: URL): Fixtures {
  const members = readZip(readFileSync(new URL("models.zip", folder)));
  const { scripts, cases } = JSON.parse(readFileSync(new URL("models.json", folder), "utf8")) as Fixtures;
  return { scripts, cases, file: (name) => members.get(name)!.read().slice() as Uint8Array<ArrayBuffer> };
}
export const fixtures: Fixtures = fixturesIn(scripts);
export const caseOf = (name: string): Case => fixtures.cases.find((c) => c.name === name)!;

/** `x · scale + offset`, with a weight that is not trained. */
export class Scale extends Layer {
  offset: Variable | undefined = undefined;
  scale: Variable | undefined = undefined;

  override get className(): string {
    return "Scale";
  }
  override build(shape: Shape): void {
    const sizes = [shape.at(-1) as number];
    this.offset = this.addWeight({ name: "offset", shape: sizes, initializer: "zeros", trainable: false });
    this.scale = this.addWeight({ name: "scale", shape: sizes, initializer: "ones" });
    super.build(shape);
  }
  override call(x: Tensor): Tensor {
    return add(mul(x, this.scale!), this.offset!);
  }
}

/** Layers as properties, private ones, and in lists within lists: every rule for names in files. */
export class Blocks extends Model {
  readonly second: Layer;
  readonly first: Layer;
  readonly blocks: readonly [Layer, readonly [Layer, Layer], { readonly b: Layer; readonly a: Layer }];
  readonly _hidden: Layer;
  readonly scaling: readonly Layer[];
  readonly w: Variable;

  constructor({ units, ...options }: { readonly units: number; readonly name?: string }) {
    super({ ...options, units } as object);
    this.second = layers.dense({ units });
    this.first = layers.dense({ units: 3, activation: "tanh" });
    const dense = (units: number): Layer => layers.dense({ units });
    this.blocks = [dense(2), [dense(2), layers.dropout({ rate: 0.1, seed: 1 })], { b: dense(2), a: dense(1) }];
    this._hidden = layers.dense({ units: 2 });
    this.scaling = [new Scale(), new Scale()];
    this.w = this.addWeight({ name: "w", shape: [2], initializer: "ones" });
  }
  override get className(): string {
    return "Blocks";
  }
  override call(given: Tensor): Tensor {
    const [start, [middle, dropout], ends] = this.blocks;
    let x = this.second.apply(this.first.apply(given));
    x = ends.b.apply(dropout.apply(middle.apply(start.apply(x))));
    for (const scale of this.scaling) x = scale.apply(x);
    return add(add(this._hidden.apply(x), this.w), ends.a.apply(x));
  }
}
registerKerasSerializable(Scale, { package: "test", name: "Scale" });
registerKerasSerializable(Blocks, { package: "test", name: "Blocks" });

export const toTensor = ({ shape, data }: Numbers): Tensor => tensor(Float32Array.from(data), shape);
const tensorsOf = (all: readonly Numbers[]): Tensor | Tensor[] => (all.length === 1 ? toTensor(all[0]!) : all.map(toTensor));

/** The results for a case's inputs. */
export function predictions(model: AnyModel, { inputs }: Report): Tensor[] {
  const result = model.apply(tensorsOf(inputs) as Tensor, { training: false }) as Tensor | Tensor[];
  return result instanceof Tensor ? [result] : result;
}

/** Equal to 1e-5 of the largest number or of 1: both sides sum up to 30 products in float32, in orders of their own. */
export async function expectClose(found: readonly Tensor[], wanted: readonly Numbers[]): Promise<void> {
  expect(found.map(({ shape }) => shape)).toEqual(wanted.map(({ shape }) => shape));
  for (const [i, { data }] of wanted.entries()) {
    const tolerance = 1e-5 * Math.max(1, ...data.map(Math.abs));
    const numbers = await found[i]!.data();
    for (const [k, x] of data.entries()) {
      if (!(Math.abs(Number(numbers[k]) - x) <= tolerance)) expect.fail(`output ${i} at ${k}: ${numbers[k]}, and Keras has ${x}`);
    }
  }
}

/** The model gives what Keras says, and after one more step of training has the weights Keras has. */
export async function expectSame(model: AnyModel, report: Report): Promise<void> {
  await expectClose(predictions(model, report), report.predictions);
  if (!report.resumed) return;
  expect(Number((await model.optimizer!.iterations.value.data())[0])).toBe(report.iterations);
  await model.trainOnBatch(toTensor(report.inputs[0]!), toTensor(report.labels[0]!));
  await expectClose(model.getWeights(), report.resumed);
}
