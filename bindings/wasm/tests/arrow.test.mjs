// Vectors of Arrow as arguments and results, with both libraries.

import assert from "node:assert/strict";
import { test } from "node:test";
import * as apache from "apache-arrow";
import * as flechette from "@uwdata/flechette";
import { fu, plugin } from "./harness.mjs";

const conformance = await plugin("conformance");
const text = await plugin("text");

/** A vector of each library with these values: apache's type, flechette's type. */
const vectors = (values, type, other, options) => [
  apache.vectorFromArray(values, type),
  flechette.columnFromArray(values, other, options),
];

const bigints = { useBigInt: true };

test("numbers of every width come in", () => {
  for (const [name, apacheType, type, values] of [
    ["ID_F64", new apache.Float64(), flechette.float64(), [1.5, -0, NaN, Infinity]],
    ["ID_F32", new apache.Float32(), flechette.float32(), [1.5, -2]],
    ["ID_I8", new apache.Int8(), flechette.int8(), [-128, 127]],
    ["ID_I16", new apache.Int16(), flechette.int16(), [-32768, 1]],
    ["ID_I32", new apache.Int32(), flechette.int32(), [-(2 ** 31), 1]],
    ["ID_I64", new apache.Int64(), flechette.int64(), [-(2n ** 63n), 7n]],
    ["ID_U8", new apache.Uint8(), flechette.uint8(), [255, 0]],
    ["ID_U16", new apache.Uint16(), flechette.uint16(), [65535, 0]],
    ["ID_U32", new apache.Uint32(), flechette.uint32(), [2 ** 32 - 1, 0]],
    ["ID_U64", new apache.Uint64(), flechette.uint64(), [2n ** 64n - 1n, 0n]],
  ]) {
    for (const vector of vectors(values, apacheType, type, bigints)) {
      assert.deepEqual([...conformance.function(name)(vector)], values, name);
    }
    const [first] = values;
    for (const vector of vectors([null, first, null], apacheType, type, bigints)) {
      const found = conformance.function(name).with({ errors: "null" })(vector);
      const expected = typeof first === "bigint" && Number.isSafeInteger(Number(first)) ? Number(first) : first;
      assert.deepEqual([...found], name.startsWith("ID_F") ? [NaN, first, NaN] : [null, expected, null], name);
    }
  }
});

test("numbers of 16 bits become those of 32", () => {
  const values = [0, -0, 1, -2.5, 65504, 2 ** -24, 2 ** -14, Infinity, -Infinity, NaN];
  const bits = Uint16Array.of(0, 0x8000, 0x3c00, 0xc100, 0x7bff, 1, 0x0400, 0x7c00, 0xfc00, 0x7e00);
  const vector = apache.makeVector(apache.makeData({ type: new apache.Float16(), data: bits }));
  assert.deepEqual(conformance.ID_F32(vector), Float32Array.from(values));
});

test("booleans come in", () => {
  const values = [true, null, false, ...new Array(20).fill(true)];
  for (const vector of vectors(values, new apache.Bool(), flechette.bool())) {
    assert.deepEqual(conformance.BNOT(vector), values.map((value) => (value === null ? null : !value)));
  }
});

test("texts of every layout come in", () => {
  const values = ["abc", "", null, "ñé🦀", "longer than twelve bytes"];
  const turned = ["cba", "", null, "🦀éñ", "setyb evlewt naht regnol"];
  for (const vector of [
    ...vectors(values, new apache.Utf8(), flechette.utf8()),
    ...vectors(values, new apache.LargeUtf8(), flechette.largeUtf8()),
    ...vectors(values, new apache.Dictionary(new apache.Utf8(), new apache.Int32()), flechette.dictionary(flechette.utf8())),
    views(values, (type, chunk) => apache.makeVector(apache.makeData({ type: new apache.Utf8View(), ...chunk }))),
    views(values, (_, { views, nullBitmap, variadicBuffers, length }) => {
      const type = flechette.utf8View();
      const Batch = flechette.batchType(type);
      return new flechette.Column([new Batch({ type, length, nullCount: 1, validity: nullBitmap, values: views, data: variadicBuffers })]);
    }),
  ]) {
    assert.deepEqual(text.REVERSE(vector), turned);
  }
  assert.deepEqual(text.REVERSE(apache.vectorFromArray([], new apache.Utf8())), []);
  assert.deepEqual(text.REVERSE(new flechette.Column([], flechette.utf8())), []);
});

/** The views of texts, as Arrow lays them out. */
function views(values, make) {
  const encoded = values.map((value) => new TextEncoder().encode(value ?? ""));
  const bytes = new Uint8Array(16 * values.length);
  const view = new DataView(bytes.buffer);
  let at = 0;
  encoded.forEach((content, row) => {
    view.setInt32(16 * row, content.length, true);
    if (content.length <= 12) {
      bytes.set(content, 16 * row + 4);
      return;
    }
    bytes.set(content.subarray(0, 4), 16 * row + 4);
    view.setInt32(16 * row + 12, at, true);
    at += content.length;
  });
  const long = encoded.filter(({ length }) => length > 12);
  const nullBitmap = Uint8Array.of(values.reduce((bits, value, row) => bits | (Number(value !== null) << row), 0));
  const variadicBuffers = [Uint8Array.from(long.flatMap((content) => [...content]))];
  return make(undefined, { views: bytes, nullBitmap, variadicBuffers, length: values.length });
}

test("dictionaries of numbers, with words that are missing, come in", () => {
  const type = new apache.Dictionary(new apache.Float64(), new apache.Int8());
  const dictionary = apache.vectorFromArray([1.5, null], new apache.Float64());
  const vector = apache.makeVector(apache.makeData({ type, data: Int8Array.of(0, 1, 0), dictionary, length: 3 }));
  assert.deepEqual(conformance.MULADD(vector, 2), Float64Array.of(4, NaN, 4));
  const wrong = apache.makeVector(apache.makeData({ type, data: Int8Array.of(0, 2), dictionary, length: 2 }));
  assert.throws(() => conformance.MULADD(wrong, 2), { name: "ArgumentError", message: /no value 2 in its dictionary of 2/ });
});

test("days and instants of every unit come in", () => {
  const day = new Date("2024-02-29T00:00:00Z");
  for (const vector of [
    ...vectors([day, null], new apache.DateDay(), flechette.dateDay()),
    ...vectors([day, null], new apache.DateMillisecond(), flechette.dateMillisecond()),
  ]) {
    assert.deepEqual(conformance.ID_DATE32(vector), [day, null]);
  }
  const at = new Date("1969-12-31T23:59:58Z");
  for (const [apacheType, unit] of [
    [new apache.TimestampSecond(), 0],
    [new apache.TimestampMillisecond(), 1],
    [new apache.TimestampMicrosecond(), 2],
    [new apache.TimestampNanosecond(), 3],
  ]) {
    for (const vector of vectors([at, null], apacheType, flechette.timestamp(unit))) {
      assert.deepEqual(conformance.ID_TIMESTAMP(vector), [at, null]);
    }
  }
});

test("times that are not exact as ours are refused, where they are there", () => {
  const make = (type, data, nullBitmap) => apache.makeVector(apache.makeData({ type, data: BigInt64Array.from(data), nullBitmap, length: data.length }));
  const nanos = new apache.TimestampNanosecond();
  assert.throws(() => conformance.ID_TIMESTAMP(make(nanos, [1500n])), { name: "ArgumentError", message: /1500 is not exact as microseconds: round/ });
  assert.deepEqual(conformance.ID_TIMESTAMP(make(nanos, [1500n, 2000n], Uint8Array.of(2)))[0], null);
  assert.throws(() => conformance.ID_TIMESTAMP(make(new apache.TimestampSecond(), [2n ** 62n])), { name: "ArgumentError", message: /beyond/ });
  assert.throws(() => conformance.ID_DATE32(make(new apache.DateMillisecond(), [1n])), { name: "ArgumentError", message: /not exact as a day/ });
  assert.throws(() => conformance.ID_DATE32(make(new apache.DateMillisecond(), [86_400_000n << 32n])), { name: "ArgumentError", message: /beyond/ });
});

test("slices and chunks keep their places", () => {
  const values = Array.from({ length: 50 }, (_, row) => (row % 7 === 3 ? null : row));
  const expected = values.map((value) => (value === null ? NaN : 2 * value + 1));
  const whole = apache.vectorFromArray(values, new apache.Float64());
  for (const [first, end] of [[0, 50], [1, 50], [9, 41], [13, 14], [50, 50]]) {
    assert.deepEqual([...conformance.MULADD(whole.slice(first, end), 2)], expected.slice(first, end));
  }
  const chunked = whole.slice(3, 11).concat(whole.slice(20, 21), whole.slice(30, 50));
  assert.deepEqual([...conformance.MULADD(chunked, 2)], [...expected.slice(3, 11), expected[20], ...expected.slice(30)]);
  const two = new flechette.Column([values.slice(0, 9), values.slice(9)].map((part) => flechette.columnFromArray(part, flechette.float64()).data[0]));
  assert.deepEqual([...conformance.MULADD(two, 2)], expected);

  const truths = values.map((value) => (value === null ? null : value % 2 === 0));
  const bools = apache.vectorFromArray(truths, new apache.Bool());
  assert.deepEqual(conformance.BNOT(bools.slice(5, 30).slice(2).concat(bools.slice(11, 20))), [...truths.slice(7, 30), ...truths.slice(11, 20)].map((value) => (value === null ? null : !value)));
  const names = values.map((value) => (value === null ? null : `n${value}`));
  for (const type of [new apache.Utf8(), new apache.LargeUtf8()]) {
    const texts = apache.vectorFromArray(names, type);
    const back = names.map((name) => name && [...name].reverse().join(""));
    assert.deepEqual(text.REVERSE(texts.slice(4, 9).concat(texts.slice(10))), [...back.slice(4, 9), ...back.slice(10)]);
  }
});

test("long vectors of several chunks are as arrays are", () => {
  const rows = 100_000;
  const values = Array.from({ length: rows }, (_, row) => (row % 1000 === 7 ? null : row));
  const whole = apache.vectorFromArray(values, new apache.Float64());
  const chunked = whole.slice(0, 40_001).concat(whole.slice(40_001));
  const plain = conformance.MULADD(values, 2).map((value) => value ?? NaN);
  assert.deepEqual([...conformance.MULADD(chunked, 2)], plain);
  const names = values.map((value) => (value === null ? null : `ñ${value}`));
  const texts = apache.vectorFromArray(names, new apache.Utf8());
  assert.deepEqual(text.REVERSE(texts.slice(0, 30_000).concat(texts.slice(30_000))), text.REVERSE(names));
});

test("a vector whose buffer was transferred away, and types that do not cross, are refused", () => {
  const data = Float64Array.of(1, 2);
  const vector = apache.makeVector(apache.makeData({ type: new apache.Float64(), data }));
  structuredClone(data.buffer, { transfer: [data.buffer] });
  assert.throws(() => conformance.MULADD(vector, 2), { name: "ArgumentError", message: /transferred away/ });
  const lists = apache.vectorFromArray([[1], [2]], new apache.List(new apache.Field("x", new apache.Float64())));
  assert.throws(() => conformance.MULADD(lists, 2), { name: "ArgumentError", message: /`?x?`?.*type list do not cross/ });
});

test("ranges and values of any type take vectors", () => {
  const vector = apache.vectorFromArray([1, 2, 3], new apache.Float64());
  assert.equal(conformance.SUM_RANGE(vector), 6);
  assert.equal(conformance.SUM_RANGE([vector, [4, 5, 6]]), 21);
  assert.deepEqual(conformance.ID_ANY(apache.vectorFromArray(["a", null], new apache.Utf8())), ["a", null]);
  const nothing = apache.makeVector(apache.makeData({ type: new apache.Null(), length: 2 }));
  assert.deepEqual(text.REVERSE(nothing), [null, null]);
});

test("results are buffers of Arrow where those are asked for, and go in again", () => {
  const half = conformance.NULL_IF_NEG.with({ output: "buffers" });
  const column = half(Float64Array.of(1, -1, 3));
  assert.deepEqual({ ...column, values: column.values[2] }, { type: "f64", length: 3, nullCount: 1, validity: Uint8Array.of(0b101), values: 3, offsets: undefined });
  assert.deepEqual([...conformance.MULADD(column, 2)], [3, NaN, 7]);
  const names = text.REVERSE.with({ output: "buffers" })(["ab", null, "ñ"]);
  assert.deepEqual(names, { type: "utf8", length: 3, nullCount: 1, validity: Uint8Array.of(0b101), values: new TextEncoder().encode("bañ"), offsets: Int32Array.of(0, 2, 2, 4) });
  assert.deepEqual(text.REVERSE(names), ["ab", null, "ñ"]);
  const truths = conformance.BNOT.with({ output: "buffers" })([true, false, null]);
  assert.deepEqual([truths.values[0] & 0b11, truths.validity], [0b10, Uint8Array.of(0b011)]);
  assert.deepEqual(conformance.BNOT(truths), [true, false, null]);
  assert.equal(half(5), 5);
  const both = half.with({ errors: "struct" })([1, 2]);
  assert.deepEqual([both.values.type, both.errors], ["f64", [null, null]]);
  assert.throws(() => conformance.ID_ANY.with({ output: "buffers" })([1]), { name: "UnsupportedError" });
  assert.throws(() => half.with({ output: "vectors" }), { name: "ArgumentError", message: /output: give "buffers"/ });
});

test("results are vectors of the library that is given, over the same buffers", () => {
  for (const library of [apache, flechette]) {
    const numbers = conformance.NULL_IF_NEG.with({ output: library })(Float64Array.of(1, -1, 3));
    assert.deepEqual([...numbers], [1, null, 3]);
    assert.deepEqual([...text.REVERSE.with({ output: library })(["ab", null, "ñ🦀"])], ["ba", null, "🦀ñ"]);
    assert.deepEqual([...conformance.BNOT.with({ output: library })([true, null, false])], [false, null, true]);
    assert.deepEqual([...conformance.WORDS.with({ output: library })("a bc")], ["a", "bc"]);
    for (const array of [Float32Array, Int8Array, Int16Array, Int32Array, Uint8Array, Uint16Array, Uint32Array]) {
      const name = `ID_${array.name[0]}${8 * array.BYTES_PER_ELEMENT}`;
      assert.deepEqual([...conformance.function(name).with({ output: library })(array.of(1, 2))], [1, 2]);
    }
    assert.deepEqual([...conformance.ID_I64.with({ output: library })([1n, 2n])].map(Number), [1, 2]);
    assert.deepEqual([...conformance.ID_U64.with({ output: library })([1n, 2n])].map(Number), [1, 2]);
    const day = new Date("2024-02-29T00:00:00Z");
    assert.deepEqual([...conformance.ID_DATE32.with({ output: library })([day])].map(Number), [Number(day)]);
    const at = new Date("2024-02-29T12:30:00.250Z");
    assert.deepEqual([...conformance.ID_TIMESTAMP.with({ output: library })([at])].map(Number), [Number(at)]);

    const column = conformance.MULADD.with({ output: "buffers" })(Float64Array.of(1, 2), 2);
    assert.equal(fu.toArrowVector(library, column).data[0].values.buffer, column.values.buffer);
    assert.throws(() => fu.toArrowVector(library, { type: "no type" }), { name: "ArgumentError" });
  }
  const bigint = fu.toArrowVector(flechette, conformance.ID_I64.with({ output: "buffers" })([1n]), { useBigInt: true });
  assert.deepEqual([...bigint], [1n]);
  assert.throws(() => fu.toArrowVector({}, {}), { name: "ArgumentError" });
});

test("a workbook takes vectors as columns and gives them", () => {
  const book = new fu.Workbook();
  book.addSheet("S");
  book.setColumn("S", "A1", apache.vectorFromArray([1, null, 3], new apache.Float64()));
  book.setColumn("S", "B1", flechette.columnFromArray(["a", null, "ñ"], flechette.utf8()));
  book.setColumn("S", "C1", apache.vectorFromArray([new Date("2024-02-29T00:00:00Z")], new apache.DateDay()));
  book.setColumn("S", "D1", apache.vectorFromArray([true, false], new apache.Bool()));
  assert.deepEqual(book.values("S", "A1:B3"), [[1, "a"], [null, null], [3, "ñ"]]);
  assert.equal(`${book.value("S", "C1")}`, "2024-02-29");
  assert.deepEqual(book.values("S", "D1:D2"), [[true], [false]]);
  const [numbers, texts] = book.readColumns("S", "A1:B3", { output: apache });
  assert.deepEqual([[...numbers], [...texts]], [[1, null, 3], ["a", null, "ñ"]]);
});
