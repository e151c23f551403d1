// Workers in Node.

import { readFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { host } from "./thread.js";

export * from "./worker.js";

/** A thread of Node that looks like a worker of a page. */
class NodeWorker {
  onmessage = null;
  onerror = null;
  onmessageerror = null;
  #worker;

  constructor(url) {
    this.#worker = new Worker(url);
    this.#worker.on("message", (data) => this.onmessage?.({ data }));
    this.#worker.on("messageerror", () => this.onmessageerror?.());
    this.#worker.on("error", (error) => this.onerror?.(error));
    this.#worker.on("exit", (code) => this.onerror?.(new Error(`it ended with code ${code}`)));
  }

  postMessage(message, transfer) {
    this.#worker.postMessage(message, transfer);
  }

  terminate() {
    this.#worker.terminate();
  }

  ref() {
    this.#worker.ref();
  }

  unref() {
    this.#worker.unref();
  }
}

host.spawn = (url) => new NodeWorker(url ?? new URL("./worker-host-node.js", import.meta.url));
host.core = () => readFile(new URL("core_bg.wasm", import.meta.url));
host.parallelism = availableParallelism;
