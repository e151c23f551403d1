//! Values on their way to the guest and back.

use crate::plugin::{
    PLUGIN, any_column, args_of, assemble, call, cells, module, numbers, on_every_runtime, requests,
};
use arrow_array::{
    Array, ArrayRef, BooleanArray, Date32Array, DurationMicrosecondArray, Float32Array,
    Float64Array, Int64Array, StringArray, Time64MicrosecondArray, TimestampMicrosecondArray,
    UInt64Array, cast::AsArray,
};
use std::sync::Arc;
use udf_abi::ErrorCode;
use udf_columnar::{AnyValue, Argument, Call, Column, ErrorKind, Lane, RowErrors, SessionOptions};
#[cfg(target_family = "wasm")]
use wasm_bindgen_test::wasm_bindgen_test as test;

#[test]
fn values_are_written_as_upstream_writes_them() {
    let cells = [
        (AnyValue::Number(2.5), "{'Number':2.5}"),
        (AnyValue::Number(-3.0), "{'Number':-3.0}"),
        (AnyValue::Number(1e300), "{'Number':1e+300}"),
        (
            AnyValue::Number(f64::NAN),
            "{'Error':{'kind':'Num','message':null,'context':null,'extra':'None'}}",
        ),
        (AnyValue::Logical(true), "{'Boolean':true}"),
        (AnyValue::Text("añ".into()), "{'Text':'añ'}"),
        (AnyValue::Blank, "'Empty'"),
        (AnyValue::Date(45_322.0), "{'Date':'2024-01-31'}"),
        (AnyValue::DateTime(45_322.5), "{'DateTime':'2024-01-31T12:00:00'}"),
        (AnyValue::Time(0.25), "{'Time':'06:00:00'}"),
        (AnyValue::Duration(1.5), "{'Duration':[129600,0]}"),
        (AnyValue::Duration(-0.5 / 86_400.0), "{'Duration':[-1,500000000]}"),
        (AnyValue::Date(1e18), "{'Number':1e+18}"),
        (
            AnyValue::Error(ErrorCode::Div),
            "{'Error':{'kind':'Div','message':null,'context':null,'extra':'None'}}",
        ),
        (
            AnyValue::Error(ErrorCode::Circular),
            "{'Error':{'kind':'Circ','message':null,'context':null,'extra':'None'}}",
        ),
        (
            AnyValue::Error(ErrorCode::Field),
            "{'Error':{'kind':'Error','message':'#FIELD!','context':null,'extra':'None'}}",
        ),
    ];
    let (values, wanted): (Vec<_>, Vec<_>) = cells.into_iter().unzip();
    on_every_runtime(&module("", &[]), |module| {
        let found = requests(module, vec![any_column(&values)]);
        let found: Vec<&str> = found.iter().map(|request| args_of(request)).collect();
        assert_eq!(found, wanted);
    });
}

#[test]
fn an_error_goes_with_its_message() {
    let errors = RowErrors::try_new(vec![6].into(), Some(vec![Some("too late")].into())).unwrap();
    let column = Column::try_new(Arc::new(Float64Array::from(vec![1.0]))).unwrap();
    let argument = Argument::Column(column.with_errors(errors).unwrap());
    on_every_runtime(&module("", &[]), |module| {
        let found = requests(module, vec![argument.clone()]);
        let wanted = "{'Error':{'kind':'Num','message':'too late','context':null,'extra':'None'}}";
        assert_eq!(args_of(&found[0]), wanted);
    });
}

/// One column, the request for its only row, and the cell that upstream's value comes back as.
#[test]
fn columns_of_declared_types_keep_them() {
    let cases: Vec<(&str, ArrayRef, &str)> = vec![
        ("i64", Arc::new(Int64Array::from(vec![i64::MIN])), "{'Int':-9223372036854775808}"),
        ("u64", Arc::new(UInt64Array::from(vec![7])), "{'Int':7}"),
        ("f64", Arc::new(Float64Array::from(vec![0.1])), "{'Number':0.1}"),
        ("f32", Arc::new(Float32Array::from(vec![0.5])), "{'Number':0.5}"),
        ("bool", Arc::new(BooleanArray::from(vec![false])), "{'Boolean':false}"),
        ("utf8", Arc::new(StringArray::from(vec!["a"])), "{'Text':'a'}"),
        ("date32", Arc::new(Date32Array::from(vec![-1])), "{'Date':'1969-12-31'}"),
        ("time64", Arc::new(Time64MicrosecondArray::from(vec![1])), "{'Time':'00:00:00.000001'}"),
        (
            "timestamp",
            Arc::new(TimestampMicrosecondArray::from(vec![1_500_000])),
            "{'DateTime':'1970-01-01T00:00:01.500'}",
        ),
        (
            "duration",
            Arc::new(DurationMicrosecondArray::from(vec![-1])),
            "{'Duration':[-1,999999000]}",
        ),
    ];
    for (dtype, array, wanted) in cases {
        let echo = format!(
            r#"{{"id": 1, "name": "SAME", "export": "fn_same", "min_args": 1, "max_args": 1,
                 "params": [{{"name": "x", "type": "{dtype}"}}], "returns": "{dtype}"}}"#
        );
        let shown = format!(
            r#"{{"id": 2, "name": "SHOW", "export": "fn_show", "min_args": 1, "max_args": 1,
                 "params": [{{"name": "x", "type": "{dtype}"}}], "returns": "utf8"}}"#
        );
        let plugin = PLUGIN.replace("fn_echo", "fn_same").replace("fn_request", "fn_show");
        on_every_runtime(&assemble(&plugin, &[&echo, &shown]), |module| {
            let argument = || vec![Argument::column(array.clone()).unwrap()];
            let shown = call(module, "SHOW", argument()).unwrap();
            assert_eq!(args_of(shown.columns[0].array().as_string::<i32>().value(0)), wanted);
            let same = call(module, "SAME", argument()).unwrap();
            assert_eq!(same.columns[0].array().as_ref(), array.as_ref(), "{dtype}");
            // A null is null without being asked, as with codec 2.
            let nulls = arrow_array::new_null_array(array.data_type(), 1);
            let none = call(module, "SAME", vec![Argument::column(nulls).unwrap()]).unwrap();
            assert_eq!((none.columns[0].array().null_count(), none.guest_calls), (1, 0));
        });
    }
}

#[test]
fn integers_beyond_what_json_has_are_refused_by_value() {
    let entry = r#"{"id": 1, "name": "F", "export": "fn_f", "min_args": 1, "max_args": 1,
                    "params": [{"name": "x", "type": "u64"}]}"#;
    let bytes = assemble(&PLUGIN.replace("fn_echo", "fn_f"), &[entry]);
    on_every_runtime(&bytes, |module| {
        let column = Argument::column(Arc::new(UInt64Array::from(vec![u64::MAX]))).unwrap();
        let error = call(module, "F", vec![column]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument);
        assert!(error.message().contains("18446744073709551615"), "{error}");
    });
}

#[test]
fn rows_come_back_as_they_went_and_every_block_is_freed() {
    let values = [
        AnyValue::Number(-0.5),
        AnyValue::Text(
            r#"quote " backslash \ newline ⏎ 
 nul-free 🦀"#
                .into(),
        ),
        AnyValue::Logical(false),
        AnyValue::Blank,
        AnyValue::Date(1.0),
        AnyValue::Date(45_322.0),
        AnyValue::DateTime(45_322.75),
        AnyValue::Time(0.5),
        AnyValue::Duration(-2.25),
        AnyValue::Error(ErrorCode::Na),
        AnyValue::Error(ErrorCode::NotImplemented),
    ];
    // Answers whether nothing but its own request is alive.
    let items = r#"(data (i32.const 4096) "{\"ok\":true,\"value\":{\"Boolean\":true}}")
      (data (i32.const 4160) "{\"ok\":true,\"value\":{\"Boolean\":false}}")
      (func (export "fn_clean") (param $ptr i32) (param $len i32) (result i64)
        (if (i32.eq (global.get $live) (local.get $len)) (then
          (global.set $live (i32.add (global.get $live) (i32.const 36)))
          (return (call $pack (i32.const 4096) (i32.const 36)))))
        (call $pack (i32.const 4160) (i32.const 37)))"#;
    let clean = r#"{"id": 1, "name": "CLEAN", "export": "fn_clean", "min_args": 0}"#;
    on_every_runtime(&module(items, &[clean]), |module| {
        let (echo, clean) = (module.signature("ECHO").unwrap(), module.signature("CLEAN").unwrap());
        assert_eq!(echo.lane(), Lane::Json);
        let mut session = module.open(SessionOptions::default().threads(1));
        let output = session.call(&echo, Call::new(vec![any_column(&values)])).unwrap();
        assert_eq!(cells(&output), values);
        assert_eq!((output.guest_calls, output.failed_rows), (values.len() as u64, 0));
        let output = session.call(&clean, Call::new(vec![]).rows(1)).unwrap();
        assert_eq!(cells(&output), [AnyValue::Logical(true)]);
    });
}

#[test]
fn scalars_stand_for_every_row_and_what_is_left_out_is_empty() {
    on_every_runtime(&module("", &[]), |module| {
        let scalar = Argument::scalar(Arc::new(StringArray::from(vec!["s"]))).unwrap();
        let arguments = vec![numbers(&[1.0, 2.0]), Argument::Omitted, scalar];
        let found = requests(module, arguments);
        assert_eq!(args_of(&found[0]), "{'Number':1.0},'Empty',{'Text':'s'}");
        assert_eq!(args_of(&found[1]), "{'Number':2.0},'Empty',{'Text':'s'}");
    });
}
