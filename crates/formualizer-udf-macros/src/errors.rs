//! All mistakes at once.

use std::fmt::Display;

use quote::ToTokens;

/// Collects mistakes.
#[derive(Default)]
pub(crate) struct Errors(Option<syn::Error>);

impl Errors {
    /// A mistake at these tokens.
    pub(crate) fn at(&mut self, tokens: impl ToTokens, message: impl Display) {
        self.push(syn::Error::new_spanned(tokens, message));
    }

    pub(crate) fn push(&mut self, error: syn::Error) {
        match &mut self.0 {
            Some(first) => first.combine(error),
            none => *none = Some(error),
        }
    }

    /// All mistakes, this one the last.
    pub(crate) fn and(mut self, error: syn::Error) -> syn::Error {
        match self.0.take() {
            Some(mut first) => {
                first.combine(error);
                first
            }
            None => error,
        }
    }

    pub(crate) fn finish(self) -> syn::Result<()> {
        self.0.map_or(Ok(()), Err)
    }
}
