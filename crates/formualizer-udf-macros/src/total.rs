//! Functions that are total whether their author says so or not.

use syn::{BinOp, Expr, ExprLit, ItemFn, Lit, Stmt, Type, UnOp};

use crate::{
    class::{self, Class, Shape},
    function::Param,
};

/// Whether the body is one expression of the operators `+ - * / %` over float parameters and
/// literals. It ends for any input and cannot panic, so rows that are null need no test.
pub(crate) fn is_float_arithmetic(item: &ItemFn, params: &[Param], returns: &Type) -> bool {
    let plain = |param: &Param| {
        let described = &param.described;
        described.class == Class::Float
            && described.shape == Shape::Scalar
            && described.optional == Some(false)
            && !param.is_variadic()
    };
    let names: Vec<&str> = params.iter().map(|param| param.name.as_str()).collect();
    class::of_direct(returns) == Class::Float
        && !params.is_empty()
        && params.len() == item.sig.inputs.len()
        && params.iter().all(plain)
        && matches!(item.block.stmts.as_slice(), [Stmt::Expr(body, None)] if arithmetic(body, &names))
}

fn arithmetic(expr: &Expr, params: &[&str]) -> bool {
    match expr {
        Expr::Lit(ExprLit { lit: Lit::Float(_), .. }) => true,
        Expr::Path(path) => path
            .path
            .get_ident()
            .is_some_and(|ident| params.contains(&ident.to_string().trim_start_matches("r#"))),
        Expr::Paren(inner) => arithmetic(&inner.expr, params),
        Expr::Group(inner) => arithmetic(&inner.expr, params),
        Expr::Unary(unary) => matches!(unary.op, UnOp::Neg(_)) && arithmetic(&unary.expr, params),
        Expr::Binary(binary) => {
            let floats = matches!(
                binary.op,
                BinOp::Add(_) | BinOp::Sub(_) | BinOp::Mul(_) | BinOp::Div(_) | BinOp::Rem(_)
            );
            floats && arithmetic(&binary.left, params) && arithmetic(&binary.right, params)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use crate::{attribute::Settings, errors::Errors, function};
    use quote::quote;

    fn is_total(function: proc_macro2::TokenStream) -> bool {
        let mut errors = Errors::default();
        let settings = Settings::parse(quote!(), &mut errors);
        let mut item = syn::parse2(function).unwrap();
        let checked = function::check(&mut item, &settings, &mut errors).unwrap();
        checked.is_total
    }

    #[test]
    fn operators_over_floats_are_total() {
        assert!(is_total(quote!(
            fn f(a: f64, b: f64) -> f64 {
                -a * (b + 1.0) / 2.5 % a
            }
        )));
        assert!(is_total(quote!(
            fn f(a: f32) -> f32 {
                a
            }
        )));
    }

    #[test]
    fn whatever_might_trap_or_is_not_known_is_not() {
        for function in [
            quote!(
                fn f(a: i64, b: i64) -> i64 {
                    a / b
                }
            ),
            quote!(
                fn f(a: f64) -> f64 {
                    a.sqrt()
                }
            ),
            quote!(
                fn f(a: f64) -> f64 {
                    panic!()
                }
            ),
            quote!(
                fn f(a: f64) -> f64 {
                    if a > 0.0 { a } else { 0.0 }
                }
            ),
            quote!(
                fn f(a: f64) -> f64 {
                    a * RATE
                }
            ),
            quote!(
                fn f(a: f64) -> Option<f64> {
                    None
                }
            ),
            quote!(
                fn f(a: Option<f64>) -> f64 {
                    1.0
                }
            ),
            quote!(
                fn f(a: f64) -> f64 {
                    check(a);
                    a
                }
            ),
        ] {
            assert!(!is_total(function.clone()), "{function}");
        }
    }
}
