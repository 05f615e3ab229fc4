/** Which backends there are, and which one new tensors go to. */
import { type Backend, INTERFACE_VERSION } from "./backend.ts";
import { BackendError } from "./errors.ts";

export interface BackendEntry {
  readonly name: string;
  /** The highest available one is chosen when nobody asks for another. */
  readonly priority: number;
  readonly interfaceVersion?: number;
  /** What `config.listPhysicalDevices` calls it. Default: "CPU". */
  readonly deviceType?: "CPU" | "GPU";
  isAvailable?(): boolean | Promise<boolean>;
  create(): Backend | Promise<Backend>;
}

/** The version of this package; two copies of the core in one program are an error that names both. */
export const VERSION = "0.1.0";
const MARKER: unique symbol = /* @__PURE__ */ Symbol.for("@antler/tensor-core") as never;

const entries = new Map<string, BackendEntry>();
const made = new Map<string, Backend>();
let current: Backend | undefined;
let fallback: (() => Backend) | undefined;

/** Marks the program as this copy's. Whatever brings a backend in passes here, so two copies are found before they meet. */
let claimed = false;
function claim(): void {
  if (claimed) return;
  const shared = globalThis as { [MARKER]?: string };
  const other = shared[MARKER];
  if (other) {
    throw new Error(
      `@antler/tensor-core is loaded twice, as ${other} and as ${VERSION}. Tensors of one copy are unknown to the other: ` +
        "make all packages use one version (npm ls @antler/tensor-core shows who brings which).",
    );
  }
  shared[MARKER] = VERSION;
  claimed = true;
}

/** Makes a backend known by name. Registering a name again replaces it. */
export function registerBackend(entry: BackendEntry): void {
  const version = entry.interfaceVersion ?? INTERFACE_VERSION;
  if (version !== INTERFACE_VERSION) {
    throw new BackendError(
      "registerBackend",
      `${entry.name} speaks version ${version} of the backend interface, this core version ${INTERFACE_VERSION}`,
      {
        hint: "Install versions of both packages that belong together.",
      },
    );
  }
  claim();
  entries.set(entry.name, entry);
  made.delete(entry.name);
}

export const registeredBackends = (): readonly string[] => [...entries.keys()];

/** Creates the backend of that name if need be, and sends new tensors to it. A backend instance may be given instead of a name. */
export async function setBackend(backend: string | Backend): Promise<Backend> {
  claim();
  return (current = typeof backend === "string" ? await create(backend) : backend);
}

async function create(name: string): Promise<Backend> {
  const before = made.get(name);
  if (before && !before.lost) return before;
  const entry = entries.get(name);
  if (!entry) {
    throw new BackendError("setBackend", `no backend is called "${name}"`, {
      hint: `Registered: ${registeredBackends().join(", ") || "none"}. Import its package's register entry first.`,
    });
  }
  if (entry.isAvailable && !(await entry.isAvailable())) throw new BackendError("setBackend", `"${name}" is not available on this machine`);
  const backend = await entry.create();
  made.set(name, backend);
  return backend;
}

/** The backends made so far, and the interpreter where there is one. */
export const madeBackends = (): readonly (Backend | undefined)[] => [...made.values(), fallback?.()];

/** Best first. */
export const registeredEntries = (): BackendEntry[] => [...entries.values()].sort((a, b) => b.priority - a.priority);

/** Resolves when the best available backend is in use; needed only for backends that take time to start. */
export async function ready(): Promise<void> {
  if (current) return;
  for (const entry of registeredEntries()) {
    if (entry.isAvailable && !(await entry.isAvailable())) continue;
    await setBackend(entry.name);
    return;
  }
}

/** The backend new tensors go to: the one set, else the best registered, else the reference interpreter. */
export function getBackend(): Backend {
  if (current) return current;
  for (const entry of registeredEntries()) {
    if (entry.isAvailable && entry.isAvailable() !== true) continue;
    const backend = entry.create();
    if (backend instanceof Promise) {
      throw new BackendError("getBackend", `the backend "${entry.name}" starts asynchronously`, { hint: "Use `await ready()` first." });
    }
    made.set(entry.name, backend);
    return (current = backend);
  }
  if (fallback) return fallback();
  throw new BackendError("getBackend", "no backend is registered", { hint: 'Import one: "@antler/backend-cpu/register".' });
}

/** What computes when nothing is registered; the reference backend puts itself here. */
export function setFallback(make: () => Backend): void {
  claim();
  fallback = make;
}

/** Whether tensors go to the interpreter only because no backend was registered. */
export const isFallback = (): boolean => !current && entries.size === 0;
