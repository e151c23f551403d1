// What the tests share: the package as it was installed, and the plugins of the repository.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as fu from "formualizer-udf";

await fu.init();

export { fu };

const root = process.env.FZ_ROOT;
if (root === undefined) {
  throw new Error("set FZ_ROOT to the folder of the repository: `cargo xtask web` does");
}

/** The bytes of a committed plugin. */
export function bytes(name) {
  return readFileSync(join(root, "plugins", `${name}.wasm`));
}

/** A committed plugin. */
export function plugin(name, options) {
  return fu.Module.load(bytes(name), options);
}

/** A module of this text in the bytes of WebAssembly: an export `name`, of `(f64) -> f64`, with this body. */
export function bare(name, body) {
  const text = [...new TextEncoder().encode(name)];
  const section = (id, content) => [id, content.length, ...content];
  return Uint8Array.from([
    0, 0x61, 0x73, 0x6d, 1, 0, 0, 0,
    ...section(1, [1, 0x60, 1, 0x7c, 1, 0x7c]),
    ...section(3, [1, 0]),
    ...section(7, [1, text.length, ...text, 0, 0]),
    ...section(10, [1, body.length + 2, 0, ...body, 0x0b]),
  ]);
}
