//! The code that `#[fz_udf]` stands for.

use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::{ItemFn, ext::IdentExt, spanned::Spanned};

use crate::{
    attribute::{Kind, Settings},
    errors::Errors,
    function::{self, Function, Param},
    json, names,
};

pub(crate) fn function(settings: TokenStream, item: TokenStream) -> syn::Result<TokenStream> {
    let mut errors = Errors::default();
    let settings = Settings::parse(settings, &mut errors);
    let mut item: ItemFn = match syn::parse2(item) {
        Ok(item) => item,
        Err(error) => {
            let message = "#[fz_udf] goes on a function with a body";
            errors.push(syn::Error::new(error.span(), message));
            errors.finish()?;
            return Err(error);
        }
    };
    let function = function::check(&mut item, &settings, &mut errors);
    Ok(match (function, errors.finish()) {
        (Some(function), Ok(())) => companion(&settings, &item, &function),
        (_, Ok(())) => quote!(#item),
        (_, Err(errors)) => {
            // The function stays, so that what uses it raises no errors of its own.
            let errors = errors.into_compile_error();
            quote!(#item #errors)
        }
    })
}

/// The function, and a type of its name that knows how to call it.
fn companion(settings: &Settings, item: &ItemFn, function: &Function) -> TokenStream {
    let (name, vis) = (&item.sig.ident, &item.vis);
    let called = match &settings.name {
        Some(name) => name.value(),
        None => name.unraw().to_string().to_uppercase(),
    };
    let aliases: Vec<String> = settings.aliases.iter().map(syn::LitStr::value).collect();
    let keys = [&called].into_iter().chain(&aliases).map(|name| names::key(name));
    let manifest = manifest(settings, function, &called, &aliases);
    let body = body(settings, item, function);
    let lanes = lanes(settings, item, function);
    quote! {
        #item

        #[doc(hidden)]
        #[allow(non_camel_case_types, reason = "named like the function")]
        #vis enum #name {}

        const _: () = {
            use ::formualizer_udf_sdk::__private as fz;

            #lanes

            impl fz::Function for #name {
                const MANIFEST: &'static [fz::Piece] = &[#(#manifest),*];
                const KEYS: &'static [&'static str] = &[#(#keys),*];

                fn call(frame: fz::Frame<'_>) -> u64 {
                    #body
                }
            }
        };
    }
}

/// Fragments of JSON, from `name` to the closing brace.
fn manifest(
    settings: &Settings,
    function: &Function,
    called: &str,
    aliases: &[String],
) -> Vec<TokenStream> {
    let raw = |json: String| quote!(fz::Piece::Raw(#json));
    let aliases: Vec<_> = aliases.iter().map(|alias| json::text(alias)).collect();
    let types: Vec<_> = function.params.iter().map(param_trait).collect();
    let mut pieces = vec![
        raw(format!(
            "\"name\":{},\"aliases\":[{}],\"kind\":\"{}\",\"min_args\":",
            json::text(called),
            aliases.join(","),
            settings.kind.name()
        )),
        quote!(fz::Piece::Number(fz::min_args(&[#(#types::OPTIONAL),*]))),
        raw(format!(
            ",\"max_args\":{},\"volatile\":{},\"params\":[",
            function.params.len(),
            settings.volatile
        )),
    ];
    for (index, (param, ty)) in function.params.iter().zip(&types).enumerate() {
        let comma = if index > 0 { "," } else { "" };
        pieces.extend([
            raw(format!("{comma}{{\"name\":{},\"type\":\"", json::text(&param.name))),
            quote!(fz::Piece::Raw(#ty::DTYPE.name())),
            raw("\",\"shape\":\"".into()),
            quote!(fz::Piece::Raw(#ty::SHAPE)),
            raw("\",\"optional\":".into()),
            quote!(fz::Piece::Raw(if #ty::OPTIONAL { "true" } else { "false" })),
            raw(format!(",\"description\":{}}}", json::text(&param.description))),
        ]);
    }
    let returns = &function.returns;
    let returns = match settings.kind {
        Kind::Array => quote_spanned!(returns.span()=> <#returns as fz::ArrayReturn>),
        _ => quote_spanned!(returns.span()=> <#returns as fz::ReturnValue>),
    };
    pieces.extend([
        raw("],\"returns\":\"".into()),
        quote!(fz::Piece::Raw(#returns::DTYPE.name())),
        raw(format!("\",\"description\":{}}}", json::text(&function.description))),
    ]);
    pieces
}

/// Has the compiler check that parameters and result hold equally many rows at once.
fn lanes(settings: &Settings, item: &ItemFn, function: &Function) -> TokenStream {
    let params = function.params.iter().map(param_trait);
    let returns = &function.returns;
    let (result, sees_rows) = match settings.kind {
        Kind::Elementwise => (
            quote_spanned!(returns.span()=> <#returns as fz::ReturnValue>::LANES),
            !function.has_context,
        ),
        // The results of other kinds are looked at where they are written.
        _ => (quote!(1), false),
    };
    let span = item.sig.ident.span();
    quote_spanned!(span=> const _: () = fz::check_lanes(&[#(#params::LANES),*], #result, #sees_rows);)
}

fn param_trait(param: &Param) -> TokenStream {
    let ty = &param.ty;
    quote_spanned!(ty.span()=> <#ty as fz::Param<'_>>)
}

fn body(settings: &Settings, item: &ItemFn, function: &Function) -> TokenStream {
    let (name, returns) = (&item.sig.ident, &function.returns);
    let types: Vec<_> = function.params.iter().map(|param| &param.ty).collect();
    let indices = 0..types.len();
    let indices: Vec<_> = indices.collect();
    if settings.kind != Kind::Elementwise {
        let context = function.has_context.then(|| quote!(fz::context(&inputs),));
        let arguments = types
            .iter()
            .zip(&indices)
            .map(|(ty, index)| quote_spanned!(ty.span()=> fz::argument::<#ty>(&inputs, #index)));
        let call = quote!(#name(#context #(#arguments),*));
        let answer = match settings.kind {
            Kind::Array => quote_spanned!(returns.span()=> fz::array::<#returns>),
            _ => quote_spanned!(returns.span()=> fz::reduce::<#returns>),
        };
        let answer = quote!(#answer(outputs, #call));
        return quote! {
            let (inputs, outputs) = frame.split();
            #answer
        };
    }
    let sources: Vec<_> = indices.iter().map(|index| format_ident!("source{index}")).collect();
    let chunks: Vec<_> = indices.iter().map(|index| format_ident!("chunk{index}")).collect();
    let open = types
        .iter()
        .zip(&indices)
        .map(|(ty, index)| quote_spanned!(ty.span()=> fz::source::<#ty>(&inputs, #index)));
    let mask = if settings.total {
        quote!(|_| u32::MAX)
    } else {
        quote!(|block| u32::MAX #(& fz::Blocks::mask(&#sources, block))*)
    };
    let context = function.has_context.then(|| quote!(let context = fz::context(&inputs);));
    let context_at =
        function.has_context.then(|| quote!(fz::context_at(context, block * fz::BLOCK + row),));
    let run = quote_spanned!(returns.span()=> fz::elementwise::<#returns, _>);
    quote! {
        let (inputs, outputs) = frame.split();
        #context
        #( let #sources = #open; )*
        #( let #sources = fz::Source::blocks(&#sources); )*
        #run(&inputs, outputs, #mask, |block| {
            #( let #chunks = fz::Blocks::chunk(&#sources, block); )*
            move |row| #name(#context_at #( fz::Chunk::get(&#chunks, row) ),*)
        })
    }
}
