//! What stands in place of an item that `#[fz_udf]` refuses: everything that other code of the
//! author may refer to, so that the compiler says what is wrong and nothing else.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Attribute, Ident, Item, ItemFn, parse_quote};

use crate::expand::{cfgs, hidden_type};

/// The function as it is, the errors, and what `fz_module!` refers to.
pub(crate) fn function(item: &ItemFn, errors: &syn::Error) -> TokenStream {
    let errors = errors.to_compile_error();
    let mut item = item.clone();
    // The compiler would have something to say about it of its own.
    item.sig.variadic = None;
    item.attrs.push(parse_quote!(#[allow(unused, reason = "the function is refused")]));
    // A function with a receiver stands in an `impl`, where no types can be.
    let hidden = item.sig.receiver().is_none().then(|| {
        let ty = hidden_type(&item);
        let implementation = implementation(&item.sig.ident, &item.attrs);
        quote!(#ty #implementation)
    });
    quote!(#item #hidden #errors)
}

/// The same for whatever else the attribute stands on.
pub(crate) fn other(item: &TokenStream, errors: &syn::Error) -> TokenStream {
    let hidden = match syn::parse2(item.clone()) {
        Ok(Item::Struct(item)) if item.generics.params.is_empty() => {
            Some(implementation(&item.ident, &item.attrs))
        }
        Ok(Item::Enum(item)) if item.generics.params.is_empty() => {
            Some(implementation(&item.ident, &item.attrs))
        }
        _ => None,
    };
    let errors = errors.to_compile_error();
    quote!(#item #hidden #errors)
}

/// A function that nobody calls: the crate does not compile.
fn implementation(name: &Ident, attrs: &[Attribute]) -> TokenStream {
    let cfgs = cfgs(attrs);
    quote! {
        #(#cfgs)*
        const _: () = {
            use ::formualizer_udf_sdk::__private as fz;
            #[diagnostic::do_not_recommend]
            impl fz::Function for #name {
                const MANIFEST: &'static [fz::Piece] = &[];
                const KEYS: &'static [&'static str] = &[];
                fn call(_: fz::Frame<'_>) -> u64 {
                    0
                }
            }
        };
    }
}
