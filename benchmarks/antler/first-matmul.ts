// Times what a program waits for at its start: importing the core and the CPU backend, and a first product. Prints it as JSON.
const begun = performance.now();
await import("@antler/backend-cpu/register");
const { matMul, tensor } = await import("@antler/tensor-core");
const imported = performance.now();
const x = tensor(new Float32Array(64 * 64).fill(0.5), [64, 64]);
await matMul(x, x).data();
const done = performance.now();
// The clock began with the process.
console.log(JSON.stringify({ import: imported - begun, matMul: done - imported, process: done }));
