//! A function's entry in the manifest: fragments of JSON, from `name` to the closing brace.

use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;

use crate::{
    attribute::{Kind, Settings},
    example::Example,
    function::{Function, Param},
    json,
    role::Role,
};

/// Raw JSON.
fn raw(json: impl AsRef<str>) -> TokenStream {
    let json = json.as_ref();
    quote!(fz::Piece::Raw(#json))
}

/// The fragments.
pub(crate) fn pieces(
    settings: &Settings,
    function: &Function,
    called: &str,
    aliases: &[String],
) -> Vec<TokenStream> {
    let aliases: Vec<_> = aliases.iter().map(|alias| json::text(alias)).collect();
    let may_be_left_out = function.params.iter().map(|param| may_be_left_out(settings.kind, param));
    let mut pieces = vec![
        raw(format!(
            "\"name\":{},\"aliases\":[{}],\"kind\":\"{}\",\"min_args\":",
            json::text(called),
            aliases.join(","),
            settings.kind.name()
        )),
        quote!(fz::Piece::Number(fz::min_args(&[#(#may_be_left_out),*]))),
        raw(format!(
            ",\"max_args\":{},\"volatile\":{}{}{},\"params\":[",
            if function.is_variadic() { "null".into() } else { function.params.len().to_string() },
            settings.volatile,
            // Only what differs from the defaults.
            if settings.deterministic == Some(false) && !settings.volatile {
                ",\"deterministic\":false"
            } else {
                ""
            },
            if settings.thread_safe { ",\"thread_safe\":true" } else { "" },
        )),
    ];
    for (index, param) in function.params.iter().enumerate() {
        pieces.extend(param_pieces(settings.kind, index, param));
    }
    pieces.push(raw("],\"returns\":"));
    pieces.extend(returns(settings, function));
    pieces.push(raw(format!(",\"description\":{}", json::text(&function.description))));
    pieces.extend(examples(&settings.examples));
    pieces.extend(hints(settings));
    pieces.push(raw("}"));
    pieces
}

fn may_be_left_out(kind: Kind, param: &Param) -> TokenStream {
    match param.role {
        Role::Plain => constant(kind, param, "OPTIONAL"),
        Role::Default(..) => quote!(true),
        Role::Variadic(fewest) => {
            let none = fewest == 0;
            quote!(#none)
        }
    }
}

/// What the type of a parameter says about itself. The trait is the one that the call asks too, so
/// that the compiler tells of a type that is no parameter once.
fn constant(kind: Kind, param: &Param, name: &str) -> TokenStream {
    let ty = &param.ty;
    match kind {
        Kind::Elementwise => {
            let name = format_ident!("ROW_{name}");
            quote_spanned!(ty.span()=> <#ty as fz::RowParam<'_>>::#name)
        }
        _ => {
            let name = format_ident!("{name}");
            quote_spanned!(ty.span()=> <#ty as fz::Param<'_>>::#name)
        }
    }
}

fn param_pieces(kind: Kind, index: usize, param: &Param) -> Vec<TokenStream> {
    let [dtype, shape, optional] =
        ["DTYPE", "SHAPE", "OPTIONAL"].map(|name| constant(kind, param, name));
    let comma = if index > 0 { "," } else { "" };
    let optional = match &param.role {
        Role::Default(_, value) => raw(format!("true,\"default\":{value}")),
        _ => quote!(fz::Piece::Raw(if #optional { "true" } else { "false" })),
    };
    let variadic = if param.is_variadic() { ",\"variadic\":true" } else { "" };
    vec![
        raw(format!("{comma}{{\"name\":{},\"type\":\"", json::text(&param.name))),
        quote!(fz::Piece::Raw(#dtype.name())),
        raw("\",\"shape\":\""),
        quote!(fz::Piece::Raw(#shape)),
        raw("\",\"optional\":"),
        optional,
        raw(format!("{variadic},\"description\":{}}}", json::text(&param.description))),
    ]
}

fn returns(settings: &Settings, function: &Function) -> Vec<TokenStream> {
    let returns = &function.returns;
    if settings.kind != Kind::Array {
        let returns = quote_spanned!(returns.span()=> <#returns as fz::ReturnValue>);
        return vec![raw("\""), quote!(fz::Piece::Raw(#returns::DTYPE.name())), raw("\"")];
    }
    let returns = quote_spanned!(returns.span()=> <#returns as fz::ArrayReturn>);
    let Some((names, _)) = &settings.columns else {
        let dtype = quote!(fz::column_dtype(#returns::DTYPES, 0));
        return vec![raw("\""), quote!(fz::Piece::Raw(#dtype.name())), raw("\"")];
    };
    let mut pieces = vec![raw("[")];
    for (index, name) in names.iter().enumerate() {
        let comma = if index > 0 { "," } else { "" };
        pieces.extend([
            raw(format!("{comma}{{\"name\":{},\"type\":\"", json::text(&name.value()))),
            quote!(fz::Piece::Raw(fz::column_dtype(#returns::DTYPES, #index).name())),
            raw("\"}"),
        ]);
    }
    pieces.push(raw("]"));
    pieces
}

fn examples(examples: &[Example]) -> Option<TokenStream> {
    let examples: Vec<_> = examples.iter().map(Example::json).collect();
    (!examples.is_empty()).then(|| raw(format!(",\"examples\":[{}]", examples.join(","))))
}

fn hints(settings: &Settings) -> Option<TokenStream> {
    let hints: Vec<_> =
        settings.hints.set.iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
    (!hints.is_empty()).then(|| raw(format!(",\"hints\":{{{}}}", hints.join(","))))
}
