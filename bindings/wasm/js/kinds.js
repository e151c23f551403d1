// Kinds of columns, and the typed arrays that hold them.

const KINDS = new Map([
  [Float64Array, "f64"],
  [Float32Array, "f32"],
  [Int8Array, "i8"],
  [Int16Array, "i16"],
  [Int32Array, "i32"],
  [BigInt64Array, "i64"],
  [Uint8Array, "u8"],
  [Uint8ClampedArray, "u8"],
  [Uint16Array, "u16"],
  [Uint32Array, "u32"],
  [BigUint64Array, "u64"],
]);
/** Typed arrays by the types of results that they hold. */
export const ARRAYS = {
  f64: Float64Array,
  f32: Float32Array,
  i8: Int8Array,
  i16: Int16Array,
  i32: Int32Array,
  i64: BigInt64Array,
  u8: Uint8Array,
  u16: Uint16Array,
  u32: Uint32Array,
  u64: BigUint64Array,
};

/** The kind of a typed array; nothing for anything else. */
export function kindOf(value) {
  return ArrayBuffer.isView(value) ? KINDS.get(value.constructor) : undefined;
}
