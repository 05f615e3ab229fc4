// Keras's mixed precision on the CPU: the tests of keras-api, which run on the reference there, with this backend registered.
import "../src/register.ts";
import "../../keras-api/test/mixed.test.ts";
import { getBackend } from "@antler/tensor-core";
import { expect, it } from "vitest";

it("runs on the CPU", () => expect(getBackend().name).toBe("cpu"));
