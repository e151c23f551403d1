//! The fixtures of `testdata/aggregates/`; its README.md tells the format.

use crate::{
    aggregate::{Aggregate, States},
    engine::{Engine, Instance, engines},
    plugins, root,
    value::{self, Type},
};
use serde_json::Value;
use std::collections::HashMap;
use udf_columnar::{Argument, Column, Error, ErrorKind};

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_else(|| panic!("no text `{key}` in {value}"))
}

fn groups(step: &Value) -> Vec<u32> {
    let group = step["group"].as_array().unwrap_or_else(|| panic!("no `group` in {step}"));
    group.iter().map(|n| u32::try_from(n.as_u64().unwrap()).unwrap()).collect()
}

fn argument(argument: &Value) -> Argument {
    let ty = |key: &str| Type::from_name(argument[key].as_str()?);
    if let Some(ty) = ty("scalar") {
        let one = std::slice::from_ref(&argument["value"]);
        Argument::Scalar(value::column(ty, one, 1).unwrap())
    } else if let Some(ty) = ty("column") {
        let values = argument["values"].as_array().unwrap();
        Argument::Column(value::column(ty, values, 1).unwrap())
    } else {
        assert_eq!(argument["omitted"], true, "{argument}");
        Argument::Omitted
    }
}

/// The states and instances of a fixture that runs.
struct Run<'e> {
    aggregate: Aggregate,
    engine: &'e Engine,
    instances: Vec<Box<dyn Instance>>,
    states: HashMap<String, States>,
}

impl Run<'_> {
    fn on(&mut self, step: &Value) -> usize {
        let on = usize::try_from(step["on"].as_u64().unwrap_or(0)).unwrap();
        while self.instances.len() <= on {
            self.instances.push((self.engine)());
        }
        on
    }

    fn state(&self, name: &str) -> States {
        self.states.get(name).unwrap_or_else(|| panic!("no state `{name}`")).clone()
    }

    fn step(&mut self, step: &Value) {
        let on = self.on(step);
        if !step["copy"].is_null() {
            let states = self.state(text(step, "from"));
            self.states.insert(text(step, "copy").into(), states);
        } else if !step["finish"].is_null() {
            let states = self.state(text(step, "finish"));
            let column = self.aggregate.finish(self.instances[on].as_mut(), &states).unwrap();
            assert_result(step, &column);
        } else {
            let (name, states) = self.new_states(step, on);
            match (states, step["error"].as_str()) {
                (Ok(states), None) => drop(self.states.insert(name, states)),
                (Err(error), Some(wanted)) => {
                    let ErrorKind::Function(code) = error.kind() else { panic!("{error}") };
                    assert_eq!(code.text(), wanted, "{error}");
                    assert!(error.to_string().contains(text(step, "message")), "{error}");
                }
                (Ok(_), Some(_)) => panic!("{step} should fail"),
                (Err(error), None) => panic!("{step}: {error}"),
            }
        }
    }

    fn new_states(&mut self, step: &Value, on: usize) -> (String, Result<States, Error>) {
        let aggregate = &self.aggregate;
        if let Some(name) = step["init"].as_str() {
            let groups = usize::try_from(step["groups"].as_u64().unwrap()).unwrap();
            let states = aggregate.init(self.instances[on].as_mut(), groups);
            (name.into(), states)
        } else if let Some(name) = step["update"].as_str() {
            let own = step["args"].as_array().unwrap().iter().map(argument).collect();
            let before = self.state(name);
            let instance = self.instances[on].as_mut();
            (name.into(), aggregate.update(instance, &before, &groups(step), own))
        } else if let Some(name) = step["merge"].as_str() {
            let (before, partial) = (self.state(name), self.state(text(step, "partial")));
            let instance = self.instances[on].as_mut();
            (name.into(), aggregate.merge(instance, &before, &groups(step), &partial))
        } else {
            panic!("{step} is no step")
        }
    }
}

fn assert_result(step: &Value, column: &Column) {
    let result = &step["result"];
    let (name, found) = value::show(column);
    assert_eq!(name, text(result, "type"));
    let ty = Type::from_name(&name).unwrap();
    let wanted = value::column(ty, result["values"].as_array().unwrap(), 1).unwrap();
    let (_, wanted) = value::show(&wanted);
    let tolerance = step["tolerance"].as_f64().unwrap_or(0.0);
    let near = |a: &Value, b: &Value| match (a.as_f64(), b.as_f64()) {
        (Some(a), Some(b)) => (a - b).abs() <= tolerance * b.abs(),
        _ => a == b,
    };
    let same = found.len() == wanted.len() && found.iter().zip(&wanted).all(|(a, b)| near(a, b));
    assert!(same, "{wanted:?} is wanted, found {found:?}");
}

#[test]
fn every_engine_gives_what_the_fixtures_say() {
    let mut files: Vec<_> = std::fs::read_dir(root().join("testdata/aggregates"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "json"))
        .collect();
    files.sort();
    let mut count = 0;
    for file in files {
        let text_of_file = std::fs::read_to_string(&file).unwrap();
        let fixtures: Vec<Value> = serde_json::from_str(&text_of_file).unwrap();
        for fixture in &fixtures {
            for wasm in plugins(text(fixture, "plugin")) {
                for (name, engine) in engines(&wasm) {
                    println!("{} [{name}]", text(fixture, "name"));
                    let mut run = Run {
                        aggregate: Aggregate::of(&wasm, text(fixture, "function")),
                        engine: &engine,
                        instances: Vec::new(),
                        states: HashMap::new(),
                    };
                    fixture["steps"].as_array().unwrap().iter().for_each(|step| run.step(step));
                }
            }
            count += 1;
        }
    }
    assert!(count >= 15, "{count} fixtures");
}
