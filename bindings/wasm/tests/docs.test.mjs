// The code of docs/hosting-web.md, from top to bottom, in the repository's folder.

import assert from "node:assert/strict";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";

test("every piece of code in the guide runs", async () => {
  const guide = readFileSync(join(process.env.FZ_ROOT, "docs/hosting-web.md"), "utf8");
  const pieces = [...guide.matchAll(/```js\n(.*?)```/gs)].map(([, code]) => code);
  assert.ok(pieces.length >= 6, `${pieces.length} pieces`);
  const file = join(process.cwd(), "guide.mjs");
  const code = pieces.join("\n").replaceAll("console.assert(", "__holds(").replaceAll('"plugins/', `"${process.env.FZ_ROOT}/plugins/`);
  writeFileSync(file, `import __holds from "node:assert/strict";\n${code}`);
  try {
    await import(pathToFileURL(file));
  } finally {
    rmSync(file);
  }
});
