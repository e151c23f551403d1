// Excel's functions on columns, without a workbook.

import assert from "node:assert/strict";
import { test } from "node:test";
import * as arrow from "apache-arrow";
import * as flechette from "@uwdata/flechette";
import { fu } from "./harness.mjs";

const { functions } = fu;
const day = (text) => new Date(`${text}T00:00:00Z`);

test("functions are found in any case, and without dots", () => {
  for (const name of ["NORM.S.DIST", "norm.s.dist", "NORM_S_DIST", "norm_s_dist"]) {
    assert.equal(functions[name], functions["NORM.S.DIST"]);
    assert.ok(name in functions);
  }
  assert.equal(functions.XIRR.name, "XIRR");
  assert.match(functions.XIRR.signature, /^XIRR\(values: any range, dates: any range, \[guess: any\]\)/);
  assert.ok(functions.XIRR.description.length > 10);
  const names = Object.keys(functions);
  assert.ok(names.length > 450 && names.includes("SUMIFS") && !names.includes("OFFSET"));
});

test("names that there are not say what is near, or why", () => {
  assert.throws(() => functions.XIR, (error) => error instanceof fu.UnknownFunctionError && /did you mean XIRR/.test(error.message));
  assert.throws(() => functions.OFFSET, /OFFSET needs the cells of a workbook/);
  assert.throws(() => functions.LAMBDA, fu.UnsupportedError);
  assert.equal(functions.then, undefined);
  assert.equal(functions[Symbol.iterator], undefined);
  assert.throws(() => {
    functions.SUM = 1;
  }, fu.ArgumentError);
});

test("values give a value", () => {
  assert.equal(functions.ROUND(1.25, 1), 1.3);
  assert.equal(functions.UPPER("añ🦀"), "AÑ🦀");
  assert.equal(functions.IF(true, "yes"), "yes");
  assert.deepEqual(functions.DATE(2026, 2, 1), day("2026-02-01"));
  assert.equal(functions.PI(), Math.PI);
});

test("columns for values are taken row by row, in the type of the first", () => {
  assert.deepEqual(functions.ROUND([1.25, -2.5], 0), [1, -3]);
  assert.deepEqual(functions.ROUND(Float64Array.of(1.25, -2.5), 0), Float64Array.of(1, -3));
  assert.deepEqual(functions.ROUND(1.25, [0, 1]), [1, 1.3]);
  assert.deepEqual(functions.LEN(["é", "", null]), [1, 0, 0]);
  assert.deepEqual(functions.SQRT(Int32Array.of(4, 9)), Float64Array.of(2, 3));
  assert.deepEqual(functions.AND([true, false], [1, 1]), [true, false]);
  assert.deepEqual(functions.IF([true, false], ["a", "b"], 0), ["a", 0]);
  assert.deepEqual(functions.EDATE([day("2026-01-31")], 1), [day("2026-02-28")]);
});

test("columns for arrays are taken whole", () => {
  assert.ok(Math.abs(functions.XIRR([-100, 110], [day("2026-01-01"), day("2027-01-01")]) - 0.1) < 1e-9);
  assert.equal(functions.SUM(Float64Array.of(1, 2), 3, [4, null, "5"]), 10);
  assert.equal(functions.SUMIFS([1, 2, 4], ["a", "b", "A"], "a"), 5);
  assert.deepEqual(functions.XLOOKUP(["b", "z"], ["a", "b"], [1, 2], "none"), [2, "none"]);
  assert.deepEqual(functions.SORT([2, 1]), [1, 2]);
  assert.deepEqual(functions.FILTER(["a", "b"], [false, true]), ["b"]);
  assert.deepEqual(functions.TRANSPOSE([[1, 2], [3, 4]]), { column1: [1, 3], column2: [2, 4] });
  assert.deepEqual(functions.BYROW([[1, 2], [3, 4]], "SUM"), [4, 6]);
});

test("columns together for a value give as many", () => {
  assert.deepEqual(functions.ROUND([[1.26, 2.26], [3.26, 4.26]], 1), { column1: [1.3, 2.3], column2: [3.3, 4.3] });
  assert.deepEqual(functions.TEXTSPLIT(["a,b", "c"], ","), { column1: ["a", "c"], column2: ["b", null] });
});

test("null and NaN are blanks", () => {
  assert.deepEqual(functions.ISBLANK(Float64Array.of(1, NaN)), [false, true]);
  assert.deepEqual(functions.ISBLANK([1, null, undefined]), [false, true, true]);
  assert.equal(functions.COUNT(Float64Array.of(1, NaN)), 1);
  assert.ok(Math.abs(functions.PV(0.1, 2, -100, undefined, 1) - 190.9090909) < 1e-6);
});

test("vectors of Arrow are columns, and results where they are asked for", () => {
  for (const vector of [arrow.vectorFromArray([4, null, 9], new arrow.Float64()), flechette.columnFromArray([4, null, 9], flechette.float64())]) {
    assert.deepEqual(functions.SQRT(vector), Float64Array.of(2, 0, 3));
    assert.equal(functions.SUM(vector), 13);
    assert.deepEqual(functions.ROUND([vector, [1.5, 2.5, 3.5]], 0), { column1: [4, 0, 9], column2: [2, 3, 4] });
  }
  const buffers = functions.SQRT.with({ output: "buffers" })([4, 9]);
  assert.deepEqual([buffers.type, buffers.values], ["f64", Float64Array.of(2, 3)]);
  const made = functions.UPPER.with({ output: arrow })(["a", "é"]);
  assert.deepEqual([...made], ["A", "É"]);
});

test("rows in error are those of plugins", () => {
  assert.throws(() => functions.SQRT([4, -1]), (error) => error instanceof fu.RowsError && error.count === 1 && /SQRT failed in 1 of 2 rows: row 1: #NUM!/.test(error.message));
  assert.deepEqual(functions.SQRT.with({ errors: "null" })([4, -1]), [2, null]);
  assert.deepEqual(functions.SQRT.with({ errors: "struct" })([4, -1]), { values: [2, null], errors: [null, "#NUM!"] });
  assert.equal(functions.MATCH.with({ errors: "null" })("z", ["a"], 0), null);
  assert.throws(() => functions.SQRT([[4, 9], [1, -1]]), /SQRT failed in 1 of 2 rows: row 1: #NUM!/);
});

test("no rows give no rows", () => {
  assert.deepEqual(functions.ROUND([], 0), []);
  assert.deepEqual(functions.ROUND(new Float64Array(0), 0), new Float64Array(0));
  assert.deepEqual(functions.SORT([]), []);
  assert.equal(functions.SUM([]), 0);
});

test("what does not fit is refused in words", () => {
  for (const [call, why] of [
    [() => functions.ROUND([1, 2], [1, 2, 3]), /`number` has 2 rows and `num_digits` has 3/],
    [() => functions.ROUND(1), /ROUND takes 2 arguments, 1 was given/],
    [() => functions.SUMIFS([1], [1], 1, [1]), /in pairs/],
    [() => functions.ABS({}), /number, a string, a boolean, a Date or null/],
    [() => functions.ABS(new BigInt64Array([2n ** 60n])), /2\^53/],
    [() => functions.SEQUENCE([2, 3]), /SEQUENCE gives an array for a row/],
    [() => functions.SQRT.with({ error: "null" }), /there is no option `error`/],
    [() => functions.NOW.with({ now: 5 }), /now: give a Date/],
  ]) {
    assert.throws(call, (error) => error instanceof fu.ArgumentError && why.test(error.message));
  }
});

test("many rows are calculated", () => {
  const numbers = Float64Array.from({ length: 200_000 }, (_, row) => row);
  const roots = functions.SQRT(numbers);
  assert.equal(roots.length, 200_000);
  assert.equal(roots[199_999], Math.sqrt(199_999));
  assert.deepEqual(functions.COUNTIF(numbers, numbers).slice(-2), Float64Array.of(1, 1));
});

test("chance has a seed, and the clock is local", () => {
  const draw = functions.RANDBETWEEN.with({ seed: 3 });
  assert.deepEqual(draw(0, [1e9, 1e9]), draw(0, [1e9, 1e9]));
  const now = new Date(2026, 4, 6, 7, 30);
  assert.deepEqual(functions.NOW.with({ now })(), new Date(Date.UTC(2026, 4, 6, 7, 30)));
  assert.deepEqual(functions.TODAY.with({ now })(), day("2026-05-06"));
});

test("recalculations keep the values of unknown functions, or make them errors", () => {
  const book = new fu.Workbook();
  book.addSheet("S");
  book.setFormula("S", "A1", "=NO_SUCH(1)");
  book.recalculate({ unknown: "error" });
  assert.equal(book.value("S", "A1").code, "#NAME?");
  assert.throws(() => book.recalculate({ unknown: "loud" }), /unknown: give "keep" or "error"/);
});
