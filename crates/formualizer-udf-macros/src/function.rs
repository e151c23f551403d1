//! The function under `#[fz_udf]`.

use syn::{
    Attribute, Expr, ExprLit, FnArg, GenericParam, Ident, ItemFn, Lifetime, Lit, Meta, Pat,
    PatType, ReturnType, Type,
    ext::IdentExt,
    visit_mut::{self, VisitMut},
};
use udf_abi::exports::MAX_PARAMS;

use crate::{
    attribute::{Kind, Settings},
    errors::Errors,
};

/// A parameter.
pub(crate) struct Param {
    pub(crate) name: String,
    pub(crate) ty: Type,
    pub(crate) description: String,
}

/// What of the function the generated code needs.
pub(crate) struct Function {
    pub(crate) params: Vec<Param>,
    /// Whether its first parameter is the context.
    pub(crate) has_context: bool,
    pub(crate) description: String,
    pub(crate) returns: Type,
}

/// Checks the function and takes from its parameters the doc comments, which rustc would refuse.
/// Answers nothing where the rest cannot be looked at.
pub(crate) fn check(
    item: &mut ItemFn,
    settings: &Settings,
    errors: &mut Errors,
) -> Option<Function> {
    check_signature(item, errors);
    let description = take_docs(&mut item.attrs.clone());
    let inputs = &mut item.sig.inputs;
    let count = inputs.len();
    let mut params = Vec::new();
    let mut has_context = false;
    for (index, input) in inputs.iter_mut().enumerate() {
        let FnArg::Typed(input) = input else {
            errors.at(input, "a function of a plugin has no `self`: move it out of the `impl`");
            continue;
        };
        if is_context(&input.ty) {
            if index > 0 {
                errors.at(&input.ty, "`Context` is the first parameter, if it is one");
            } else if !settings.volatile {
                errors.at(
                    &input.ty,
                    "only a volatile function has a seed and a clock: write #[fz_udf(volatile)]",
                );
            }
            has_context = index == 0;
            continue;
        }
        params.extend(param(input, settings.kind, errors));
    }
    if count > MAX_PARAMS {
        errors.at(&item.sig.inputs, format!("{count} parameters; at most {MAX_PARAMS} are taken"));
    }
    check_names(&params, item, errors);
    let ReturnType::Type(_, returns) = &item.sig.output else {
        errors.at(&item.sig.ident, "the function answers nothing: give it a result, `-> f64` say");
        return None;
    };
    Some(Function { params, has_context, description, returns: elided(returns) })
}

fn check_signature(item: &ItemFn, errors: &mut Errors) {
    let sig = &item.sig;
    for param in &sig.generics.params {
        if !matches!(param, GenericParam::Lifetime(_)) {
            errors.at(param, "a function of a plugin has no generics: name the type");
        }
    }
    if let Some(token) = &sig.asyncness {
        errors.at(token, "a plugin has nothing to wait for: remove `async`");
    }
    if let Some(token) = &sig.unsafety {
        errors.at(token, "hosts call this with any values: it must be safe");
    }
    if let Some(abi) = &sig.abi {
        errors.at(abi, "write a plain `fn`: fz_module! makes the export");
    }
    if let Some(variadic) = &sig.variadic {
        errors.at(variadic, "C's variadic parameters are not supported");
    }
}

fn param(input: &mut PatType, kind: Kind, errors: &mut Errors) -> Option<Param> {
    let description = take_docs(&mut input.attrs);
    let name = if let Pat::Ident(pat) = &*input.pat
        && pat.by_ref.is_none()
        && pat.subpat.is_none()
    {
        let name = pat.ident.unraw().to_string();
        name.trim_start_matches('_').to_owned()
    } else {
        errors.at(&input.pat, "a parameter has a name here: take it apart inside the function");
        return None;
    };
    if name.is_empty() {
        errors.at(&input.pat, "give the parameter a name: callers read it");
    }
    if let Some(message) = type_problem(&input.ty, kind) {
        errors.at(&input.ty, message);
        return None;
    }
    Some(Param { name, ty: elided(&input.ty), description })
}

/// The type with its lifetimes left open, as they are outside of the function.
fn elided(ty: &Type) -> Type {
    struct Elide;
    impl VisitMut for Elide {
        fn visit_lifetime_mut(&mut self, lifetime: &mut Lifetime) {
            if lifetime.ident != "static" {
                *lifetime = Lifetime::new("'_", lifetime.span());
            }
            visit_mut::visit_lifetime_mut(self, lifetime);
        }
    }
    let mut ty = ty.clone();
    Elide.visit_type_mut(&mut ty);
    ty
}

/// Says of frequent mistakes what to write instead; everything else is left to the traits.
fn type_problem(ty: &Type, kind: Kind) -> Option<String> {
    if let Type::ImplTrait(_) = ty {
        return Some("name the type: callers have to know it".into());
    }
    if let Type::Reference(reference) = ty {
        if reference.mutability.is_some() {
            return Some("arguments are read only: take it without `mut`".into());
        }
        return match last(&reference.elem)?.as_str() {
            "String" => Some("take `&str`".into()),
            "Vec" => Some("take `&[u8]` for bytes, `ColumnView<'_, T>` for a column".into()),
            _ => None,
        };
    }
    match (last(ty)?.as_str(), kind) {
        ("String", _) => Some("take `&str`: nothing is copied then".into()),
        ("Vec", Kind::Elementwise) => Some(
            "take `&[u8]` for bytes; a whole column is `ColumnView<'_, T>` with kind = \"reduce\" \
             or \"array\""
                .into(),
        ),
        ("Vec", _) => Some("take `ColumnView<'_, T>`".into()),
        ("Result", _) => {
            Some("errors do not reach a function; `Value<'_>` sees them as values".into())
        }
        ("OwnedValue", _) => Some("take `Value<'_>`".into()),
        ("ColumnView" | "RangeView", Kind::Elementwise) => Some(
            "an elementwise function sees one row at a time: set kind = \"reduce\" or \"array\", \
             or take a value"
                .into(),
        ),
        _ => None,
    }
}

/// The last name of a path.
fn last(ty: &Type) -> Option<String> {
    match ty {
        Type::Path(path) => path.path.segments.last().map(|segment| segment.ident.to_string()),
        _ => None,
    }
}

fn is_context(ty: &Type) -> bool {
    last(ty).as_deref() == Some("Context")
}

fn check_names(params: &[Param], item: &ItemFn, errors: &mut Errors) {
    let mut seen: Vec<String> = Vec::new();
    for param in params {
        let key = param.name.to_uppercase();
        if seen.contains(&key) {
            let name: &Ident = &item.sig.ident;
            errors.at(
                name,
                format!(
                    "two parameters are called `{}` (names are compared without case)",
                    param.name
                ),
            );
        }
        seen.push(key);
    }
}

/// Removes doc comments and answers their text.
fn take_docs(attrs: &mut Vec<Attribute>) -> String {
    let mut lines = Vec::new();
    attrs.retain(|attr| {
        if let Meta::NameValue(pair) = &attr.meta
            && pair.path.is_ident("doc")
        {
            if let Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) = &pair.value {
                let text = text.value();
                lines.extend(
                    text.lines().map(|l| l.strip_prefix(' ').unwrap_or(l).trim_end().to_owned()),
                );
                if text.is_empty() {
                    lines.push(String::new());
                }
            }
            return false;
        }
        true
    });
    lines.join("\n").trim().to_owned()
}
