/* Formualizer UDF: the contract between host and plugin, ABI version 1, codec 2 (columnar).
 *
 * docs/abi.md explains what stands here; docs/manifest.md explains the manifest that a module
 * carries besides. Everything is little endian. Addresses are absolute addresses in the module's
 * linear memory, kept as uint32_t; 0 means "absent". Structures and buffers are 16-byte aligned.
 * Compile for wasm32; including the header elsewhere only checks the layout.
 */
#ifndef FZ_UDF_H
#define FZ_UDF_H

#include <stdint.h>

#ifdef __cplusplus
#define FZ_STATIC_ASSERT(condition) static_assert(condition, #condition)
#else
#define FZ_STATIC_ASSERT(condition) _Static_assert(condition, #condition)
#endif

/* ---- constants ---- */

/* versions and limits */
#define FZ_ABI_VERSION       1u
#define FZ_CODEC_JSON        1u
#define FZ_CODEC_COLUMNAR    2u
#define FZ_MAGIC             0x32435A46u
#define FZ_FRAME_ALIGN       16u
#define FZ_MAX_MESSAGE_BYTES 10000u
#define FZ_MAX_LOG_BYTES 8192u
#define FZ_MANIFEST_SECTION  "formualizer.udf.manifest.v1"
#define FZ_MANIFEST_SCHEMA   "formualizer.udf.module/v1"

/* FzCallHeader.flags */
#define FZ_CALL_CANONICAL_NAN 1u
#define FZ_CALL_VOLATILE      2u

/* FzColumn.flags */
#define FZ_COLUMN_UTC 1u

/* FzArg.kind */
#define FZ_ARG_OMITTED 0u
#define FZ_ARG_SCALAR  1u
#define FZ_ARG_COLUMN  2u
#define FZ_ARG_RANGE   3u

/* FzResultHeader.status */
#define FZ_STATUS_OK    0u
#define FZ_STATUS_ERROR 1u

/* FzColumn.dtype */
#define FZ_DTYPE_NULL      0u
#define FZ_DTYPE_BOOL      1u
#define FZ_DTYPE_I8        2u
#define FZ_DTYPE_I16       3u
#define FZ_DTYPE_I32       4u
#define FZ_DTYPE_I64       5u
#define FZ_DTYPE_U8        6u
#define FZ_DTYPE_U16       7u
#define FZ_DTYPE_U32       8u
#define FZ_DTYPE_U64       9u
#define FZ_DTYPE_F32       10u
#define FZ_DTYPE_F64       11u
#define FZ_DTYPE_UTF8      12u
#define FZ_DTYPE_BINARY    13u
#define FZ_DTYPE_DATE32    14u
#define FZ_DTYPE_TIME64    15u
#define FZ_DTYPE_TIMESTAMP 16u
#define FZ_DTYPE_DURATION  17u
#define FZ_DTYPE_ERROR     18u
#define FZ_DTYPE_ANY       19u

/* errors buffers, error columns, FzResultHeader.error_kind; 0 means "no error" */
#define FZ_ERROR_NULL            1u
#define FZ_ERROR_DIV             2u
#define FZ_ERROR_VALUE           3u
#define FZ_ERROR_REF             4u
#define FZ_ERROR_NAME            5u
#define FZ_ERROR_NUM             6u
#define FZ_ERROR_NA              7u
#define FZ_ERROR_GETTING_DATA    8u
#define FZ_ERROR_SPILL           9u
#define FZ_ERROR_CONNECT         10u
#define FZ_ERROR_BLOCKED         11u
#define FZ_ERROR_UNKNOWN         12u
#define FZ_ERROR_FIELD           13u
#define FZ_ERROR_CALC            14u
#define FZ_ERROR_CIRCULAR        128u
#define FZ_ERROR_NOT_IMPLEMENTED 129u
#define FZ_ERROR_CANCELLED       130u
#define FZ_ERROR_ERROR           131u

/* tags of an any column */
#define FZ_TAG_BLANK    0u
#define FZ_TAG_NUMBER   1u
#define FZ_TAG_LOGICAL  2u
#define FZ_TAG_TEXT     3u
#define FZ_TAG_ERROR    4u
#define FZ_TAG_DATE     5u
#define FZ_TAG_DATETIME 6u
#define FZ_TAG_TIME     7u
#define FZ_TAG_DURATION 8u
#define FZ_TAG_MAX      FZ_TAG_DURATION

/* ---- structures ---- */

/* What the host hands to every call. */
typedef struct FzCallHeader {
    uint32_t magic;         /* FZ_MAGIC */
    uint32_t version;       /* FZ_ABI_VERSION */
    uint32_t flags;         /* FZ_CALL_* bits */
    uint32_t rows;          /* broadcast length */
    uint64_t row_offset;    /* index of this batch's first row in the whole input */
    uint32_t args;          /* address of the first FzArg */
    uint32_t arg_count;     /* number of arguments */
    uint32_t arg_stride;    /* bytes from one FzArg to the next */
    uint32_t columns;       /* address of the first input FzColumn */
    uint32_t column_count;  /* number of input columns */
    uint32_t column_stride; /* bytes from one FzColumn to the next, in inputs and results */
    uint32_t result;        /* address of the preallocated FzResultHeader */
    uint32_t reserved0;     /* zero */
    uint64_t call_id;       /* number of the call within its session */
    uint64_t seed;          /* entropy of a volatile function; zero otherwise */
    int64_t now_us;         /* clock of a volatile function, microseconds since 1970 UTC */
    uint64_t reserved[6];   /* zero */
} FzCallHeader;
FZ_STATIC_ASSERT(sizeof(FzCallHeader) == 128);
FZ_STATIC_ASSERT(__builtin_offsetof(FzCallHeader, magic) == 0);
FZ_STATIC_ASSERT(__builtin_offsetof(FzCallHeader, version) == 4);
FZ_STATIC_ASSERT(__builtin_offsetof(FzCallHeader, flags) == 8);
FZ_STATIC_ASSERT(__builtin_offsetof(FzCallHeader, rows) == 12);
FZ_STATIC_ASSERT(__builtin_offsetof(FzCallHeader, row_offset) == 16);
FZ_STATIC_ASSERT(__builtin_offsetof(FzCallHeader, args) == 24);
FZ_STATIC_ASSERT(__builtin_offsetof(FzCallHeader, arg_count) == 28);
FZ_STATIC_ASSERT(__builtin_offsetof(FzCallHeader, arg_stride) == 32);
FZ_STATIC_ASSERT(__builtin_offsetof(FzCallHeader, columns) == 36);
FZ_STATIC_ASSERT(__builtin_offsetof(FzCallHeader, column_count) == 40);
FZ_STATIC_ASSERT(__builtin_offsetof(FzCallHeader, column_stride) == 44);
FZ_STATIC_ASSERT(__builtin_offsetof(FzCallHeader, result) == 48);
FZ_STATIC_ASSERT(__builtin_offsetof(FzCallHeader, reserved0) == 52);
FZ_STATIC_ASSERT(__builtin_offsetof(FzCallHeader, call_id) == 56);
FZ_STATIC_ASSERT(__builtin_offsetof(FzCallHeader, seed) == 64);
FZ_STATIC_ASSERT(__builtin_offsetof(FzCallHeader, now_us) == 72);
FZ_STATIC_ASSERT(__builtin_offsetof(FzCallHeader, reserved) == 80);

/* One argument: a run of columns and how to read them. */
typedef struct FzArg {
    uint32_t kind;         /* FZ_ARG_* */
    uint32_t first_column; /* index of the first column */
    uint32_t columns;      /* number of columns; 0 where omitted */
    uint32_t rows;         /* rows of each of its columns */
    uint32_t reserved[4];  /* zero */
} FzArg;
FZ_STATIC_ASSERT(sizeof(FzArg) == 32);
FZ_STATIC_ASSERT(__builtin_offsetof(FzArg, kind) == 0);
FZ_STATIC_ASSERT(__builtin_offsetof(FzArg, first_column) == 4);
FZ_STATIC_ASSERT(__builtin_offsetof(FzArg, columns) == 8);
FZ_STATIC_ASSERT(__builtin_offsetof(FzArg, rows) == 12);
FZ_STATIC_ASSERT(__builtin_offsetof(FzArg, reserved) == 16);

/* One column: type, counts and addresses of buffers. Address 0 means absent. */
typedef struct FzColumn {
    uint16_t dtype;          /* FZ_DTYPE_* */
    uint16_t flags;          /* FZ_COLUMN_* bits */
    uint32_t len;            /* rows */
    uint32_t null_count;     /* 0: do not read validity */
    uint32_t error_count;    /* 0: do not read errors */
    uint32_t validity;       /* bitmap, least significant bit first, 1 = valid */
    uint32_t values;         /* fixed width values, booleans as bits, number lane of any */
    uint32_t offsets;        /* len + 1 int32_t offsets into data */
    uint32_t data;           /* bytes of utf8 and binary, text lane of any */
    uint32_t data_len;       /* bytes used at data */
    uint32_t errors;         /* one byte per row: 0 or FZ_ERROR_* */
    uint32_t tags;           /* any: one byte per row, FZ_TAG_* */
    uint32_t values_cap;     /* preallocated output: bytes at values */
    uint32_t data_cap;       /* preallocated output: bytes at data */
    uint32_t error_text;     /* 0, or 1 + index of a utf8 column with messages */
    uint32_t aux;            /* zero in version 1 */
    uint16_t children_first; /* zero */
    uint16_t children_count; /* zero */
} FzColumn;
FZ_STATIC_ASSERT(sizeof(FzColumn) == 64);
FZ_STATIC_ASSERT(__builtin_offsetof(FzColumn, dtype) == 0);
FZ_STATIC_ASSERT(__builtin_offsetof(FzColumn, flags) == 2);
FZ_STATIC_ASSERT(__builtin_offsetof(FzColumn, len) == 4);
FZ_STATIC_ASSERT(__builtin_offsetof(FzColumn, null_count) == 8);
FZ_STATIC_ASSERT(__builtin_offsetof(FzColumn, error_count) == 12);
FZ_STATIC_ASSERT(__builtin_offsetof(FzColumn, validity) == 16);
FZ_STATIC_ASSERT(__builtin_offsetof(FzColumn, values) == 20);
FZ_STATIC_ASSERT(__builtin_offsetof(FzColumn, offsets) == 24);
FZ_STATIC_ASSERT(__builtin_offsetof(FzColumn, data) == 28);
FZ_STATIC_ASSERT(__builtin_offsetof(FzColumn, data_len) == 32);
FZ_STATIC_ASSERT(__builtin_offsetof(FzColumn, errors) == 36);
FZ_STATIC_ASSERT(__builtin_offsetof(FzColumn, tags) == 40);
FZ_STATIC_ASSERT(__builtin_offsetof(FzColumn, values_cap) == 44);
FZ_STATIC_ASSERT(__builtin_offsetof(FzColumn, data_cap) == 48);
FZ_STATIC_ASSERT(__builtin_offsetof(FzColumn, error_text) == 52);
FZ_STATIC_ASSERT(__builtin_offsetof(FzColumn, aux) == 56);
FZ_STATIC_ASSERT(__builtin_offsetof(FzColumn, children_first) == 60);
FZ_STATIC_ASSERT(__builtin_offsetof(FzColumn, children_count) == 62);

/* What a call answers. */
typedef struct FzResultHeader {
    uint32_t status;        /* FZ_STATUS_* */
    uint32_t error_kind;    /* with FZ_STATUS_ERROR: FZ_ERROR_* */
    uint32_t rows;          /* rows of every result column */
    uint32_t columns;       /* address of the first result FzColumn */
    uint32_t column_count;  /* number of result columns, message columns included */
    uint32_t value_columns; /* number of leading columns that are the result's own */
    uint32_t message;       /* with FZ_STATUS_ERROR: address of UTF-8 text, or 0 */
    uint32_t message_len;   /* bytes of the message */
    uint32_t reserved[8];   /* zero */
} FzResultHeader;
FZ_STATIC_ASSERT(sizeof(FzResultHeader) == 64);
FZ_STATIC_ASSERT(__builtin_offsetof(FzResultHeader, status) == 0);
FZ_STATIC_ASSERT(__builtin_offsetof(FzResultHeader, error_kind) == 4);
FZ_STATIC_ASSERT(__builtin_offsetof(FzResultHeader, rows) == 8);
FZ_STATIC_ASSERT(__builtin_offsetof(FzResultHeader, columns) == 12);
FZ_STATIC_ASSERT(__builtin_offsetof(FzResultHeader, column_count) == 16);
FZ_STATIC_ASSERT(__builtin_offsetof(FzResultHeader, value_columns) == 20);
FZ_STATIC_ASSERT(__builtin_offsetof(FzResultHeader, message) == 24);
FZ_STATIC_ASSERT(__builtin_offsetof(FzResultHeader, message_len) == 28);
FZ_STATIC_ASSERT(__builtin_offsetof(FzResultHeader, reserved) == 32);

/* ---- reading a frame: arrays of structures are stepped by the header's strides ---- */

/* Argument `index`, or a null pointer where the caller left it out. */
static inline const FzArg *fz_arg(const FzCallHeader *call, uint32_t index) {
    const FzArg *arg;
    if (index >= call->arg_count) return 0;
    arg = (const FzArg *)((uintptr_t)call->args + (uintptr_t)index * call->arg_stride);
    return arg->kind == FZ_ARG_OMITTED ? 0 : arg;
}

/* Column `index` of an argument that is there: 0 unless it is a range. */
static inline const FzColumn *fz_column(const FzCallHeader *call, const FzArg *arg,
                                        uint32_t index) {
    uint32_t at = arg->first_column + index;
    return (const FzColumn *)((uintptr_t)call->columns + (uintptr_t)at * call->column_stride);
}

/* The preallocated result. */
static inline FzResultHeader *fz_result(const FzCallHeader *call) {
    return (FzResultHeader *)(uintptr_t)call->result;
}

/* Column `index` of a result, prepared by the host or built by the guest: both have the same stride. */
static inline FzColumn *fz_result_column(const FzCallHeader *call, const FzResultHeader *result,
                                         uint32_t index) {
    return (FzColumn *)((uintptr_t)result->columns + (uintptr_t)index * call->column_stride);
}

/* Whether a row has a value: 0 for a null row. Not for `any` columns. */
static inline int fz_is_valid(const FzColumn *column, uint32_t row) {
    const uint8_t *bits = (const uint8_t *)(uintptr_t)column->validity;
    return column->null_count == 0 || ((bits[row >> 3] >> (row & 7)) & 1);
}

/* A function's answer: address in the low, length in the high 32 bits. */
static inline uint64_t fz_pack(uint32_t ptr, uint32_t len) {
    return (uint64_t)ptr | ((uint64_t)len << 32);
}

/* ---- exports ---- */

/* Stands before a definition: FZ_EXPORT(fz_free) void fz_free(uint32_t ptr, uint32_t len) {} */
#ifdef __wasm__
#define FZ_EXPORT(name) __attribute__((export_name(#name), used))
#else
#define FZ_EXPORT(name)
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* FZ_ABI_VERSION. */
uint32_t fz_abi_version(void);
/* A 16-byte aligned address of `len` bytes, or 0 for "refused". */
uint32_t fz_alloc(uint32_t len);
/* Takes back what fz_alloc or a function returned. */
void fz_free(uint32_t ptr, uint32_t len);
/* Optional: discards whatever the guest holds between calls. */
void fz_reset(void);
/* Optional: called once per instance, before anything else. A module whose toolchain exports `_initialize`
 * (C++ constructors, a WASI reactor) has its initialiser there and exports no fz_init. */
void fz_init(void);

/* Every function of the manifest, and the four exports of an aggregate (docs/aggregates.md): `ptr` is the address of an FzCallHeader, `len` the bytes of the
 * request block; the answer is fz_pack(address of an FzResultHeader, bytes). */
typedef uint64_t FzFunction(uint32_t ptr, uint32_t len);

/* Optional: a data symbol `fz_panic`, exported with wasm-ld --export=fz_panic, that holds a uint32_t
 * length and then as many bytes of UTF-8. The host reads it after a trap, FZ_MAX_MESSAGE_BYTES at
 * most. */

/* Optional: a data symbol `fz_log`, exported likewise, that holds a uint32_t length, a uint32_t
 * number of lines that found no room, and then as many bytes of UTF-8 as the length says: lines for
 * whoever calls. The host reads it after each call, FZ_MAX_LOG_BYTES at most; a function sets length
 * and number to 0 when it starts. */

#ifdef __cplusplus
}
#endif

#endif
