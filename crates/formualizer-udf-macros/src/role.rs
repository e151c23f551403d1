//! `#[default = …]` and `#[variadic]` on parameters.

use proc_macro2::{Literal, TokenStream};
use quote::{ToTokens, quote};
use syn::{Attribute, Expr, ExprLit, ExprUnary, Lit, Meta, PatType, Type, UnOp};

use crate::{
    class::{self, Class, Described, Shape},
    errors::Errors,
    json,
};

/// What a parameter's attributes make of it.
pub(crate) enum Role {
    Plain,
    /// `#[default = …]`: the value as an expression and as JSON.
    Default(TokenStream, String),
    /// `#[variadic]`, with the fewest arguments it takes: 0 or 1.
    Variadic(usize),
}

/// Takes the attributes from the parameter, which rustc would refuse, and answers them.
pub(crate) fn take(input: &mut PatType) -> Vec<Attribute> {
    let ours =
        |attr: &Attribute| attr.path().is_ident("default") || attr.path().is_ident("variadic");
    let (taken, rest) = std::mem::take(&mut input.attrs).into_iter().partition(ours);
    input.attrs = rest;
    taken
}

/// The role that the attributes give to a parameter of this name, and its type: for a variadic
/// one that of one argument.
pub(crate) fn of(attrs: &[Attribute], name: &str, ty: &Type, errors: &mut Errors) -> (Role, Type) {
    if let [_, second, ..] = attrs {
        errors.at(second, "a parameter has one `#[default = …]` or one `#[variadic]`");
        return (Role::Plain, element(ty).unwrap_or(ty).clone());
    }
    match attrs.first() {
        None => (Role::Plain, ty.clone()),
        Some(attr) if attr.path().is_ident("variadic") => {
            let fewest = variadic(attr, errors).unwrap_or(0);
            if element(ty).is_none() {
                let form = format!("write `#[variadic] {name}: &[T]`");
                errors.at(ty, format!("a variadic parameter is a slice: {form}"));
            }
            (Role::Variadic(fewest), element(ty).unwrap_or(ty).clone())
        }
        Some(attr) => {
            let (value, json) =
                default(attr, name, class::of_param(ty), errors).unwrap_or_default();
            (Role::Default(value, json), ty.clone())
        }
    }
}

/// The fewest arguments of a variadic parameter.
fn variadic(attr: &Attribute, errors: &mut Errors) -> Option<usize> {
    const FORM: &str =
        "write `#[variadic]`, or `#[variadic(min = 1)]` where at least one argument is wanted";
    match &attr.meta {
        Meta::Path(_) => Some(0),
        Meta::List(list) => {
            let pair: Option<syn::MetaNameValue> = list.parse_args().ok();
            let pair = pair.filter(|pair| pair.path.is_ident("min"));
            let Some(pair) = pair else {
                errors.at(list, FORM);
                return None;
            };
            match pair.value.to_token_stream().to_string().as_str() {
                "0" => Some(0),
                "1" => Some(1),
                _ => {
                    let message = "`min` is 0 or 1: give further arguments that are always wanted \
                                   parameters of their own, before this one";
                    errors.at(&pair.value, message);
                    None
                }
            }
        }
        Meta::NameValue(pair) => {
            errors.at(pair, FORM);
            None
        }
    }
}

/// `T` of `&[T]`.
fn element(ty: &Type) -> Option<&Type> {
    let Type::Reference(reference) = ty else { return None };
    match &*reference.elem {
        Type::Slice(slice) if reference.mutability.is_none() => Some(&slice.elem),
        _ => None,
    }
}

fn default(
    attr: &Attribute,
    name: &str,
    described: Described,
    errors: &mut Errors,
) -> Option<(TokenStream, String)> {
    let Meta::NameValue(pair) = &attr.meta else {
        errors.at(attr, "write `#[default = 0.1]`");
        return None;
    };
    if described.optional == Some(true) {
        let message =
            format!("`{name}` is an Option, which is None by default: write the type alone");
        errors.at(attr, message);
        return None;
    }
    let scalar = described.shape == Shape::Scalar;
    let simple =
        matches!(described.class, Class::Int(..) | Class::Float | Class::Bool | Class::Text);
    if !scalar || !simple {
        let message = format!(
            "only numbers, bool and &str have a default: take an Option for `{name}` and choose \
             the default inside the function"
        );
        errors.at(attr, message);
        return None;
    }
    let found = constant(&pair.value, described.class);
    if found.is_none() {
        let wanted = described.class.wanted();
        let form = match is_plain(&pair.value) {
            true => "",
            false => ", written out: no constant, no calculation, no suffix",
        };
        errors.at(&pair.value, format!("the default of `{name}` is {wanted}{form}"));
    }
    found
}

/// Whether it is a literal at all, if not of the right type.
fn is_plain(expr: &Expr) -> bool {
    match expr {
        Expr::Lit(ExprLit { lit, .. }) => lit.suffix().is_empty(),
        Expr::Unary(ExprUnary { op: UnOp::Neg(_), expr, .. }) => is_plain(expr),
        _ => false,
    }
}

/// A literal of the class, as an expression and as JSON.
fn constant(expr: &Expr, class: Class) -> Option<(TokenStream, String)> {
    let (negative, lit) = match expr {
        Expr::Lit(ExprLit { lit, .. }) => (false, lit),
        Expr::Unary(ExprUnary { op: UnOp::Neg(_), expr, .. }) => match &**expr {
            Expr::Lit(ExprLit { lit: lit @ (Lit::Int(_) | Lit::Float(_)), .. }) => (true, lit),
            _ => return None,
        },
        _ => return None,
    };
    let json = match (class, lit) {
        (Class::Int(low, high), Lit::Int(number)) if number.suffix().is_empty() => {
            let value: i128 = number.base10_parse().ok()?;
            let value = if negative { -value } else { value };
            (low..=high).contains(&value).then(|| value.to_string())?
        }
        (Class::Float, Lit::Int(_) | Lit::Float(_)) => return float(lit, negative),
        (Class::Bool, Lit::Bool(value)) => value.value.to_string(),
        (Class::Text, Lit::Str(text)) => json::text(&text.value()),
        _ => return None,
    };
    Some((expr.to_token_stream(), json))
}

/// A number of a float's default: with a decimal point, which Rust wants.
fn float(lit: &Lit, negative: bool) -> Option<(TokenStream, String)> {
    let value: f64 = match lit {
        Lit::Int(number) if number.suffix().is_empty() => number.base10_digits().parse().ok()?,
        Lit::Float(number) if number.suffix().is_empty() => number.base10_parse().ok()?,
        _ => return None,
    };
    if !value.is_finite() {
        return None;
    }
    let mut literal = Literal::f64_unsuffixed(value);
    literal.set_span(lit.span());
    let sign = negative.then(|| quote!(-));
    let json = format!("{}{value:?}", if negative { "-" } else { "" });
    Some((quote!(#sign #literal), json))
}

#[cfg(test)]
mod tests {
    use super::*;
    use syn::parse_quote;

    #[test]
    fn defaults_are_literals_of_the_parameters_type() {
        let check = |expr: Expr, class, expected: Option<(&str, &str)>| {
            let found = constant(&expr, class).map(|(tokens, json)| (tokens.to_string(), json));
            let found = found.as_ref().map(|(tokens, json)| (tokens.as_str(), json.as_str()));
            assert_eq!(found, expected);
        };
        check(parse_quote!(0.1), Class::Float, Some(("0.1", "0.1")));
        check(parse_quote!(-1), Class::Float, Some(("- 1.0", "-1.0")));
        check(parse_quote!(1e400), Class::Float, None);
        check(parse_quote!(-128), Class::Int(-128, 127), Some(("- 128", "-128")));
        check(parse_quote!(128), Class::Int(-128, 127), None);
        check(parse_quote!(1.0), Class::Int(-128, 127), None);
        check(parse_quote!("a\"b"), Class::Text, Some(("\"a\\\"b\"", "\"a\\\"b\"")));
        check(parse_quote!(true), Class::Bool, Some(("true", "true")));
        check(parse_quote!(MAX), Class::Float, None);
    }
}
