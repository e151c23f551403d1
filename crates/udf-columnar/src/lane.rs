//! The ways in which calls reach a guest.

use udf_abi::{
    DType,
    exports::MAX_PARAMS,
    manifest::{Function, Param},
};

/// How calls of a function reach the guest: the ways of version 1 of the contract, and no others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Lane {
    /// Frames of columns: one guest call for a batch of rows (codec 2).
    #[default]
    Columnar,
    /// JSON requests and answers: one guest call for a row, or for the whole call (codec 1).
    Json,
    /// Numbers as WebAssembly values: one guest call for a row (typed bridge).
    Typed,
}

/// Makes the parameters of a codec 1 function fit its arity: that manifest need not list them.
pub(crate) fn complete(function: &mut Function) {
    let least = (function.min_args as usize).min(MAX_PARAMS);
    let most = function.max_args.map(|max| (max as usize).min(MAX_PARAMS));
    let params = &mut function.params;
    params.truncate(most.unwrap_or(MAX_PARAMS));
    let is_variadic = |params: &[Param]| params.last().is_some_and(|p| p.variadic);
    while params.len() < most.unwrap_or(least) && !is_variadic(params) {
        let param = unlisted(params, false);
        params.push(param);
    }
    if most.is_none() && !is_variadic(params) && params.len() < MAX_PARAMS {
        let param = unlisted(params, true);
        params.push(param);
    }
    for param in params.iter_mut().skip(least) {
        param.optional |= !param.variadic;
    }
}

/// A parameter that the manifest does not list, named by its position.
fn unlisted(params: &[Param], variadic: bool) -> Param {
    let mut name = format!("arg{}", params.len() + 1);
    while params.iter().any(|p| p.name.eq_ignore_ascii_case(&name)) {
        name.push('_');
    }
    Param { variadic, ..Param::scalar(name, DType::Any) }
}

#[cfg(test)]
mod tests {
    use crate::{Argument, Column, Lane, Signature};
    use std::borrow::Cow;
    use udf_abi::{
        DType,
        manifest::{FunctionKind, Manifest},
    };

    fn signature(arity: &str) -> Signature {
        let text = format!(
            r#"{{ "schema": "formualizer.udf.module/v1",
                 "module": {{ "id": "demo", "version": "1", "abi": 1, "codec": 1 }},
                 "functions": [{{ "id": 1, "name": "F", "export": "f", {arity} }}] }}"#
        );
        let manifest = Manifest::parse(text.as_bytes()).unwrap().manifest;
        Signature::try_json(manifest.functions[0].clone()).unwrap()
    }

    #[test]
    fn parameters_that_are_not_listed_follow_from_the_arity() {
        for (arity, wanted) in [
            (r#""min_args": 0, "max_args": 0"#, "F() -> any"),
            (r#""min_args": 1, "max_args": 2"#, "F(arg1: any, [arg2: any]) -> any"),
            (r#""min_args": 1"#, "F(arg1: any, arg2: any…) -> any"),
            (
                r#""min_args": 1, "max_args": 1, "params": [{"name": "a"}, {"name": "b"}]"#,
                "F(a: any) -> any",
            ),
            (
                r#""min_args": 1, "params": [{"name": "a"}, {"name": "b", "type": "f64", "variadic": true}]"#,
                "F(a: any, b: f64…) -> any",
            ),
            (
                r#""min_args": 0, "max_args": 2, "params": [{"name": "ARG2"}], "returns": "f64""#,
                "F([ARG2: any], [arg2_: any]) -> f64",
            ),
        ] {
            let signature = signature(arity);
            assert_eq!(signature.to_string(), wanted);
            assert_eq!(signature.lane(), Lane::Json);
        }
        assert_eq!(signature(r#""min_args": 4000000000"#).function().params.len(), 255);
    }

    #[test]
    fn ranges_and_calls_without_columns_are_one_call() {
        let signature = signature(r#""min_args": 1"#);
        let one = || Column::new_null(DType::Any, 1);
        let scalar = Argument::Scalar(one());
        let column = Argument::Column(one());
        let range = Argument::Range(vec![one(), one()]);
        for (arguments, rows, whole) in [
            (vec![scalar.clone()], None, true),
            (vec![scalar.clone()], Some(1), false),
            (vec![column.clone(), scalar.clone()], None, false),
            (vec![column.clone(), range.clone()], None, true),
            (vec![range], Some(1), true),
        ] {
            let bound = signature.for_call(&arguments, rows);
            assert_eq!(matches!(bound, Cow::Owned(_)), whole, "{arguments:?} {rows:?}");
            let kind = &bound.function().kind;
            assert_eq!(*kind == FunctionKind::Array, whole);
        }
    }
}
