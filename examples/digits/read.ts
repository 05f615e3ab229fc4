// Loads a saved network and says what it predicts for the digits it has never seen: node read.ts digits.keras
import "@antler/backend-cpu/register";
import "@antler/savedmodel/keras";
import { loadModel } from "@antler/keras-api";
import { tensor } from "@antler/tensor-core";
import { loadDigits, split, standardize } from "./dataset.ts";
import { hashOf } from "./hash.ts";

const { test } = standardize(split(await loadDigits(), { seed: 1 }));
const model = await loadModel(process.argv[2]!, { compile: false });
console.log(`predictions from the file ${await hashOf(model.predict(tensor(test.images, [test.count, 8, 8, 1])))}`);
