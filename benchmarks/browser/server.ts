/** Serves pages to measure in, isolated from other origins: only there may threads share memory. */
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";
import type { PageName } from "../lib/make-peer.ts";
import { bundle, folders } from "./bundle.ts";

const types: Readonly<Record<string, string>> = {
  "": "text/html",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".wasm": "application/wasm",
};
const isolated = { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" };

export interface Server {
  /** Without a slash at the end. */
  readonly url: string;
  close(): void;
}

/** `/jax-js` is the page of that peer. */
export async function serve(): Promise<Server> {
  const server = createServer(async ({ url }, response) => {
    const { pathname } = new URL(url ?? "/", "http://localhost");
    const content = await contentOf(pathname).catch(() => undefined);
    response.writeHead(content === undefined ? 404 : 200, { ...isolated, "Content-Type": types[extname(pathname)] ?? "" }).end(content);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, close: () => void server.close() };
}

async function contentOf(pathname: string): Promise<string | Uint8Array> {
  const [first = "", ...rest] = normalize(pathname).split("/").slice(1);
  if (rest.length) return readFile(join(folders[first]!, ...rest));
  if (first.endsWith(".js")) return bundle(first.slice(0, -3) as PageName);
  return `<!doctype html><title>${first}</title><script type="module" src="/${first}.js"></script>`;
}
