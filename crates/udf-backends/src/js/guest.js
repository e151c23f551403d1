// What a guest is given, and what is asked of it from outside. Nothing here enters the host's own module, so that a guest that runs
// out of stack or is stopped leaves the host's frames whole.

/** Thrown through a guest to stop it. */
class Stop {
  constructor(kind) {
    this.kind = kind;
  }
}

// Kinds of what stops a guest; `host.rs` has the same.
const TRAP = 0;
const OVERTIME = 1;
const NO_STACK = 2;
const NO_NUMBER = 3;

const overtime = new Stop(OVERTIME);
const noNumber = new Stop(NO_NUMBER);

export function kindOf(error) {
  if (error instanceof Stop) {
    return error.kind;
  }
  // Firefox has an error of its own for it.
  const name = error?.name;
  return error instanceof RangeError || name === "RangeError" || name === "InternalError" ? NO_STACK : TRAP;
}

export function wordsOf(error) {
  return typeof error?.message === "string" ? error.message : String(error);
}

/** The bytes of a typed array, where they are; nothing where other threads may write to them. */
export function bytesOf(array) {
  const shared = !(array.buffer instanceof ArrayBuffer);
  return shared ? undefined : new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

/** The module of these bytes; hosts refuse large ones on their main thread. */
export function compile(bytes) {
  return new WebAssembly.Module(bytes);
}

/** The same without that bound. */
export function compileAside(bytes) {
  // The host's memory may move before the engine has read it all.
  return WebAssembly.compile(bytes.slice());
}

const nothing = { pages: -1, elements: -1, lacked: false };

/** An instance with its limits. Sizes are pages of 64 KiB and elements. */
export class Guest {
  #exports;
  #memory;
  #bytes = new Uint8Array(0);
  #deadline = Infinity;
  #mostPages = 0;
  #mostElements = 0;
  #asked = nothing;
  #refused = nothing;

  constructor(module) {
    const imports = {
      tick: () => {
        if (performance.now() >= this.#deadline) {
          throw overtime;
        }
      },
      grow: (pages, more) => {
        this.#asked = { ...nothing, pages: (pages >>> 0) + (more >>> 0) };
        return this.#decide(this.#asked.pages <= this.#mostPages, this.#asked.pages > 0x10000);
      },
      grow_table: (elements, more) => {
        this.#asked = { ...nothing, elements: (elements >>> 0) + (more >>> 0) };
        return this.#decide(this.#asked.elements <= this.#mostElements, this.#asked.elements > 0xffffffff);
      },
      lacked: () => {
        this.#refused = { ...this.#asked, lacked: true };
      },
      nan: () => {
        throw noNumber;
      },
    };
    this.#exports = new WebAssembly.Instance(module, { fz: imports }).exports;
    const memory = this.#exports.memory;
    this.#memory = memory instanceof WebAssembly.Memory ? memory : undefined;
  }

  /** Before an entry: how long it may take in milliseconds, and what it may grow to. */
  enter(milliseconds, pages, elements) {
    this.#deadline = performance.now() + milliseconds;
    this.#mostPages = pages;
    this.#mostElements = elements;
    this.#refused = nothing;
  }

  /** The pages that were refused last since the entry, or -1. */
  get refusedPages() {
    return this.#refused.pages;
  }

  /** The elements that were, or -1: at most one of the two was. */
  get refusedElements() {
    return this.#refused.elements;
  }

  /** Whether they were allowed, and the engine did not have them. */
  get lacked() {
    return this.#refused.lacked;
  }

  /** What 32 bits do not count is refused by WebAssembly itself. */
  #decide(allowed, beyond) {
    if (!allowed && !beyond) {
      this.#refused = this.#asked;
    }
    return allowed;
  }

  /** An exported function, or nothing. */
  function(name) {
    const found = this.#exports[name];
    return typeof found === "function" ? found : undefined;
  }

  /** What an exported global of type i32 holds, or nothing. */
  address(name) {
    const found = this.#exports[name];
    const value = found instanceof WebAssembly.Global ? found.value : undefined;
    return typeof value === "number" ? value >>> 0 : undefined;
  }

  /** Whether the element of the table that was called last is empty. */
  get calledNothing() {
    return this.#exports["fz:table"].get(this.#exports["fz:called"].value) === null;
  }

  get size() {
    return this.#memory === undefined ? 0 : this.#memory.buffer.byteLength;
  }

  put(at, bytes) {
    this.#view().set(bytes, at);
  }

  putFrom(at, bytes, first, length) {
    this.#view().set(length === bytes.length ? bytes : bytes.subarray(first, first + length), at);
  }

  bytes(at, length) {
    return this.#view().subarray(at, at + length);
  }

  /** Memory as it is now: what grew has another buffer. */
  #view() {
    const buffer = this.#memory.buffer;
    if (this.#bytes.buffer !== buffer) {
      this.#bytes = new Uint8Array(buffer);
    }
    return this.#bytes;
  }
}

// Entries, by their types.

export function callNothing(entry) {
  entry();
}

export function callVersion(entry) {
  return entry();
}

export function callAlloc(entry, bytes) {
  return entry(bytes);
}

export function callFree(entry, at, bytes) {
  entry(at, bytes);
}

export function callFunction(entry, at, bytes) {
  return entry(at, bytes);
}

/**
 * A function of numbers: each argument stands in 8 bytes of `slots`, and so does the result afterwards. `kinds` has the types of
 * the arguments and of the result.
 */
export function callNumbers(entry, kinds, slots) {
  const view = new DataView(slots.buffer, slots.byteOffset, slots.byteLength);
  const last = kinds.length - 1;
  const values = [];
  for (let i = 0; i < last; i += 1) {
    values.push(NUMBERS[kinds[i]].read(view, 8 * i));
  }
  NUMBERS[kinds[last]].write(view, 0, entry(...values));
}

const NUMBERS = [
  { read: (view, at) => view.getInt32(at, true), write: (view, at, n) => view.setInt32(at, n, true) },
  { read: (view, at) => view.getBigInt64(at, true), write: (view, at, n) => view.setBigInt64(at, n, true) },
  { read: (view, at) => view.getFloat32(at, true), write: (view, at, n) => view.setFloat32(at, n, true) },
  { read: (view, at) => view.getFloat64(at, true), write: (view, at, n) => view.setFloat64(at, n, true) },
];
