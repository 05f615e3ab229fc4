/** @antler/tensor-core/testing: the case table, the conformance suite for backends, the numeric gradient checker and the fuzzer. */

export type { OpCase } from "./cases/case.ts";
export { type ErrorCase, errorCases } from "./cases/errors.ts";
export { opCases } from "./cases/index.ts";
export { allowance, difference, epsilon, exact, expectClose, oneRounding, type Tolerance } from "./compare.ts";
export { type FuzzFailure, type FuzzOptions, type FuzzReport, fuzz, runRecipe } from "./fuzz/fuzz.ts";
export { generate, type Recipe } from "./fuzz/recipe.ts";
export { type GradcheckOptions, gradcheck } from "./gradcheck.ts";
export { floatInputs, gradients, listOf, type TensorFunction, weights } from "./gradient.ts";
export type { Expected, Host } from "./host.ts";
export { createRandom, type Random, seedOf } from "./random.ts";
export {
  type BackendSuite,
  type BackendTest,
  type Precision,
  type Report,
  type Skip,
  type TestBackendOptions,
  testBackend,
} from "./testBackend.ts";
export { bools, distinct, download, given, type Input, ints, makeHost, onBackend, reals, type TypedHost, upload } from "./values.ts";
