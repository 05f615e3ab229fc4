// A page whose program is in a worker.
const worker = new Worker(new URL("./inside.ts", import.meta.url), { type: "module" });
worker.onmessage = ({ data }) => console.table(data);
