// Files on loopback, and a browser that asks for them.

import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join } from "node:path";
import { chromium } from "playwright-core";

const TYPES = { ".js": "text/javascript", ".mjs": "text/javascript", ".wasm": "application/wasm", ".html": "text/html" };
/** What a page sends along to share memory with its workers. */
export const ISOLATED = { "cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp" };

/** Serves what `find` gives for paths, and the package's files and the repository's plugins beside; gives the address, and what ends it. */
export async function serve(find, headers = {}) {
  const server = createServer(({ url }, response) => {
    const path = new URL(url, "http://localhost").pathname.slice(1) || "index.html";
    try {
      const content = find(path) ?? readFileSync(path.startsWith("package/") ? join("node_modules/formualizer-udf", path.slice(8)) : join(process.env.FZ_ROOT, path));
      response.writeHead(200, { "content-type": TYPES[extname(path)] ?? "text/plain", ...headers });
      response.end(content);
    } catch {
      response.writeHead(404);
      response.end();
    }
  });
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  return { address: `http://127.0.0.1:${server.address().port}/`, end: () => server.close() };
}

export function launch() {
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
}
