/** The registry: which backend is chosen, and what it says where none can be. */
import { beforeEach, describe, expect, it } from "vitest";
import {
  add,
  type Backend,
  BackendError,
  config,
  createReferenceBackend,
  getBackend,
  INTERFACE_VERSION,
  isFallback,
  moveTo,
  ones,
  ready,
  registerBackend,
  registeredBackends,
  setBackend,
  tensor,
} from "../src/index.ts";

const made: string[] = [];
const entry = (name: string, priority: number, more: object = {}): Parameters<typeof registerBackend>[0] => ({
  name,
  priority,
  create: () => {
    made.push(name);
    return createReferenceBackend(name);
  },
  ...more,
});

describe("the registry", () => {
  beforeEach(() => void (made.length = 0));

  // In order: the registry is one for the whole program, and each step adds to it.
  it("falls back on the reference backend while nothing is registered", () => {
    expect(registeredBackends()).toEqual([]);
    expect([isFallback(), getBackend().name]).toEqual([true, "reference"]);
  });
  it("says so when a backend is unknown", async () => {
    await expect(setBackend("webgpu")).rejects.toThrow(
      'setBackend: no backend is called "webgpu". Registered: none. Import its package\'s register entry first.',
    );
  });
  it("takes the available one of highest priority", async () => {
    registerBackend(entry("low", 1));
    registerBackend(entry("absent", 9, { isAvailable: () => false }));
    registerBackend(entry("high", 5, { isAvailable: async () => true }));
    expect(isFallback()).toBe(false);
    await ready();
    expect([getBackend().name, made]).toEqual(["high", ["high"]]);
  });
  it("creates each once, and switches where new tensors go", async () => {
    const low = await setBackend("low");
    expect(await setBackend("low")).toBe(low);
    expect(made).toEqual(["low"]);
    expect(tensor([1]).storage("test").backend).toBe(low);
    await setBackend("high");
    expect(tensor([1]).storage("test").backend.name).toBe("high");
  });
  it("refuses what is not available", async () => {
    await expect(setBackend("absent")).rejects.toThrow('setBackend: "absent" is not available on this machine.');
    await expect(setBackend("nothing")).rejects.toThrow("Registered: low, absent, high.");
  });
  it("lists the devices of available backends, best first, numbered by type", async () => {
    registerBackend(entry("graphics", 3, { deviceType: "GPU", isAvailable: async () => true }));
    registerBackend(entry("gone", 4, { deviceType: "GPU", isAvailable: async () => false }));
    const cpus = [
      { name: "/physical_device:CPU:0", deviceType: "CPU", backend: "high" },
      { name: "/physical_device:CPU:1", deviceType: "CPU", backend: "low" },
    ];
    const gpus = [{ name: "/physical_device:GPU:0", deviceType: "GPU", backend: "graphics" }];
    expect(await config.listPhysicalDevices("GPU")).toEqual(gpus);
    expect(await config.listPhysicalDevices("CPU")).toEqual(cpus);
    expect(await config.listPhysicalDevices()).toEqual([cpus[0], ...gpus, cpus[1]]);
    expect(made).toEqual([]);
  });
  it("refuses another version of the interface", () => {
    expect(() => registerBackend(entry("old", 1, { interfaceVersion: INTERFACE_VERSION + 1 }))).toThrow(
      `registerBackend: old speaks version ${INTERFACE_VERSION + 1} of the backend interface, this core version ${INTERFACE_VERSION}. Install versions of both packages that belong together.`,
    );
    expect(registeredBackends()).not.toContain("old");
  });
  it("takes an instance", async () => {
    const mine = createReferenceBackend("mine");
    expect(await setBackend(mine)).toBe(mine);
    expect(getBackend()).toBe(mine);
  });
  it("tensors of two backends do not mix, and move when asked to", async () => {
    const [a, b] = [createReferenceBackend("a"), createReferenceBackend("b")] as [Backend, Backend];
    await setBackend(a);
    const x = ones([2]);
    await setBackend(b);
    const y = ones([2]);
    expect(() => add(x, y)).toThrow(BackendError);
    expect(() => add(x, y)).toThrow("add: its inputs are on a and b. Got f32[2] and f32[2]. Use `await moveTo(x, backend)`.");
    const moved = await moveTo(x, b);
    expect(Array.from(add(moved, y).dataSync() as Float32Array)).toEqual([2, 2]);
  });
  it("an op runs where its inputs are, whatever backend is current", async () => {
    const a = createReferenceBackend("a");
    await setBackend(a);
    const x = ones([2]);
    await setBackend("low");
    expect(add(x, 1).storage("test").backend).toBe(a);
  });
  it("a second copy of the core is an error that names both versions", async () => {
    await expect(async () => {
      const copy = (await import(/* @vite-ignore */ `../src/registry.ts?copy=${Date.now()}`)) as typeof import("../src/registry.ts");
      copy.registerBackend(entry("copy", 1));
    }).rejects.toThrow(/@antler\/tensor-core is loaded twice, as 0\.\d+\.\d+ and as 0\.\d+\.\d+\./);
  });
});
