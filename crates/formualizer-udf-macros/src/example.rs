//! Examples of a function: `(1.0, "a") => 2.0`, written to the manifest in the forms of
//! docs/manifest.md.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{
    Ident, Lit, LitStr, Path, Token, bracketed,
    ext::IdentExt,
    parenthesized,
    parse::{Parse, ParseStream},
    punctuated::Punctuated,
    token,
};
use udf_abi::ErrorCode;

use crate::{
    attribute::Kind,
    class::{self, Class, Shape},
    errors::Errors,
    function::{Function, Param},
    json,
};

/// How a list of examples is written.
pub(crate) const FORM: &str =
    "`examples = [(1.0, \"a\") => 2.0, (null, \"b\") => error(\"#NUM!\")]`";

const VALUES: &str = "a value is a number, a text, true, false, null, error(\"#NUM!\"), bytes like \
                      b\"\\x00\", a list like [1, 2, null] for a column, or a list of rows like \
                      [[1, 2], [3, 4]] for a range";

/// A call with a known result.
pub(crate) struct Example {
    args: Vec<Value>,
    /// The parentheses around the arguments.
    span: Span,
    result: Value,
}

struct Value {
    tokens: TokenStream,
    content: Content,
}

enum Content {
    Null,
    Bool(bool),
    Int(i128),
    /// JSON of a number that is not whole.
    Float(String),
    /// `NaN`, `Infinity` or `-Infinity`.
    NotFinite(&'static str),
    Text(String),
    Bytes(Vec<u8>),
    Error(String, Option<String>),
    /// A tag of docs/manifest.md, and the JSON of what it holds.
    Tagged(&'static str, String),
    List(Vec<Value>),
}

impl Parse for Example {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        if !input.peek(token::Paren) {
            return Err(input.error(format!("an example is `(arguments) => result`: {FORM}")));
        }
        let list;
        let parentheses = parenthesized!(list in input);
        let args = Punctuated::<Value, Token![,]>::parse_terminated(&list)?;
        if !input.peek(Token![=>]) {
            let message = "write `=> result` behind the arguments";
            return Err(syn::Error::new(parentheses.span.join(), message));
        }
        input.parse::<Token![=>]>()?;
        let result = input.parse()?;
        if !input.is_empty() {
            return Err(input.error("a comma is wanted between examples"));
        }
        Ok(Self { args: args.into_iter().collect(), span: parentheses.span.join(), result })
    }
}

impl Parse for Value {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let start = input.fork();
        let content = content(input)?;
        // What was read, so that a message stands under all of it.
        let mut tokens = TokenStream::new();
        while start.cursor() != input.cursor() {
            tokens.extend([start.parse::<TokenTree>()?]);
        }
        Ok(Self { tokens, content })
    }
}

fn content(input: ParseStream<'_>) -> syn::Result<Content> {
    if input.peek(token::Bracket) {
        let list;
        bracketed!(list in input);
        let values = Punctuated::<Value, Token![,]>::parse_terminated(&list)?;
        return Ok(Content::List(values.into_iter().collect()));
    }
    let negative = input.parse::<Option<Token![-]>>()?;
    if input.peek(Lit) {
        return literal(&input.parse()?, negative.is_some());
    }
    if !input.peek(Ident::peek_any) {
        return Err(input.error(VALUES));
    }
    let path: Path = input.call(Path::parse_mod_style)?;
    let name = path.to_token_stream().to_string().replace(' ', "");
    let unknown = || syn::Error::new_spanned(&path, VALUES);
    if input.peek(token::Paren) {
        let list;
        parenthesized!(list in input);
        if negative.is_some() {
            return Err(unknown());
        }
        return call(&path, &name, &list);
    }
    let name = name.trim_start_matches("std::").trim_start_matches("core::");
    let name = name.trim_start_matches("f32::").trim_start_matches("f64::");
    match (name, negative.is_some()) {
        ("null", false) => Ok(Content::Null),
        ("None", false) => Err(syn::Error::new_spanned(&path, "write `null`")),
        ("NAN", false) => Ok(Content::NotFinite("NaN")),
        ("INFINITY", false) | ("NEG_INFINITY", true) => Ok(Content::NotFinite("Infinity")),
        ("NEG_INFINITY", false) | ("INFINITY", true) => Ok(Content::NotFinite("-Infinity")),
        _ => Err(unknown()),
    }
}

fn literal(lit: &Lit, negative: bool) -> syn::Result<Content> {
    let wrong = |message: &str| Err(syn::Error::new_spanned(lit, message));
    match lit {
        Lit::Int(number) if !number.suffix().is_empty() => wrong("write the number without a type"),
        Lit::Int(number) => {
            let value: i128 = number.base10_parse()?;
            Ok(Content::Int(if negative { -value } else { value }))
        }
        Lit::Float(number) if !number.suffix().is_empty() => {
            wrong("write the number without a type")
        }
        Lit::Float(number) => {
            let value: f64 = number.base10_parse()?;
            if !value.is_finite() {
                return wrong("the number is beyond f64");
            }
            let sign = if negative { "-" } else { "" };
            Ok(Content::Float(format!("{sign}{value:?}")))
        }
        _ if negative => wrong("a number is wanted behind `-`"),
        Lit::Str(text) => Ok(Content::Text(text.value())),
        Lit::ByteStr(bytes) => Ok(Content::Bytes(bytes.value())),
        Lit::Bool(value) => Ok(Content::Bool(value.value)),
        Lit::Char(_) => wrong("write a text in double quotes"),
        _ => wrong(VALUES),
    }
}

/// `error("#NUM!")` and its like.
fn call(path: &Path, name: &str, list: ParseStream<'_>) -> syn::Result<Content> {
    let tag = match name {
        "error" => return error(path, list),
        "date" => "date",
        "time" => "time",
        "datetime" => "datetime",
        "duration" => {
            let value: Value = list.parse()?;
            return match value.content {
                Content::Int(_) | Content::Float(_) if list.is_empty() => {
                    Ok(Content::Tagged("duration", value.json()))
                }
                _ => Err(syn::Error::new_spanned(&value.tokens, "a number of seconds is wanted")),
            };
        }
        _ => return Err(syn::Error::new_spanned(path, VALUES)),
    };
    let text: LitStr = list.parse()?;
    Ok(Content::Tagged(tag, json::text(&text.value())))
}

fn error(path: &Path, list: ParseStream<'_>) -> syn::Result<Content> {
    let form = "write error(\"#NUM!\"), or error(\"#NUM!\", \"message\") to hold the message too";
    let texts = Punctuated::<LitStr, Token![,]>::parse_terminated(list)
        .map_err(|error| syn::Error::new(error.span(), form))?;
    let mut texts = texts.iter();
    let (Some(code), message, None) = (texts.next(), texts.next(), texts.next()) else {
        return Err(syn::Error::new_spanned(path, form));
    };
    if ErrorCode::from_text(&code.value()).is_none() {
        let message = format!(
            "`{}` is no error of a spreadsheet: write #NULL!, #DIV/0!, #VALUE!, #REF!, #NAME?, \
             #NUM!, #N/A or another one of docs/abi.md",
            code.value()
        );
        return Err(syn::Error::new_spanned(code, message));
    }
    Ok(Content::Error(code.value(), message.map(LitStr::value)))
}

impl Value {
    fn json(&self) -> String {
        match &self.content {
            Content::Null => "null".into(),
            Content::Bool(value) => value.to_string(),
            Content::Int(value) => value.to_string(),
            Content::Float(json) => json.clone(),
            Content::NotFinite(name) => format!("{{\"number\":\"{name}\"}}"),
            Content::Text(text) => json::text(text),
            Content::Bytes(bytes) => json::text(&json::hexadecimal(bytes)),
            Content::Error(code, None) => format!("{{\"error\":{}}}", json::text(code)),
            Content::Error(code, Some(message)) => {
                format!("{{\"error\":{},\"message\":{}}}", json::text(code), json::text(message))
            }
            Content::Tagged(tag, json) => format!("{{\"{tag}\":{json}}}"),
            Content::List(values) => list(values),
        }
    }

    fn list(&self) -> Option<&[Self]> {
        match &self.content {
            Content::List(values) => Some(values),
            _ => None,
        }
    }

    fn fits(&self, class: Class) -> bool {
        match (&self.content, class) {
            (Content::List(_), _) => false,
            (Content::Null | Content::Error(..), _) | (_, Class::Unknown) => true,
            (Content::Int(value), Class::Int(low, high)) => (low..=high).contains(value),
            (Content::Int(_) | Content::Float(_), Class::Float | Class::Duration | Class::Any) => {
                true
            }
            (Content::NotFinite(_), Class::Float | Class::Any) => true,
            (Content::Bool(_), Class::Bool | Class::Any) => true,
            (Content::Text(_), Class::Text | Class::Any) => true,
            (Content::Text(_), Class::Date | Class::Time | Class::DateTime) => true,
            (Content::Bytes(_), Class::Bytes) => true,
            (Content::Tagged(tag, _), class) => matches!(
                (*tag, class),
                (_, Class::Any)
                    | ("date", Class::Date)
                    | ("time", Class::Time)
                    | ("datetime", Class::DateTime)
                    | ("duration", Class::Duration)
            ),
            _ => false,
        }
    }
}

fn list(values: &[Value]) -> String {
    let values: Vec<_> = values.iter().map(Value::json).collect();
    format!("[{}]", values.join(","))
}

impl Example {
    /// The example as it stands in the manifest.
    pub(crate) fn json(&self) -> String {
        format!("{{\"args\":{},\"result\":{}}}", list(&self.args), self.result.json())
    }
}

/// Holds examples against the function.
pub(crate) fn check(examples: &[Example], kind: Kind, function: &Function, errors: &mut Errors) {
    for example in examples {
        check_count(example, function, errors);
        let mut rows = None;
        for (index, value) in example.args.iter().enumerate() {
            if let Some(param) = function.param_of(index) {
                check_arg(value, kind, param, errors);
            }
            if kind != Kind::Elementwise {
                continue;
            }
            let Some(len) = value.list().map(<[Value]>::len) else { continue };
            let wanted = *rows.get_or_insert(len);
            if len != wanted {
                let message = format!("{len} rows; the first list of this example has {wanted}");
                errors.at(&value.tokens, message);
            }
        }
        check_result(example, kind, rows, function, errors);
    }
}

fn check_count(example: &Example, function: &Function, errors: &mut Errors) {
    let (given, fewest) = (example.args.len(), function.fewest_arguments());
    let most = (!function.is_variadic()).then_some(function.params.len());
    if given >= fewest && most.is_none_or(|most| given <= most) {
        return;
    }
    let takes = match most {
        Some(most) if most == fewest => format!("{most}"),
        Some(most) => format!("{fewest} to {most}"),
        None => format!("{fewest} or more"),
    };
    let s = if given == 1 { "" } else { "s" };
    let message = format!("{given} argument{s}, but the function takes {takes}");
    errors.push(syn::Error::new(example.span, message));
}

fn check_arg(value: &Value, kind: Kind, param: &Param, errors: &mut Errors) {
    let described = &param.described;
    let name = &param.name;
    let mut each = |values: &[Value]| {
        for value in values {
            if !value.fits(described.class) {
                let wanted = described.class.wanted();
                errors.at(&value.tokens, format!("`{name}` takes {wanted} in each row"));
            }
        }
    };
    let Some(values) = value.list() else {
        if !value.fits(described.class) {
            errors.at(&value.tokens, format!("`{name}` takes {}", described.class.wanted()));
        }
        return;
    };
    match described.shape {
        Shape::Scalar if kind == Kind::Elementwise => each(values),
        Shape::Column => each(values),
        Shape::Scalar => errors.at(
            &value.tokens,
            format!("`{name}` is one value: {} is wanted", described.class.wanted()),
        ),
        Shape::Range => {
            let rows: Vec<_> = values.iter().filter_map(Value::list).collect();
            if rows.is_empty() {
                each(values);
            } else if rows.len() != values.len() || rows.iter().any(|r| r.len() != rows[0].len()) {
                let message = "the rows of a range are lists of equal length: [[1, 2], [3, 4]]";
                errors.at(&value.tokens, message);
            } else {
                rows.iter().for_each(|row| each(row));
            }
        }
        Shape::Unknown => {}
    }
}

fn check_result(
    example: &Example,
    kind: Kind,
    rows: Option<usize>,
    function: &Function,
    errors: &mut Errors,
) {
    let result = &example.result;
    match (kind, rows, result.list()) {
        (Kind::Array, _, found) => check_array(result, found, function, errors),
        (Kind::Elementwise, Some(rows), found) => {
            if found.map(<[Value]>::len) != Some(rows) {
                let message =
                    format!("the arguments have {rows} rows: give a list of {rows} results");
                errors.at(&result.tokens, message);
            }
            let class = class::of_result(&function.returns);
            for value in found.unwrap_or_default() {
                check_value(value, class, errors);
            }
        }
        (_, _, Some(_)) => {
            errors.at(&result.tokens, "the function answers one value here, not a list");
        }
        (_, _, None) => check_value(result, class::of_result(&function.returns), errors),
    }
}

fn check_array(result: &Value, rows: Option<&[Value]>, function: &Function, errors: &mut Errors) {
    let (classes, any_number) = class::of_array(&function.returns);
    let Some(rows) = rows else {
        if !matches!(result.content, Content::Error(..) | Content::Null) {
            errors.at(&result.tokens, "an array function answers a list of rows: [[1, 2], [3, 4]]");
        }
        return;
    };
    for row in rows {
        let cells = row.list().unwrap_or(std::slice::from_ref(row));
        if !any_number && cells.len() != classes.len() {
            let (found, wanted) = (cells.len(), classes.len());
            let message = format!("values in this row: {found}; columns of the result: {wanted}");
            errors.at(&row.tokens, message);
            continue;
        }
        for (cell, class) in cells.iter().zip(classes.iter().cycle()) {
            check_value(cell, *class, errors);
        }
    }
}

fn check_value(value: &Value, class: Class, errors: &mut Errors) {
    if !value.fits(class) {
        errors.at(&value.tokens, format!("the function answers {}", class.wanted()));
    }
}
