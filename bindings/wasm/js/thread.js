// A worker, and what it is asked.

import { ArgumentError, DeadlineExceededError, WorkerError } from "./errors.js";
import { owned, pack, packThrown, unpack } from "./wire.js";

/** Milliseconds in which an answer that is there is heard. */
const PATIENCE = 10;

/** How this host makes workers, and where it has the core; `worker-node.js` sets both for Node. */
export const host = {
  /** A worker that runs `url`, or the package's own. */
  spawn(url) {
    return url === undefined
      ? new Worker(new URL("./worker-host.js", import.meta.url), { type: "module", name: "formualizer-udf" })
      : new Worker(url, { type: "module", name: "formualizer-udf" });
  },
  /** What gives the core's source where none is given; from beside `start.js` where this is undefined. */
  core: undefined,
  /** How many threads run at a time. */
  parallelism: () => globalThis.navigator?.hardwareConcurrency ?? 2,
};

/**
 * A worker with questions that it answers in order. Once it has ended, by `end` or by a fault, every question is refused with the reason.
 */
export class Thread {
  #worker;
  #waiting = new Map();
  #next = 1;
  #timer;
  #ended;
  #notice;

  /**
   * @param url what it runs, instead of the package's own
   * @param notice is called with what it says without being asked
   */
  constructor({ url, notice = () => {} } = {}) {
    this.#notice = notice;
    this.#worker = host.spawn(url);
    this.#worker.onmessage = ({ data }) => this.#hear(data);
    this.#worker.onerror = (event) => {
      event.preventDefault?.();
      this.end(new WorkerError(`the worker failed: ${event.message ?? "its script could not be loaded"}`));
    };
    this.#worker.onmessageerror = () => this.end(new WorkerError("an answer of the worker could not be read"));
    this.#worker.unref?.();
  }

  /** Why it has ended; nothing while it runs. */
  get ended() {
    return this.#ended;
  }

  /**
   * Asks it.
   *
   * @param question what `worker-host.js` understands
   * @param transfer buffers that are handed over
   * @param deadline milliseconds from when it is through with what it was asked before. If they pass, it is ended
   */
  ask(question, { transfer = [], deadline } = {}) {
    if (this.#ended !== undefined) {
      return Promise.reject(this.#ended);
    }
    const id = this.#next;
    this.#next += 1;
    try {
      this.#worker.postMessage({ ...question, id }, transfer);
    } catch (error) {
      return Promise.reject(new ArgumentError(`this does not cross to a worker: ${error.message}`, { cause: error }));
    }
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject, deadline, what: question.ask === "call" ? question.name : question.ask });
      if (this.#waiting.size === 1) {
        this.#worker.ref?.();
        this.#watch();
      }
    });
  }

  #hear({ id, value, thrown, failed, notice }) {
    if (id === undefined) {
      this.#notice(unpack(notice));
      return;
    }
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) {
      return;
    }
    this.#waiting.delete(id);
    this.#watch();
    if (failed) {
      waiting.reject(unpack(thrown));
    } else {
      waiting.resolve(unpack(value));
    }
  }

  /** Waits for the oldest question's answer as long as it may take. */
  #watch() {
    clearTimeout(this.#timer);
    const [oldest] = this.#waiting.values();
    if (oldest === undefined) {
      this.#worker.unref?.();
    } else if (oldest.deadline !== undefined) {
      // An answer that came while this thread was busy is heard before.
      this.#timer = setTimeout(() => {
        this.#timer = setTimeout(() => this.#late(oldest), PATIENCE);
      }, oldest.deadline);
    }
  }

  #late({ what, deadline, reject }) {
    const late = new DeadlineExceededError(`${what} did not end within ${deadline} ms: its worker was ended, and what was in it is lost`);
    reject(Object.assign(late, { function: what }));
    this.end(new WorkerError(`the worker was ended, since ${what} before this did not end within ${deadline} ms: what was in it is lost`));
  }

  /** Ends it, whatever it does. */
  end(why = new WorkerError("the worker was ended")) {
    if (this.#ended !== undefined) {
      return;
    }
    this.#ended = why;
    clearTimeout(this.#timer);
    this.#worker.onerror = null;
    this.#worker.onmessage = null;
    this.#worker.terminate();
    for (const { reject } of this.#waiting.values()) {
      reject(why);
    }
    this.#waiting.clear();
  }
}

/** Milliseconds that all threads count alike. */
export function now() {
  return performance.timeOrigin + performance.now();
}

/** Answers questions on the other side: `answer(question)` gives values, one after the other. */
export function serve(port, answer) {
  let last = Promise.resolve();
  port.onmessage = ({ data }) => {
    last = last.then(async () => {
      const { id } = data;
      try {
        const value = pack(await answer(data));
        port.postMessage({ id, value }, [...owned(value)]);
      } catch (thrown) {
        port.postMessage({ id, failed: true, thrown: packThrown(thrown) });
      }
    });
  };
}
