/** The case table on the reference backend; every op has a row. */
import { describe, expect, it } from "vitest";
import * as core from "../src/index.ts";
import { createReferenceBackend } from "../src/index.ts";
import { opCases, testBackend } from "../src/testing/index.ts";

describe("the conformance suite on the reference backend", () => {
  testBackend(createReferenceBackend(), { it, describe });
});

/** Exported functions that compute nothing themselves. A new op belongs into the table, not here. */
const NO_OPS: ReadonlySet<string> = new Set([
  // The recorder, attrs, contexts, dispatch and graphs.
  "backprop",
  "recording",
  "attrsKey",
  "identityKey",
  "remember",
  "isRecording",
  "isTracing",
  "suspendTrace",
  "withName",
  "within",
  "apply",
  "withOperands",
  "dispatch",
  "emit",
  "listening",
  "onEvent",
  "expandNode",
  "func",
  "function",
  "countNodes",
  "inputValue",
  "isGraph",
  "makeNode",
  "order",
  "subgraphs",
  "trace",
  "withInputs",
  // Tensors from data, dtypes, shapes, specs, memory and trees.
  "fromHost",
  "moveTo",
  "scalar",
  "tensor",
  "toBFloat16",
  "toNumbers",
  "toFloat16",
  "variable",
  "dtypeInfo",
  "dtypeOf",
  "isDType",
  "isFloat",
  "isHalf",
  "isInteger",
  "addDim",
  "bindDim",
  "bindShape",
  "broadcastShapes",
  "elements",
  "isKnown",
  "isStatic",
  "known",
  "knownShape",
  "matchShape",
  "mulDim",
  "normalizeAxes",
  "normalizeAxis",
  "sameShape",
  "showDim",
  "showShape",
  "sizeOf",
  "symbol",
  "byteSize",
  "makeSpec",
  "largestHolders",
  "memory",
  "dispose",
  "keep",
  "tidy",
  "leaves",
  "mapTree",
  // Backends.
  "createReferenceBackend",
  "referenceBackend",
  "evaluator",
  "getBackend",
  "isFallback",
  "ready",
  "registerBackend",
  "registeredBackends",
  "setBackend",
  // What definitions of ops are made with.
  "binary",
  "unary",
  "fold",
  "check",
  "keepAxes",
  "unbroadcast",
  "densify",
  "sizeOfAxes",
  "showSpec",
  // Results whose size depends on data, and so promises: selection.test.ts.
  "booleanMaskAsync",
  "whereAsync",
  // Copies no op makes: the compiler's take-rows.test.ts.
  "takeRows",
]);

describe("the case table", () => {
  it("has a row for every exported op", () => {
    const isClass = (name: string): boolean => /^[A-Z]/.test(name);
    const functions = Object.entries(core).flatMap(([name, value]) => (typeof value === "function" && !isClass(name) ? [name] : []));
    const covered = new Set(opCases.map((r) => r.op));
    expect(functions.filter((name) => !covered.has(name) && !NO_OPS.has(name))).toEqual([]);
    expect([...NO_OPS].filter((name) => !functions.includes(name))).toEqual([]);
    expect([...covered].filter((name) => !functions.includes(name))).toEqual([]);
  });

  it("names every row once", () => {
    const names = opCases.map((r) => `${r.op}, ${r.name}`);
    expect(names.filter((n, i) => names.indexOf(n) !== i)).toEqual([]);
  });

  it("says where each tolerance comes from", () => {
    expect(opCases.filter((r) => !r.tolerance.why || r.tolerance.k < 0)).toEqual([]);
  });
});
