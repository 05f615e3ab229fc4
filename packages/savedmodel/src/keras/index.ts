/** @antler/savedmodel/keras: importing it lets models be saved and loaded as `.keras`, `.weights.h5` and, to be read, legacy `.h5`. */
import { type AnyModel, type LoadedWeights, type LoadWeightsOptions, registerSaveFormat } from "@antler/keras-api/lean";
import { readFile, writeFile } from "../files.ts";
import { readHdf5 } from "../hdf5/read.ts";
import { writeHdf5 } from "../hdf5/write.ts";
import { loadArchive, loadArchiveWeights, loadTree, saveArchive } from "./archive.ts";
import { isLegacy, loadLegacyModel, loadLegacyWeights } from "./legacy.ts";
import { weightsTree } from "./weights.ts";

const files = { read: readFile, write: writeFile };

const startsWith =
  (...signature: number[]) =>
  (bytes: Uint8Array): boolean =>
    signature.every((byte, i) => bytes[i] === byte);
const isZip = startsWith(0x50, 0x4b);
const isHdf5 = startsWith(0x89, 0x48, 0x44, 0x46);

/** States and legacy files tell themselves apart: some have the other's name. */
function loadHdf5Weights(model: AnyModel, bytes: Uint8Array, options: LoadWeightsOptions): LoadedWeights {
  const root = readHdf5(bytes, options);
  return isLegacy(root) ? loadLegacyWeights(model, root, options) : loadTree(model, root, options);
}

registerSaveFormat({
  name: "Keras",
  extensions: [".keras"],
  recognizes: isZip,
  saveModel: saveArchive,
  loadModel: loadArchive,
  loadWeights: loadArchiveWeights,
  ...files,
});
registerSaveFormat({
  name: "Keras weights",
  extensions: [".weights.h5"],
  recognizes: isHdf5,
  saveWeights: async (model) => writeHdf5(await weightsTree(model)),
  loadWeights: loadHdf5Weights,
  ...files,
});
registerSaveFormat({
  name: "legacy Keras",
  extensions: [".h5", ".hdf5"],
  recognizes: isHdf5,
  loadModel: (bytes, options) => loadLegacyModel(readHdf5(bytes, options), options),
  loadWeights: loadHdf5Weights,
  ...files,
});
