use super::*;

#[track_caller]
fn check(text: &str, shown: &str) {
    let book = book();
    let at = parse_cell("C3").unwrap();
    let template = book.compile(text, "C3");
    assert_eq!(template.text_at(at, &book), shown);
    let again = book.compile(shown, "C3");
    assert_eq!(again.lowered, template.lowered, "{text}");
    assert_eq!(again.key, template.key, "{text}");
}

#[test]
fn text_keeps_the_tree() {
    check("1 + 2 * ( 3 - 4 )", "=1+2*(3-4)");
    check("=(1+2)*3", "=(1+2)*3");
    check("=1-(2-3)", "=1-(2-3)");
    check("=2^(3^4)", "=2^(3^4)");
    check("=-2^2", "=-2^2");
    check("=-(2^2)", "=-(2^2)");
    check("=2^-3%", "=2^-3%");
    check("=(-3)%", "=(-3)%");
    check("=--A1", "=--A1");
    check("=\"say \"\"hi\"\"\"&B1", "=\"say \"\"hi\"\"\"&B1");
    check("=IF(,1,)", "=IF(,1,)");
    check("={1,2;\"a\",TRUE}", "={1,2;\"a\",TRUE}");
    check("={-1,#N/A}", "={-1,#N/A}");
    check("=SUM((A1,B1),1)", "=SUM((A1,B1),1)");
    check("=SUM(A1:B2 B1:C3)", "=SUM(A1:B2 B1:C3)");
    check("=LAMBDA(x,x+1)(5)", "=LAMBDA(x,x+1)(5)");
    check("=INDEX(A1:A5,1):INDEX(A1:A5,2)", "=INDEX(A1:A5,1):INDEX(A1:A5,2)");
    check("=A1#+1", "=A1#+1");
    check("=@B1:B9", "=@B1:B9");
    check("=1=2<>(3>=4)", "=1=2<>(3>=4)");
    check("=#REF!+1", "=#REF!+1");
    check("=SUM((#N/A) A1,A1:(#N/A),(#REF!,A1))", "=SUM((#N/A) A1,A1:(#N/A),(#REF!,A1))");
    check("=(#REF!)#&#NAME?%", "=(#REF!)#&#NAME?%");
    check("=1%%", "=1%%");
    check("=(-1)^2", "=-1^2");
    check("=A1&\"\n\"", "=A1&\"\n\"");
}

#[test]
fn numbers_keep_their_value() {
    check("=1e300", "=1E+300");
    check("=1.5e-20", "=1.5E-20");
    check("=0.1", "=0.1");
    check("=123456789012", "=123456789012");
}

#[test]
fn references_are_as_typed_and_sheets_as_they_are_named() {
    check("=$a$1+sheet3!b2", "=$A$1+Sheet3!B2");
    check("='my sheet'!A1:$B$2", "='My sheet'!A1:$B$2");
    check("=SUM('Sheet1:My sheet'!A1)", "=SUM('Sheet1:My sheet'!A1)");
    check("=SUM(Sheet1:Sheet3!A1:B2)", "=SUM(Sheet1:Sheet3!A1:B2)");
    check("='My sheet'!rate*rate", "='My sheet'!rate*rate");
    check("=SUM(A:A,$1:3)", "=SUM(A:A,$1:3)");
    check("=Gone!A1", "=Gone!A1");
}

#[test]
fn structured_references_are_as_typed() {
    check("=Sales[Net]", "=Sales[Net]");
    check("=Sales[Net + Tax]", "=Sales[[Net + Tax]]");
    check("=Sales[[Net]:[Tax]]", "=Sales[[Net]:[Tax]]");
    check("=Sales[[#Headers],[Net]]", "=Sales[[#Headers],[Net]]");
    check("=Sales[#All]", "=Sales[#All]");
    check("=Sales[@Net]", "=Sales[@Net]");
    check("=Sales[@[Net + Tax]]", "=Sales[@[Net + Tax]]");
    check("=Sales[[#This Row],[Net]:[Tax]]", "=Sales[@[Net]:[Tax]]");
    check("=[@Net]", "=[@Net]");
    check("=[Net]", "=[Net]");
    check("=Sales[It''s '['#1']]", "=Sales[[It''s '['#1']]]");
    check("=Sales[@[It''s '['#1']]]", "=Sales[@[It''s '['#1']]]");
}

#[test]
fn text_moves_with_the_cell() {
    let book = book();
    let template = book.compile("=A1+$B$2+C$3+Sales[@Net]", "C2");
    let at = |cell: &str| template.text_at(parse_cell(cell).unwrap(), &book);
    assert_eq!(at("D4"), "=B3+$B$2+D$3+Sales[@Net]");
    let lost = book.compile("=SUM(A1:B2 A1:B3)+A1#+SUM(A1:INDEX(B:B,1))", "C2");
    assert_eq!(lost.text_at(Cell::new(0, 2), &book), "=SUM(#REF!)+#REF!+SUM(#REF!)");
    assert_eq!(at("C1"), "=#REF!+$B$2+C$3+Sales[@Net]");
}

#[test]
fn keys_of_formulas_filled_from_one_another_are_equal() {
    let book = book();
    let key = |text: &str, at: &str| book.compile(text, at).key;
    assert_eq!(key("=sum( A1:A$9 ) * $B1", "C1"), key("SUM(B2:B$9)*$B2", "D2"));
    assert_eq!(key("=_xlfn.SUM(Data)", "C1"), key("=Sum(DATA)", "D2"));
    assert_eq!(key("='MY SHEET'!A1", "A1"), key("='My sheet'!A2", "A2"));
    assert_ne!(key("=A1", "C1"), key("=A1", "C2"));
    assert_ne!(key("=A1+1", "C1"), key("=A1+2", "C1"));
    assert_ne!(key("=\"a\"", "C1"), key("=\"A\"", "C1"));
    assert_ne!(key("=A:A", "B1"), key("=A1:A1048576", "B1"));
    assert_ne!(key("=$A1", "B1"), key("=A1", "B1"));
}

#[test]
fn names_follow_excels_rules() {
    for name in ["rate", "_x", "\\p", "Größe", "a.b", "tax_2024", "ABCD1", "sum", "A1048577"] {
        assert!(validate_name(name).is_ok(), "{name}");
    }
    let long = "x".repeat(256);
    for name in
        ["", "1x", "a b", "A1", "XFD1048576", "R1C1", "rc", "R", "c", "r2", "a-b", "TRUE", &long]
    {
        assert!(validate_name(name).is_err(), "{name}");
    }
    assert!(parse_named("x", "=1+", SheetId(0)).is_err());
}

#[test]
fn tables_need_columns_and_data() {
    let fine = book().tables.remove(0);
    assert!(validate_table(&fine).is_ok());
    let check = |change: fn(&mut TableDef), why: &str| {
        let mut table = fine.clone();
        change(&mut table);
        let error = validate_table(&table).unwrap_err().to_string();
        assert!(error.contains(why), "{error}");
    };
    check(|t| t.columns[1] = "NET".to_owned(), "two columns");
    check(|t| t.columns[1] = " ".to_owned(), "without a name");
    check(|t| t.columns.truncate(3), "4 columns but 3");
    check(|t| t.rect.bottom = 1, "row of data");
    check(|t| t.name = "A1".to_owned(), "address");
    check(|t| t.rect.bottom = u32::MAX - 1, "beyond");
}
