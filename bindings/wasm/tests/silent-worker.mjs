// A worker that takes plugins, and never answers a call of one.

import { parentPort } from "node:worker_threads";

parentPort.on("message", ({ id, ask }) => {
  if (ask === "rows") {
    for (;;);
  }
  parentPort.postMessage({ id });
});
