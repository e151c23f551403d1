use super::*;
use crate::ErrorKind;

#[track_caller]
fn refused(text: &str, why: &str) {
    let error = compile(text, SheetId(0), Cell::new(2, 2), &book()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Formula);
    let message = error.to_string();
    assert!(message.contains(why) && message.len() < 400, "{message}");
}

#[test]
fn what_is_no_formula_is_refused_with_its_place() {
    refused("", "empty");
    refused("=", "empty");
    refused("  = ", "empty");
    refused("=1+", "at its end");
    refused("=SUM(1,2", "");
    refused("=SUM(1,2))", "character 10");
    refused("SUM(1,2))", "character 9");
    refused("=A1:", "Invalid reference 'A1:'");
    refused(&format!("={}:", "A".repeat(8000)), "…");
    refused("=1+🙂 )", "character 6");
    refused("=(1+2", "");
    refused("=[@", "");
    refused("=Sales[Net", "");
    refused("={1,2;3}", "equal length");
    refused("=\"open", "");
    refused("=1 2 3 4 ]", "");
    refused("=1E999", "larger");
}

#[test]
fn what_would_read_otherwise_once_it_was_written_is_refused() {
    refused("='S'! :$1:B2", "no reference and no name");
    refused("=\u{b}UU=' %I!$R$+1:'[0]---    EF!$B+1:2", "no reference and no name");
    // Odd, and the same when it is read again.
    for text in ["=[1]Sheet1!A1", "=Sales[Net]", "=_x.y\\z?", "=_xlfn.XLOOKUP(1,A:A,B:B)"] {
        compile(text, SheetId(0), Cell::new(2, 2), &book()).unwrap();
    }
}

#[test]
fn long_and_deep_formulas_are_refused() {
    refused(&"(".repeat(10_000), "8192");
    refused(&format!("={}1{}", "(".repeat(4000), ")".repeat(4000)), "deep");
    refused(&format!("={}1", "-".repeat(8000)), "");
    refused(&"x".repeat(1 << 20), "8192");
    refused(&"🙂".repeat(1 << 20), "8192");
    refused(&format!("=1{}", "+1".repeat(4096)), "8192");
    refused(&"SUM(".repeat(2000), "");
    refused(&"{".repeat(2000), "");
    refused(&"[".repeat(2000), "");
    refused(&"Sales[".repeat(1000), "");
}

#[test]
fn odd_characters_are_text_or_refused_but_never_a_panic() {
    let book = book();
    for text in [
        "=\0",
        "=🙂",
        "=🙂+1",
        "=\"🙂\"",
        "=\u{feff}1",
        "=A1\0",
        "=\\ud800",
        "='🙂'!A1",
        "=Sales[🙂]",
        "=é1",
        "=A１",
        "=\u{202e}A1",
        "=#",
        "=#N",
        "=@",
        "=%",
        "=!A1",
        "='",
        "=''!A1",
        "=A1!",
        "=A1!!B2",
        "=[]",
        "=[[]]",
        "=Sales[']",
        "=Sales[@']",
        "=Sales['",
        "=R[1]C[1]",
        "=[0]!rate",
        "=[1]!rate",
        "={}",
        "=()",
        "=,",
        "=;",
        "=F(;)",
        "=:A1",
        "=A1::B2",
        "=1:1048577",
        "=A0",
        "=$A$0:B1",
        "=Sheet1:Sheet3!rate",
        "=Sheet1:!A1",
        "=A1(2)",
        "=1(2)",
        "=\"a\"(1)",
        "=\t\n1",
        "=LET()",
        "=LAMBDA()",
        "=LET(x)",
        "=LET(x,)",
        "=LAMBDA(,)",
        "=Sales[[#All],[#This Row]]",
    ] {
        for at in [Cell::new(0, 0), Cell::new(2, 5), Cell::new(MAX_ROW, MAX_COL)] {
            if let Ok(template) = compile(text, SheetId(0), at, &book) {
                for to in [Cell::new(0, 0), at, Cell::new(MAX_ROW, MAX_COL)] {
                    let _ = (template.ast_at(to), template.text_at(to, &book));
                }
            }
        }
    }
}

const MAX_ROW: u32 = crate::address::MAX_ROWS - 1;
const MAX_COL: u32 = crate::address::MAX_COLS - 1;

#[test]
fn names_that_double_at_every_step_end_in_an_error() {
    let mut book = book();
    book.define(None, "n_0", "1");
    for step in 1..64 {
        let before = step - 1;
        book.define(None, &format!("n_{step}"), &format!("n_{before}+n_{before}"));
    }
    let template = book.compile("=n_63", "A1");
    assert!(book.lowered(&template, "A1").contains("#VALUE!"));
}

#[test]
fn a_long_chain_of_names_ends_in_an_error() {
    let mut book = book();
    for step in 0..2000 {
        book.define(None, &format!("n_{step}"), &format!("n_{}", step + 1));
    }
    for text in ["=n_0", "=SUM(n_0)"] {
        assert!(book.lowered(&book.compile(text, "A1"), "A1").contains("#VALUE!"), "{text}");
    }
}

#[test]
fn names_that_nest_deeply_end_in_an_error() {
    let mut book = book();
    for step in 0..600 {
        let inner = step + 1;
        book.define(None, &format!("n_{step}"), &format!("SUM(-IF(1,n_{inner},{{1}}))"));
        book.define(None, &format!("m_{step}"), &format!("m_{inner}(1)"));
    }
    for text in ["=n_0", "=m_0(1)"] {
        let template = book.compile(text, "A1");
        assert!(book.lowered(&template, "A1").contains("#VALUE!"), "{text}");
        let at = Cell::new(5, 5);
        assert_eq!(template.ast_at(at), template.relower(&book).ast_at(at));
    }
}

#[test]
fn a_sum_of_many_terms_compiles() {
    let text = format!("=1{}", "+A1".repeat(240));
    assert_eq!(book().compile(&text, "B1").text_at(Cell::new(0, 1), &book()), text);
}
