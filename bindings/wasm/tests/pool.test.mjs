// Large calls of plugins on several workers give what one thread gives.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import * as apache from "apache-arrow";
import { startWorkers, stopWorkers } from "formualizer-udf/worker";
import { bytes, fu, plugin } from "./harness.mjs";

/** Plugins of which nobody knows yet how quick they are: those that are quick stay on this thread the next time. */
async function plugins() {
  const [conformance, finance, text] = await Promise.all(["conformance", "finance", "text"].map((name) => plugin(name)));
  return { conformance, finance, text };
}

const { conformance, finance, text } = await plugins();
const ROWS = 200_000;
const x = Float64Array.from({ length: ROWS }, (_, row) => 50 + (row % 1000) / 7);

before(async () => {
  assert.deepEqual(await Promise.all([startWorkers(1), startWorkers(2)]), [1, 2]);
});

after(stopWorkers);

const bits = (array) => Buffer.from(array.buffer, array.byteOffset, array.byteLength);

/** Holds what several workers give, and what they throw, against one thread. */
async function check(pick, ...values) {
  const call = pick(await plugins());
  const settled = (outcome) => outcome.then((value) => ({ value }), (error) => ({ error, fields: { ...error }, message: error.message, name: error.name }));
  const expected = await settled((async () => call(...values))());
  const found = await settled(call.async(...values));
  assert.deepEqual(found, expected);
  if (ArrayBuffer.isView(expected.value)) {
    assert.equal(Buffer.compare(bits(found.value), bits(expected.value)), 0);
  }
  return found;
}

test("numbers are the same, bit for bit", async () => {
  await check((of) => of.finance.BS_CALL, x, 100, 0.02, 0.2, 1);
  await check((of) => of.finance.BS_CALL, x, x.map((value) => value + 1), 0.02, x.map((_, row) => (row % 90) / 100), 1);
  await check((of) => of.conformance.MULADD, x.map((value, row) => (row % 5 === 0 ? NaN : -value)), -0);
  await check((of) => of.conformance.GCD, Int32Array.from(x), 12n);
  const shared = new Float64Array(new SharedArrayBuffer(8 * ROWS));
  shared.set(x);
  assert.deepEqual(await finance.BS_CALL.async(shared, 100, 0.02, 0.2, 1), finance.BS_CALL(x, 100, 0.02, 0.2, 1));
});

test("missing rows, texts, dates and vectors are the same", async () => {
  const rows = 70_000;
  const holes = Array.from({ length: rows }, (_, row) => (row % 3 === 0 ? null : row));
  await check((of) => of.conformance.MULADD, holes, 2);
  await check((of) => of.conformance.MULADD, Array.from({ length: rows }, (_, row) => (row === rows - 1 ? null : row)), 2);
  await check((of) => of.text.REVERSE, holes.map((row) => (row === null ? null : `ñ${row}`)));
  await check((of) => of.conformance.ID_DATE32, holes.map((row) => (row === null ? null : new Date(row * 86_400_000))));
  await check((of) => of.conformance.LABEL, holes.map((row) => (row % 2 === 0 ? row : `t${row}`)));
  await check((of) => of.conformance.MULADD, apache.vectorFromArray(holes, new apache.Float64()), 2);
  await check((of) => of.conformance.NULL_IF_NEG.with({ output: "buffers" }), x.map((value, row) => (row % 11 === 0 ? -value : value)));
});

test("rows that fail are the same, in the same order", async () => {
  const some = x.map((value, row) => (row % 1777 === 5 ? -1 : value));
  const { error } = await check((of) => of.conformance.SQRT_CHECKED, some);
  assert.ok(error instanceof fu.RowsError && error.rows.length === 100 && error.rows[99].row > 32_768);
  await check((of) => of.conformance.SQRT_CHECKED.with({ errors: "null" }), some);
  await check((of) => of.conformance.SQRT_CHECKED.with({ errors: "struct" }), some);
  await check((of) => of.conformance.PANIC_IF, x.map((_, row) => row), ROWS - 3);
});

test("a call that fails as a whole fails as on one thread", async () => {
  await check((of) => of.finance.BS_CALL, x, "text", 0.02, 0.2, 1);
  await check((of) => of.finance.BS_CALL, x);
  await check((of) => of.finance.BS_CALL, x, Symbol.iterator, 0.02, 0.2, 1);
  const values = [...x].slice(0, 70_000);
  values[69_000] = "text";
  await check((of) => of.conformance.MULADD, values, 2);
});

test("calls that are small or not by the row stay on this thread", async () => {
  await check((of) => of.conformance.MULADD, [1, 2], 2);
  await check((of) => of.conformance.SUM_RANGE, x);
  await check((of) => of.conformance.MULADD, 1, 2);
});

test("a quick function stays on this thread once that is known", async () => {
  const { MULADD } = (await plugins()).conformance;
  for (let round = 0; round < 3; round += 1) {
    assert.deepEqual(await MULADD.async(x, round), MULADD(x, round));
  }
});

test("volatile functions get numbers of their own for every row", async () => {
  const found = await conformance.RAND.async(new Float64Array(ROWS).fill(1));
  assert.ok(found.every((value) => value >= 0 && value < 1));
  assert.equal(new Set(found).size, ROWS);
});

test("workers load what a module was, whatever becomes of its bytes", async () => {
  const content = new Uint8Array(bytes("text"));
  const other = await fu.Module.load(content);
  content.fill(0);
  const texts = Array.from({ length: 40_000 }, (_, row) => `a${row}`);
  assert.deepEqual(await other.REVERSE.async(texts), text.REVERSE(texts));
});

test("many calls at a time do not mix", async () => {
  const fresh = await plugins();
  const calls = Array.from({ length: 6 }, (_, at) => fresh.conformance.MULADD.async(x, at));
  const found = await Promise.all(calls);
  found.forEach((values, at) => assert.deepEqual(values, conformance.MULADD(x, at)));
});

test("a deadline and a signal end calls, and the next is right", async () => {
  await assert.rejects(conformance.SPIN.with({ deadline: 100 }).async(new Float64Array(ROWS).fill(1e15)), (error) => {
    assert.ok(error instanceof fu.DeadlineExceededError);
    assert.equal(error.function, "SPIN");
    return true;
  });
  const controller = new AbortController();
  const call = finance.BS_CALL.with({ signal: controller.signal }).async(x, 100, 0.02, 0.2, 1);
  controller.abort(new Error("enough"));
  await assert.rejects(call, (error) => error instanceof fu.CancelledError && error.cause.message === "enough" && error.function === "BS_CALL");
  await check((of) => of.conformance.MULADD, x, 2);
});

test("a module that was freed leaves the workers too", async () => {
  const other = await plugin("geo");
  const call = other.function("HAVERSINE");
  await call.async(x, x, 1, 1).catch(() => {});
  other.free();
  await check((of) => of.conformance.MULADD, x, 2);
});

test("a worker that hangs is ended, and stopped workers leave the work to this thread", async () => {
  stopWorkers();
  await startWorkers(1, { url: new URL("./silent-worker.mjs", import.meta.url) });
  const fresh = await plugins();
  const call = fresh.conformance.MULADD.with({ deadline: 100 });
  await assert.rejects(call.async(x, 2), (error) => error instanceof fu.DeadlineExceededError && error.function === "MULADD");
  const signal = AbortSignal.timeout(20);
  await assert.rejects(fresh.conformance.MULADD.with({ signal }).async(x, 2), { name: "CancelledError" });
  const stopped = fresh.conformance.MULADD.async(x, 2);
  stopWorkers();
  await assert.rejects(stopped, { name: "WorkerError", message: /were stopped/ });
  await check((of) => of.conformance.MULADD, x, 2);
  await assert.rejects(startWorkers(0), RangeError);
  await assert.rejects(startWorkers(1, { url: new URL("./no such file.mjs", import.meta.url) }), { name: "WorkerError" });
  await check((of) => of.conformance.MULADD, x, 2);
});
