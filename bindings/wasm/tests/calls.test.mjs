// What goes in, what comes out, and what is said of what does not fit.

import assert from "node:assert/strict";
import { test } from "node:test";
import { bare, fu, plugin } from "./harness.mjs";

const finance = await plugin("finance");
const text = await plugin("text");
const conformance = await plugin("conformance");

const near = (found, wanted) => assert.ok(Math.abs(found - wanted) < 1e-9 * Math.abs(wanted), `${found} is not ${wanted}`);

test("a call of single values gives a value", () => {
  near(finance.BS_CALL(100, 100, 0.02, 0.2, 1), 8.916037278572546);
  assert.equal(text.REVERSE("añ🦀"), "🦀ña");
  assert.equal(conformance.GCD(12, 18), 6);
  assert.equal(conformance.BNOT(true), false);
});

test("functions are found by name, alias and in any case", () => {
  assert.equal(finance.function("bs_call"), finance.BS_CALL);
  assert.equal(finance.function("BLACK_SCHOLES"), finance.BS_CALL);
  assert.equal(finance.BLACK_SCHOLES, finance.BS_CALL);
  assert.deepEqual(Object.keys(finance.functions), ["BS_CALL", "IMPLIED_VOL", "XNPV", "EMA"]);
  assert.equal(finance.BS_CALL.name, "BS_CALL");
  assert.match(finance.BS_CALL.signature, /^BS_CALL\(spot: f64, /);
  assert.ok(finance.BS_CALL.description.length > 10);
});

test("a typed array gives a typed array, an array gives an array", () => {
  const typed = conformance.MULADD(Float64Array.of(1, 2, 3), Float64Array.of(2, 2, 2));
  assert.deepEqual(typed, Float64Array.of(3, 5, 7));
  assert.deepEqual(conformance.MULADD([1, 2, 3], 2), [3, 5, 7]);
  assert.deepEqual(conformance.GCD(Int32Array.of(12, 30), 18n), BigInt64Array.of(6n, 6n));
  assert.deepEqual(conformance.GCD([12, 30], 18), [6, 6]);
  assert.deepEqual(text.REVERSE(["abc", "", "ñé"]), ["cba", "", "éñ"]);
  assert.deepEqual(conformance.ID_I8(Int8Array.of(-128, 0, 127)), Int8Array.of(-128, 0, 127));
  assert.deepEqual(conformance.ID_F32(Float32Array.of(0.5, -0)), Float32Array.of(0.5, -0));
  assert.deepEqual(conformance.BNOT([true, false, null]), [false, true, null]);
});

test("missing rows stay missing", () => {
  assert.deepEqual(conformance.MULADD([1, null, undefined, 4], 2), [3, null, null, 9]);
  assert.deepEqual(text.REVERSE(["ab", null]), ["ba", null]);
  assert.equal(conformance.MULADD(null, 2), null);
  assert.deepEqual(conformance.NULL_IF_NEG(Float64Array.of(1, -1, 3)), Float64Array.of(1, NaN, 3));
  assert.deepEqual(conformance.NULL_IF_NEG([1, -1, 3]), [1, null, 3]);
  assert.deepEqual(conformance.MULADD([null, null], 2), [null, null]);
});

test("no rows give no rows", () => {
  assert.deepEqual(conformance.MULADD([], 2), []);
  assert.deepEqual(conformance.MULADD(new Float64Array(0), 2), new Float64Array(0));
  assert.deepEqual(text.REVERSE([]), []);
});

test("integers beyond 2^53 are bigints, others numbers", () => {
  assert.deepEqual(conformance.ID_I64([1n << 60n, 7n, null]), [1n << 60n, 7, null]);
  assert.equal(conformance.ID_U64(2n ** 64n - 1n), 2n ** 64n - 1n);
  assert.deepEqual(conformance.ID_U64(BigUint64Array.of(5n)), BigUint64Array.of(5n));
});

test("dates cross in both directions", () => {
  const day = new Date("2024-02-29T00:00:00Z");
  const time = new Date("2024-02-29T12:30:00.250Z");
  assert.deepEqual(conformance.ID_DATE32([day, null]), [day, null]);
  assert.deepEqual(conformance.ID_TIMESTAMP(time), time);
  assert.throws(() => conformance.ID_DATE32(time), { name: "ArgumentError", message: /no midnight/ });
  assert.throws(() => conformance.ID_DATE32(new Date(NaN)), { name: "ArgumentError", message: /invalid Date/ });
});

test("values of any type cross one by one", () => {
  const values = [1, "a", true, null, new Date("1970-01-01T00:00:00Z")];
  assert.deepEqual(conformance.LABEL(values), ["number 1", "text a", "logical true", "blank", "date 25569"]);
  assert.deepEqual(conformance.ID_ANY([1.5, "x", false]), [1.5, "x", false]);
});

test("reduce and array functions take whole columns", () => {
  assert.equal(conformance.SUM_RANGE([1, 2, 3]), 6);
  assert.equal(conformance.SUM_RANGE(Float64Array.of(1, 2, 3)), 6);
  assert.equal(conformance.SUM_RANGE([[1, 2], [3, 4]]), 10);
  assert.deepEqual(conformance.SEQ(4), [1, 2, 3, 4]);
  assert.deepEqual(conformance.WORDS("a bc d"), ["a", "bc", "d"]);
});

test("rows at the ends of chunks keep their places", () => {
  // Of one column there are 40 960 in a chunk, of two 27 264.
  for (const rows of [32_767, 32_768, 32_769, 40_960, 40_961, 54_528, 54_529, 100_000]) {
    const x = Float64Array.from({ length: rows }, (_, row) => row);
    const found = conformance.MULADD(x, 2);
    assert.equal(found.length, rows);
    assert.ok(found.every((value, row) => value === 2 * row + 1));
    const texts = Array.from(x, (row) => (row % 5 === 0 ? null : `r${row}`));
    const turned = text.REVERSE(texts);
    assert.ok(turned.every((value, row) => (row % 5 === 0 ? value === null : value === [...`r${row}`].reverse().join(""))));
    const holes = Array.from(x, (row) => (row === rows - 1 ? null : row));
    const filled = conformance.MULADD(holes, 2);
    assert.ok(filled.every((value, row) => value === (row === rows - 1 ? null : 2 * row + 1)));
  }
});

test("long typed arrays give what the same values do in an array", () => {
  // As many bytes as stay where they are and one row less, then ends of chunks, of views that begin amid their buffer.
  for (const rows of [2_047, 2_048, 32_769, 54_528, 54_529, 100_000]) {
    const x = new Float64Array(rows + 5).map((_, row) => row / 4 - 9).subarray(3, rows + 3);
    const missing = Array.from(x, (value, row) => (row % 1000 === 7 ? null : value));
    const same = (call, typed, values) => {
      const [found, wanted] = [call(...typed), call(...values)];
      assert.ok(found.length === wanted.length && wanted.every((value, row) => Object.is(found[row], value ?? NaN)));
    };
    same(conformance.MULADD, [x, x], [[...x], [...x]]);
    same(conformance.MULADD, [x, missing], [[...x], missing]);
    same(conformance.NULL_IF_NEG, [x], [[...x]]);
    assert.equal(conformance.SUM_RANGE(x), conformance.SUM_RANGE([...x]));
    // What the parameter has another type than, and rows in error.
    const whole = Int32Array.from(x);
    same(conformance.MULADD, [whole, x], [[...whole], [...x]]);
    const { values, errors } = conformance.SQRT_CHECKED.with({ errors: "struct" })(x);
    const wanted = conformance.SQRT_CHECKED.with({ errors: "struct" })([...x]);
    assert.ok(wanted.values.every((value, row) => Object.is(values[row], value ?? NaN)));
    assert.deepEqual(errors, wanted.errors);
  }
  for (const [name, Type] of [["I8", Int8Array], ["F32", Float32Array], ["U64", BigUint64Array], ["I64", BigInt64Array]]) {
    const big = name.endsWith("64");
    const values = Type.from({ length: 40_000 }, (_, row) => (big ? BigInt(row) : row % 100));
    assert.deepEqual(conformance[`ID_${name}`](values), values);
  }
});

test("a buffer that is transferred away while its call is put together is refused", () => {
  const x = new Float64Array(10_000);
  const y = Array.from(x);
  const get = () => {
    if (x.length > 0) {
      structuredClone(x.buffer, { transfer: [x.buffer] });
    }
    return 1;
  };
  Object.defineProperty(y, 0, { get });
  assert.throws(() => conformance.MULADD(x, y), { name: "ArgumentError", message: /transferred away/ });
  assert.deepEqual(conformance.MULADD([1], 2), [3]);
});

test("rows that fail are told, made null, or stand beside the values", () => {
  const prices = [8.92, -1, 12];
  const call = finance.IMPLIED_VOL;
  assert.throws(() => call(prices, 100, 100, 0.02, 1), (error) => {
    assert.ok(error instanceof fu.RowsError && error instanceof fu.CallError && error instanceof fu.UdfError);
    assert.deepEqual([error.count, error.total, error.function], [1, 3, "IMPLIED_VOL"]);
    assert.equal(error.rows[0].row, 1);
    assert.equal(error.rows[0].code, "#NUM!");
    assert.match(error.message, /failed in 1 of 3 rows: row 1: #NUM! \(price -1/);
    return true;
  });
  const nulls = call.with({ errors: "null" })(prices, 100, 100, 0.02, 1);
  assert.equal(nulls[1], null);
  const both = call.with({ errors: "struct" })(prices, 100, 100, 0.02, 1);
  assert.equal(both.values[1], null);
  assert.deepEqual([both.errors[0], both.errors[2]], [null, null]);
  assert.match(both.errors[1], /^#NUM! price -1/);
});

test("the first hundred of many failed rows are listed, with their places", () => {
  const x = new Float64Array(70_000).fill(-1);
  assert.throws(() => conformance.SQRT_CHECKED(x), (error) => {
    assert.deepEqual([error.count, error.total, error.rows.length], [70_000, 70_000, 100]);
    assert.equal(error.rows[99].row, 99);
    return true;
  });
  x.fill(4);
  x[69_999] = -1;
  assert.throws(() => conformance.SQRT_CHECKED(x), (error) => {
    assert.deepEqual(error.rows.map(({ row }) => row), [69_999]);
    return true;
  });
});

test("arguments that do not fit are named", () => {
  for (const [call, message] of [
    [() => finance.BS_CALL(1), /takes 5 arguments, 1 was given/],
    [() => finance.BS_CALL("x", 1, 1, 1, 1), /`spot`: is utf8, but f64 is wanted/],
    [() => finance.BS_CALL(["x", 1], 1, 1, 1, 1), /spot: number 1 beside a string/],
    [() => finance.BS_CALL([1, "x"], 1, 1, 1, 1), /spot: string x beside a number/],
    [() => conformance.GCD(1.5, 3), /1.5 is no whole number/],
    [() => conformance.GCD(2 ** 60, 3), /no whole number that is exact/],
    [() => finance.BS_CALL({}, 1, 1, 1, 1), /spot: Object does not cross/],
    [() => finance.BS_CALL(Symbol.iterator, 1, 1, 1, 1), /does not cross/],
    [() => finance.BS_CALL([1, 2], [1, 2, 3], 1, 1, 1), /2|3/],
    [() => finance.BS_CALL.with({ error: "null" }), /no option `error`/],
    [() => finance.BS_CALL.with({ errors: "no" }), /"raise", "null" or "struct"/],
  ]) {
    assert.throws(call, { name: "ArgumentError", message });
  }
  near(finance.BS_CALL(100, 100, 0.02, 0.2, 1), 8.916037278572546);
});

test("an array whose buffer was transferred away is refused", () => {
  const x = Float64Array.of(1, 2);
  structuredClone(x.buffer, { transfer: [x.buffer] });
  assert.throws(() => conformance.MULADD(x, 1), { name: "ArgumentError", message: /transferred away/ });
});

test("a function that never ends is stopped on this thread", () => {
  const started = performance.now();
  const spin = conformance.SPIN.with({ deadline: 50 });
  assert.throws(() => spin(1e15), { name: "DeadlineExceededError" });
  assert.ok(performance.now() - started < 2000);
  assert.deepEqual(conformance.MULADD([1], 2), [3]);
});

test("a recursion without end and a panic leave the next call right", () => {
  assert.throws(() => conformance.RECURSE(1e15), { name: "RowsError", message: /nested deeper/ });
  assert.throws(() => conformance.PANIC_IF(Float64Array.of(1, 5), 2), { name: "RowsError" });
  assert.deepEqual(conformance.MULADD([1], 2), [3]);
});

test("an asynchronous call gives others their turn and can be cancelled", async () => {
  const x = new Float64Array(3_000_000).fill(0.5);
  let turns = 0;
  const timer = setInterval(() => (turns += 1), 1);
  const found = await finance.BS_CALL.async(x, 1, 0.02, 0.2, 1);
  clearInterval(timer);
  assert.equal(found.length, x.length);
  assert.ok(turns > 0, "nothing else ran");

  const controller = new AbortController();
  setTimeout(() => controller.abort(new Error("enough")), 1);
  const call = finance.BS_CALL.with({ signal: controller.signal });
  await assert.rejects(call.async(x, 1, 0.02, 0.2, 1), (error) => {
    assert.ok(error instanceof fu.CancelledError);
    assert.equal(error.cause.message, "enough");
    return true;
  });
  assert.throws(() => call(x, 1, 0.02, 0.2, 1), /enough/);
});

test("a module without a manifest has its exports of numbers", async () => {
  const half = await fu.Module.load(bare("half", [0x20, 0, 0x44, 0, 0, 0, 0, 0, 0, 0xe0, 0x3f, 0xa2]));
  assert.deepEqual(half.function("half")([4, 5, null]), [2, 2.5, null]);
});

test("limits hold", async () => {
  const small = await plugin("conformance", { limits: { memoryBytes: 2 << 20 } });
  assert.throws(() => small.REPEAT("x".repeat(1000), 30_000), (error) => error instanceof fu.CallError);
  await assert.rejects(plugin("finance", { limits: { memory: 1 } }), { name: "ArgumentError", message: /no limit `memory`/ });
  await assert.rejects(plugin("finance", { limits: { instances: 1.5 } }), { name: "ArgumentError", message: /whole number/ });
  await assert.rejects(plugin("finance", { limits: { batchDeadline: NaN } }), { name: "ArgumentError", message: /milliseconds/ });
});
