//! A plugin in Zig: the C header is imported as it is, allocation and panics are Zig's own.

const std = @import("std");
const fz = @cImport(@cInclude("fz_udf.h"));

const allocator = std.heap.wasm_allocator;

// The manifest, as the custom section that hosts read.
comptime {
    asm (
        \\.section .custom_section.formualizer.udf.manifest.v1,"",@
        \\.incbin "manifest.json"
    );
}

// ---- what every module exports ----

/// Blocks and buffers stand at multiples of this.
const alignment = fz.FZ_FRAME_ALIGN;

export fn fz_abi_version() u32 {
    return fz.FZ_ABI_VERSION;
}

export fn fz_alloc(len: u32) u32 {
    const block = allocator.alignedAlloc(u8, alignment, @max(len, 1)) catch return 0;
    return @intFromPtr(block.ptr);
}

export fn fz_free(ptr: u32, len: u32) void {
    const start: [*]align(alignment) u8 = @ptrFromInt(ptr);
    allocator.free(start[0..@max(len, 1)]);
}

/// What the host reads after a trap: a length and so many bytes.
const Note = extern struct { len: u32, text: [1020]u8 };
export var fz_panic: Note = .{ .len = 0, .text = undefined };

fn note(message: []const u8, _: ?usize) noreturn {
    const len = @min(message.len, fz_panic.text.len);
    @memcpy(fz_panic.text[0..len], message[0..len]);
    fz_panic.len = len;
    @trap();
}

/// Safety checks that fail (an index out of bounds, an overflow) end here.
pub const panic = std.debug.FullPanic(note);

// ---- a call ----

const Call = *const fz.FzCallHeader;

fn call_at(ptr: u32) Call {
    return @ptrFromInt(ptr);
}

/// An argument of an elementwise call, row by row.
const Argument = struct {
    column: *const fz.FzColumn,
    /// 0 for a scalar, whose one row stands for all.
    step: usize,

    fn at(call: Call, index: u32) ?Argument {
        const arg = fz.fz_arg(call, index) orelse return null;
        const column = fz.fz_column(call, arg, 0);
        return .{ .column = column, .step = if (arg.*.kind == fz.FZ_ARG_SCALAR) 0 else 1 };
    }

    /// Asked of rows only that are there: a column without rows has no buffer.
    fn number(self: Argument, comptime T: type, row: usize) T {
        const values: [*]const T = @ptrFromInt(self.column.values);
        return values[row * self.step];
    }

    fn text(self: Argument, row: usize) []const u8 {
        const offsets: [*]const i32 = @ptrFromInt(self.column.offsets);
        const at_row = row * self.step;
        const start: usize = @intCast(offsets[at_row]);
        const end: usize = @intCast(offsets[at_row + 1]);
        // The data of a column without a single byte has no address.
        if (start == end) return "";
        const data: [*]const u8 = @ptrFromInt(self.column.data);
        return data[start..end];
    }

    fn is_null(self: Argument, row: usize) bool {
        return fz.fz_is_valid(self.column, @intCast(row * self.step)) == 0;
    }
};

/// Values in room that the host prepared: none where there are no rows, for their address may be 0.
fn room(comptime T: type, address: u32, rows: u32) []T {
    if (rows == 0) return &.{};
    const start: [*]T = @ptrFromInt(address);
    return start[0..rows];
}

/// The column that the host prepared.
fn output(call: Call) *fz.FzColumn {
    return fz.fz_result_column(call, fz.fz_result(call), 0);
}

fn done(call: Call) u64 {
    return fz.fz_pack(call.result, @sizeOf(fz.FzResultHeader));
}

fn fail(call: Call, message: []const u8) u64 {
    const result = fz.fz_result(call);
    result.*.status = fz.FZ_STATUS_ERROR;
    result.*.error_kind = fz.FZ_ERROR_VALUE;
    result.*.message = @intFromPtr(message.ptr);
    result.*.message_len = message.len;
    return done(call);
}

// ---- functions ----

/// Total: the zeros of null rows do no harm, and the host overlays the nulls.
export fn fz_fn_ratio(ptr: u32, _: u32) u64 {
    const call = call_at(ptr);
    const a = Argument.at(call, 0) orelse return fail(call, "a is missing");
    const b = Argument.at(call, 1) orelse return fail(call, "b is missing");
    const column = output(call);
    const values = room(f64, column.values, call.rows);
    const errors = room(u8, column.errors, call.rows);
    for (values, errors, 0..) |*value, *code, row| {
        const by = b.number(f64, row);
        value.* = if (by == 0) 0 else a.number(f64, row) / by;
        code.* = if (by == 0) fz.FZ_ERROR_DIV else 0;
        column.error_count += @intFromBool(by == 0);
    }
    return done(call);
}

/// The data may be more than the room that the host prepared: it then stays in memory of our own, which
/// the next call gives back.
var kept: ?[]align(alignment) u8 = null;

fn keep(len: usize) ?[]u8 {
    if (kept) |block| allocator.free(block);
    kept = allocator.alignedAlloc(u8, alignment, len) catch null;
    return kept;
}

/// The first character of each word: the iterator's items are slices of whole characters.
fn initials(text: []const u8, to: []u8) usize {
    var used: usize = 0;
    var words = std.mem.tokenizeScalar(u8, text, ' ');
    while (words.next()) |word| {
        const len = std.unicode.utf8ByteSequenceLength(word[0]) catch 1;
        @memcpy(to[used..][0..len], word[0..len]);
        used += len;
    }
    return used;
}

export fn fz_fn_initials(ptr: u32, _: u32) u64 {
    const call = call_at(ptr);
    const text = Argument.at(call, 0) orelse return fail(call, "text is missing");
    const column = output(call);
    if (call.rows == 0) return done(call);
    const offsets = room(i32, column.offsets, call.rows + 1);
    var most: usize = 0;
    for (0..call.rows) |row| most += text.text(row).len;
    if (most > std.math.maxInt(i32)) return fail(call, "the texts of a result pass 2 GiB");
    if (most > column.data_cap) {
        const block = keep(most) orelse return fail(call, "no memory is left for the result");
        column.data = @intFromPtr(block.ptr);
    }
    var used: usize = 0;
    offsets[0] = 0;
    if (most > 0) {
        const data: [*]u8 = @ptrFromInt(column.data);
        for (0..call.rows) |row| {
            used += initials(text.text(row), data[used..most]);
            offsets[row + 1] = @intCast(used);
        }
    } else {
        @memset(offsets, 0);
    }
    column.data_len = used;
    return done(call);
}

/// Not total: null rows are left out, and a product that does not fit panics, which fails its row.
export fn fz_fn_factorial(ptr: u32, _: u32) u64 {
    const call = call_at(ptr);
    const n = Argument.at(call, 0) orelse return fail(call, "n is missing");
    for (room(i64, output(call).values, call.rows), 0..) |*value, row| {
        value.* = 1;
        if (n.is_null(row)) continue;
        var factor: i64 = 2;
        while (factor <= n.number(i64, row)) : (factor += 1) value.* *= factor;
    }
    return done(call);
}
