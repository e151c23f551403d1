use super::*;
use crate::address::Axis;

#[track_caller]
fn check(text: &str, at: &str, lowered: &str) {
    let book = book();
    assert_eq!(book.lowered(&book.compile(text, at), at), lowered, "{text} in {at}");
}

#[test]
fn every_reference_names_its_sheet() {
    check("A1+'my SHEET'!b$2", "C3", "Sheet1!A1+'My sheet'!B$2");
    check("=SUM(A:A,1:3,$A5:B)", "C3", "SUM(Sheet1!A:A,Sheet1!1:3,Sheet1!$A5:B)");
    check("=SUM(B2:A1)", "C3", "SUM(Sheet1!A1:B2)");
    check("=@A1:A9", "C3", "@Sheet1!A1:A9");
    check("=A1#", "C3", "Sheet1!A1#");
    check("=_xlfn.ANCHORARRAY(A1)+_xlfn.SINGLE(B:B)", "C3", "Sheet1!A1#+@Sheet1!B:B");
    check("=SUM(A1:B2 B1:C3)", "C9", "SUM(Sheet1!A1:B2 Sheet1!B1:C3)");
}

#[test]
fn what_does_not_exist_is_an_error_literal() {
    check("=Nowhere!A1", "A1", "#REF!");
    check("=[Book.xlsx]Sheet1!A1", "A1", "\u{1}[Book.xlsx]Sheet1!A1()");
    check("=unknown+1", "A1", "#NAME?+1");
    check("=Unknown[Net]", "A1", "#NAME?");
    check("=Sales[Gross]", "A1", "#REF!");
    check("=Sheet1!#REF!+'My sheet'!#REF!", "A1", "#REF!+#REF!");
    check("=SUM(A1:A1048577)", "A1", "SUM(Sheet1!A1:(#NAME?))");
    check("=Nowhere!rate", "A1", "#REF!");
}

#[test]
fn names_are_written_out() {
    check("=A1*Rate", "B1", "Sheet1!A1*0.19");
    check("=SUM(gross)", "B1", "SUM(0.19*Sheet1!$A$1:$A$9+1)");
    check("=rate^2", "B1", "0.19^2");
    check("='My sheet'!rate+'my sheet'!local", "B1", "0.07+'My sheet'!$C$3");
    check("=local", "B1", "#NAME?");
    check("=Sales", "B1", "Sheet1!$D$2:$G$4");
}

#[test]
fn relative_references_of_names_are_relative_to_the_cell() {
    check("=left*2", "C3", "Sheet1!B3*2");
    check("=below", "C3", "Sheet1!C4");
    let book = book();
    let template = book.compile("=left", "C3");
    assert_eq!(book.lowered(&template, "E9"), "Sheet1!D9");
    assert_eq!(template.areas[0].left, Axis::Moving(-1));
}

#[test]
fn names_in_a_cycle_are_an_error_that_tells_it() {
    let book = book();
    let template = book.compile("=ping", "A1");
    assert_eq!(book.lowered(&template, "A1"), "--#NAME?+1".replacen("--", "-", 1));
    let shown = format!("{:?}", template.lowered);
    assert!(shown.contains("ping → pong → ping"), "{shown}");
}

#[test]
fn parameters_of_let_and_lambda_are_no_names() {
    check("=LET(rate,1,rate+1)+rate", "A1", "LET(rate,1,rate+1)+0.19");
    check("=LET(a,Rate,Data,a,data+A)", "A1", "LET(a,0.19,Data,a,data+A)");
    check("=LAMBDA(rate,rate+left)(2)", "B1", "LAMBDA(rate,rate+Sheet1!A1)(2)");
    check("=LET(f,LAMBDA(x,x+1),f(rate))", "A1", "LET(f,LAMBDA(x,x+1),f(0.19))");
    check("=double(A1)", "B1", "\u{1}SELF(double,LAMBDA(x,x*2))(Sheet1!A1)");
    let book = book();
    assert_eq!(book.compile("=LET(f,LAMBDA(x,x),f(1))", "A1").functions, ["LET", "LAMBDA"]);
}

#[test]
fn structured_references_are_parts_of_their_table() {
    check("=SUM(Sales[Net])", "A1", "SUM(Sheet1!$D$2:$D$4)");
    check("=SUM(sales[[net]:[Net + Tax]])", "A1", "SUM(Sheet1!$D$2:$F$4)");
    check("=Sales[#All]", "A1", "Sheet1!$D$1:$G$5");
    check("=Sales[#Data]", "A1", "Sheet1!$D$2:$G$4");
    check("=Sales[]", "A1", "Sheet1!$D$2:$G$4");
    check("=Sales[#Headers]", "A1", "Sheet1!$D$1:$G$1");
    check("=Sales[[#Totals],[Tax]]", "A1", "Sheet1!$E$5");
    check("=Sales[[#Headers],[#Data],[Net]]", "A1", "Sheet1!$D$1:$D$4");
    check("=Sales[[#Headers],[#Totals],[Net]]", "A1", "#REF!");
    check("=Sales[It''s '['#1']]", "A1", "Sheet1!$G$2:$G$4");
}

#[test]
fn this_row_is_the_row_of_the_formula() {
    check("=Sales[@Net]*2", "A3", "Sheet1!$D3*2");
    check("=Sales[[#This Row],[Tax]]", "A2", "Sheet1!$E2");
    check("=[@Net]+[@[Net + Tax]]", "G3", "Sheet1!$D3+Sheet1!$F3");
    check("=SUM([@[Net]:[Net + Tax]])", "G3", "SUM(Sheet1!$D3:$F3)");
    check("=SUM(Sales[@])", "A4", "SUM(Sheet1!$D4:$G4)");
    check("=SUM([Net])", "G3", "SUM(Sheet1!$D$2:$D$4)");
    check("=SUM([Sales])", "A9", "SUM(Sheet1!$D$2:$G$4)");
    check("=Sales[@Net]", "A1", "#VALUE!");
    check("=Sales[@Net]", "A5", "#VALUE!");
    check("=[@Net]", "A3", "#NAME?");
    let book = book();
    let template = book.compile("=[@Net]", "G2");
    assert_eq!(book.lowered(&template, "G4"), "Sheet1!$D4");
    assert_eq!(template.holds.to_string(), "D2:G4");
    let named = book.compile("=Sales[@Net]", "A2");
    assert_eq!(named.key, book.compile("=sales[@net]", "B4").key);
    assert_ne!(named.key, book.compile("=Sales[@Net]", "A9").key, "outside it is another formula");
    assert_eq!(named.holds.to_string(), "A2:XFD4");
}

#[test]
fn references_over_sheets_are_an_argument_for_each() {
    let each = "Sheet1!A1,'My sheet'!A1,Sheet3!A1";
    check("=SUM(Sheet1:Sheet3!A1)", "B1", &format!("SUM({each})"));
    check("=SUM(1,'Sheet1:My sheet'!A1:B2)", "B9", "SUM(1,Sheet1!A1:B2,'My sheet'!A1:B2)");
    check("=SUM(all,2)", "B1", "SUM(Sheet1!$B$2,'My sheet'!$B$2,Sheet3!$B$2,2)");
    check("=Sheet1:Sheet3!A1", "B1", "#VALUE!");
    check("=SUM(-Sheet1:Sheet3!A1)", "B1", "SUM(-#VALUE!)");
    check("=SUM(Sheet1:Gone!A1)", "B1", "SUM(#REF!)");
}

#[test]
fn areas_are_what_is_read() {
    let book = book();
    let areas = |text: &str, at: &str| -> Vec<String> {
        let at = parse_cell(at).unwrap();
        let template = compile(text, SheetId(0), at, &book).unwrap();
        let shown = |area: &Area| format!("{}!{}", area.sheet.0, area.at(at).unwrap());
        template.areas.iter().map(shown).collect()
    };
    assert_eq!(areas("=A1+A1+$A$1", "B1"), ["0!A1", "0!A1"], "one moves and one does not");
    assert_eq!(areas("=SUM(A:A)+SUM(2:3)", "B9"), ["0!A1:A1048576", "0!A2:XFD3"]);
    assert_eq!(areas("=SUM(A5:A)", "B1"), ["0!A5:A1048576"]);
    assert_eq!(areas("='My sheet'!C3#", "B1"), ["1!C3"]);
    assert_eq!(areas("=SUM(data,Sales[@Net])", "B2"), ["0!A1:A9", "0!D2"]);
}

#[test]
fn volatile_and_dynamic_formulas_are_known() {
    let book = book();
    let traits = |text: &str| {
        let template = book.compile(text, "B9");
        (template.volatile, template.dynamic)
    };
    for volatile in
        ["RAND()", "NOW()+1", "today()", "IF(A1,RANDBETWEEN(1,2),0)", "CELL(\"row\",A1)"]
    {
        assert_eq!(traits(volatile), (true, false), "{volatile}");
    }
    for dynamic in [
        "INDIRECT(A1)",
        "SUM(OFFSET(A1,1,1))",
        "SUM(INDEX(A1:A9,1):INDEX(A1:A9,2))",
        "SUM(A1:INDEX(A:A,3))",
    ] {
        assert_eq!(traits(dynamic), (true, true), "{dynamic}");
    }
    for quiet in ["SUM(A1:A9)", "INDEX(A1:A9,B1)", "VLOOKUP(A1,C1:D9,2)", "my_udf(A1)"] {
        assert_eq!(traits(quiet), (false, false), "{quiet}");
    }
    assert_eq!(book.lowered(&book.compile("=SUM(A1:below)", "B9"), "B9"), "SUM(Sheet1!A1:B10)");
}

#[test]
fn mentions_and_functions_are_collected_once() {
    let book = book();
    let template = book.compile("=_xlfn.SUM(Data,sum(gross))+my_udf(Nope)", "B1");
    assert_eq!(template.functions, ["SUM", "MY_UDF"]);
    assert_eq!(template.mentions, ["data", "sheet1", "gross", "rate", "my_udf", "nope"]);
    assert!(book.compile("=A1", "B1").mentions_any(&["SHEET1"]));
}

#[test]
fn a_formula_is_lowered_again_when_a_name_changes() {
    let mut book = book();
    let template = book.compile("=rate*A1", "B1");
    book.define(None, "rate", "$Z$1");
    let again = template.relower(&book);
    assert_eq!(book.lowered(&again, "B2"), "Sheet1!$Z$1*Sheet1!A2");
    assert_eq!(again.key, template.key);
}
