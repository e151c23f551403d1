//! What a type's name says about its values: enough to tell a literal that cannot fit.
//!
//! A macro sees names, not types. A name that is not known here (an alias, say) is
//! [`Class::Unknown`] and fits everything; the host that runs an example has the last word.

use syn::{GenericArgument, PathArguments, Type};

/// Values of a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    /// Whole numbers from .0 to .1.
    Int(i128, i128),
    Float,
    Bool,
    Text,
    Bytes,
    Date,
    Time,
    DateTime,
    Duration,
    Error,
    /// A spreadsheet value of any kind.
    Any,
    Unknown,
}

impl Class {
    /// What to write for a value, as a message has it.
    pub(crate) fn wanted(self) -> String {
        match self {
            Self::Int(low, high) => format!("a whole number from {low} to {high}"),
            Self::Float => "a number".into(),
            Self::Bool => "true or false".into(),
            Self::Text => "a text in quotes".into(),
            Self::Bytes => "bytes, as in b\"\\x00\\xff\"".into(),
            Self::Date => "a date, as in \"2024-01-31\"".into(),
            Self::Time => "a time, as in \"18:30:00\"".into(),
            Self::DateTime => {
                "a date and time, as in \"2024-01-31T18:30:00\" (with Z behind it for an instant)"
                    .into()
            }
            Self::Duration => "a number of seconds".into(),
            Self::Error => "an error, as in error(\"#N/A\"), or null".into(),
            Self::Any | Self::Unknown => "a value".into(),
        }
    }
}

/// How many values a parameter takes at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    Scalar,
    Column,
    Range,
    Unknown,
}

/// What a type's name says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Described {
    pub(crate) class: Class,
    pub(crate) shape: Shape,
    /// Whether it may be left out; nothing where the name does not say.
    pub(crate) optional: Option<bool>,
}

/// The last name of a path.
pub(crate) fn last(ty: &Type) -> Option<String> {
    match ty {
        Type::Path(path) => path.path.segments.last().map(|segment| segment.ident.to_string()),
        _ => None,
    }
}

/// The first type in the angle brackets of a path.
pub(crate) fn inner(ty: &Type) -> Option<&Type> {
    let Type::Path(path) = ty else { return None };
    let PathArguments::AngleBracketed(list) = &path.path.segments.last()?.arguments else {
        return None;
    };
    list.args.iter().find_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    })
}

/// What the type of a parameter says.
pub(crate) fn of_param(ty: &Type) -> Described {
    let name = last(ty).unwrap_or_default();
    if name == "Option" {
        return match inner(ty) {
            Some(inner) => Described { optional: Some(true), ..of_param(inner) },
            None => Described::UNKNOWN,
        };
    }
    let (class, shape) = match name.as_str() {
        "ColumnView" => (inner(ty).map_or(Class::Unknown, of_value), Shape::Column),
        "RangeView" => (inner(ty).map_or(Class::Unknown, of_value), Shape::Range),
        "TextColumn" => (Class::Text, Shape::Column),
        "TextRange" => (Class::Text, Shape::Range),
        "AnyColumn" => (Class::Any, Shape::Column),
        "AnyRange" => (Class::Any, Shape::Range),
        _ => match of_value(ty) {
            Class::Unknown => return Described::UNKNOWN,
            class => (class, Shape::Scalar),
        },
    };
    Described { class, shape, optional: Some(false) }
}

impl Described {
    /// The name says nothing.
    pub(crate) const UNKNOWN: Self =
        Self { class: Class::Unknown, shape: Shape::Unknown, optional: None };
}

/// The columns that the result type of an array function says, one for each; `true` where there
/// may be any number of the one.
pub(crate) fn of_array(ty: &Type) -> (Vec<Class>, bool) {
    match (ty, last(ty).as_deref()) {
        (Type::Tuple(tuple), _) => {
            (tuple.elems.iter().flat_map(|column| of_array(column).0).collect(), false)
        }
        (_, Some("Result")) => inner(ty).map_or((vec![Class::Unknown], true), of_array),
        (_, Some("Vec")) => (vec![inner(ty).map_or(Class::Unknown, of_result)], false),
        (_, Some("Array")) => (vec![inner(ty).map_or(Class::Unknown, of_result)], true),
        _ => (vec![Class::Unknown], true),
    }
}

/// What a result type says of one value, nulls and errors aside.
pub(crate) fn of_result(ty: &Type) -> Class {
    match last(ty).as_deref() {
        Some("Option" | "Result") => inner(ty).map_or(Class::Unknown, of_result),
        Some("Vec") if inner(ty).and_then(last).as_deref() == Some("u8") => Class::Bytes,
        _ => of_value(ty),
    }
}

/// What a result type says that is neither an `Option` nor a `Result`.
pub(crate) fn of_direct(ty: &Type) -> Class {
    match last(ty).as_deref() {
        Some("Option" | "Result") => Class::Unknown,
        _ => of_value(ty),
    }
}

/// What the type of one value says.
pub(crate) fn of_value(ty: &Type) -> Class {
    if let Type::Reference(reference) = ty {
        return match &*reference.elem {
            Type::Slice(slice) if last(&slice.elem).as_deref() == Some("u8") => Class::Bytes,
            ty if last(ty).as_deref() == Some("str") => Class::Text,
            _ => Class::Unknown,
        };
    }
    let Some(name) = last(ty) else { return Class::Unknown };
    match name.as_str() {
        "i8" => Class::Int(i8::MIN.into(), i8::MAX.into()),
        "i16" => Class::Int(i16::MIN.into(), i16::MAX.into()),
        "i32" => Class::Int(i32::MIN.into(), i32::MAX.into()),
        "i64" => Class::Int(i64::MIN.into(), i64::MAX.into()),
        "u8" => Class::Int(0, u8::MAX.into()),
        "u16" => Class::Int(0, u16::MAX.into()),
        "u32" => Class::Int(0, u32::MAX.into()),
        "u64" => Class::Int(0, u64::MAX.into()),
        "f32" | "f64" => Class::Float,
        "bool" => Class::Bool,
        "String" => Class::Text,
        "Date" => Class::Date,
        "Time" => Class::Time,
        "DateTime" | "DateTimeUtc" => Class::DateTime,
        "Duration" => Class::Duration,
        "ErrorCode" => Class::Error,
        "Value" | "OwnedValue" => Class::Any,
        _ => Class::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use syn::parse_quote;

    #[test]
    fn names_of_types_say_what_fits() {
        let check = |ty: Type, class, shape, optional| {
            assert_eq!(of_param(&ty), Described { class, shape, optional });
        };
        check(parse_quote!(f64), Class::Float, Shape::Scalar, Some(false));
        check(parse_quote!(Option<u8>), Class::Int(0, 255), Shape::Scalar, Some(true));
        check(parse_quote!(&'a [u8]), Class::Bytes, Shape::Scalar, Some(false));
        check(parse_quote!(sdk::RangeView<'_, Date>), Class::Date, Shape::Range, Some(false));
        check(parse_quote!(Option<TextColumn<'_>>), Class::Text, Shape::Column, Some(true));
        check(parse_quote!(Metres), Class::Unknown, Shape::Unknown, None);
    }

    #[test]
    fn results_of_arrays_are_columns() {
        assert_eq!(of_array(&parse_quote!(Vec<Option<f64>>)), (vec![Class::Float], false));
        assert_eq!(of_array(&parse_quote!(Array<bool>)), (vec![Class::Bool], true));
        let ty = parse_quote!(Result<(Vec<f64>, Vec<Result<String, UdfError>>), UdfError>);
        assert_eq!(of_array(&ty), (vec![Class::Float, Class::Text], false));
        assert_eq!(of_result(&parse_quote!(Result<Option<Vec<u8>>, String>)), Class::Bytes);
    }
}
