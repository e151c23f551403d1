//! The function under `#[fz_udf]`.

use quote::format_ident;
use syn::{
    Attribute, Expr, ExprLit, FnArg, GenericParam, Ident, ItemFn, Lifetime, Lit, Meta, Pat,
    PatType, ReturnType, Type,
    ext::IdentExt,
    visit_mut::{self, VisitMut},
};
use udf_abi::exports::MAX_PARAMS;

use crate::{
    attribute::{Kind, Settings},
    class::{self, Described, last},
    errors::Errors,
    mistakes, names,
    role::{self, Role},
    total,
};

/// A parameter.
pub(crate) struct Param {
    pub(crate) name: String,
    /// The type of one argument: `T` of a variadic `&[T]`.
    pub(crate) ty: Type,
    pub(crate) description: String,
    /// What the type's name says of it.
    pub(crate) described: Described,
    pub(crate) role: Role,
    ident: Ident,
}

impl Param {
    pub(crate) fn is_variadic(&self) -> bool {
        matches!(self.role, Role::Variadic(_))
    }
}

/// What of the function the generated code needs.
pub(crate) struct Function {
    pub(crate) params: Vec<Param>,
    /// Whether its first parameter is the context.
    pub(crate) has_context: bool,
    pub(crate) description: String,
    pub(crate) returns: Type,
    /// Whether it may be evaluated for rows that are null: promised, or plain to see.
    pub(crate) is_total: bool,
}

impl Function {
    /// The parameter that takes the argument at `index`.
    pub(crate) fn param_of(&self, index: usize) -> Option<&Param> {
        self.params.get(index).or_else(|| self.params.last().filter(|p| p.is_variadic()))
    }

    pub(crate) fn is_variadic(&self) -> bool {
        self.params.last().is_some_and(Param::is_variadic)
    }

    /// The fewest arguments of a call, as far as the types' names say.
    pub(crate) fn fewest_arguments(&self) -> usize {
        self.params.iter().rposition(is_required).map_or(0, |last| last + 1)
    }
}

fn is_required(param: &Param) -> bool {
    match param.role {
        Role::Plain => param.described.optional == Some(false),
        Role::Default(..) => false,
        Role::Variadic(fewest) => fewest > 0,
    }
}

/// Checks the function and takes from its parameters the doc comments and attributes, which rustc
/// would refuse. Answers nothing where the rest cannot be looked at; of parameters that are wrong,
/// so much as to look at the rest.
pub(crate) fn check(
    item: &mut ItemFn,
    settings: &Settings,
    errors: &mut Errors,
) -> Option<Function> {
    check_signature(item, errors);
    let description = take_docs(&mut item.attrs.clone());
    let inputs = &mut item.sig.inputs;
    let count = inputs.len();
    let mut params = Vec::new();
    let mut has_context = false;
    for (index, input) in inputs.iter_mut().enumerate() {
        let FnArg::Typed(input) = input else {
            errors.at(input, "a function of a plugin has no `self`: move it out of the `impl`");
            continue;
        };
        if last(&input.ty).as_deref() == Some("Context") {
            if index > 0 {
                errors.at(&input.ty, "`Context` is the first parameter, if it is one");
            } else if !settings.volatile {
                errors.at(
                    &input.ty,
                    "only a volatile function has a seed and a clock: write #[fz_udf(volatile)]",
                );
            }
            has_context = index == 0;
            continue;
        }
        params.push(param(index, input, settings.kind, errors));
    }
    if count > MAX_PARAMS {
        errors.at(&item.sig.inputs, format!("{count} parameters; at most {MAX_PARAMS} are taken"));
    }
    check_names(&params, errors);
    check_order(&params, errors);
    let ReturnType::Type(_, returns) = &item.sig.output else {
        errors.at(&item.sig.ident, "the function answers nothing: give it a result, `-> f64` say");
        return None;
    };
    mistakes::check_result(returns, settings, errors);
    mistakes::check_total(&params, settings, errors);
    let elementwise = settings.kind == Kind::Elementwise;
    let is_total = settings.total.is_some()
        || elementwise && total::is_float_arithmetic(item, &params, returns);
    Some(Function { params, has_context, description, returns: elided(returns), is_total })
}

fn check_signature(item: &ItemFn, errors: &mut Errors) {
    let sig = &item.sig;
    for param in &sig.generics.params {
        if !matches!(param, GenericParam::Lifetime(_)) {
            errors.at(param, "a function of a plugin has no generics: name the type");
        }
    }
    if let Some(token) = &sig.asyncness {
        errors.at(token, "a plugin has nothing to wait for: remove `async`");
    }
    if let Some(token) = &sig.unsafety {
        errors.at(token, "hosts call this with any values: it must be safe");
    }
    if let Some(abi) = &sig.abi {
        errors.at(abi, "write a plain `fn`: fz_module! makes the export");
    }
    if let Some(variadic) = &sig.variadic {
        errors
            .at(variadic, "C's variadic parameters are not supported: write #[variadic] xs: &[T]");
    }
}

fn param(index: usize, input: &mut PatType, kind: Kind, errors: &mut Errors) -> Param {
    let description = take_docs(&mut input.attrs);
    let attrs = role::take(input);
    for attr in input.attrs.iter().filter(|attr| attr.path().is_ident("cfg")) {
        let message = "a function has the same parameters in every build: put #[cfg(…)] on two \
                       functions instead";
        errors.at(attr, message);
    }
    let ident = if let Pat::Ident(pat) = &*input.pat
        && pat.by_ref.is_none()
        && pat.subpat.is_none()
    {
        pat.ident.clone()
    } else {
        errors.at(&input.pat, "a parameter has a name here: take it apart inside the function");
        format_ident!("pattern{index}")
    };
    let name = ident.unraw().to_string().trim_start_matches('_').to_owned();
    if name.is_empty() {
        errors.at(&input.pat, "give the parameter a name: callers read it");
    } else if let Some(problem) = names::label_problem(&name) {
        errors.at(&input.pat, problem);
    }
    let (role, ty) = role::of(&attrs, &name, &input.ty, errors);
    let mut described = class::of_param(&ty);
    if let Some(message) = mistakes::of_param(&ty, kind) {
        errors.at(&ty, message);
        described = Described::UNKNOWN;
    }
    Param { name, ty: elided(&ty), description, described, role, ident }
}

/// The type with its lifetimes left open, as they are outside of the function.
fn elided(ty: &Type) -> Type {
    struct Elide;
    impl VisitMut for Elide {
        fn visit_lifetime_mut(&mut self, lifetime: &mut Lifetime) {
            if lifetime.ident != "static" {
                *lifetime = Lifetime::new("'_", lifetime.span());
            }
            visit_mut::visit_lifetime_mut(self, lifetime);
        }
    }
    let mut ty = ty.clone();
    Elide.visit_type_mut(&mut ty);
    ty
}

fn check_names(params: &[Param], errors: &mut Errors) {
    let mut seen: Vec<String> = Vec::new();
    for param in params {
        let key = param.name.to_uppercase();
        if seen.contains(&key) {
            let message = format!(
                "two parameters are called `{}` (names are compared without case)",
                param.name
            );
            errors.at(&param.ident, message);
        }
        seen.push(key);
    }
}

fn check_order(params: &[Param], errors: &mut Errors) {
    for (index, param) in params.iter().enumerate() {
        let rest = &params[index + 1..];
        if param.is_variadic() && !rest.is_empty() {
            let message = "only the last parameter can be variadic: move it to the end";
            errors.at(&param.ident, message);
        }
        if let (Role::Default(..), Some(required)) =
            (&param.role, rest.iter().find(|p| is_required(p)))
        {
            let message = format!(
                "`{}` has a default but can never be left out, since `{}` behind it is required: \
                 move it behind, or take an Option",
                param.name, required.name
            );
            errors.at(&param.ident, message);
        }
    }
}

/// Removes doc comments and answers their text.
fn take_docs(attrs: &mut Vec<Attribute>) -> String {
    let mut lines = Vec::new();
    attrs.retain(|attr| {
        if let Meta::NameValue(pair) = &attr.meta
            && pair.path.is_ident("doc")
        {
            if let Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) = &pair.value {
                let text = text.value();
                lines.extend(
                    text.lines().map(|l| l.strip_prefix(' ').unwrap_or(l).trim_end().to_owned()),
                );
                if text.is_empty() {
                    lines.push(String::new());
                }
            }
            return false;
        }
        true
    });
    lines.join("\n").trim().to_owned()
}
