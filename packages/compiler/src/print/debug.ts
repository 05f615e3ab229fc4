/** The debug printer: listens to the core's events and writes what it hears. `ANTLER_DEBUG=1` to `4` turns it on. */
import { type AntlerEvent, onEvent } from "@antler/tensor-core";
import { printGraph } from "@antler/tensor-core/text";

/** 1: timings. 2: and kernels' names, bytes and times, reads, work on the host. 3: and graphs. 4: and the kernels themselves, with their memory. */
export type DebugLevel = 1 | 2 | 3 | 4;

/**
 * Writes what is traced, compiled and run until the returned function is called.
 * @param write takes one message, of one or more lines; the console's error stream by default
 * @param listen where events come from
 * @example
 * const stop = debugPrinter(1);
 * stop();
 */
export function debugPrinter(
  level: DebugLevel,
  write: (message: string) => void = (m) => console.error(m),
  listen: typeof onEvent = onEvent,
): () => void {
  return listen((e) => {
    for (const message of messages(e, level)) write(`antler: ${message}`);
  });
}

function messages(e: AntlerEvent, level: DebugLevel): string[] {
  switch (e.kind) {
    case "trace":
      return [`traced ${e.name}, time ${e.count}, in ${e.ms.toFixed(1)} ms`];
    case "compile":
      return [
        `${e.backend} compiled ${e.nodes} nodes, ${e.kernels} new kernels, in ${e.ms.toFixed(1)} ms`,
        ...(level >= 3 ? [`graph\n${printGraph(e.graph)}`] : []),
        ...(level >= 4 && e.print ? [`program\n${e.print()}`] : []),
      ];
    case "warning":
      return [e.message];
    case "kernel":
      return level >= 2 ? [`${e.backend} kernel ${e.name}`] : [];
    case "time":
      return level >= 2 ? [`${e.backend} ran ${e.name} over ${e.bytes} bytes in ${(1000 * e.ms).toFixed(1)} µs`] : [];
    case "host":
      return level >= 2 ? [`${e.backend} works on the host: ${e.op}`] : [];
    case "read":
      return level >= 2 ? [`${e.backend} read ${e.bytes} bytes`] : [];
    default:
      return [];
  }
}
