//! `fz_module! { id: …, version: …, functions: […] }`

use proc_macro2::TokenStream;
use quote::quote;
use syn::{
    Expr, Ident, Path, Token, bracketed,
    ext::IdentExt,
    parse::{Parse, ParseStream},
    punctuated::Punctuated,
};
use udf_abi::exports::{MAX_FUNCTIONS, MAX_NAME_BYTES};

use crate::errors::Errors;

const FORM: &str = "write fz_module! { id: \"…\", version: \"…\", functions: [name, name] }";

struct Module {
    id: Expr,
    version: Expr,
    functions: Punctuated<Path, Token![,]>,
}

impl Parse for Module {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let (mut id, mut version, mut functions) = (None, None, None);
        let start = input.span();
        while !input.is_empty() {
            let key: Ident = input.call(Ident::parse_any)?;
            input.parse::<Token![:]>()?;
            let twice = match key.to_string().as_str() {
                "id" => id.replace(input.parse()?).is_some(),
                "version" => version.replace(input.parse()?).is_some(),
                "functions" => {
                    let list;
                    bracketed!(list in input);
                    functions.replace(Punctuated::parse_terminated(&list)?).is_some()
                }
                other => {
                    return Err(syn::Error::new(key.span(), format!("unknown `{other}`: {FORM}")));
                }
            };
            if twice {
                return Err(syn::Error::new(key.span(), format!("`{key}` stands twice: {FORM}")));
            }
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        let missing = |key: &str| syn::Error::new(start, format!("`{key}` is missing: {FORM}"));
        Ok(Self {
            id: id.ok_or_else(|| missing("id"))?,
            version: version.ok_or_else(|| missing("version"))?,
            functions: functions.ok_or_else(|| missing("functions"))?,
        })
    }
}

pub(crate) fn expand(input: TokenStream) -> syn::Result<TokenStream> {
    let module: Module = syn::parse2(input)?;
    let Module { id, version, functions } = &module;
    let exports = exports(functions)?;
    let pieces = functions.iter().zip(&exports).enumerate().map(|(index, (path, export))| {
        let comma = if index > 0 { "," } else { "" };
        let head = format!("{comma}{{\"id\":{},\"export\":\"{export}\",", index + 1);
        quote!(fz::Piece::Raw(#head), fz::Piece::List(<#path as fz::Function>::MANIFEST))
    });
    let paths: Vec<_> = functions.iter().collect();
    Ok(quote! {
        /// The manifest of this plugin, as it stands in the module.
        pub const MANIFEST: &str = {
            use ::formualizer_udf_sdk::__private as fz;
            const HEAD: &[fz::Piece] = &fz::head(#id, #version);
            const PIECES: &[fz::Piece] = &[fz::Piece::List(HEAD), #(#pieces,)* fz::Piece::Raw("]}")];
            const BYTES: [u8; fz::len(PIECES)] = fz::render(PIECES);
            fz::text(&BYTES)
        };

        const _: () = {
            use ::formualizer_udf_sdk::__private as fz;
            fz::assert_unique(&[#(<#paths as fz::Function>::KEYS),*]);
        };

        #[cfg(target_arch = "wasm32")]
        const _: () = {
            ::formualizer_udf_sdk::__export_module!(MANIFEST, #(#paths => #exports),*);
        };
    })
}

/// The names under which the functions are exported: prefixed, since an export that is named like
/// a function of libm vanishes at link time.
fn exports(functions: &Punctuated<Path, Token![,]>) -> syn::Result<Vec<String>> {
    let mut errors = Errors::default();
    let mut exports = Vec::new();
    for path in functions {
        let Some(last) = path.segments.last() else { continue };
        let export = format!("fz_fn_{}", last.ident.unraw());
        if export.len() > MAX_NAME_BYTES {
            errors.at(path, format!("a function's name has at most {} bytes", MAX_NAME_BYTES - 6));
        }
        if exports.contains(&export) {
            let message = "a function of this name stands in the list already: rename one of them";
            errors.at(path, message);
        }
        exports.push(export);
    }
    match functions.len() {
        0 => errors.push(syn::Error::new(
            proc_macro2::Span::call_site(),
            format!("a module has at least one function: {FORM}"),
        )),
        1..=MAX_FUNCTIONS => {}
        count => {
            errors
                .at(functions, format!("{count} functions; a module has at most {MAX_FUNCTIONS}"));
        }
    }
    errors.finish()?;
    Ok(exports)
}
