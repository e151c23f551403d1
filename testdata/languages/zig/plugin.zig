//! SCALE and MEAN_OF in Zig. The C header is imported as it is.

const std = @import("std");
const fz = @cImport(@cInclude("fz_udf.h"));

const allocator = std.heap.wasm_allocator;

export fn fz_abi_version() u32 {
    return fz.FZ_ABI_VERSION;
}

export fn fz_alloc(len: u32) u32 {
    const block = allocator.alignedAlloc(u8, fz.FZ_FRAME_ALIGN, @max(len, 1)) catch return 0;
    return @intFromPtr(block.ptr);
}

export fn fz_free(ptr: u32, len: u32) void {
    const start: [*]align(fz.FZ_FRAME_ALIGN) u8 = @ptrFromInt(ptr);
    allocator.free(start[0..@max(len, 1)]);
}

const Call = *const fz.FzCallHeader;
const Column = *const fz.FzColumn;

fn number(column: Column, row: u32) f64 {
    const values: [*]const f64 = @ptrFromInt(column.values);
    return values[row];
}

/// The column that the host has prepared.
fn output(call: Call) *fz.FzColumn {
    return fz.fz_result_column(call, fz.fz_result(call), 0);
}

fn done(call: Call) u64 {
    return fz.fz_pack(call.result, @sizeOf(fz.FzResultHeader));
}

export fn fz_fn_scale(ptr: u32, _: u32) u64 {
    const call: Call = @ptrFromInt(ptr);
    // A host passes what the manifest does not call optional.
    const x = fz.fz_arg(call, 0) orelse @trap();
    const xs = fz.fz_column(call, x, 0);
    const factor = fz.fz_arg(call, 1);
    // A column of no rows may have no buffer, and Zig has no pointers to address 0.
    if (call.rows == 0) return done(call);
    const out: [*]f64 = @ptrFromInt(output(call).values);
    for (out[0..call.rows], 0..) |*value, index| {
        const row: u32 = @intCast(index);
        var by: f64 = 2;
        if (factor) |arg| {
            const factors = fz.fz_column(call, arg, 0);
            const at = if (arg.*.kind == fz.FZ_ARG_SCALAR) 0 else row;
            if (fz.fz_is_valid(factors, at) != 0) by = number(factors, at);
        }
        value.* = number(xs, if (x.*.kind == fz.FZ_ARG_SCALAR) 0 else row) * by;
    }
    return done(call);
}

export fn fz_fn_mean_of(ptr: u32, _: u32) u64 {
    const call: Call = @ptrFromInt(ptr);
    const values = fz.fz_arg(call, 0) orelse @trap();
    var sum: f64 = 0;
    var count: f64 = 0;
    for (0..values.*.columns) |index| {
        const column = fz.fz_column(call, values, @intCast(index));
        for (0..values.*.rows) |at| {
            const row: u32 = @intCast(at);
            if (fz.fz_is_valid(column, row) == 0) continue;
            sum += number(column, row);
            count += 1;
        }
    }
    const column = output(call);
    const out: [*]f64 = @ptrFromInt(column.values);
    out[0] = if (count == 0) 0 else sum / count;
    if (count == 0) {
        const errors: [*]u8 = @ptrFromInt(column.errors);
        errors[0] = fz.FZ_ERROR_DIV;
        column.error_count = 1;
    }
    return done(call);
}
