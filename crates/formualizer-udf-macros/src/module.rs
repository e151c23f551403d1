//! `fz_module! { id: …, version: …, functions: […] }`

use proc_macro2::{Delimiter, Group, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{
    Expr, ExprLit, Ident, Lit, Path, Token,
    ext::IdentExt,
    parse::{Parse, ParseStream},
    spanned::Spanned,
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
    if list.stream().is_empty() {
        errors.at(&list, "a module has at least one function: `functions: [name]`");
    }
    let mut paths = Vec::new();
    for part in split(list.stream()) {
        match syn::parse2::<Path>(part.clone()) {
            Ok(path) if is_associated(&path) => errors.at(
                path,
                "this function stands in an `impl`: move it out, and name it by its module",
            ),
            Ok(path) => paths.push(path),
            Err(_) => {
                errors.at(part, "name the function by its path, without anything else: `name`");
            }
        }
    }
    Some(paths)
}

/// Whether the name before the last one is a type's, as names of types are written.
fn is_associated(path: &Path) -> bool {
    let before = path.segments.len().checked_sub(2).and_then(|index| path.segments.get(index));
    before.is_some_and(|segment| {
        segment.ident.to_string().starts_with(|first: char| first.is_uppercase())
    })
}

pub(crate) fn expand(input: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let module = Module::parse(input, &mut errors);
    let exports = exports(module.functions.as_deref(), &mut errors);
    let errors = errors.finish().err();
    match (module, errors) {
        (
            Module { id: Some(id), version: Some(version), description, functions: Some(paths) },
            None,
        ) => accepted(&id, &version, description, &paths, &exports),
        (Module { functions, .. }, errors) => {
            refused(&functions.unwrap_or_default(), errors.as_ref())
        }
    }
}

fn accepted(
    id: &Expr,
    version: &Expr,
    description: Option<Expr>,
    paths: &[Path],
    exports: &[String],
) -> TokenStream {
    let description = description.unwrap_or_else(|| syn::parse_quote!(""));
    let pieces = paths.iter().zip(exports).enumerate().map(|(index, (path, export))| {
        let comma = if index > 0 { "," } else { "" };
        let head = format!("{comma}{{\"id\":{},\"export\":\"{export}\",", index + 1);
        let entry = with(path, |function| quote!(<#function as fz::Function>::MANIFEST));
        quote!(fz::Piece::Raw(#head), fz::Piece::List(#entry))
    });
    let keys = paths.iter().map(|path| with(path, |f| quote!(<#f as fz::Function>::KEYS)));
    let listed = paths.iter().map(listed);
    let functions = paths.iter().zip(exports).map(|(path, export)| {
        with(
            path,
            |function| quote!(::formualizer_udf_sdk::__export_function!(#function, #export);),
        )
    });
    quote! {
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
            fz::assert_unique(&[#(#keys),*]);
            #(#listed)*
        };

        #[cfg(target_arch = "wasm32")]
        const _: () = {
            use ::formualizer_udf_sdk::__private as fz;
            ::formualizer_udf_sdk::__export_module!(MANIFEST);
            #(#functions)*
        };
    }
}

/// What other code may refer to, and the errors: the functions count as listed.
fn refused(paths: &[Path], errors: Option<&syn::Error>) -> TokenStream {
    let errors = match errors {
        Some(errors) => errors.to_compile_error(),
        None => syn::Error::new(Span::call_site(), FORM).to_compile_error(),
    };
    let listed = paths.iter().map(listed);
    quote! {
        /// The manifest of a plugin that does not compile.
        pub const MANIFEST: &str = "";

        const _: () = {
            use ::formualizer_udf_sdk::__private as fz;
            #(#listed)*
        };

        #errors
    }
}

/// A block in which a name stands for the function's hidden type. Where there is a function of that
/// path but no hidden type, the name is found outside, and stands for a type that says so. Where
/// there is nothing of that path, the compiler says that and no more.
fn with(path: &Path, expression: impl FnOnce(Ident) -> TokenStream) -> TokenStream {
    let name = Ident::new("fz_function", path.span());
    let expression = expression(name.clone());
    // Looked for in this module and nowhere else.
    let here = path.get_ident().map(|ident| quote_spanned!(ident.span()=> self::));
    quote! {{
        #[allow(unused_imports, reason = "for functions that lack the attribute")]
        use fz::unmarked::#name;
        {
            #[allow(unused_imports, reason = "likewise")]
            use #here #path as #name;
            #expression
        }
    }}
}

/// The use of the function that keeps the compiler from warning of it.
fn listed(path: &Path) -> TokenStream {
    let listed = with(path, |function| {
        quote! {
            #[allow(unused_imports, reason = "for functions of other crates")]
            use fz::Listed as _;
            #function::LISTED
        }
    });
    quote!(let () = #listed;)
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
    if functions.len() > MAX_FUNCTIONS {
        let message =
            format!("{} functions; a module has at most {MAX_FUNCTIONS}", functions.len());
        errors.push(syn::Error::new(Span::call_site(), message));
    }
    exports
}
