// A server for built pages: files from a folder, under a policy that forbids code from strings.
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";

/** Only our own files, and WebAssembly: what Antler asks of a page. */
const policy = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'";

/** What one server does differently. */
export interface Serving {
  /** What isolates pages from other origins, so that they may share memory between threads. Default: not sent. */
  readonly isolated?: boolean;
  /** Where workers may come from, in the words of a policy. Default: our own files. */
  readonly workers?: string;
}

const types: Readonly<Record<string, string>> = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css" };

export interface Server extends AsyncDisposable {
  /** Without a slash at the end. */
  readonly url: string;
}

export async function serve(folder: string, { isolated = false, workers = "'self'" }: Serving = {}): Promise<Server> {
  const common = {
    "Content-Security-Policy": `${policy}; worker-src ${workers}`,
    ...(isolated && { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" }),
  };
  const server = createServer(async ({ url }, response) => {
    const { pathname } = new URL(url ?? "/", "http://localhost");
    const file = join(folder, pathname.endsWith("/") ? `${pathname}index.html` : pathname);
    const headers = { ...common, "Content-Type": types[extname(file)] ?? "application/octet-stream" };
    const content = await readFile(file).catch(() => undefined);
    // Browsers ask for an icon, and none is no mistake.
    const status = content !== undefined ? 200 : pathname === "/favicon.ico" ? 204 : 404;
    response.writeHead(status, headers).end(content);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
