//! Offsets, UTF-8, `any` columns and the messages of rows.

use crate::{
    guest::{Guest, address, column, header, own_block, prepared, rows},
    harness::{call_evil, on_every_runtime, patient, session},
};
use arrow_array::cast::AsArray;
use udf_columnar::{
    AnyValue,
    ErrorKind::{InvalidResult, MemoryLimitExceeded},
};
#[cfg(target_family = "wasm")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// Four texts of two bytes, `ab` each, in the room that the host prepared; then `edit`.
fn texts(edit: &str) -> Guest {
    let mut body = column("data_len", 8);
    for row in 0..=4 {
        body += &offset(row, 2 * row as i32);
    }
    body += &format!("(i64.store {} (i64.const 0x6261626162616261))", address("data"));
    Guest::elementwise(prepared(&(body + edit))).returns("utf8")
}

/// Four cells of an any column, all of them the number zero; then `edit`.
fn cells(edit: &str) -> Guest {
    let body = format!(
        "(i32.store {} (i32.const 0x01010101))
         (memory.fill {} (i32.const 0) (i32.const 32))
         (memory.fill {} (i32.const 0) (i32.const 20))",
        address("tags"),
        address("values"),
        address("offsets")
    );
    Guest::elementwise(prepared(&(body + edit))).returns("any")
}

fn offset(row: usize, value: i32) -> String {
    format!("(i32.store offset={} {} (i32.const {value}))", 4 * row, address("offsets"))
}

fn data(at: usize, bytes: u32) -> String {
    format!("(i32.store offset={at} {} (i32.const {bytes}))", address("data"))
}

fn refused(guest: Guest, phrase: &'static str) {
    guest.fails(InvalidResult, phrase);
}

#[test]
fn well_formed_text_arrives() {
    on_every_runtime(&patient(), &texts(""), |module| {
        let output = call_evil(module, session(module).as_mut(), 4).unwrap();
        let array = output.columns[0].array().as_string::<i32>();
        assert_eq!(array.iter().flatten().collect::<Vec<_>>(), ["ab"; 4]);
    });
}

#[test]
fn descending_offsets_are_refused() {
    refused(texts(&offset(2, 1)), "offset 2 is 1, before the 2 it follows");
    refused(texts(&offset(4, 5)), "before the 6 it follows");
    refused(texts(&offset(3, i32::MAX)), "before the 2147483647 it follows");
}

#[test]
fn negative_offsets_are_refused() {
    refused(texts(&offset(0, -1)), "offsets -1..8");
    refused(texts(&offset(0, i32::MIN)), "offsets -2147483648..8");
    refused(texts(&offset(2, -4)), "before the 2 it follows");
    let all: String = (0..=4).map(|row| offset(row, -8)).collect();
    refused(texts(&all), "offsets -8..-8");
}

#[test]
fn offsets_past_the_data_are_refused() {
    refused(texts(&offset(4, 9)), "offsets 0..9 pass 8 bytes of data");
    refused(texts(&offset(4, i32::MAX)), "pass 8 bytes of data");
    refused(texts(&column("data_len", 7)), "pass 7 bytes of data");
    refused(texts(&column("data_len", 0)), "pass 0 bytes of data");
}

#[test]
fn offsets_outside_are_refused() {
    for at in ["0", "0xFFFFFFFC"] {
        refused(texts(&column("offsets", at)), "offsets: 20 bytes");
    }
}

#[test]
fn data_outside_is_refused() {
    for at in ["0", "0xFFFFFFFC"] {
        refused(texts(&column("data", at)), "data: 8 bytes");
    }
    refused(texts(&column("data_len", 0x0200_0000)), "pass the memory's end");
}

#[test]
fn a_claimed_4_gib_of_text_is_refused() {
    // A deterministic function would be asked again for fewer rows.
    texts(&column("data_len", u32::MAX))
        .volatile()
        .fails(MemoryLimitExceeded, "the result takes more than the");
}

#[test]
fn broken_utf8_is_refused() {
    for bytes in [0x6262_61FF, 0x6262_8061, 0xC062_6162, 0x6280_A0ED_u32] {
        refused(texts(&data(0, bytes)), "text");
    }
}

#[test]
fn text_cut_inside_a_character_is_refused() {
    // `é` lies across the border of rows 0 and 1: the whole is valid UTF-8, the rows are not.
    refused(texts(&data(0, 0x62A9_C361)), "text");
}

#[test]
fn text_before_the_first_offset_is_not_read() {
    let guest = texts(&(offset(0, 2) + &data(0, 0x6261_FFFF)));
    on_every_runtime(&patient(), &guest, |module| {
        let output = call_evil(module, session(module).as_mut(), 4).unwrap();
        let array = output.columns[0].array().as_string::<i32>();
        assert_eq!(array.iter().flatten().collect::<Vec<_>>(), ["", "ab", "ab", "ab"]);
    });
}

#[test]
fn well_formed_cells_arrive() {
    on_every_runtime(&patient(), &cells(""), |module| {
        let output = call_evil(module, session(module).as_mut(), 4).unwrap();
        assert_eq!(output.columns[0].to_any().unwrap(), vec![AnyValue::Number(0.0); 4]);
    });
}

#[test]
fn tags_that_do_not_exist_are_refused() {
    for tag in [9, 10, 255] {
        let edit = format!("(i32.store8 offset=2 {} (i32.const {tag}))", address("tags"));
        refused(cells(&edit), "is no tag of an any column");
    }
}

#[test]
fn an_error_tag_without_an_error_is_refused() {
    let tag = format!("(i32.store8 offset=1 {} (i32.const 4))", address("tags"));
    refused(cells(&tag), "tag 4 and the errors buffer disagree");
    let no_errors = format!("(i32.store {} (i32.const 0))", address("errors"));
    refused(cells(&(tag + &column("error_count", 1) + &no_errors)), "buffer disagree");
}

#[test]
fn an_error_without_an_error_tag_is_refused() {
    let edit =
        column("error_count", 1) + &format!("(i32.store {} (i32.const 0x0700))", address("errors"));
    refused(cells(&edit), "tag 1 and the errors buffer disagree");
}

#[test]
fn an_unknown_error_in_an_any_column_is_refused() {
    let edit = column("error_count", 1)
        + &format!("(i32.store8 {} (i32.const 4))", address("tags"))
        + &format!("(i32.store {} (i32.const 77))", address("errors"));
    refused(cells(&edit), "77 is no error number");
}

#[test]
fn a_broken_text_lane_is_refused() {
    refused(cells(&offset(3, -1)), "before the 0 it follows");
    refused(cells(&offset(4, 4)), "pass 0 bytes of data");
    let text = column("data_len", 4) + &offset(4, 4) + &data(0, 0x6161_61C3);
    refused(cells(&text), "text lane");
}

#[test]
fn lanes_of_an_any_column_outside_are_refused() {
    for at in ["0", "0xFFFFFFF8"] {
        refused(cells(&column("tags", at)), "tags: 4 bytes");
        refused(cells(&column("values", at)), "number lane: 32 bytes");
        refused(cells(&column("offsets", at)), "text offsets: 20 bytes");
        refused(cells(&(column("data_len", 4) + &column("data", at))), "text data: 4 bytes");
    }
}

/// An array of two rows in error whose messages, `no` and `no`, are column 1; then `edit`, which
/// may change column 1 at `$i`.
fn messages(edit: &str) -> Guest {
    let body = format!(
        "{rows}{header}{errors}
         (i32.store offset=36 (local.get $c) (i32.add (local.get $r) (i32.const 192)))
         (i32.store offset=20 (local.get $c) (i32.add (local.get $r) (i32.const 256)))
         (i32.store16 offset=192 (local.get $r) (i32.const 0x0606))
         (local.set $i (i32.add (local.get $r) (i32.const 128)))
         (i32.store16 (local.get $i) (i32.const 12))
         (i32.store offset=4 (local.get $i) (i32.const 2))
         (i32.store offset=24 (local.get $i) (i32.add (local.get $r) (i32.const 208)))
         (i32.store offset=28 (local.get $i) (i32.add (local.get $r) (i32.const 224)))
         (i32.store offset=32 (local.get $i) (i32.const 4))
         (i32.store offset=212 (local.get $r) (i32.const 2))
         (i32.store offset=216 (local.get $r) (i32.const 4))
         (i32.store offset=224 (local.get $r) (i32.const 0x6F6E6F6E))
         {edit}",
        rows = rows(2),
        header = header("column_count", 2),
        errors = column("error_count", 2) + &column("error_text", 2),
    );
    Guest::array(own_block(256, &body))
}

#[test]
fn well_formed_messages_arrive() {
    on_every_runtime(&patient(), &messages(""), |module| {
        let output = call_evil(module, session(module).as_mut(), 4).unwrap();
        assert_eq!(output.columns.len(), 1);
        for row in 0..2 {
            let (code, message) = output.columns[0].error(row).unwrap();
            assert_eq!((code.text(), message), ("#NUM!", Some("no")));
        }
    });
}

#[test]
fn error_text_out_of_range_is_refused() {
    for index in [3u32, 4, u32::MAX] {
        refused(messages(&column("error_text", index)), "1 + the index of a utf8 column");
    }
}

#[test]
fn error_text_that_names_no_utf8_column_is_refused() {
    refused(messages(&column("error_text", 1)), "1 + the index of a utf8 column");
    for dtype in [11, 13, 19, 40] {
        let edit = format!("(i32.store16 (local.get $i) (i32.const {dtype}))");
        refused(messages(&edit), "1 + the index of a utf8 column");
    }
}

#[test]
fn messages_of_another_number_of_rows_are_refused() {
    let edit = "(i32.store offset=4 (local.get $i) (i32.const 1))";
    refused(messages(edit), "error messages: has 1 rows");
}

#[test]
fn messages_that_are_no_text_are_refused() {
    refused(
        messages("(i32.store offset=224 (local.get $r) (i32.const 0x6FFF6F6E))"),
        "error messages",
    );
    refused(messages("(i32.store offset=212 (local.get $r) (i32.const 9))"), "error messages");
    refused(
        messages("(i32.store offset=28 (local.get $i) (i32.const 0xFFFFFFF0))"),
        "error messages: data: 4 bytes",
    );
}
