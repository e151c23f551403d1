//! The code that `#[fz_udf]` stands for.

use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::{Attribute, ItemFn, ext::IdentExt, spanned::Spanned};

use crate::{
    attribute::{Kind, Settings},
    class::{self, Class, Shape},
    entry,
    errors::Errors,
    example,
    function::{self, Function, Param},
    names, refused,
    role::Role,
};

pub(crate) fn function(settings: TokenStream, tokens: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let settings = Settings::parse(settings, &mut errors);
    let mut item: ItemFn = match syn::parse2(tokens.clone()) {
        Ok(item) => item,
        Err(error) => {
            let message =
                "#[fz_udf] goes on a function with a body: `fn name(x: f64) -> f64 { … }`";
            return refused::other(&tokens, &errors.and(syn::Error::new(error.span(), message)));
        }
    };
    let function = function::check(&mut item, &settings, &mut errors);
    if let Some(function) = &function {
        example::check(&settings.examples, settings.kind, function, &mut errors);
    }
    match (function, errors.finish()) {
        (Some(function), Ok(())) => companion(&settings, &item, &function),
        (_, Ok(())) => quote!(#item),
        (_, Err(errors)) => refused::function(&item, &errors),
    }
}

/// The function, and a type of its name that knows how to call it.
fn companion(settings: &Settings, item: &ItemFn, function: &Function) -> TokenStream {
    let name = &item.sig.ident;
    let called = match &settings.name {
        Some(name) => name.value(),
        None => name.unraw().to_string().to_uppercase(),
    };
    let aliases: Vec<String> = settings.aliases.iter().map(syn::LitStr::value).collect();
    let keys = [&called].into_iter().chain(&aliases).map(|name| names::key(name));
    let manifest = entry::pieces(settings, function, &called, &aliases);
    let body = match settings.kind {
        Kind::Elementwise => rows(function),
        _ => whole(settings, function),
    };
    let lanes = lanes(settings, item, function);
    let hidden_type = hidden_type(item);
    let cfgs = cfgs(&item.attrs);
    let listed = listed(item);
    quote! {
        #item
        #hidden_type

        #(#cfgs)*
        const _: () = {
            use ::formualizer_udf_sdk::__private as fz;

            #lanes
            #listed

            #[diagnostic::do_not_recommend]
            impl fz::Function for #name {
                const MANIFEST: &'static [fz::Piece] = &[#(#manifest),*];
                const KEYS: &'static [&'static str] = &[#(#keys),*];

                fn call(__frame: fz::Frame<'_>) -> u64 {
                    // Before any local name could hide the function's.
                    let __function = #name;
                    #body
                }
            }
        };
    }
}

/// The type that `fz_module!` refers to by the function's name.
pub(crate) fn hidden_type(item: &ItemFn) -> TokenStream {
    let (name, vis) = (&item.sig.ident, &item.vis);
    let cfgs = cfgs(&item.attrs);
    quote! {
        #(#cfgs)*
        #[doc(hidden)]
        #[allow(non_camel_case_types, dead_code, reason = "named like the function")]
        #vis enum #name {}
    }
}

/// The conditions under which an item is there: what is made for it has the same.
pub(crate) fn cfgs(attrs: &[Attribute]) -> impl Iterator<Item = &Attribute> {
    attrs.iter().filter(|attr| attr.path().is_ident("cfg"))
}

/// Has the compiler warn of a function that `fz_module!` does not list: its list is the only use of
/// a constant, whose name the warning tells. That constant stands where the function's name does in
/// the author's source, all of it: of code that has no place there, the compiler is silent, as of
/// the other constant, which `fz_module!` can name.
fn listed(item: &ItemFn) -> TokenStream {
    let name = &item.sig.ident;
    let at = name.span();
    let unlisted = format_ident!("{}_is_not_listed_in_fz_module", name.unraw(), span = at);
    let allowed = item.attrs.iter().filter(|attr| attr.path().is_ident("allow"));
    let constant = quote_spanned!(at=> const #unlisted: () = (););
    quote! {
        #[allow(non_upper_case_globals, reason = "a sentence")]
        #(#allowed)*
        #constant

        impl #name {
            pub(crate) const LISTED: () = #unlisted;
        }
    }
}

/// Has the compiler check that parameters and result hold equally many rows at once.
fn lanes(settings: &Settings, item: &ItemFn, function: &Function) -> TokenStream {
    let params = function.params.iter().map(|param| {
        let ty = &param.ty;
        match settings.kind {
            Kind::Elementwise => quote_spanned!(ty.span()=> <#ty as fz::RowParam<'_>>::ROW_LANES),
            _ => quote_spanned!(ty.span()=> <#ty as fz::Param<'_>>::LANES),
        }
    });
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
    quote_spanned!(span=> const _: () = fz::check_lanes(&[#(#params),*], #result, #sees_rows);)
}

/// Calls a function of kind `reduce` or `array`.
fn whole(settings: &Settings, function: &Function) -> TokenStream {
    let returns = &function.returns;
    let context = function.has_context.then(|| quote!(fz::context(&inputs),));
    let arguments = function.params.iter().enumerate().map(|(index, param)| {
        let ty = &param.ty;
        let at = ty.span();
        match &param.role {
            Role::Plain => quote_spanned!(at=> fz::argument::<#ty>(&inputs, #index)),
            Role::Default(value, _) => {
                quote_spanned!(at=> fz::argument_or::<#ty>(&inputs, #index, #value))
            }
            Role::Variadic(_) => quote_spanned!(at=> &fz::arguments::<#ty>(&inputs, #index)),
        }
    });
    let call = quote!(__function(#context #(#arguments),*));
    let answer = match (settings.kind, &settings.columns) {
        (Kind::Array, Some((names, _))) => {
            let count = names.len();
            quote_spanned!(returns.span()=> <#returns as fz::ArrayReturn>::named_array::<#count>(outputs, #call))
        }
        (Kind::Array, None) => {
            quote_spanned!(returns.span()=> <#returns as fz::ArrayReturn>::array(outputs, #call))
        }
        _ => quote_spanned!(returns.span()=> <#returns as fz::ReturnValue>::reduce(outputs, #call)),
    };
    quote! {
        let (inputs, outputs) = __frame.split();
        #answer
    }
}

/// Calls an elementwise function for each row, in blocks.
fn rows(function: &Function) -> TokenStream {
    let returns = &function.returns;
    let count = function.params.len();
    let sources: Vec<_> = (0..count).map(|index| format_ident!("source{index}")).collect();
    let chunks: Vec<_> = (0..count).map(|index| format_ident!("chunk{index}")).collect();
    let open = function.params.iter().enumerate().map(|(index, param)| {
        let ty = &param.ty;
        let at = ty.span();
        match &param.role {
            Role::Plain => {
                quote_spanned!(at=> <#ty as fz::RowParam<'_>>::argument(&inputs, #index))
            }
            Role::Default(value, _) => {
                quote_spanned!(at=> fz::source_or::<#ty>(&inputs, #index, #value))
            }
            Role::Variadic(_) => {
                quote_spanned!(at=> <#ty as fz::RowParam<'_>>::rest(&inputs, #index))
            }
        }
    });
    // Sources, blocks and chunks of variadic parameters are types of their own.
    let named = |single: &str, rest: &str| -> Vec<_> {
        let names = function.params.iter().map(|p| if p.is_variadic() { rest } else { single });
        names.map(|name| format_ident!("{name}")).collect()
    };
    let source = named("Source", "RestSource");
    let blocks = named("Blocks", "RestBlocks");
    let chunk = named("Chunk", "RestChunk");
    let mask = if function.is_total {
        quote!(|_| u32::MAX)
    } else {
        quote!(|block| u32::MAX #(& fz::#blocks::mask(&#sources, block))*)
    };
    let context = function.has_context.then(|| quote!(let context = fz::context(&inputs);));
    let context_at =
        function.has_context.then(|| quote!(fz::context_at(context, block * fz::BLOCK + row),));
    let body = quote!({
        #( let #chunks = fz::#blocks::chunk(&#sources, block); )*
        move |row| __function(#context_at #( fz::#chunk::get(&#chunks, row) ),*)
    });
    let run = if patches(function) {
        let run =
            quote_spanned!(returns.span()=> <#returns as fz::ReturnValue>::elementwise_patched);
        quote! {
            #run(&inputs, outputs, #mask, |block| #body, |block, mask| {
                #( let #chunks = fz::Patch::patched(&#sources, block, mask); )*
                move |row| __function(#( fz::Chunk::get(&#chunks, row) ),*)
            })
        }
    } else {
        let run = quote_spanned!(returns.span()=> <#returns as fz::ReturnValue>::elementwise);
        quote!(#run(&inputs, outputs, #mask, |block| #body))
    };
    quote! {
        let (inputs, outputs) = __frame.split();
        #context
        #( let #sources = #open; )*
        #( let #sources = fz::#source::blocks(&#sources); )*
        #run
    }
}

/// Whether blocks with nulls are evaluated as a whole, with the null rows patched: where all of it
/// is numbers, so that the loop can become vector instructions.
fn patches(function: &Function) -> bool {
    let number = |class| {
        let is_time =
            matches!(class, Class::Date | Class::Time | Class::DateTime | Class::Duration);
        is_time || matches!(class, Class::Int(..) | Class::Float)
    };
    let plain = |param: &Param| {
        let described = &param.described;
        let is_number = number(described.class) && described.shape == Shape::Scalar;
        is_number && described.optional == Some(false) && !param.is_variadic()
    };
    let direct = class::of_direct(&function.returns);
    !function.is_total
        && !function.has_context
        && !function.params.is_empty()
        && function.params.iter().all(plain)
        && (number(direct) || direct == Class::Bool)
}
