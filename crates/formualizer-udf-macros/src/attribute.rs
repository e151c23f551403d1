//! The settings of `#[fz_udf(…)]`.

use proc_macro2::TokenStream;
use syn::{
    Expr, ExprArray, ExprLit, Lit, LitStr, Meta, Token, parse::Parser, punctuated::Punctuated,
    spanned::Spanned,
};

use crate::{errors::Errors, names};

const SETTINGS: &str = "`name`, `aliases`, `kind`, `volatile` and `total`";

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

/// What stands in the parentheses.
pub(crate) struct Settings {
    pub(crate) name: Option<LitStr>,
    pub(crate) aliases: Vec<LitStr>,
    pub(crate) kind: Kind,
    pub(crate) volatile: bool,
    pub(crate) total: bool,
}

impl Settings {
    pub(crate) fn parse(tokens: TokenStream, errors: &mut Errors) -> Self {
        let mut settings = Self {
            name: None,
            aliases: Vec::new(),
            kind: Kind::Elementwise,
            volatile: false,
            total: false,
        };
        let metas = Punctuated::<Meta, Token![,]>::parse_terminated.parse2(tokens);
        let metas = metas.unwrap_or_else(|error| {
            errors.push(error);
            Punctuated::new()
        });
        let mut seen = Vec::new();
        let mut total = None;
        for meta in &metas {
            let Some(key) = meta.path().get_ident().map(ToString::to_string) else {
                errors.at(meta.path(), format!("unknown setting: there are {SETTINGS}"));
                continue;
            };
            if seen.contains(&key) {
                errors.at(meta.path(), format!("`{key}` is set twice"));
                continue;
            }
            match key.as_str() {
                "name" => settings.name = text(meta, errors),
                "aliases" => settings.aliases = texts(meta, errors),
                "kind" => settings.kind = kind(meta, errors),
                "volatile" => settings.volatile = flag(meta, errors),
                "total" => {
                    settings.total = flag(meta, errors);
                    total = Some(meta.span());
                }
                _ => errors
                    .at(meta.path(), format!("there is no setting `{key}`: there are {SETTINGS}")),
            }
            seen.push(key);
        }
        if let (Some(span), true) = (total, settings.kind != Kind::Elementwise) {
            let message =
                "`total` speaks of rows that are null: only an elementwise function has it";
            errors.push(syn::Error::new(span, message));
        }
        settings.check_names(errors);
        settings
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
    }
}

fn value<'a>(meta: &'a Meta, wanted: &str, errors: &mut Errors) -> Option<&'a Expr> {
    match meta {
        Meta::NameValue(pair) => Some(&pair.value),
        _ => {
            errors.at(meta, format!("write {wanted}"));
            None
        }
    }
}

fn text(meta: &Meta, errors: &mut Errors) -> Option<LitStr> {
    let expr = value(meta, "`name = \"NAME\"`", errors)?;
    literal(expr, errors)
}

fn literal(expr: &Expr, errors: &mut Errors) -> Option<LitStr> {
    if let Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) = expr {
        return Some(text.clone());
    }
    errors.at(expr, "a text in quotes is wanted here");
    None
}

fn texts(meta: &Meta, errors: &mut Errors) -> Vec<LitStr> {
    let wanted = "`aliases = [\"NAME\", \"NAME\"]`";
    let Some(expr) = value(meta, wanted, errors) else { return Vec::new() };
    let Expr::Array(ExprArray { elems, .. }) = expr else {
        errors.at(expr, format!("a list is wanted here: {wanted}"));
        return Vec::new();
    };
    elems.iter().filter_map(|expr| literal(expr, errors)).collect()
}

fn kind(meta: &Meta, errors: &mut Errors) -> Kind {
    let text = value(meta, "`kind = \"reduce\"`", errors).and_then(|expr| literal(expr, errors));
    let Some(text) = text else { return Kind::Elementwise };
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

fn flag(meta: &Meta, errors: &mut Errors) -> bool {
    match meta {
        Meta::Path(_) => true,
        Meta::NameValue(pair) => {
            if let Expr::Lit(ExprLit { lit: Lit::Bool(value), .. }) = &pair.value {
                return value.value;
            }
            errors.at(&pair.value, "`true` or `false` is wanted here, or nothing, which is `true`");
            false
        }
        Meta::List(list) => {
            errors.at(list, "it takes nothing in parentheses");
            false
        }
    }
}
