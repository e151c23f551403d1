//! `fz_module! { id: …, version: …, functions: […] }`

use proc_macro2::{Delimiter, Group, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::{
    Expr, ExprLit, Ident, Lit, Path, Token,
    ext::IdentExt,
    parse::{Parse, ParseStream},
};
use udf_abi::exports::{MAX_FUNCTIONS, MAX_NAME_BYTES};

use crate::{attribute::split, errors::Errors, names};

const FORM: &str = "write fz_module! { id: \"…\", version: \"…\", functions: [name, name] }";

/// `key: value`
struct Entry {
    key: Ident,
    value: TokenStream,
}

impl Parse for Entry {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let wrong = |error: syn::Error| syn::Error::new(error.span(), FORM);
        let key = input.call(Ident::parse_any).map_err(wrong)?;
        input.parse::<Token![:]>().map_err(wrong)?;
        if input.is_empty() {
            return Err(syn::Error::new(key.span(), format!("`{key}` has no value: {FORM}")));
        }
        Ok(Self { key, value: input.parse()? })
    }
}

#[derive(Default)]
struct Module {
    id: Option<Expr>,
    version: Option<Expr>,
    description: Option<Expr>,
    functions: Option<Vec<Path>>,
}

impl Module {
    fn parse(input: TokenStream, errors: &mut Errors) -> Self {
        let mut module = Self::default();
        let mut seen: Vec<String> = Vec::new();
        for part in split(input) {
            let Entry { key, value } = match syn::parse2(part) {
                Ok(entry) => entry,
                Err(error) => {
                    errors.push(error);
                    continue;
                }
            };
            let name = key.to_string();
            if seen.contains(&name) {
                errors.at(&key, format!("`{name}` stands twice"));
                continue;
            }
            match name.as_str() {
                "id" => module.id = text(value, errors),
                "version" => module.version = text(value, errors),
                "description" => module.description = text(value, errors),
                "functions" => module.functions = paths(value, errors),
                other => {
                    let message = format!(
                        "there is no `{other}`: there are `id`, `version`, `description` and \
                         `functions`"
                    );
                    errors.at(&key, message);
                }
            }
            seen.push(name);
        }
        for wanted in ["id", "version", "functions"] {
            if !seen.iter().any(|name| name == wanted) {
                let message = format!("`{wanted}` is missing: {FORM}");
                errors.push(syn::Error::new(Span::call_site(), message));
            }
        }
        for literal in module.id.iter().chain(&module.version) {
            if let Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) = literal
                && let Some(problem) = names::label_problem(&text.value())
            {
                errors.at(literal, problem);
            }
        }
        module
    }
}

/// A text: a literal, or an expression such as `env!("CARGO_PKG_VERSION")`, which the compiler
/// checks.
fn text(value: TokenStream, errors: &mut Errors) -> Option<Expr> {
    match syn::parse2(value.clone()) {
        Ok(Expr::Lit(ExprLit { lit, .. })) if !matches!(lit, Lit::Str(_)) => {
            errors.at(lit, "a text in quotes is wanted here");
            None
        }
        Ok(expr) => Some(expr),
        Err(error) => {
            errors.push(syn::Error::new(error.span(), "a text in quotes is wanted here"));
            None
        }
    }
}

fn paths(value: TokenStream, errors: &mut Errors) -> Option<Vec<Path>> {
    let list: Option<Group> = syn::parse2(value.clone()).ok();
    let Some(list) = list.filter(|group| group.delimiter() == Delimiter::Bracket) else {
        errors.at(value, "a list is wanted here: `functions: [name, name]`");
        return None;
    };
    let mut paths = Some(Vec::new());
    for part in split(list.stream()) {
        match syn::parse2::<Path>(part.clone()) {
            Ok(path) => paths.iter_mut().for_each(|paths| paths.push(path.clone())),
            Err(_) => {
                errors.at(part, "name the function by its path, without anything else: `name`");
                paths = None;
            }
        }
    }
    paths
}

pub(crate) fn expand(input: TokenStream) -> syn::Result<TokenStream> {
    let mut errors = Errors::default();
    let module = Module::parse(input, &mut errors);
    let exports = exports(module.functions.as_deref(), &mut errors);
    errors.finish()?;
    let Module { id: Some(id), version: Some(version), description, functions: Some(paths) } =
        module
    else {
        return Err(syn::Error::new(Span::call_site(), FORM));
    };
    let description = description.unwrap_or_else(|| syn::parse_quote!(""));
    let pieces = paths.iter().zip(&exports).enumerate().map(|(index, (path, export))| {
        let comma = if index > 0 { "," } else { "" };
        let head = format!("{comma}{{\"id\":{},\"export\":\"{export}\",", index + 1);
        quote!(fz::Piece::Raw(#head), fz::Piece::List(<#path as fz::Function>::MANIFEST))
    });
    Ok(quote! {
        /// The manifest of this plugin, as it stands in the module.
        pub const MANIFEST: &str = {
            use ::formualizer_udf_sdk::__private as fz;
            const HEAD: &[fz::Piece] = &fz::head(#id, #version, #description);
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
fn exports(functions: Option<&[Path]>, errors: &mut Errors) -> Vec<String> {
    let mut exports: Vec<String> = Vec::new();
    let Some(functions) = functions else { return exports };
    for path in functions {
        let Some(last) = path.segments.last() else { continue };
        let export = format!("fz_fn_{}", last.ident.unraw());
        if export.len() > MAX_NAME_BYTES {
            errors.at(path, format!("a function's name has at most {} bytes", MAX_NAME_BYTES - 6));
        }
        if exports.contains(&export) {
            let name = path.to_token_stream().to_string().replace(' ', "");
            let message = format!(
                "`{name}` stands in the list twice, or another function has its name: remove or \
                 rename one"
            );
            errors.at(path, message);
        }
        exports.push(export);
    }
    match functions.len() {
        0 => errors.push(syn::Error::new(
            Span::call_site(),
            format!("a module has at least one function: {FORM}"),
        )),
        1..=MAX_FUNCTIONS => {}
        count => {
            let message = format!("{count} functions; a module has at most {MAX_FUNCTIONS}");
            errors.push(syn::Error::new(Span::call_site(), message));
        }
    }
    exports
}
