// The same in threads of Node.

import { parentPort } from "node:worker_threads";
import "./node.js";
import { serve } from "./thread.js";
import { answer } from "./worker-answers.js";

const port = {
  postMessage: (message, transfer) => parentPort.postMessage(message, transfer),
  set onmessage(hear) {
    parentPort.on("message", (data) => hear({ data }));
  },
};
serve(port, answer((notice) => port.postMessage({ notice })));
