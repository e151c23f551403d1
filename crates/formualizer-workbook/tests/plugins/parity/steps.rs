//! The steps of the cases.

use super::{
    Outcome, Problem, callbacks, differs, list, number, object, text,
    values::{check, place, read},
};
use crate::plugin;
use formualizer_workbook::{
    BindPolicy, CustomFnOptions, ErrorKind, FunctionOrigin, OverridePolicy, SheetRange, Snapshot,
    TableOptions, Value, WasmFunctionSpec, WasmUdfRuntime, Workbook, builtin_functions,
};
use serde_json::{Map, Value as Json, json};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, Weak},
};

pub(super) const UNDO_LIMIT: usize = 20;

/// What is beside a step rather than the step.
const BESIDE: [&str; 2] = ["fails", "changed"];

pub(super) struct Runner {
    runtime: Arc<dyn WasmUdfRuntime>,
    book: Weak<Mutex<Workbook>>,
    /// What the next changes are held against.
    watched: Option<Snapshot>,
}

/// Holds what is found against what is written.
fn same(found: impl Into<Json>, wanted: &Json) -> Outcome {
    let found = found.into();
    match found == *wanted {
        true => Ok(()),
        false => differs(format!("found {found}, and not {wanted}")),
    }
}

fn shown(ranges: &[SheetRange]) -> Json {
    ranges.iter().map(|one| format!("{}!{}", one.sheet, one.range)).collect()
}

/// An object of what a look-up gives for each key of another.
fn each(wanted: &Json, find: impl Fn(&str) -> Outcome<Json>) -> Outcome {
    for (key, wanted) in object(wanted) {
        let found = find(key)?;
        if found != *wanted {
            return differs(format!("{key}: found {found}, and not {wanted}"));
        }
    }
    Ok(())
}

fn kind(kind: ErrorKind) -> String {
    format!("{kind:?}").to_lowercase()
}

fn policy(step: &Json) -> BindPolicy {
    let one = |word: Option<&Json>| match word.map_or("refuse", text) {
        "refuse" => OverridePolicy::Refuse,
        "skip" => OverridePolicy::Skip,
        "override" => OverridePolicy::Override,
        other => panic!("{other:?} is no policy"),
    };
    match step.get("policy") {
        Some(both @ Json::Object(_)) => {
            BindPolicy { builtins: one(both.get("builtins")), bindings: one(both.get("bindings")) }
        }
        word => BindPolicy { builtins: one(word), bindings: one(word) },
    }
}

impl Runner {
    pub(super) fn new(runtime: &Arc<dyn WasmUdfRuntime>, book: &Arc<Mutex<Workbook>>) -> Self {
        Self { runtime: runtime.clone(), book: Arc::downgrade(book), watched: None }
    }

    /// Does a step, which is to be refused where it says so.
    pub(super) fn checked(&mut self, book: &mut Workbook, step: &Json) -> Result<(), String> {
        let said = |why: String| format!("{step}: {why}");
        match (self.step(book, object(step)), step.get("fails")) {
            (Ok(()), None) => Ok(()),
            (Ok(()), Some(_)) => Err(said("was not refused".to_owned())),
            (Err(Problem::Differs(why)), _) => Err(said(why)),
            (Err(Problem::Refused(error)), None) => Err(said(error.to_string())),
            (Err(Problem::Refused(error)), Some(fails)) => {
                let alike = kind(error.kind()) == text(&fails["kind"])
                    && error.to_string().contains(text(&fails["message"]));
                match alike {
                    true => Ok(()),
                    false => Err(said(format!("refused as {:?}: {error}", error.kind()))),
                }
            }
        }
    }

    fn step(&mut self, book: &mut Workbook, step: &Map<String, Json>) -> Outcome {
        let mut keys = step.iter().filter(|(key, _)| !BESIDE.contains(&key.as_str()));
        let (Some((key, value)), None) = (keys.next(), keys.next()) else {
            panic!("{step:?} has one key");
        };
        match key.as_str() {
            "recalculate" => {
                let report = book.recalculate()?;
                each(value, |name| {
                    Ok(match name {
                        "cells" => json!(report.cells),
                        "udf_calls" => json!(report.udf_calls),
                        "udf_rows" => json!(report.udf_rows),
                        other => panic!("reports have no {other}"),
                    })
                })?;
                self.tell(book, step)
            }
            "undo" => same(book.undo(), value).and_then(|()| self.tell(book, step)),
            "redo" => same(book.redo(), value).and_then(|()| self.tell(book, step)),
            "edit" => {
                let kept = self.edit(book, value)?;
                if kept { self.tell(book, step) } else { Ok(()) }
            }
            "state" => {
                *book = Workbook::from_state(&book.to_state()?)?;
                book.set_runtime(self.runtime.clone())?;
                book.set_undo_limit(UNDO_LIMIT);
                Ok(())
            }
            "load_state" => Ok(Workbook::from_state(text(value).as_bytes()).map(drop)?),
            "watch" => {
                self.watched = Some(book.snapshot());
                Ok(())
            }
            key => {
                let done = self.functions(book, key, value).or_else(|| change(book, key, value));
                done.unwrap_or_else(|| look(book, key, value))
            }
        }
    }

    /// Holds what has changed since it was told last against the step.
    fn tell(&mut self, book: &Workbook, step: &Map<String, Json>) -> Outcome {
        let Some(before) = &self.watched else { return Ok(()) };
        let changed = shown(&book.changed_since(before));
        self.watched = Some(book.snapshot());
        step.get("changed").map_or(Ok(()), |wanted| same(changed, wanted))
    }

    /// Steps together; whether they are kept.
    fn edit(&mut self, book: &mut Workbook, edit: &Json) -> Outcome<bool> {
        let raises = edit.get("raises").is_some_and(|raises| *raises == Json::Bool(true));
        let mut wrong = None;
        let edited = book.edit(|book| {
            wrong = list(&edit["steps"]).iter().find_map(|step| self.checked(book, step).err());
            // No sheet has an empty name: the edits fail.
            if raises || wrong.is_some() { book.add_sheet("") } else { Ok(()) }
        });
        match (wrong, edited) {
            (Some(why), _) => differs(why),
            (None, Ok(_)) if raises => differs("was not taken back"),
            (None, Err(error)) if !raises => Err(error.into()),
            _ => Ok(!raises),
        }
    }

    /// Plugins and callbacks.
    fn functions(&self, book: &mut Workbook, key: &str, value: &Json) -> Option<Outcome> {
        let mut change = || -> Outcome {
            match key {
                "register" => {
                    let bytes = match value.get("bytes") {
                        Some(bytes) => text(bytes).as_bytes().to_vec(),
                        None => plugin(text(&value["plugin"])),
                    };
                    book.register_wasm_module_bytes(&bytes, policy(value))?;
                }
                "register_all" => {
                    let names = list(&value["plugins"]).iter().map(text);
                    let modules: Vec<_> = names.map(|name| (name, plugin(name))).collect();
                    let modules: Vec<(&str, &[u8])> =
                        modules.iter().map(|(name, bytes)| (*name, bytes.as_slice())).collect();
                    book.register_wasm_modules(&modules, policy(value))?;
                }
                "attach" => {
                    book.attach_wasm_module_bytes(None, &plugin(text(value)))?;
                }
                "bind" => {
                    let part = |name: &str| text(&value[name]);
                    let (name, module) = (part("name"), part("module"));
                    let spec = WasmFunctionSpec::new(name, module, part("function"));
                    let binds = book.bind_wasm_function(&spec.policy(policy(value)))?;
                    return same(binds, value.get("binds").unwrap_or(&Json::Bool(true)));
                }
                "unregister" => book.unregister_wasm_module(text(value))?,
                "unbind" => book.unregister_custom_function(text(value))?,
                _ => {
                    let is = |name: &str| value.get(name).is_some_and(|v| *v == Json::Bool(true));
                    let count = |name: &str| value.get(name).map(|n| number(n) as usize);
                    let options = CustomFnOptions {
                        min_args: count("min_args").unwrap_or(0),
                        max_args: count("max_args"),
                        volatile: is("volatile"),
                        allow_override_builtin: is("override"),
                        ..CustomFnOptions::default()
                    };
                    let does = text(&value["does"]);
                    let handler = callbacks::named(does, is("vectorized"), &self.book);
                    book.register_custom_function(text(&value["name"]), options, handler)?;
                }
            }
            Ok(())
        };
        let known =
            ["register", "register_all", "attach", "bind", "unregister", "unbind", "callback"];
        known.contains(&key).then(&mut change)
    }
}

/// Cells, sheets, names and tables.
fn change(book: &mut Workbook, key: &str, value: &Json) -> Option<Outcome> {
    let pair = || (text(&value[0]), text(&value[1]));
    let lines = || (number(&value[0]), number(&value[1]));
    let changed = match key {
        "put" => object(value).iter().try_for_each(|(address, value)| {
            let (sheet, cell) = place(address);
            match value {
                Json::String(text) if text.starts_with('=') => book.set_formula(sheet, cell, text),
                value => book.set_value(sheet, cell, read(value)),
            }
        }),
        "put_rows" => object(value).iter().try_for_each(|(address, rows)| {
            let (sheet, cell) = place(address);
            let Value::Array(rows) = read(rows) else { panic!("{rows} are rows") };
            book.set_values(sheet, cell, &rows)
        }),
        "fill" => object(value).iter().try_for_each(|(address, formula)| {
            let (sheet, range) = place(address);
            book.set_formulas(sheet, range, text(formula))
        }),
        "clear" => {
            let (sheet, range) = place(text(value));
            book.clear(sheet, range)
        }
        "add_sheet" => book.add_sheet(text(value)),
        "delete_sheet" => book.delete_sheet(text(value)),
        "rename_sheet" => book.rename_sheet(pair().0, pair().1),
        "insert_rows" => book.insert_rows("S", lines().0, lines().1),
        "delete_rows" => book.delete_rows("S", lines().0, lines().1),
        "insert_columns" => book.insert_columns("S", lines().0, lines().1),
        "delete_columns" => book.delete_columns("S", lines().0, lines().1),
        "move" | "copy" => {
            let ((sheet, range), (to, cell)) = (place(pair().0), place(pair().1));
            match key {
                "move" => book.move_range(sheet, range, to, cell),
                _ => book.copy_range(sheet, range, to, cell),
            }
        }
        "define_name" => book.define_name(pair().0, pair().1),
        "remove_name" => book.remove_name(None, text(value)),
        "add_table" => {
            let (sheet, range) = place(pair().1);
            book.add_table(pair().0, sheet, range, TableOptions::default())
        }
        "remove_table" => book.remove_table(text(value)),
        _ => return None,
    };
    Some(changed.map_err(Problem::from))
}

/// What is to be found.
fn look(book: &Workbook, key: &str, value: &Json) -> Outcome {
    match key {
        "values" => object(value).iter().try_for_each(|(cell, wanted)| check(book, cell, wanted)),
        "formulas" => each(value, |address| {
            let (sheet, cell) = place(address);
            Ok(book.formula(sheet, cell)?.into())
        }),
        "bound" => {
            let bound = book.list_custom_functions().into_iter();
            same(bound.map(|one| (one.name, Json::from(one.module_id))).collect::<Json>(), value)
        }
        "modules" => {
            let modules = book.list_wasm_modules().into_iter();
            same(modules.map(|module| module.module_id).collect::<Json>(), value)
        }
        "sheets" => same(book.sheet_names(), value),
        "names" => {
            let names = book.names().into_iter();
            same(names.map(|(_, name, refers_to)| (name, refers_to)).collect::<Json>(), value)
        }
        "tables" => {
            let tables = book.tables().into_iter();
            let one = |(name, sheet, range, _)| (name, format!("{sheet}!{range}"));
            same(tables.map(one).collect::<Json>(), value)
        }
        "used" => each(value, |sheet| Ok(book.used_range(sheet)?.into())),
        "spills" => each(value, |address| {
            let (sheet, cell) = place(address);
            Ok(book.spill_range(sheet, cell)?.into())
        }),
        "precedents" => each(value, |address| {
            let (sheet, cell) = place(address);
            Ok(shown(&book.precedents(sheet, cell)?))
        }),
        "dependents" => each(value, |address| {
            let (sheet, cell) = place(address);
            Ok(shown(&book.dependents(sheet, cell)?))
        }),
        "check" => {
            let check = book.validate_formula("S", "Z1", text(&value["formula"]))?;
            let found = json!({
                "formula": value["formula"],
                "functions": check.functions,
                "unknown": check.unknown_functions,
                "volatile": check.volatile,
            });
            same(found, value)
        }
        "details" => object(value)
            .iter()
            .try_for_each(|(name, wanted)| has(&details(book, name), wanted, name)),
        "builtin" => {
            let names = builtin_functions();
            each(value, |name| Ok(names.iter().any(|known| known == name).into()))
        }
        "unknown" => {
            let unknown = book.unknown_functions().into_iter();
            same(unknown.map(|function| function.name).collect::<Json>(), value)
        }
        "errors" => {
            let kinds = book.errors(1).kinds.into_iter();
            let kinds: BTreeMap<_, _> =
                kinds.map(|kind| (kind.kind.to_string(), kind.cells)).collect();
            same(json!(kinds), value)
        }
        other => panic!("no step is called {other}"),
    }
}

fn details(book: &Workbook, name: &str) -> Json {
    let Some(details) = book.function_details(name) else { return Json::Null };
    let origin = match details.origin {
        FunctionOrigin::Builtin => "builtin",
        FunctionOrigin::Plugin => "plugin",
        FunctionOrigin::Callback => "callback",
        _ => "new",
    };
    let params = details.params.iter().map(|param| {
        json!({
            "name": param.name,
            "type": param.type_name,
            "optional": param.optional,
            "variadic": param.variadic,
            "range": param.range,
        })
    });
    json!({
        "name": details.name,
        "origin": origin,
        "module": details.module_id,
        "signature": details.signature,
        "min_args": details.min_args,
        "max_args": details.max_args,
        "volatile": details.volatile,
        "params": params.collect::<Vec<_>>(),
    })
}

/// Whether everything that is named is found; lists have as many elements.
fn has(found: &Json, wanted: &Json, place: &str) -> Outcome {
    match (found, wanted) {
        (Json::Object(found), Json::Object(wanted)) => {
            wanted.iter().try_for_each(|(key, wanted)| {
                has(found.get(key).unwrap_or(&Json::Null), wanted, &format!("{place}.{key}"))
            })
        }
        (Json::Array(found), Json::Array(wanted)) if found.len() == wanted.len() => {
            found.iter().zip(wanted).try_for_each(|(found, wanted)| has(found, wanted, place))
        }
        (found, wanted) if found == wanted => Ok(()),
        _ => differs(format!("{place}: found {found}, and not {wanted}")),
    }
}
