/** Files, where there is a file system: read with a limit, and written whole or not at all. */
import { FormatError, ValueError } from "@antler/tensor-core";
import { DEFAULT_MAX_BYTES, showBytes } from "./bytes.ts";

export interface ReadFileOptions {
  /** The most bytes the file may have. Default 2 GiB. */
  readonly maxBytes?: number | undefined;
}

export interface WriteFileOptions {
  /** Whether a file that exists is replaced; else it is a ValueError. Default true. */
  readonly overwrite?: boolean | undefined;
}

/**
 * The bytes of a file. A FormatError where it is larger than `maxBytes` or no file but a folder or a device, a
 * ValueError where there is no file system (browsers: work on bytes); the system's errors, like ENOENT, are passed on.
 *
 * @example
 * const root = readHdf5(await readFile("model.weights.h5"));
 */
export async function readFile(
  path: string | URL,
  { maxBytes = DEFAULT_MAX_BYTES }: ReadFileOptions = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const handle = await node("readFile").files.open(path, "r");
  try {
    const stat = await handle.stat();
    if (!stat.isFile()) throw new FormatError("readFile", `${path} is no file`);
    if (stat.size > maxBytes) {
      throw new FormatError("readFile", `${path} has ${showBytes(stat.size)}, and ${showBytes(maxBytes)} are allowed (option maxBytes)`);
    }
    const bytes = new Uint8Array(stat.size);
    let length = 0;
    // A file that shrinks meanwhile ends early; one that grows is read as far as it was.
    for (let read = -1; read !== 0 && length < bytes.length; length += read) {
      read = (await handle.read(bytes, length, bytes.length - length)).bytesRead;
    }
    return length === bytes.length ? bytes : bytes.slice(0, length);
  } finally {
    await handle.close();
  }
}

/**
 * Writes a file whole or not at all: the bytes go into a file beside it, to the disk, and then in its place. Whoever
 * reads meanwhile, or after a crash, finds the old file or the new one. A failure leaves the old one, removes what was
 * begun and passes the system's error on; a ValueError where there is no file system, or where the file
 * exists and `overwrite` is false.
 *
 * @example
 * await writeFile("model.weights.h5", writeHdf5(root));
 */
export async function writeFile(path: string | URL, bytes: Uint8Array, { overwrite = true }: WriteFileOptions = {}): Promise<void> {
  const { files, paths, urls } = node("writeFile");
  const target = typeof path === "string" ? path : urls.fileURLToPath(path);
  // In the same folder: only there a file can be put in another's place in one step.
  const temporary = `${target}.${crypto.randomUUID()}.tmp`;
  try {
    await writeThrough(files, temporary, bytes);
    // A second name is given only where there is none yet, in one step, too.
    if (overwrite) await files.rename(temporary, target);
    else await files.link(temporary, target);
  } catch (cause) {
    throw !overwrite && (cause as { code?: unknown }).code === "EEXIST" ? existsAlready(target) : cause;
  } finally {
    await files.rm(temporary, { force: true });
  }
  await syncFolder(files, paths.dirname(target));
}

const existsAlready = (path: string): ValueError =>
  new ValueError("writeFile", `${path} exists already`, { hint: "Choose another name, or say overwrite: true." });

async function writeThrough(files: NodeFiles, path: string, bytes: Uint8Array): Promise<void> {
  const handle = await files.open(path, "wx");
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Makes the new name last, too. Not every system lets folders be opened, and the file itself is safe already. */
async function syncFolder(files: NodeFiles, folder: string): Promise<void> {
  const handle = await files.open(folder, "r").catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}

/** The little of Node that is used where it exists. */
interface NodeHandle {
  stat(): Promise<{ readonly size: number; isFile(): boolean }>;
  read(into: Uint8Array, offset: number, length: number): Promise<{ readonly bytesRead: number }>;
  writeFile(bytes: Uint8Array): Promise<void>;
  sync(): Promise<void>;
  close(): Promise<void>;
}
interface NodeFiles {
  open(path: string | URL, flags: string): Promise<NodeHandle>;
  rename(from: string, to: string): Promise<void>;
  link(from: string, to: string): Promise<void>;
  rm(path: string, options: { readonly force: boolean }): Promise<void>;
}
interface Node {
  readonly files: NodeFiles;
  readonly paths: { dirname(path: string): string };
  readonly urls: { fileURLToPath(url: URL): string };
}

/** Node's modules, asked for by name at run time: an import, even a lazy one, would stop bundlers for browsers. */
function node(op: string): Node {
  const { process } = globalThis as { process?: { getBuiltinModule?(name: string): unknown } };
  const [files, paths, urls] = ["node:fs/promises", "node:path", "node:url"].map((name) => process?.getBuiltinModule?.(name));
  if (!files || !paths || !urls) {
    throw new ValueError(op, "there is no file system here", { hint: "Work on bytes: fetch or a file input gives them." });
  }
  return { files, paths, urls } as Node;
}
