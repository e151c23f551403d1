//! Types that authors write by mistake, and what to write instead. Everything else is left to the
//! traits of the SDK.

use syn::{GenericArgument, Lifetime, PathArguments, Type, TypeReference, visit_mut::VisitMut};

use crate::{
    attribute::{Kind, Settings},
    class::{self, inner, last},
    errors::Errors,
    function::Param,
};

/// What is wrong with the type of a parameter, where it is a frequent mistake.
pub(crate) fn of_param(ty: &Type, kind: Kind) -> Option<String> {
    if is_static(ty) {
        return Some("arguments live as long as the call only: write it without `'static`".into());
    }
    match ty {
        Type::ImplTrait(_) => return Some("name the type: callers have to know it".into()),
        Type::Tuple(_) => {
            return Some("a parameter is one value, column or range: take one for each".into());
        }
        Type::Reference(reference) => return of_reference(reference, kind),
        _ => {}
    }
    let rows_only = kind == Kind::Elementwise;
    Some(match last(ty)?.as_str() {
        "String" => "take `&str`: nothing is copied then".into(),
        "Vec" if rows_only => {
            "take `&[u8]` for bytes; a whole column is `ColumnView<'_, T>` with kind = \"reduce\" \
             or \"array\""
                .into()
        }
        "Vec" => "take `ColumnView<'_, T>`".into(),
        "Result" => "errors do not reach a function; `Value<'_>` sees them as values".into(),
        "OwnedValue" => "take `Value<'_>`".into(),
        "ColumnView" | "RangeView" | "TextColumn" | "TextRange" | "AnyColumn" | "AnyRange"
            if rows_only =>
        {
            "an elementwise function sees one row at a time: set kind = \"reduce\" or \"array\", \
             or take a value"
                .into()
        }
        "ErrorCode" => "take `Option<ErrorCode>`: a row without an error is None".into(),
        "HashMap" | "BTreeMap" | "HashSet" | "BTreeSet" => {
            "take columns, of keys and of values say: `ColumnView<'_, T>`".into()
        }
        "Option" => return inner(ty).and_then(|ty| of_option(ty, kind)),
        name => return of_name(name, "take"),
    })
}

fn is_static(ty: &Type) -> bool {
    struct Find(bool);
    impl VisitMut for Find {
        fn visit_lifetime_mut(&mut self, lifetime: &mut Lifetime) {
            self.0 |= lifetime.ident == "static";
        }
    }
    let mut find = Find(false);
    find.visit_type_mut(&mut ty.clone());
    find.0
}

fn of_option(ty: &Type, kind: Kind) -> Option<String> {
    match last(ty).as_deref() {
        Some("ErrorCode") => None,
        Some("Option") => Some("one `Option` is enough: null is `None`".into()),
        _ => of_param(ty, kind),
    }
}

fn of_reference(reference: &TypeReference, kind: Kind) -> Option<String> {
    if reference.mutability.is_some() {
        return Some("arguments are read only: take it without `mut`".into());
    }
    if let Type::Slice(slice) = &*reference.elem {
        let bytes = last(&slice.elem).as_deref() == Some("u8");
        return (!bytes).then(|| match kind {
            Kind::Elementwise => {
                "write `#[variadic]` before it to take any number of arguments".into()
            }
            _ => "a column is `ColumnView<'_, T>`; any number of arguments is `#[variadic]` \
                  before a slice"
                .into(),
        });
    }
    Some(match last(&reference.elem)?.as_str() {
        "String" => "take `&str`".into(),
        "Vec" => "take `&[u8]` for bytes, `ColumnView<'_, T>` for a column".into(),
        "str" => return None,
        _ => "take it by value, without `&`".into(),
    })
}

/// Types that are nearly right.
fn of_name(name: &str, verb: &str) -> Option<String> {
    let instead = match name {
        "usize" => "u64",
        "isize" => "i64",
        "char" if verb == "take" => "&str",
        "char" => "String",
        "NaiveDate" | "SystemTime" | "Instant" => "Date` or `DateTime",
        _ => return None,
    };
    Some(format!("{verb} `{instead}`: `{name}` is no type of a column"))
}

/// Tells frequent mistakes in the type of a result.
pub(crate) fn check_result(ty: &Type, settings: &Settings, errors: &mut Errors) {
    if let Some((at, message)) = of_result(ty, settings.kind) {
        errors.at(at, message);
        return;
    }
    if settings.kind == Kind::Array {
        check_columns(ty, settings, errors);
    }
}

fn of_result(ty: &Type, kind: Kind) -> Option<(&Type, String)> {
    if let Type::ImplTrait(_) = ty {
        return Some((ty, "name the type: callers have to know it".into()));
    }
    if let Some(error) = error_type(ty).filter(|error| last(error).as_deref() == Some("Box")) {
        let message = "an error becomes a `UdfError`: write `UdfError`, `ErrorCode` or `String`";
        return Some((error, message.into()));
    }
    if kind == Kind::Array {
        return of_array(ty);
    }
    if let Type::Tuple(tuple) = ty {
        let message = match tuple.elems.len() {
            0 => "the function answers nothing: give it a result, `-> f64` say",
            _ => {
                "one value is answered here: several columns come from kind = \"array\", as a \
                 tuple of Vecs with columns = [\"name\", \"name\"]"
            }
        };
        return Some((ty, message.into()));
    }
    let message = match last(ty)?.as_str() {
        "Vec" if class::of_result(ty) == class::Class::Bytes => return None,
        "Vec" | "Array" => {
            "one value is answered here: set kind = \"array\" to answer a column or an array".into()
        }
        "Result" | "Option" => return inner(ty).and_then(|ty| of_result(ty, kind)),
        "HashMap" | "BTreeMap" | "HashSet" | "BTreeSet" => {
            "one value is answered here; a table comes from kind = \"array\"".into()
        }
        name => of_name(name, "answer")?,
    };
    Some((ty, message))
}

/// `E` of `Result<T, E>`.
fn error_type(ty: &Type) -> Option<&Type> {
    let Type::Path(path) = ty else { return None };
    let result = path.path.segments.last().filter(|segment| segment.ident == "Result")?;
    let PathArguments::AngleBracketed(list) = &result.arguments else { return None };
    match list.args.iter().nth(1)? {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    }
}

/// Tells of `total` where it says nothing.
pub(crate) fn check_total(params: &[Param], settings: &Settings, errors: &mut Errors) {
    let sees_null = |param: &Param| param.described.optional == Some(true);
    if let Some(at) = settings.total
        && settings.kind == Kind::Elementwise
        && params.iter().all(sees_null)
    {
        let message = "`total` says nothing here: no parameter makes a row null, so all rows are \
                       evaluated anyway";
        errors.push(syn::Error::new(at, message));
    }
}

fn of_array(ty: &Type) -> Option<(&Type, String)> {
    match last(ty).as_deref() {
        Some("Result") => inner(ty).and_then(of_array),
        Some("Option") => {
            Some((ty, "an array without rows says nothing: answer an empty Vec, or an Err".into()))
        }
        Some("Vec" | "Array") => None,
        _ => match class::of_result(ty) {
            class::Class::Unknown => None,
            _ => Some((
                ty,
                "an array function answers `Vec<T>`, `Array<T>` or a tuple of Vecs".into(),
            )),
        },
    }
}

/// Holds the names of columns against the type.
fn check_columns(ty: &Type, settings: &Settings, errors: &mut Errors) {
    let ty = match last(ty).as_deref() {
        Some("Result") => inner(ty).unwrap_or(ty),
        _ => ty,
    };
    let count = match (ty, last(ty).as_deref()) {
        (Type::Tuple(tuple), _) => tuple.elems.len(),
        (_, Some("Vec")) => 1,
        _ => return,
    };
    match &settings.columns {
        Some((names, at)) if names.len() != count => {
            let s = if count == 1 { "" } else { "s" };
            let message = format!("{} names, but the result has {count} column{s}", names.len());
            errors.push(syn::Error::new(*at, message));
        }
        None if matches!(ty, Type::Tuple(_)) => {
            let names: Vec<_> = (1..=count).map(|n| format!("\"name{n}\"")).collect();
            let names = names.join(", ");
            errors.at(
                ty,
                format!("name the columns: #[fz_udf(kind = \"array\", columns = [{names}])]"),
            );
        }
        _ => {}
    }
}
