// A model that is trained, written to files, and read again: what it then says is what it said.
import "@antler/backend-cpu/register";
import "@antler/savedmodel/keras";
import { layers, loadModel, sequential } from "@antler/keras-api";
import { tensor } from "@antler/tensor-core";

const model = sequential([
  layers.dense({ units: 8, activation: "relu", inputShape: [4] }),
  layers.batchNormalization(),
  layers.dense({ units: 3, activation: "softmax" }),
]);
model.compile({ optimizer: "adam", loss: "sparse_categorical_crossentropy" });
const x = tensor(
  Float32Array.from({ length: 40 }, (_, i) => Math.sin(i)),
  [10, 4],
);
const labels = Int32Array.from({ length: 10 }, (_, i) => i % 3);
await model.fit(x, labels, { epochs: 2, verbose: 0 });
const said = String(await (await model.predict(x)).data());

const same = async (other: typeof model): Promise<string> =>
  String(await (await other.predict(x)).data()) === said ? "says the same" : "says something else";

console.log("from bytes:", await same((await loadModel(await model.toBytes())) as typeof model));
await model.save("model.keras", { overwrite: true });
console.log("from a file:", await same((await loadModel("model.keras")) as typeof model));
