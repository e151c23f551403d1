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
        Type::Tuple(tuple) if tuple.elems.is_empty() => {
            return Some("`()` holds nothing: remove the parameter".into());
        }
        Type::Tuple(_) => {
            return Some("a parameter is one value, column or range: take one for each".into());
        }
        Type::Reference(reference) => return of_reference(reference, kind),
        Type::Array(_) | Type::Slice(_) => {
            return Some(match kind {
                Kind::Elementwise => {
                    "take a parameter for each value, or any number of them: `#[variadic] xs: &[T]`"
                        .into()
                }
                _ => "a column is `ColumnView<'_, T>`, a range `RangeView<'_, T>`".into(),
            });
        }
        Type::Ptr(_) => return Some("take it by value: there are no addresses to share".into()),
        Type::BareFn(_) | Type::TraitObject(_) => {
            return Some("callers pass values of columns and cells, nothing to call".into());
        }
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
        "Array" => "take `RangeView<'_, T>`".into(),
        "Result" => "errors do not reach a function; `Value<'_>` sees them as values".into(),
        "OwnedValue" => "take `Value<'_>`".into(),
        "ColumnView" | "RangeView" | "TextColumn" | "TextRange" | "AnyColumn" | "AnyRange"
            if rows_only =>
        {
            "an elementwise function sees one row at a time: set kind = \"reduce\" or \"array\", \
             or take a value"
                .into()
        }
        "ErrorCode" | "UdfError" => {
            "take `Option<ErrorCode>`: a row without an error is None".into()
        }
        "HashMap" | "BTreeMap" | "HashSet" | "BTreeSet" | "IndexMap" => {
            "take columns, of keys and of values say: `ColumnView<'_, T>`".into()
        }
        "VecDeque" | "SmallVec" | "ArrayView1" | "Array1" | "ArrayView2" | "Array2" => {
            "take `ColumnView<'_, T>` or `RangeView<'_, T>`, with kind = \"reduce\" or \"array\""
                .into()
        }
        "Box" | "Rc" | "Arc" | "RefCell" | "Cell" | "Mutex" => {
            "take the value itself: nothing is shared with the caller".into()
        }
        "Cow" => "take `&str` or `&[u8]`".into(),
        "Option" => return inner(ty).and_then(|ty| of_option(ty, kind)),
        name => return of_name(ty, name, "take"),
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
        "Option" => "take `Option<T>` by value, without `&`".into(),
        _ => "take it by value, without `&`".into(),
    })
}

/// Types that are nearly right.
fn of_name(ty: &Type, name: &str, verb: &str) -> Option<String> {
    let text = if verb == "take" { "&str" } else { "String" };
    let why = "is no type of a column";
    let instead = match name {
        "usize" | "u128" | "NonZeroU64" | "NonZeroUsize" => "u64",
        "isize" | "i128" | "NonZeroI64" => "i64",
        "NonZeroU32" => "u32",
        "NonZeroI32" => "i32",
        "f16" => "f32",
        "f128" | "Decimal" | "BigDecimal" | "OrderedFloat" | "NotNan" => "f64",
        "char" | "str" | "OsString" | "OsStr" | "PathBuf" | "Path" | "CString" | "CStr"
        | "Uuid" | "Regex" => text,
        "NaiveDate" => "Date",
        "NaiveTime" => "Time",
        "NaiveDateTime" | "PrimitiveDateTime" => "DateTime",
        "OffsetDateTime" | "Zoned" | "Timestamp" => "DateTimeUtc",
        // chrono's, with a zone; ours takes no type.
        "DateTime" if inner(ty).is_some() => {
            return Some(format!(
                "{verb} `DateTimeUtc` of formualizer_udf_sdk, and convert inside: its `micros` \
                 count from 1970-01-01T00:00:00Z"
            ));
        }
        "SystemTime" | "Instant" => "DateTimeUtc",
        "Duration" if is_foreign_duration(ty) => {
            return Some(format!(
                "{verb} `Duration` of formualizer_udf_sdk, and convert inside: it counts `micros`"
            ));
        }
        "TimeDelta" => "Duration",
        _ => return None,
    };
    Some(format!("{verb} `{instead}`: `{name}` {why}"))
}

/// Whether the path says that it is another crate's.
fn is_foreign_duration(ty: &Type) -> bool {
    let Type::Path(path) = ty else { return false };
    let others = ["std", "core", "time", "chrono"];
    path.path.segments.len() > 1
        && path.path.segments.first().is_some_and(|first| others.iter().any(|o| first.ident == o))
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
    match ty {
        Type::ImplTrait(_) => return Some((ty, "name the type: callers have to know it".into())),
        Type::Never(_) => {
            return Some((
                ty,
                "the function answers nothing: give it a result, `-> f64` say".into(),
            ));
        }
        _ => {}
    }
    if let Some((error, message)) = error_type(ty).and_then(of_error) {
        return Some((error, message));
    }
    if kind == Kind::Array {
        return of_array(ty);
    }
    match ty {
        Type::Tuple(tuple) => {
            let message = match tuple.elems.len() {
                0 => "the function answers nothing: give it a result, `-> f64` say",
                _ => {
                    "one value is answered here: several columns come from kind = \"array\", as a \
                     tuple of Vecs with columns = [\"name\", \"name\"]"
                }
            };
            return Some((ty, message.into()));
        }
        Type::Reference(reference) => return of_result_reference(ty, reference),
        Type::Array(_) | Type::Slice(_) => {
            let message = "one value is answered here: set kind = \"array\" to answer a column, as \
                           `Vec<T>`";
            return Some((ty, message.into()));
        }
        _ => {}
    }
    let message = match last(ty)?.as_str() {
        "Vec" if class::of_result(ty) == class::Class::Bytes => return None,
        "Vec" | "Array" => {
            "one value is answered here: set kind = \"array\" to answer a column or an array".into()
        }
        "ColumnView" | "RangeView" | "TextColumn" | "TextRange" | "AnyColumn" | "AnyRange" => {
            "views are for parameters: answer `Vec<T>` or `Array<T>` with kind = \"array\"".into()
        }
        "Option" => {
            let inside = inner(ty)?;
            match last(inside).as_deref() {
                Some("Option") => "one `Option` is enough: null is `None`".into(),
                Some("Result") => {
                    "turn it inside out, `Result<Option<T>, E>`: `transpose()` does so".into()
                }
                _ => return of_result(inside, kind),
            }
        }
        "Result" => {
            let inside = inner(ty)?;
            if last(inside).as_deref() == Some("Result") {
                let message = "one `Result` is enough: `?` on the inner one joins them";
                return Some((inside, message.into()));
            }
            return of_result(inside, kind);
        }
        "UdfError" => "answer a `Result<T, UdfError>`, or an `ErrorCode` as a value".into(),
        "Box" | "Rc" | "Arc" => "answer the value itself".into(),
        "Cow" => "answer `String`: `into_owned()` makes it".into(),
        "HashMap" | "BTreeMap" | "HashSet" | "BTreeSet" | "IndexMap" => {
            "one value is answered here; a table comes from kind = \"array\"".into()
        }
        name => of_name(ty, name, "answer")?,
    };
    Some((ty, message))
}

/// A reference that is no text and no bytes.
fn of_result_reference<'t>(ty: &'t Type, reference: &TypeReference) -> Option<(&'t Type, String)> {
    if matches!(class::of_value(ty), class::Class::Text | class::Class::Bytes) {
        let mutable = reference.mutability.is_some();
        return mutable.then(|| (ty, "answer it without `mut`".into()));
    }
    let message = match &*reference.elem {
        Type::Slice(_) => {
            "one value is answered here: set kind = \"array\" to answer a column, as `Vec<T>`"
        }
        elem if last(elem).as_deref() == Some("String") => "answer `&str` or `String`",
        _ => "answer it by value, without `&`",
    };
    Some((ty, message.into()))
}

/// What is wrong with the error of a `Result`.
fn of_error(ty: &Type) -> Option<(&Type, String)> {
    const WRITE: &str = "write `UdfError`, `String`, or any type that displays";
    let message = match ty {
        Type::Tuple(tuple) if tuple.elems.is_empty() => {
            format!("`()` does not say what is wrong: {WRITE}")
        }
        Type::Tuple(_) => format!("a tuple does not display: {WRITE}"),
        Type::ImplTrait(_) => format!("name the type of the error: {WRITE}"),
        _ if last(ty).as_deref() == Some("Option") => {
            format!("an `Option` does not display: {WRITE}")
        }
        _ => return None,
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
    const FORM: &str = "an array function answers `Vec<T>`, `Array<T>` or a tuple of Vecs";
    match ty {
        Type::Tuple(tuple) if tuple.elems.is_empty() => return Some((ty, FORM.into())),
        Type::Tuple(tuple) => {
            let column = |ty: &&Type| {
                matches!(last(ty).as_deref(), Some("Vec")) || matches!(ty, Type::Macro(_))
            };
            let known = |ty: &&Type| class::of_result(ty) != class::Class::Unknown;
            let odd = tuple.elems.iter().find(|ty| !column(ty) && known(ty));
            return odd.map(|ty| (ty, "each column is a `Vec<T>`".into()));
        }
        Type::Reference(_) | Type::Array(_) | Type::Slice(_) => {
            return Some((ty, format!("{FORM}, with rows of its own")));
        }
        _ => {}
    }
    match last(ty).as_deref() {
        Some("Result") => inner(ty).and_then(of_result_of_array),
        Some("Option") => {
            Some((ty, "an array without rows says nothing: answer an empty Vec, or an Err".into()))
        }
        Some("Vec") => match inner(ty) {
            Some(row @ Type::Tuple(_)) => Some((
                row,
                "columns stand side by side, not in rows: a tuple of Vecs, with columns = \
                 [\"name\", \"name\"]"
                    .into(),
            )),
            Some(row)
                if matches!(last(row).as_deref(), Some("Vec"))
                    && class::of_result(row) != class::Class::Bytes =>
            {
                Some((ty, "rows × columns are `Array<T>`: `Array::from_fn` makes one".into()))
            }
            _ => None,
        },
        Some("Array") => None,
        Some(
            "ColumnView" | "RangeView" | "TextColumn" | "TextRange" | "AnyColumn" | "AnyRange",
        ) => Some((ty, "views are for parameters: answer `Vec<T>` or `Array<T>`".into())),
        Some("HashMap" | "BTreeMap" | "HashSet" | "BTreeSet" | "IndexMap" | "Box" | "VecDeque") => {
            Some((ty, FORM.into()))
        }
        _ => match class::of_result(ty) {
            class::Class::Unknown => None,
            _ => Some((ty, FORM.into())),
        },
    }
}

fn of_result_of_array(ty: &Type) -> Option<(&Type, String)> {
    match ty {
        Type::ImplTrait(_) => Some((ty, "name the type: callers have to know it".into())),
        _ => of_array(ty),
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
