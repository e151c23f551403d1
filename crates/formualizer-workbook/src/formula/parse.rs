//! Text to the source tree: what is too long, too deep or no formula is refused with its place.

use super::{
    Named, Scope, TableDef,
    limits::{self, MAX_LENGTH},
    names::{begins_name, is_of_name},
    shift::{Offset, each_node},
    text::{self, Style},
    tree::{Tree, make_room, walking},
};
use crate::{
    Error, ErrorKind, Value,
    address::{Cell, SheetId, shown},
};
use formualizer_parse::{
    ASTNode, ASTNodeType, Parser, ParserLimits, TokenStream, TokenType, UnaryOperator,
    parser::{ReferenceType, SpecialItem, TableRowSpecifier, TableSpecifier},
};

/// The tree of a formula, with or without its leading `=`.
///
/// # Errors
/// [`ErrorKind::Formula`] with the character at which the text stops being a formula.
pub(super) fn parse(text: &str) -> Result<Tree, Error> {
    // Bytes first: a hostile text is not counted to its end.
    if text.len() > MAX_LENGTH * 4 || text.chars().count() > MAX_LENGTH {
        let message =
            format!("the formula is beyond a limit: it may have {MAX_LENGTH} characters at most");
        return Err(Error::new(ErrorKind::Formula, message));
    }
    let blanks = text.chars().take_while(|c| c.is_whitespace()).count();
    let body = text.trim();
    let (formula, before) = match body.strip_prefix('=') {
        Some(_) => (body.to_owned(), blanks),
        None => (format!("={body}"), blanks),
    };
    let shift = if body.starts_with('=') { 0 } else { 1 };
    if formula.trim_start_matches('=').trim().is_empty() {
        return Err(Error::new(ErrorKind::Formula, "the formula is empty"));
    }
    let refused = |at: usize, why: &str| {
        let place = formula.get(..at).map_or(0, |head| head.chars().count());
        let place = (place + before + 1).saturating_sub(shift);
        let rest: String = formula.get(at..).unwrap_or_default().chars().take(12).collect();
        let near = match rest.is_empty() {
            true => "at its end".to_owned(),
            false => format!("at character {place} (near {})", shown(&rest)),
        };
        let message = format!("{} is not a formula {near}: {}", shown(text), reason(why));
        Error::new(ErrorKind::Formula, message)
    };
    let mut tree = parse_cleanly(&formula).map_err(|stop| match stop {
        Stop::At(at, why) => refused(at, &why),
        Stop::Whole(why) => Error::new(ErrorKind::Formula, format!("{}: {why}", shown(text))),
    })?;
    if let Some(odd) = odd_reference(&mut tree)
        && !walking(|| keeps_its_text(&tree))
    {
        let why = format!("{} is no reference and no name", shown(&odd));
        return Err(Error::new(ErrorKind::Formula, format!("{}: {why}", shown(text))));
    }
    limits::check(&tree).map_err(|why| {
        Error::new(
            ErrorKind::Formula,
            format!("the formula {} is beyond a limit: {why}", shown(text)),
        )
    })?;
    Ok(tree)
}

/// Why a text is no formula.
enum Stop {
    /// It stops being one at this byte.
    At(usize, String),
    /// It reads as one that no cell can hold.
    Whole(String),
}

/// The tree of a text with its `=`.
fn parse_cleanly(formula: &str) -> Result<Tree, Stop> {
    let tokens = TokenStream::new(formula).map_err(|e| Stop::At(e.pos, e.message))?;
    // Calls and parentheses nest as deep as the parser allows, operators besides.
    let operator = |of: &TokenType| {
        matches!(of, TokenType::OpPrefix | TokenType::OpInfix | TokenType::OpPostfix)
    };
    let operators = tokens.spans.iter().filter(|span| operator(&span.token_type)).count();
    let levels = make_room(operators + 2 * ParserLimits::default().pratt_frames());
    walking(|| {
        let limits = ParserLimits::default().with_ast_height(levels);
        let parsed = Parser::builder().limits(limits).parse(formula);
        let mut tree = parsed.map(Tree::from).map_err(|e| {
            let span = e.position.and_then(|index| tokens.spans.get(index));
            Stop::At(span.map_or(formula.len(), |span| span.start), e.message)
        })?;
        clean(&mut tree).map_err(Stop::Whole)?;
        Ok(tree)
    })
}

/// A reference that is none to cells and no plain name: the parser takes nearly any text for a name, and
/// reads some of them otherwise after they were written.
fn odd_reference(tree: &mut ASTNode) -> Option<String> {
    let plain = |name: &str| name.starts_with(begins_name) && name.chars().all(is_of_name);
    let mut odd = None;
    each_node(tree, &mut |node| {
        let text = match &*node {
            ASTNodeType::Reference { reference, .. } => match reference {
                ReferenceType::NamedRange(name) if !plain(name) => name.clone(),
                ReferenceType::Table(table) => table.name.clone(),
                ReferenceType::External(external) => external.raw.clone(),
                _ => return,
            },
            ASTNodeType::Function { name, .. } if !plain(name.trim()) => name.clone(),
            _ => return,
        };
        odd.get_or_insert(text);
    });
    odd
}

/// Whether the text of a tree is a formula, and the text of that one the same.
fn keeps_its_text(tree: &ASTNode) -> bool {
    let style = || Style::Shown { by: Offset { rows: 0, cols: 0 }, scope: &Nothing };
    let once = text::write(tree, style());
    // A formula that is typed loses the white space around it.
    parse_cleanly(&format!("={}", once.trim()))
        .is_ok_and(|again| text::write(&again, style()) == once)
}

/// A workbook in which nothing is known: sheets are written as they are typed.
struct Nothing;

impl Scope for Nothing {
    fn sheet(&self, _: &str) -> Option<SheetId> {
        None
    }
    fn sheet_name(&self, _: SheetId) -> Option<&str> {
        None
    }
    fn sheets_between(&self, _: SheetId, _: SheetId) -> Vec<SheetId> {
        Vec::new()
    }
    fn name(&self, _: SheetId, _: &str) -> Option<&Named> {
        None
    }
    fn table(&self, _: &str) -> Option<&TableDef> {
        None
    }
    fn table_at(&self, _: SheetId, _: Cell) -> Option<&TableDef> {
        None
    }
}

/// The parser's reason without the dumps of its types, shortened.
fn reason(message: &str) -> String {
    let cuts = [" at position", ", got Token", ": TokenSpan", ": Token", ": InvalidReference"];
    let end = cuts.iter().filter_map(|cut| message.find(cut)).min().unwrap_or(message.len());
    let message = message.get(..end).unwrap_or(message);
    match message.char_indices().nth(120) {
        Some((end, _)) => format!("{}…", message.get(..end).unwrap_or_default()),
        None => message.to_owned(),
    }
}

/// One spelling of what the parser gives in several: equal trees are equal formulas.
fn clean(node: &mut ASTNode) -> Result<(), String> {
    node.source_token = None;
    match &mut node.node_type {
        ASTNodeType::Literal(Value::Number(n)) if !n.is_finite() => {
            return Err("a number is larger than a cell can hold".to_owned());
        }
        ASTNodeType::Literal(_) | ASTNodeType::Omitted => {}
        ASTNodeType::Reference { original, reference } => {
            let typed = std::mem::take(original);
            // A table of another workbook, `[1]!Table1[Column]`, is a name there.
            if matches!(reference, ReferenceType::Table(_)) && is_elsewhere(&typed) {
                *reference = ReferenceType::NamedRange(typed);
                return Ok(());
            }
            if let ReferenceType::Table(table) = reference {
                // `[Column]` is that column of the table around the formula, not a table of that name.
                if typed.starts_with('[') && !table.name.is_empty() {
                    let column = std::mem::take(&mut table.name);
                    table.specifier = Some(TableSpecifier::Column(column));
                }
                if let Some(specifier) = &mut table.specifier {
                    clean_specifier(specifier);
                }
            }
        }
        ASTNodeType::UnaryOp { expr, .. } => clean(expr)?,
        ASTNodeType::BinaryOp { left, right, .. } => {
            clean(left)?;
            clean(right)?;
        }
        ASTNodeType::Function { name, args } => {
            args.iter_mut().try_for_each(clean)?;
            // How files spell `@A1` and `A1#`.
            let op = match name.to_uppercase().as_str() {
                "_XLFN.SINGLE" => Some(UnaryOperator::ImplicitIntersection),
                "_XLFN.ANCHORARRAY" => Some(UnaryOperator::Spill),
                _ => None,
            };
            if let Some(op) = op
                && args.len() == 1
                && let Some(arg) = args.pop()
            {
                node.node_type = ASTNodeType::UnaryOp { op, expr: Box::new(arg) };
            }
        }
        ASTNodeType::Call { callee, args } => {
            clean(callee)?;
            args.iter_mut().try_for_each(clean)?;
        }
        ASTNodeType::Array(rows) => rows.iter_mut().flatten().try_for_each(clean)?,
    }
    Ok(())
}

/// Whether a reference begins with the number or name of another workbook.
fn is_elsewhere(typed: &str) -> bool {
    let behind = typed.strip_prefix('[').and_then(|rest| rest.split_once(']'));
    behind.is_some_and(|(_, rest)| rest.split('[').next().is_some_and(|name| name.contains('!')))
}

fn clean_specifier(specifier: &mut TableSpecifier) {
    use TableSpecifier as S;
    match specifier {
        S::All => *specifier = S::SpecialItem(SpecialItem::All),
        S::Data => *specifier = S::SpecialItem(SpecialItem::Data),
        S::Headers => *specifier = S::SpecialItem(SpecialItem::Headers),
        S::Totals => *specifier = S::SpecialItem(SpecialItem::Totals),
        S::Row(TableRowSpecifier::Current) => *specifier = S::SpecialItem(SpecialItem::ThisRow),
        // The parser takes the columns of `[@[A]:[B]]` for one name.
        S::Column(name) => {
            let inner = name.strip_prefix('[').and_then(|name| name.strip_suffix(']'));
            if let Some((first, last)) = inner.and_then(|inner| inner.split_once("]:[")) {
                *specifier = S::ColumnRange(first.trim().to_owned(), last.trim().to_owned());
            }
        }
        S::Combination(parts) => parts.iter_mut().for_each(|part| clean_specifier(part)),
        S::Row(_) | S::ColumnRange(..) | S::SpecialItem(_) => {}
    }
}
