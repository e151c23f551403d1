//! Any order of rows, any cut into batches, any grouping of merges: the same result.

use crate::{
    aggregate::{Aggregate, States},
    engine::{Instance, engines},
    plugins,
};
use arrow_array::{Array, ArrayRef, Float64Array, StringArray, cast::AsArray, types::Float64Type};
use proptest::{prelude::*, sample::Index};
use std::sync::Arc;
use udf_columnar::Argument;

const GROUPS: usize = 3;
const WORKERS: usize = 4;

/// Rows that someone else has put in another order, cut, spread over workers and merged.
#[derive(Clone, Debug)]
struct Plan<T> {
    rows: Vec<(u32, Option<T>)>,
    /// A batch takes the next so many rows and goes to a worker.
    batches: Vec<(usize, usize)>,
    /// Which two of the remaining states are merged, each time.
    merges: Vec<(Index, Index)>,
}

fn plan<T: Clone + std::fmt::Debug + 'static>(
    value: impl Strategy<Value = T> + 'static,
) -> impl Strategy<Value = Plan<T>> {
    let row = (0..GROUPS as u32, prop::option::weighted(0.9, value));
    (
        prop::collection::vec(row, 0..60).prop_shuffle(),
        prop::collection::vec((1usize..20, 0..WORKERS), 0..12),
        prop::collection::vec(any::<(Index, Index)>(), WORKERS),
    )
        .prop_map(|(rows, batches, merges)| Plan { rows, batches, merges })
}

impl<T: Clone> Plan<T> {
    /// Runs the plan, a worker an instance, and answers the state of everything.
    fn run(
        &self,
        aggregate: &Aggregate,
        instances: &mut [Box<dyn Instance>],
        column: impl Fn(Vec<Option<T>>) -> ArrayRef,
    ) -> States {
        let mut states: Vec<States> = instances
            .iter_mut()
            .map(|instance| aggregate.init(instance.as_mut(), GROUPS).unwrap())
            .collect();
        let mut rest = self.rows.as_slice();
        // What no batch takes is one more batch of the first worker.
        for (len, worker) in self.batches.iter().copied().chain([(usize::MAX, 0)]) {
            let (batch, others) = rest.split_at(len.min(rest.len()));
            rest = others;
            let group: Vec<u32> = batch.iter().map(|(group, _)| *group).collect();
            let values = column(batch.iter().map(|(_, value)| value.clone()).collect());
            let own = vec![Argument::column(values).unwrap()];
            let instance = instances[worker].as_mut();
            states[worker] = aggregate.update(instance, &states[worker], &group, own).unwrap();
        }
        let all_groups: Vec<u32> = (0..GROUPS as u32).collect();
        for (left, right) in &self.merges {
            if states.len() == 1 {
                break;
            }
            let partial = states.swap_remove(right.index(states.len()));
            let at = left.index(states.len());
            let instance = instances[at].as_mut();
            states[at] = aggregate.merge(instance, &states[at], &all_groups, &partial).unwrap();
        }
        assert_eq!(states.len(), 1);
        states.swap_remove(0)
    }

    /// The values of a group, nulls left out.
    fn group(&self, group: usize) -> impl Iterator<Item = &T> {
        self.rows.iter().filter(move |(g, _)| *g as usize == group).filter_map(|(_, v)| v.as_ref())
    }
}

/// Runs `test` with the plugin's aggregate and an instance a worker, on every engine.
fn on_every_engine(function: &str, test: impl Fn(&Aggregate, &mut [Box<dyn Instance>])) {
    let wasm = plugins("c_sample").swap_remove(0);
    let aggregate = Aggregate::of(&wasm, function);
    for (_, engine) in engines(&wasm) {
        let mut instances: Vec<_> = (0..WORKERS).map(|_| engine()).collect();
        test(&aggregate, &mut instances);
    }
}

fn run_cases<T: Clone + std::fmt::Debug + 'static>(
    value: impl Strategy<Value = T> + 'static,
    test: impl Fn(Plan<T>) -> Result<(), TestCaseError>,
) {
    let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(100) };
    let mut runner = proptest::test_runner::TestRunner::new(config);
    runner.run(&plan(value), test).unwrap();
}

#[test]
fn the_variance_is_that_of_the_definition_whatever_the_plan() {
    on_every_engine("C_VARIANCE", |aggregate, instances| {
        let instances = std::cell::RefCell::new(instances);
        run_cases(-1e6..1e6f64, |plan| {
            let instances = &mut *instances.borrow_mut();
            let column = |values| Arc::new(Float64Array::from(values)) as ArrayRef;
            let states = plan.run(aggregate, instances, column);
            let found = aggregate.finish(instances[0].as_mut(), &states).unwrap();
            let found: &Float64Array = found.array().as_primitive::<Float64Type>();
            for group in 0..GROUPS {
                let values: Vec<f64> = plan.group(group).copied().collect();
                let count = values.len() as f64;
                let mean = values.iter().sum::<f64>() / count;
                let squares = values.iter().map(|x| (x - mean).powi(2)).sum::<f64>();
                if values.len() < 2 {
                    prop_assert!(found.is_null(group), "{values:?}");
                } else {
                    let (found, wanted) = (found.value(group), squares / (count - 1.0));
                    prop_assert!((found - wanted).abs() <= 1e-9 * wanted, "{found}, {wanted}");
                }
            }
            Ok(())
        });
    });
}

#[test]
fn the_last_text_is_that_of_the_definition_whatever_the_plan() {
    on_every_engine("C_LAST_TEXT", |aggregate, instances| {
        let instances = std::cell::RefCell::new(instances);
        run_cases("[a-cä東]{0,5}", |plan| {
            let instances = &mut *instances.borrow_mut();
            let column = |values| Arc::new(StringArray::from(values)) as ArrayRef;
            let states = plan.run(aggregate, instances, column);
            let found = aggregate.finish(instances[0].as_mut(), &states).unwrap();
            let found: &StringArray = found.array().as_string();
            for group in 0..GROUPS {
                let wanted = plan.group(group).max().map(String::as_str);
                let found = (!found.is_null(group)).then(|| found.value(group));
                prop_assert_eq!(found, wanted);
            }
            Ok(())
        });
    });
}
