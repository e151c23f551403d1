// Where the module for files is, unless it is given: beside the package's own file, and in Node read from there.

let find = () => new URL("files_core_bg.wasm", import.meta.url);

export const foundFiles = () => find();

export function findFiles(other) {
  find = other;
}
