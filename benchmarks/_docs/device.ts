import { type Device, kernelBackend } from "@antler/compiler";
import { interpretKernel } from "@antler/compiler/testing";
import { dtypeInfo } from "@antler/tensor-core";
import { testBackend } from "@antler/tensor-core/testing";

/** A place in memory: an array of bytes, and where in it. */
type Place = { bytes: Uint8Array<ArrayBuffer>; at: number };
const place = (buffer: unknown): Place => buffer as Place;

const device: Device = {
  name: "mine",
  dtypes: ["float32", "int32", "uint32", "bool"],
  alloc: (bytes): Place => ({ bytes: new Uint8Array(bytes), at: 0 }),
  free: () => {},
  part: (b, offset): Place => ({ bytes: place(b).bytes, at: place(b).at + offset }),
  write: (b, bytes) => place(b).bytes.set(bytes, place(b).at),
  read: async (b, bytes) => place(b).bytes.slice(place(b).at, place(b).at + bytes),
  copy: (from, to, bytes) => place(to).bytes.set(place(from).bytes.subarray(place(from).at, place(from).at + bytes), place(to).at),
  compile: (kernels) =>
    kernels.map((kernel) => {
      // The heart of a backend: here each kernel is interpreted; yours prints it as shader or machine code.
      const run = interpretKernel(kernel);
      return (buffers, params, block) => {
        const arrays = buffers.map((b, i) => {
          const View = dtypeInfo(kernel.buffers[i]!).array as unknown as new (
            buffer: ArrayBuffer,
            offset: number,
            length: number,
          ) => Float32Array;
          const { bytes, at } = place(b);
          return new View(bytes.buffer, at, Math.floor((bytes.length - at) / dtypeInfo(kernel.buffers[i]!).bytes));
        });
        run(arrays, params, block);
      };
    }),
};

const suite = testBackend(kernelBackend(device), { skip: [{ op: "erf", reason: "not written yet" }] });
const report = await suite.run();
console.log(report.summary);
for (const { name, error } of report.failed.slice(0, 5)) console.log(name, error);
