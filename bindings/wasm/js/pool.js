// Large calls of plugins on several workers.

import { DeadlineExceededError, WorkerError } from "./errors.js";
import { usePool } from "./module.js";
import { compiledCore } from "./start.js";
import { host, now, Thread } from "./thread.js";

/** How many pieces a worker has: while it counts one, the next is on its way. */
const DEPTH = 2;
/** Milliseconds that workers have beyond a deadline to stop by themselves, and to be through with what nobody waits for any more, before they are ended. */
const GRACE = 500;
/** How often a piece is given to another worker, after its own has ended. */
const AGAIN = 1;

let pool;

export async function startWorkers(count = Math.max(1, host.parallelism() - 1), { core, url } = {}) {
  if (!Number.isInteger(count) || count < 1 || count > 256) {
    throw new RangeError("count: give a number of workers");
  }
  const compiled = await compiledCore(core, host.core);
  pool ??= new Pool(compiled, url);
  const started = pool;
  try {
    await started.grow(count);
  } finally {
    if (pool === started) {
      pool = started.size > 0 ? started : undefined;
      usePool(pool);
    }
  }
  return started.size;
}

export function stopWorkers() {
  pool?.stop();
  pool = undefined;
  usePool(undefined);
}

class Pool {
  #core;
  #url;
  #members = [];
  #growing = Promise.resolve();
  #jobs = new Set();
  /** What workers call the plugins, by what these are loaded from. */
  #plugins = new WeakMap();
  #gone = new FinalizationRegistry((plugin) => this.#forget(plugin));
  #next = 1;
  #stopped;

  constructor(core, url) {
    this.#core = core;
    this.#url = url;
  }

  get size() {
    return this.#members.length;
  }

  /** Starts workers until there are so many; none is added where one cannot be started. */
  grow(count) {
    const grown = this.#growing.then(() => this.#start(count - this.size));
    this.#growing = grown.catch(() => {});
    return grown;
  }

  async #start(count) {
    const members = Array.from({ length: Math.max(0, count) }, () => new Member(this.#core, this.#url));
    try {
      await Promise.all(members.map((member) => member.started));
      if (this.#stopped !== undefined) {
        throw this.#stopped;
      }
    } catch (error) {
      members.forEach((member) => member.thread.end());
      throw error;
    }
    this.#members.push(...members);
  }

  stop() {
    this.#stopped = new WorkerError("the workers were stopped");
    for (const job of this.#jobs) {
      this.#settle(job, () => job.reject(this.#stopped));
    }
    this.#members.forEach((member) => member.thread.end(this.#stopped));
    this.#members = [];
  }

  /** Frees a plugin in every worker. */
  forget(source) {
    const plugin = this.#plugins.get(source);
    if (plugin !== undefined) {
      this.#plugins.delete(source);
      this.#forget(plugin);
    }
  }

  #forget(plugin) {
    for (const member of this.#members) {
      if (member.loaded.delete(plugin)) {
        member.thread.ask({ ask: "forget", plugin }).catch(() => {});
      }
    }
  }

  /**
   * Calls a function of a plugin for all rows, a piece at a time. Settles once every piece was added, or with the failure of the first in order that
   * failed: as one thread would.
   */
  run(call) {
    const { source, deadline, signal } = call;
    if (!this.#plugins.has(source)) {
      this.#plugins.set(source, this.#next);
      this.#gone.register(source, this.#next);
      this.#next += 1;
    }
    return new Promise((resolve, reject) => {
      const job = { ...call, resolve, reject, plugin: this.#plugins.get(source), pieces: Math.ceil(call.rows / call.step), next: 0, again: [], tried: new Map(), parts: new Map(), added: 0 };
      if (deadline !== undefined) {
        job.until = now() + deadline;
        job.timer = setTimeout(() => {
          const late = new DeadlineExceededError(`${call.name} ran out of time, and its workers did not stop: they are ended`);
          this.#settle(job, () => reject(Object.assign(late, { function: call.name })));
        }, deadline + GRACE);
      }
      job.onAbort = () => this.#settle(job, () => reject(call.cancelled()));
      signal?.addEventListener("abort", job.onAbort);
      this.#jobs.add(job);
      this.#pump();
    });
  }

  /** Gives every worker what it can take. */
  #pump() {
    for (let depth = 1; depth <= DEPTH; depth += 1) {
      for (const member of this.#members) {
        const job = [...this.#jobs].find(({ again, next, pieces, failed }) => again.length > 0 || next < (failed?.piece ?? pieces));
        if (job === undefined) {
          return;
        }
        if (member.flying.length < depth) {
          this.#send(member, job, job.again.pop() ?? job.next++);
        }
      }
    }
  }

  async #send(member, job, piece) {
    const first = piece * job.step;
    const record = new Record();
    try {
      job.push(record, first, Math.min(first + job.step, job.rows));
    } catch (error) {
      this.#fail(job, piece, error);
      return;
    }
    member.revive(this.#core, this.#url);
    const { thread } = member;
    member.flying.push(job);
    try {
      const { plugin, name, until, listed } = job;
      if (!member.loaded.has(plugin)) {
        member.loaded.add(plugin);
        const { bytes, limits } = job.source;
        thread.ask({ ask: "load", plugin, bytes, limits }).catch((error) => {
          member.loaded.delete(plugin);
          this.#fail(job, piece, error);
        });
      }
      const part = await thread.ask({ ask: "rows", plugin, name, pushes: record.pushes, first, until, listed }, { transfer: record.buffers });
      this.#add(job, piece, part);
    } catch (error) {
      const tried = job.tried.get(piece) ?? 0;
      if (error instanceof WorkerError && this.#jobs.has(job) && tried < AGAIN) {
        job.tried.set(piece, tried + 1);
        job.again.push(piece);
      } else {
        this.#fail(job, piece, error);
      }
    }
    if (member.thread === thread) {
      member.flying.splice(member.flying.indexOf(job), 1);
    }
    this.#pump();
  }

  #add(job, piece, part) {
    if (this.#jobs.has(job)) {
      job.parts.set(piece, part);
      this.#advance(job);
    }
  }

  #fail(job, piece, error) {
    if (this.#jobs.has(job) && piece < (job.failed?.piece ?? Infinity)) {
      job.failed = { piece, error };
      this.#advance(job);
    }
  }

  /** Adds the parts that are next in order. */
  #advance(job) {
    while (job.parts.has(job.added)) {
      try {
        job.add(new Sent(job.parts.get(job.added)), job.added * job.step);
      } catch (error) {
        // A call whose parts cannot be put together ends with the reason.
        this.#settle(job, () => job.reject(error));
        return;
      }
      job.parts.delete(job.added);
      job.added += 1;
    }
    if (job.failed?.piece === job.added) {
      this.#settle(job, () => job.reject(job.failed.error));
    } else if (job.added === job.pieces) {
      this.#settle(job, job.resolve);
    }
  }

  #settle(job, how) {
    if (this.#jobs.delete(job)) {
      clearTimeout(job.timer);
      job.signal?.removeEventListener("abort", job.onAbort);
      how();
      if (this.#members.some(({ flying }) => flying.includes(job))) {
        const timer = setTimeout(() => this.#endThoseOf(job), GRACE);
        timer.unref?.();
      }
    }
  }

  /** Ends workers that still count for a call that has settled. */
  #endThoseOf(job) {
    for (const member of this.#members) {
      if (member.flying.includes(job)) {
        member.thread.end(new WorkerError("the worker was ended, since a call did not stop"));
        member.revive(this.#core, this.#url);
      }
    }
  }
}

/** A worker of the pool, which has another thread after one has ended. */
class Member {
  constructor(core, url) {
    this.#start(core, url);
  }

  revive(core, url) {
    if (this.thread.ended !== undefined) {
      this.#start(core, url);
      // Who asks this thread next hears why it did not start.
      this.started.catch(() => {});
    }
  }

  #start(core, url) {
    this.thread = new Thread({ url });
    /** Plugins that it has. */
    this.loaded = new Set();
    /** The jobs of the pieces that it has, each as often. */
    this.flying = [];
    this.started = this.thread.ask({ ask: "start", core });
  }
}

/** What a call would push to the core, to be pushed elsewhere. */
class Record {
  pushes = [];
  buffers = [];

  clear() {}

  omit() {
    this.pushes.push(["omit"]);
  }

  push(kind, values, valid, single) {
    this.pushes.push(["push", kind, this.#copy(values), this.#copy(valid), single]);
  }

  pushTexts(data, ends, valid, single) {
    this.pushes.push(["pushTexts", this.#copy(data), this.#copy(ends), this.#copy(valid), single]);
  }

  pushAny(values, single) {
    this.pushes.push(["pushAny", values, single]);
  }

  asRange(columns) {
    this.pushes.push(["asRange", columns]);
  }

  /** Rows of the caller's array, to be handed over; memory that is shared is read where it is. */
  #copy(array) {
    if (array === undefined || !(array.buffer instanceof ArrayBuffer)) {
      return array;
    }
    const copy = array.slice();
    this.buffers.push(copy.buffer);
    return copy;
  }
}

/** What a worker gave, as the core's own output looks. */
class Sent {
  #part;

  constructor(part) {
    this.#part = part;
    this.rows = part.rows;
    this.failed = part.failed;
    this.took = part.took;
    this.columns = part.columns.length;
    this.kind = part.columns[0]?.kind;
  }

  errors(_, most) {
    return this.#part.errors.slice(0, most);
  }

  column(at) {
    return this.#part.columns[at];
  }

  copyTo(out) {
    const [{ values, valid }] = this.#part.columns;
    if (out?.constructor !== values.constructor || valid?.includes(0)) {
      return false;
    }
    out.set(values);
    return true;
  }

  free() {}
}
