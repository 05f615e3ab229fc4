/** Text files, where there is a file system; your own where there is none. */
import { ValueError } from "@antler/tensor-core";

/** The little that callbacks need of files. */
export interface Files {
  /** The text of a file; undefined where there is none. */
  read(path: string): Promise<string | undefined>;
  /** Writes a file whole or not at all; missing folders are made. */
  write(path: string, text: string): Promise<void>;
  /** Adds to the end of a file. */
  append(path: string, text: string): Promise<void>;
  /** Removes a file, or a folder with all that is in it; nothing where there is none. */
  remove(path: string): Promise<void>;
  /** Makes a folder and those it lies in, as far as they are missing. */
  makeFolder(path: string): Promise<void>;
}

/** The little of Node that is used where it exists. */
interface NodeFiles {
  readFile(path: string, encoding: "utf8"): Promise<string>;
  writeFile(path: string, text: string): Promise<void>;
  appendFile(path: string, text: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  rm(path: string, options: { readonly recursive: boolean; readonly force: boolean }): Promise<void>;
  mkdir(path: string, options: { readonly recursive: boolean }): Promise<unknown>;
}

/** Node's own, asked for by name at run time: an import, even a lazy one, would stop bundlers for browsers. */
const node = (): NodeFiles | undefined =>
  (globalThis as { process?: { getBuiltinModule?(name: string): NodeFiles } }).process?.getBuiltinModule?.("node:fs/promises");

/** Where a path's last part begins is where its folder ends. */
export const folderOf = (path: string): string => path.slice(0, Math.max(0, path.search(/[/\\][^/\\]*$/)));

/** The files of this computer. @throws ValueError, at first use, where there is no file system */
export function localFiles(): Files {
  const files = (): NodeFiles => {
    const found = node();
    if (found) return found;
    throw new ValueError("files", "there is no file system here", { hint: "Give the option `files` something that keeps texts by path." });
  };
  const makeFolder = async (path: string): Promise<void> => {
    if (path) await files().mkdir(path, { recursive: true });
  };
  return {
    makeFolder,
    async read(path) {
      try {
        return await files().readFile(path, "utf8");
      } catch (cause) {
        if ((cause as { code?: string }).code === "ENOENT") return undefined;
        throw cause;
      }
    },
    async write(path, text) {
      await makeFolder(folderOf(path));
      // In the same folder: only there a file can be put in another's place in one step.
      const temporary = `${path}.${crypto.randomUUID()}.tmp`;
      await files().writeFile(temporary, text);
      await files().rename(temporary, path);
    },
    append: (path, text) => files().appendFile(path, text),
    remove: (path) => files().rm(path, { recursive: true, force: true }),
  };
}
