/** Which backends there are, and which one new tensors go to. */
import { type Backend, INTERFACE_VERSION } from "./backend.ts";
import { BackendError } from "./errors.ts";

export interface BackendEntry {
  readonly name: string;
  /** The highest available one is chosen when nobody asks for another. */
  readonly priority: number;
  readonly interfaceVersion?: number;
  isAvailable?(): boolean | Promise<boolean>;
  create(): Backend | Promise<Backend>;
}

interface Registry {
  readonly version: string;
  readonly entries: Map<string, BackendEntry>;
  readonly made: Map<string, Backend>;
  current: Backend | undefined;
  fallback: (() => Backend) | undefined;
}

/** The version of this package; two copies of the core in one program are an error that names both. */
export const VERSION = "0.1.0";
const MARKER = Symbol.for("@antler/tensor-core");

function open(): Registry {
  const shared = globalThis as { [MARKER]?: Registry };
  const other = shared[MARKER];
  if (other) {
    throw new Error(
      `@antler/tensor-core is loaded twice, as ${other.version} and as ${VERSION}. Tensors of one copy are unknown to the other: ` +
        "make all packages use one version (npm ls @antler/tensor-core shows who brings which).",
    );
  }
  return (shared[MARKER] = { version: VERSION, entries: new Map(), made: new Map(), current: undefined, fallback: undefined });
}
let opened: Registry | undefined;
const registry = (): Registry => (opened ??= open());

/** Makes a backend known by name. Registering a name again replaces it. */
export function registerBackend(entry: BackendEntry): void {
  const version = entry.interfaceVersion ?? INTERFACE_VERSION;
  if (version !== INTERFACE_VERSION) {
    throw new BackendError("registerBackend", `${entry.name} speaks version ${version} of the backend interface, this core version ${INTERFACE_VERSION}`, {
      hint: "Install versions of both packages that belong together.",
    });
  }
  registry().entries.set(entry.name, entry);
  registry().made.delete(entry.name);
}

export const registeredBackends = (): readonly string[] => [...registry().entries.keys()];

/** Creates the backend of that name if need be, and sends new tensors to it. A backend instance may be given instead of a name. */
export async function setBackend(backend: string | Backend): Promise<Backend> {
  if (typeof backend !== "string") return (registry().current = backend);
  return (registry().current = await create(backend));
}

async function create(name: string): Promise<Backend> {
  const made = registry().made.get(name);
  if (made) return made;
  const entry = registry().entries.get(name);
  if (!entry) {
    throw new BackendError("setBackend", `no backend is called "${name}"`, {
      hint: `Registered: ${registeredBackends().join(", ") || "none"}. Import its package's register entry first.`,
    });
  }
  if (entry.isAvailable && !(await entry.isAvailable())) throw new BackendError("setBackend", `"${name}" is not available on this machine`);
  const backend = await entry.create();
  registry().made.set(name, backend);
  return backend;
}

/** The backends made so far. */
export const madeBackends = (): readonly Backend[] => [...registry().made.values()];

const byPriority = (): BackendEntry[] => [...registry().entries.values()].sort((a, b) => b.priority - a.priority);

/** Resolves when the best available backend is in use; needed only for backends that take time to start. */
export async function ready(): Promise<void> {
  if (registry().current) return;
  for (const entry of byPriority()) {
    if (entry.isAvailable && !(await entry.isAvailable())) continue;
    await setBackend(entry.name);
    return;
  }
}

/** The backend new tensors go to: the one set, else the best registered, else the reference interpreter. */
export function getBackend(): Backend {
  const r = registry();
  if (r.current) return r.current;
  for (const entry of byPriority()) {
    if (entry.isAvailable?.() instanceof Promise || entry.isAvailable?.() === false) continue;
    const backend = entry.create();
    if (backend instanceof Promise) {
      throw new BackendError("getBackend", `the backend "${entry.name}" starts asynchronously`, { hint: "Call `await ready()` first." });
    }
    r.made.set(entry.name, backend);
    return (r.current = backend);
  }
  if (r.fallback) return r.fallback();
  throw new BackendError("getBackend", "no backend is registered", { hint: 'Import one, e.g. import "@antler/backend-cpu/register".' });
}

/** What computes when nothing is registered; the reference backend puts itself here. */
export function setFallback(make: () => Backend): void {
  registry().fallback = make;
}

/** Whether tensors go to the interpreter only because no backend was registered. */
export const isFallback = (): boolean => !registry().current && registry().entries.size === 0;
