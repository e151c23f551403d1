//! The settings of `#[fz_udf(…)]`.

use std::mem::take;

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{
    Expr, ExprArray, ExprLit, Lit, LitStr, Token,
    ext::IdentExt,
    parse::{Parse, ParseStream, Parser},
    punctuated::Punctuated,
};

use crate::{
    errors::Errors,
    example::{self, Example},
    names,
};

const SETTINGS: &str = "`name`, `aliases`, `kind`, `columns`, `examples`, `hints`, `volatile`, \
                        `deterministic`, `thread_safe` and `total`";

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Elementwise,
    Reduce,
    Array,
}

impl Kind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Elementwise => "elementwise",
            Self::Reduce => "reduce",
            Self::Array => "array",
        }
    }
}

/// What a call may use.
#[derive(Default)]
pub(crate) struct Hints {
    /// Name and value, as they stand in the manifest.
    pub(crate) set: Vec<(&'static str, u64)>,
}

/// What stands in the parentheses.
pub(crate) struct Settings {
    pub(crate) name: Option<LitStr>,
    pub(crate) aliases: Vec<LitStr>,
    pub(crate) kind: Kind,
    /// Names of the columns of an array function, and where they stand.
    pub(crate) columns: Option<(Vec<LitStr>, Span)>,
    pub(crate) examples: Vec<Example>,
    pub(crate) hints: Hints,
    pub(crate) volatile: bool,
    pub(crate) deterministic: Option<bool>,
    pub(crate) thread_safe: bool,
    /// Where it is set.
    pub(crate) total: Option<Span>,
}

/// One setting: `key`, `key = …` or `key(…)`.
struct Setting {
    key: Ident,
    value: Value,
}

enum Value {
    None,
    /// What stands behind `=`.
    Tokens(TokenStream),
    /// What stands in parentheses.
    List(Group),
}

impl Parse for Setting {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        const FORM: &str = "write `setting`, `setting = …` or `setting(…)`";
        let key = match input.peek(Lit) {
            true => {
                let text: Lit = input.parse()?;
                let message = format!("write `name = {}` to give a name", text.to_token_stream());
                return Err(syn::Error::new_spanned(text, message));
            }
            false => {
                input.call(Ident::parse_any).map_err(|error| syn::Error::new(error.span(), FORM))?
            }
        };
        let value = if input.is_empty() {
            Value::None
        } else if input.peek(Token![=]) {
            input.parse::<Token![=]>()?;
            let tokens: TokenStream = input.parse()?;
            if tokens.is_empty() {
                return Err(syn::Error::new(key.span(), "a value is wanted behind the `=`"));
            }
            Value::Tokens(tokens)
        } else {
            let group: Group =
                input.parse().map_err(|error| syn::Error::new(error.span(), FORM))?;
            if group.delimiter() != Delimiter::Parenthesis || !input.is_empty() {
                return Err(syn::Error::new_spanned(group, FORM));
            }
            Value::List(group)
        };
        Ok(Self { key, value })
    }
}

/// The parts between commas that stand in no brackets.
pub(crate) fn split(tokens: TokenStream) -> Vec<TokenStream> {
    let mut parts = Vec::new();
    let mut part = TokenStream::new();
    for token in tokens {
        match token {
            TokenTree::Punct(punct) if punct.as_char() == ',' => parts.push(take(&mut part)),
            token => part.extend([token]),
        }
    }
    if !part.is_empty() {
        parts.push(part);
    }
    parts
}

impl Settings {
    pub(crate) fn parse(tokens: TokenStream, errors: &mut Errors) -> Self {
        let mut settings = Self {
            name: None,
            aliases: Vec::new(),
            kind: Kind::Elementwise,
            columns: None,
            examples: Vec::new(),
            hints: Hints::default(),
            volatile: false,
            deterministic: None,
            thread_safe: false,
            total: None,
        };
        let mut seen: Vec<(String, Span)> = Vec::new();
        for part in split(tokens) {
            if part.is_empty() {
                errors.push(syn::Error::new(Span::call_site(), "there is a comma too many"));
                continue;
            }
            let setting: Setting = match syn::parse2(part) {
                Ok(setting) => setting,
                Err(error) => {
                    errors.push(error);
                    continue;
                }
            };
            let key = setting.key.to_string();
            if seen.iter().any(|(name, _)| *name == key) {
                errors.at(&setting.key, format!("`{key}` is set twice"));
                continue;
            }
            seen.push((key, setting.key.span()));
            settings.set(&setting, errors);
        }
        settings.check_together(&seen, errors);
        settings.check_names(errors);
        settings
    }

    fn set(&mut self, setting: &Setting, errors: &mut Errors) {
        match setting.key.to_string().as_str() {
            "name" => self.name = text(setting, "`name = \"NAME\"`", errors),
            "aliases" => self.aliases = texts(setting, errors).unwrap_or_default(),
            "kind" => self.kind = kind(setting, errors),
            "columns" => {
                self.columns = texts(setting, errors).map(|names| (names, setting.key.span()));
            }
            "examples" => self.examples = examples(setting, errors),
            "hints" => self.hints = hints(setting, errors),
            "volatile" => self.volatile = flag(setting, errors),
            "deterministic" => self.deterministic = Some(flag(setting, errors)),
            "thread_safe" => self.thread_safe = flag(setting, errors),
            "total" => {
                self.total = flag(setting, errors).then(|| setting.key.span());
            }
            key => {
                let instead = match instead(key) {
                    Some(instead) => instead.to_owned(),
                    None => format!("there are {SETTINGS}"),
                };
                errors.at(&setting.key, format!("there is no setting `{key}`: {instead}"));
            }
        }
    }

    /// Settings that do not go together.
    fn check_together(&mut self, seen: &[(String, Span)], errors: &mut Errors) {
        let at = |key: &str| {
            seen.iter().find(|(name, _)| name == key).map_or_else(Span::call_site, |(_, at)| *at)
        };
        let mut mistake = |key: &str, message: &str| errors.push(syn::Error::new(at(key), message));
        if self.total.is_some() && self.kind != Kind::Elementwise {
            let message =
                "`total` speaks of rows that are null: only an elementwise function has it";
            mistake("total", message);
        }
        if self.volatile && self.deterministic == Some(true) {
            let message = "a volatile function is not deterministic: remove one of the two";
            mistake("deterministic", message);
        }
        if self.columns.is_some() && self.kind != Kind::Array {
            let message = "only an array function has named columns: write kind = \"array\"";
            mistake("columns", message);
        }
        if self.columns.as_ref().is_some_and(|(names, _)| names.is_empty()) {
            mistake("columns", "name at least one column");
            self.columns = None;
        }
    }

    fn check_names(&self, errors: &mut Errors) {
        let mut keys = Vec::new();
        for name in self.name.iter().chain(&self.aliases) {
            if let Some(problem) = names::problem(&name.value()) {
                errors.at(name, problem);
            }
            let key = names::key(&name.value());
            if keys.contains(&key) {
                errors.at(
                    name,
                    format!(
                        "`{}` is already a name of this function (names are compared without \
                         case and without `_xlfn.` and the like)",
                        name.value()
                    ),
                );
            }
            keys.push(key);
        }
        let mut keys = Vec::new();
        for name in self.columns.iter().flat_map(|(names, _)| names) {
            if let Some(problem) = names::label_problem(&name.value()) {
                errors.at(name, problem);
            }
            let key = name.value().to_uppercase();
            if keys.contains(&key) {
                let name_text = name.value();
                errors.at(
                    name,
                    format!(
                        "two columns are called `{name_text}` (names are compared without case)"
                    ),
                );
            }
            keys.push(key);
        }
    }
}

/// What to write for a setting that authors take for granted.
fn instead(key: &str) -> Option<&'static str> {
    Some(match key {
        "alias" => "write `aliases = [\"NAME\"]`",
        "column" => "write `columns = [\"NAME\"]`",
        "example" => "write `examples = [(1.0) => 2.0]`",
        "elementwise" | "scalar" => "it is so without a setting; or write `kind = \"elementwise\"`",
        "reduce" => "write `kind = \"reduce\"`",
        "array" => "write `kind = \"array\"`",
        "description" | "desc" | "doc" | "docs" | "help" | "summary" => {
            "the doc comment above the function describes it, `/// …`"
        }
        "default" | "optional" => "it stands on a parameter: `#[default = 0.1] rate: f64`",
        "variadic" => "it stands on a parameter: `#[variadic] xs: &[f64]`",
        "pure" => "a function without `volatile` is taken for pure",
        "fuel" | "memory" | "deadline_ms" => "write `hints(fuel = …, memory = …, deadline_ms = …)`",
        _ => return None,
    })
}

/// What stands behind the `=`, as an expression.
fn value(setting: &Setting, wanted: &str, errors: &mut Errors) -> Option<Expr> {
    let Value::Tokens(tokens) = &setting.value else {
        errors.at(&setting.key, format!("write {wanted}"));
        return None;
    };
    match syn::parse2(tokens.clone()) {
        Ok(expr) => Some(expr),
        Err(_) => {
            errors.at(tokens, format!("write {wanted}"));
            None
        }
    }
}

fn text(setting: &Setting, wanted: &str, errors: &mut Errors) -> Option<LitStr> {
    let expr = value(setting, wanted, errors)?;
    literal(&expr, errors)
}

fn literal(expr: &Expr, errors: &mut Errors) -> Option<LitStr> {
    if let Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) = expr {
        return Some(text.clone());
    }
    errors.at(expr, "a text in quotes is wanted here");
    None
}

fn texts(setting: &Setting, errors: &mut Errors) -> Option<Vec<LitStr>> {
    let wanted = format!("`{} = [\"NAME\", \"NAME\"]`", setting.key);
    let expr = value(setting, &wanted, errors)?;
    let Expr::Array(ExprArray { elems, .. }) = &expr else {
        errors.at(&expr, format!("a list is wanted here: {wanted}"));
        return None;
    };
    Some(elems.iter().filter_map(|expr| literal(expr, errors)).collect())
}

fn kind(setting: &Setting, errors: &mut Errors) -> Kind {
    let Some(text) = text(setting, "`kind = \"reduce\"`", errors) else {
        return Kind::Elementwise;
    };
    match text.value().as_str() {
        "elementwise" => Kind::Elementwise,
        "reduce" => Kind::Reduce,
        "array" => Kind::Array,
        other => {
            let about = match other {
                "aggregate" => "functions of kind `aggregate` are not supported by this SDK yet",
                _ => "there is no such kind",
            };
            errors.at(
                &text,
                format!("{about}: use \"elementwise\" (the default), \"reduce\" or \"array\""),
            );
            Kind::Elementwise
        }
    }
}

fn flag(setting: &Setting, errors: &mut Errors) -> bool {
    match &setting.value {
        Value::None => true,
        Value::Tokens(tokens) => match syn::parse2::<syn::LitBool>(tokens.clone()) {
            Ok(value) => value.value,
            Err(_) => {
                errors.at(tokens, "`true` or `false` is wanted here, or nothing, which is `true`");
                false
            }
        },
        Value::List(list) => {
            errors.at(list, "it takes nothing in parentheses");
            false
        }
    }
}

fn examples(setting: &Setting, errors: &mut Errors) -> Vec<Example> {
    let list = match &setting.value {
        Value::Tokens(tokens) => syn::parse2::<Group>(tokens.clone())
            .ok()
            .filter(|group| group.delimiter() == Delimiter::Bracket),
        _ => None,
    };
    let Some(list) = list else {
        let wanted = format!("write {}", example::FORM);
        match &setting.value {
            Value::Tokens(tokens) => errors.at(tokens, wanted),
            Value::List(list) => errors.at(list, wanted),
            Value::None => errors.at(&setting.key, wanted),
        }
        return Vec::new();
    };
    let mut found = Vec::new();
    for part in split(list.stream()) {
        match syn::parse2(part) {
            Ok(example) => found.push(example),
            Err(error) => errors.push(error),
        }
    }
    found
}

const HINTS: [&str; 2] = ["memory", "deadline_ms"];

fn hints(setting: &Setting, errors: &mut Errors) -> Hints {
    const FORM: &str = "write `hints(memory = 16_777_216, deadline_ms = 250)`, or one of the two";
    let mut hints = Hints::default();
    let list = match &setting.value {
        Value::List(list) => list.stream(),
        Value::Tokens(tokens) => {
            errors.at(tokens, FORM);
            return hints;
        }
        Value::None => {
            errors.at(&setting.key, FORM);
            return hints;
        }
    };
    let parsed = Punctuated::<syn::MetaNameValue, Token![,]>::parse_terminated.parse2(list);
    let pairs = match parsed {
        Ok(pairs) => pairs,
        Err(error) => {
            errors.push(syn::Error::new(error.span(), FORM));
            return hints;
        }
    };
    for pair in &pairs {
        let name = pair.path.to_token_stream().to_string();
        let Some(name) = HINTS.into_iter().find(|hint| *hint == name) else {
            errors.at(
                &pair.path,
                format!("there is no hint `{name}`: there are `memory` and `deadline_ms`"),
            );
            continue;
        };
        if hints.set.iter().any(|(other, _)| *other == name) {
            errors.at(&pair.path, format!("`{name}` is set twice"));
            continue;
        }
        let number = match &pair.value {
            Expr::Lit(ExprLit { lit: Lit::Int(number), .. }) => number.base10_parse::<u64>().ok(),
            _ => None,
        };
        match number {
            Some(number) => hints.set.push((name, number)),
            None => errors.at(&pair.value, "a whole number is wanted here, of 0 or more"),
        }
    }
    hints
}
