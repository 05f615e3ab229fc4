// A small network learns the rings of a dartboard from a thousand throws: compile, fit, evaluate, predict.
import "@antler/backend-cpu/register";
import { layers, optimizers, sequential, setRandomSeed } from "@antler/keras-api";
import { add, cast, greater, randomUniform, sqrt, square, sum, type Tensor } from "@antler/tensor-core";

const rings = ["bull", "middle", "outside"];

/** Which ring each throw hit: 0 up to a distance of 0.4 from the centre, 1 up to 0.8, else 2. */
function ringOf(throws: Tensor): Tensor {
  const distance = sqrt(sum(square(throws), { axis: 1 }));
  return add(cast(greater(distance, 0.4), "int32"), cast(greater(distance, 0.8), "int32"));
}

setRandomSeed(1);
const xTrain = randomUniform([1000, 2], { seed: [1, 1], minval: -1 });
const xTest = randomUniform([200, 2], { seed: [1, 2], minval: -1 });

const model = sequential([
  layers.dense({ units: 32, activation: "relu", inputShape: [2] }),
  layers.dense({ units: 32, activation: "relu" }),
  layers.dense({ units: 3, activation: "softmax" }),
]);
model.compile({
  optimizer: optimizers.adam({ learningRate: 0.01 }),
  loss: "sparse_categorical_crossentropy",
  metrics: ["accuracy"],
});
await model.fit(xTrain, ringOf(xTrain), { epochs: 20, batchSize: 32 });

const [, accuracy] = await model.evaluate(xTest, ringOf(xTest));
console.log(`test accuracy ${accuracy!.toFixed(3)}`);

const throws = [
  [0, 0],
  [0.6, 0],
  [-0.4, 0.4],
  [0.9, -0.9],
];
const probabilities = (await model.predict(throws).array()) as number[][];
const rows = probabilities.map((row, i) => {
  const best = row.indexOf(Math.max(...row));
  return { x: throws[i]![0], y: throws[i]![1], ring: rings[best], certainty: row[best]!.toFixed(3) };
});
console.table(rows);
