//! `docs/fz_udf.h` held against the Rust definitions: fields, widths, offsets, constants, exports.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a header that cannot be read fails the test"
)]

use core::mem::offset_of;
use std::{collections::BTreeMap, fs, path::PathBuf, process::Command};
use udf_abi::{
    Arg, ArgKind, CallHeader, Column, DType, ErrorCode, ResultHeader,
    exports::{
        ABI_VERSION, CODEC_COLUMNAR, CODEC_JSON, EXPORT_ABI_VERSION, EXPORT_ALLOC, EXPORT_FREE,
        EXPORT_INIT, EXPORT_RESET, FRAME_ALIGN, MANIFEST_SCHEMA, MANIFEST_SECTION, MAX_LOG_BYTES,
        MAX_MESSAGE_BYTES,
    },
    frame::{CALL_CANONICAL_NAN, CALL_VOLATILE, COLUMN_UTC, MAGIC, STATUS_ERROR, STATUS_OK, tag},
};

fn path() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs"))
}

fn header() -> String {
    fs::read_to_string(path().join("fz_udf.h")).unwrap()
}

/// Name, offset and bytes of one field.
type Field = (String, usize, usize);

/// Every structure of the header with its fields, in order.
fn structures(header: &str) -> BTreeMap<String, Vec<Field>> {
    let mut found = BTreeMap::new();
    let mut lines = header.lines();
    while let Some(line) = lines.next() {
        let Some(name) = line.strip_prefix("typedef struct ") else { continue };
        let name = name.trim_end_matches(" {");
        let (mut fields, mut offset) = (Vec::new(), 0);
        for line in lines.by_ref().take_while(|line| !line.starts_with('}')) {
            let declaration = line.split_once(';').unwrap().0;
            let (c_type, field) = declaration.trim().split_once(' ').unwrap();
            let width = match c_type {
                "uint16_t" => 2,
                "uint32_t" => 4,
                "uint64_t" | "int64_t" => 8,
                other => panic!("{name}: unexpected type {other}"),
            };
            let (field, count) = match field.split_once('[') {
                Some((field, count)) => (field, count.trim_end_matches(']').parse().unwrap()),
                None => (field, 1),
            };
            // Natural alignment, as every C compiler for wasm32 lays fields out.
            offset = usize::next_multiple_of(offset, width);
            fields.push((field.to_owned(), offset, width * count));
            offset += width * count;
        }
        found.insert(name.to_owned(), fields);
    }
    found
}

/// Every `#define FZ_… value` of the header, text included.
fn constants(header: &str) -> BTreeMap<String, String> {
    header
        .lines()
        .filter_map(|line| line.strip_prefix("#define FZ_")?.split_once(' '))
        .map(|(name, value)| (name.to_owned(), value.trim().to_owned()))
        .filter(|(name, _)| !name.contains('('))
        .collect()
}

fn number(text: &str) -> u64 {
    let text = text.trim_end_matches('u');
    match text.strip_prefix("0x") {
        Some(hex) => u64::from_str_radix(hex, 16).unwrap(),
        None => text.parse().unwrap_or_else(|_| panic!("{text} is no number")),
    }
}

/// The fields of a Rust structure: name, offset and bytes of each, in order of declaration.
macro_rules! fields {
    ($structure:ident { $($field:ident),* $(,)? }) => {{
        // Destructuring names every field, so a new one cannot be forgotten here.
        let $structure { $($field),* } = $structure::default();
        vec![$((stringify!($field).to_owned(), offset_of!($structure, $field), size_of_val(&$field))),*]
    }};
}

#[test]
fn structures_have_the_fields_and_offsets_of_the_source() {
    let expected: BTreeMap<String, Vec<Field>> = [
        (
            "FzCallHeader".to_owned(),
            fields!(CallHeader {
                magic,
                version,
                flags,
                rows,
                row_offset,
                args,
                arg_count,
                arg_stride,
                columns,
                column_count,
                column_stride,
                result,
                reserved0,
                call_id,
                seed,
                now_us,
                reserved,
            }),
        ),
        ("FzArg".to_owned(), fields!(Arg { kind, first_column, columns, rows, reserved })),
        (
            "FzColumn".to_owned(),
            fields!(Column {
                dtype,
                flags,
                len,
                null_count,
                error_count,
                validity,
                values,
                offsets,
                data,
                data_len,
                errors,
                tags,
                values_cap,
                data_cap,
                error_text,
                aux,
                children_first,
                children_count,
            }),
        ),
        (
            "FzResultHeader".to_owned(),
            fields!(ResultHeader {
                status,
                error_kind,
                rows,
                columns,
                column_count,
                value_columns,
                message,
                message_len,
                reserved,
            }),
        ),
    ]
    .into();
    assert_eq!(structures(&header()), expected);
}

#[test]
fn signed_fields_are_signed_in_both() {
    let header = header();
    let signed: Vec<_> =
        header.lines().filter(|line| line.trim_start().starts_with("int64_t")).collect();
    assert_eq!(signed.len(), 1);
    assert!(signed[0].contains("now_us;"));
    let _: i64 = CallHeader::default().now_us;
}

#[test]
fn the_header_asserts_every_size_and_offset() {
    let header = header();
    let sizes = [
        ("FzCallHeader", size_of::<CallHeader>()),
        ("FzArg", size_of::<Arg>()),
        ("FzColumn", size_of::<Column>()),
        ("FzResultHeader", size_of::<ResultHeader>()),
    ];
    for (name, size) in sizes {
        let assertion = format!("FZ_STATIC_ASSERT(sizeof({name}) == {size});");
        assert!(header.contains(&assertion), "{assertion}");
    }
    for (name, fields) in structures(&header) {
        for (field, offset, _) in fields {
            let assertion =
                format!("FZ_STATIC_ASSERT(__builtin_offsetof({name}, {field}) == {offset});");
            assert!(header.contains(&assertion), "{assertion}");
        }
    }
}

/// What the header calls an error: Rust's variant, except where C spells it out.
fn error_name(error: ErrorCode) -> String {
    match error {
        ErrorCode::GettingData => "ERROR_GETTING_DATA".to_owned(),
        ErrorCode::NotImplemented => "ERROR_NOT_IMPLEMENTED".to_owned(),
        other => format!("ERROR_{other:?}").to_uppercase(),
    }
}

#[test]
fn constants_have_the_values_of_the_source_and_none_is_missing() {
    let mut expected: BTreeMap<String, u64> = [
        ("ABI_VERSION", u64::from(ABI_VERSION)),
        ("CODEC_JSON", u64::from(CODEC_JSON)),
        ("CODEC_COLUMNAR", u64::from(CODEC_COLUMNAR)),
        ("MAGIC", u64::from(MAGIC)),
        ("FRAME_ALIGN", u64::from(FRAME_ALIGN)),
        ("MAX_MESSAGE_BYTES", MAX_MESSAGE_BYTES as u64),
        ("MAX_LOG_BYTES", MAX_LOG_BYTES as u64),
        ("CALL_CANONICAL_NAN", u64::from(CALL_CANONICAL_NAN)),
        ("CALL_VOLATILE", u64::from(CALL_VOLATILE)),
        ("COLUMN_UTC", u64::from(COLUMN_UTC)),
        ("ARG_OMITTED", ArgKind::Omitted as u64),
        ("ARG_SCALAR", ArgKind::Scalar as u64),
        ("ARG_COLUMN", ArgKind::Column as u64),
        ("ARG_RANGE", ArgKind::Range as u64),
        ("STATUS_OK", u64::from(STATUS_OK)),
        ("STATUS_ERROR", u64::from(STATUS_ERROR)),
        ("TAG_BLANK", u64::from(tag::BLANK)),
        ("TAG_NUMBER", u64::from(tag::NUMBER)),
        ("TAG_LOGICAL", u64::from(tag::LOGICAL)),
        ("TAG_TEXT", u64::from(tag::TEXT)),
        ("TAG_ERROR", u64::from(tag::ERROR)),
        ("TAG_DATE", u64::from(tag::DATE)),
        ("TAG_DATETIME", u64::from(tag::DATETIME)),
        ("TAG_TIME", u64::from(tag::TIME)),
        ("TAG_DURATION", u64::from(tag::DURATION)),
        ("TAG_MAX", u64::from(tag::MAX)),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into();
    for dtype in DType::ALL {
        expected.insert(format!("DTYPE_{}", dtype.name().to_uppercase()), u64::from(dtype.id()));
    }
    for error in ErrorCode::ALL {
        expected.insert(error_name(error), u64::from(error.code()));
    }

    let mut written = constants(&header());
    let mut take_text = |name: &str| written.remove(name).unwrap_or_default();
    assert_eq!(take_text("MANIFEST_SECTION"), format!("\"{MANIFEST_SECTION}\""));
    assert_eq!(take_text("MANIFEST_SCHEMA"), format!("\"{MANIFEST_SCHEMA}\""));
    let found: BTreeMap<String, u64> = written
        .iter()
        .map(|(name, value)| {
            let value = value.strip_prefix("FZ_").map_or(value, |other| &written[other]);
            (name.clone(), number(value))
        })
        .collect();
    assert_eq!(found, expected);
}

#[test]
fn no_constant_of_the_frame_is_unknown_to_the_lists_above() {
    let names = |source: &str| -> Vec<String> {
        source
            .lines()
            .filter_map(|line| line.trim().strip_prefix("pub const ")?.split_once(':'))
            .map(|(name, _)| name.to_owned())
            .filter(|name| !name.contains('('))
            .collect()
    };
    let written = constants(&header());
    for name in names(include_str!("../src/frame.rs")) {
        let tag = format!("TAG_{name}");
        assert!(written.contains_key(&name) || written.contains_key(&tag), "{name}");
    }
}

#[test]
fn exports_are_declared_with_their_signatures() {
    let header = header();
    for declaration in [
        format!("uint32_t {EXPORT_ABI_VERSION}(void);"),
        format!("uint32_t {EXPORT_ALLOC}(uint32_t len);"),
        format!("void {EXPORT_FREE}(uint32_t ptr, uint32_t len);"),
        format!("void {EXPORT_RESET}(void);"),
        format!("void {EXPORT_INIT}(void);"),
        "typedef uint64_t FzFunction(uint32_t ptr, uint32_t len);".to_owned(),
    ] {
        assert!(header.lines().any(|line| line == declaration), "{declaration}");
    }
}

#[test]
fn the_prose_gives_the_offsets_ids_and_numbers_of_the_source() {
    let prose = fs::read_to_string(path().join("abi.md")).unwrap();
    let structures = structures(&header());
    for (name, fields) in &structures {
        let section = prose.split(&format!("### {name}, ")).nth(1).unwrap();
        let rows: Vec<_> = section.lines().take_while(|line| !line.starts_with('#')).collect();
        for (field, offset, _) in fields {
            let found = rows.iter().any(|row| {
                row.starts_with(&format!("| {offset} | "))
                    && row.contains(&format!("| `{field}` |"))
            });
            assert!(found, "{name}.{field} at {offset}");
        }
        let listed =
            rows.iter().filter(|row| row.starts_with("| ") && !row.starts_with("| offset"));
        assert_eq!(listed.count(), fields.len(), "{name}");
    }
    for dtype in DType::ALL {
        let row = format!("\n| {} | `{dtype}` |", dtype.id());
        assert!(prose.contains(&row), "{row}");
    }
    for error in ErrorCode::ALL {
        assert!(prose.contains(&format!("| {} | `{error}`", error.code())), "{error}");
    }
}

#[test]
fn a_c_compiler_takes_the_header() {
    let compiler = "cc";
    if Command::new(compiler).arg("--version").output().is_err() {
        println!("skipped: there is no `{compiler}` here");
        return;
    }
    let source = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("takes_the_header.c");
    fs::write(
        &source,
        "#include \"fz_udf.h\"\nuint64_t f(void) { return fz_pack(1, 2); }\nFzFunction g;\n",
    )
    .unwrap();
    let output = Command::new(compiler)
        .args(["-std=c11", "-Wall", "-Wextra", "-Werror", "-pedantic", "-fsyntax-only", "-I"])
        .args([path(), source])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
