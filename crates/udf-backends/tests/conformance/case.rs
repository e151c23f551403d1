//! Cases as they stand in `testdata/cases/*.json`; `testdata/cases/README.md` tells the format.

use crate::{
    files,
    value::{self, Type},
};
use serde_json::Value;
use udf_columnar::{Argument, Error};

/// One case.
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) function: String,
    pub(crate) rows: Option<usize>,
    pub(crate) expect: Expected,
    arguments: Vec<Value>,
    repeat: usize,
}

/// What a case gives.
pub(crate) enum Expected {
    Columns { columns: Vec<Value>, failed_rows: Vec<u64> },
    Error { kind: String, message: String },
}

/// Every case of every file in a folder of the repository, in order of file name.
pub(crate) fn read_all(folder: &str) -> Vec<Case> {
    let files = files::all(folder, "json");
    files.iter().flat_map(|(name, text)| read(name, text)).collect()
}

fn read(name: &str, text: &[u8]) -> Vec<Case> {
    let cases: Vec<Value> = serde_json::from_slice(text).unwrap_or_else(|e| panic!("{name}: {e}"));
    cases.iter().map(|case| parse(name, case)).collect()
}

fn parse(file: &str, case: &Value) -> Case {
    let name = format!("{file}: {}", case["name"].as_str().unwrap());
    let expect = match (&case["expect"], &case["error"]) {
        (Value::Array(columns), Value::Null) => Expected::Columns {
            columns: columns.clone(),
            failed_rows: case["failed_rows"]
                .as_array()
                .map_or(Vec::new(), |rows| rows.iter().map(|r| r.as_u64().unwrap()).collect()),
        },
        (Value::Null, error) => Expected::Error {
            kind: error["kind"].as_str().unwrap_or_else(|| panic!("{name}: no error kind")).into(),
            message: error["message"].as_str().unwrap().into(),
        },
        _ => panic!("{name}: either `expect` or `error`"),
    };
    Case {
        function: case["function"].as_str().unwrap().into(),
        arguments: case["args"].as_array().unwrap().clone(),
        rows: case["rows"].as_u64().map(|n| usize::try_from(n).unwrap()),
        repeat: case["repeat"].as_u64().map_or(1, |n| usize::try_from(n).unwrap()),
        name,
        expect,
    }
}

impl Case {
    /// The arguments, columns repeated as the case says.
    pub(crate) fn arguments(&self) -> Result<Vec<Argument>, Error> {
        self.arguments.iter().map(|argument| self.argument(argument)).collect()
    }

    fn argument(&self, argument: &Value) -> Result<Argument, Error> {
        let ty = |key: &str| Type::from_name(argument[key].as_str()?);
        if let Some(ty) = ty("scalar") {
            let one = std::slice::from_ref(&argument["value"]);
            return value::column(ty, one, 1).map(Argument::Scalar);
        }
        if let Some(ty) = ty("column") {
            let values = argument["values"].as_array().unwrap();
            return value::column(ty, values, self.repeat).map(Argument::Column);
        }
        if let Some(ty) = ty("range") {
            let columns = argument["columns"].as_array().unwrap().iter();
            let columns = columns.map(|c| value::column(ty, c.as_array().unwrap(), self.repeat));
            return columns.collect::<Result<_, _>>().map(Argument::Range);
        }
        assert!(argument["omitted"].as_bool() == Some(true), "{}: {argument}", self.name);
        Ok(Argument::Omitted)
    }

    /// An expected column as [`value::show`] shows it.
    pub(crate) fn repeated(&self, column: &Value) -> (String, Vec<Value>) {
        let ty = column["type"].as_str().and_then(Type::from_name);
        let ty = ty.unwrap_or_else(|| panic!("{}: {column}", self.name));
        // A reduce or array result stands as it is; an elementwise one repeats with its columns.
        let times = if column["once"].as_bool() == Some(true) { 1 } else { self.repeat };
        let values = column["values"].as_array().unwrap();
        value::show(&value::column(ty, values, times).unwrap())
    }

    /// Whether a column of this type is among the arguments or results.
    pub(crate) fn mentions(&self, dtype: &str) -> bool {
        let argument = |a: &Value| ["scalar", "column", "range"].iter().any(|k| a[k] == dtype);
        let result = match &self.expect {
            Expected::Columns { columns, .. } => columns.iter().any(|c| c["type"] == dtype),
            Expected::Error { .. } => false,
        };
        result || self.arguments.iter().any(argument)
    }
}
