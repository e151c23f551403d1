// SCALE and MEAN_OF in AssemblyScript. Fields stand in the order of docs/abi.md, which is their layout.

@unmanaged class Call {
  magic: u32; version: u32; flags: u32; rows: u32;
  row_offset: u64;
  args: usize; arg_count: u32; arg_stride: u32;
  columns: usize; column_count: u32; column_stride: u32;
  result: usize;

  /** An argument, or null where it is left out: there as kind 0, or not there. */
  arg(index: u32): Arg | null {
    if (index >= this.arg_count) return null;
    const arg = changetype<Arg>(this.args + index * this.arg_stride);
    return arg.kind == 0 ? null : arg;
  }

  column(arg: Arg, index: u32): Column {
    return changetype<Column>(this.columns + (arg.first_column + index) * this.column_stride);
  }

  /** The one column that the host has prepared. */
  output(): Column {
    return changetype<Column>(changetype<Result>(this.result).columns);
  }

  done(): u64 {
    return u64(this.result) | (u64(64) << 32);
  }
}

@unmanaged class Arg {
  kind: u32; first_column: u32; columns: u32; rows: u32;

  /** A scalar's one row stands for all rows. */
  at(row: u32): u32 {
    return this.kind == 1 ? 0 : row;
  }
}

@unmanaged class Column {
  dtype: u16; flags: u16;
  len: u32; null_count: u32; error_count: u32;
  validity: usize; values: usize; offsets: usize; data: usize; data_len: u32;
  errors: usize;

  is_valid(row: u32): bool {
    return this.null_count == 0 || ((load<u8>(this.validity + (row >> 3)) >> u8(row & 7)) & 1) != 0;
  }

  number(row: u32): f64 {
    return load<f64>(this.values + (row << 3));
  }

  set_number(row: u32, value: f64): void {
    store<f64>(this.values + (row << 3), value);
  }
}

@unmanaged class Result {
  status: u32; error_kind: u32; rows: u32;
  columns: usize;
}

export function fz_abi_version(): u32 { return 1; }

// The runtime's blocks stand at multiples of 16.
export function fz_alloc(len: u32): usize { return heap.alloc(len); }
export function fz_free(ptr: usize, len: u32): void { heap.free(ptr); }

const FACTOR: f64 = 2;

export function fz_fn_scale(ptr: usize, len: u32): u64 {
  const call = changetype<Call>(ptr);
  const x = call.arg(0);
  if (x == null) return unreachable();
  const xs = call.column(x, 0);
  const factor = call.arg(1);
  const out = call.output();
  for (let row: u32 = 0; row < call.rows; row++) {
    let by = FACTOR;
    if (factor != null) {
      const factors = call.column(factor, 0);
      if (factors.is_valid(factor.at(row))) by = factors.number(factor.at(row));
    }
    out.set_number(row, xs.number(x.at(row)) * by);
  }
  return call.done();
}

export function fz_fn_mean_of(ptr: usize, len: u32): u64 {
  const call = changetype<Call>(ptr);
  const values = call.arg(0);
  if (values == null) return unreachable();
  let sum: f64 = 0, count: f64 = 0;
  for (let index: u32 = 0; index < values.columns; index++) {
    const column = call.column(values, index);
    for (let row: u32 = 0; row < values.rows; row++) {
      if (column.is_valid(row)) {
        sum += column.number(row);
        count += 1;
      }
    }
  }
  const out = call.output();
  out.set_number(0, count == 0 ? 0 : sum / count);
  if (count == 0) {
    store<u8>(out.errors, 2); // #DIV/0!
    out.error_count = 1;
  }
  return call.done();
}
