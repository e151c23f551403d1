//! The four calls of an aggregate, as a host makes them.

use crate::engine::Instance;
use arrow_array::{Array, BinaryArray, UInt32Array, cast::AsArray};
use serde_json::json;
use std::sync::Arc;
use udf_abi::{
    DType,
    manifest::{Function, FunctionKind, Manifest},
};
use udf_backends::{
    inspect,
    internal::{Expected, GuestMemory, check_alloc},
};
use udf_columnar::{
    Argument, BoundCall, Column, Error, Limits, Signature,
    internal::{
        collect,
        frame::{CallContext, FrameArgs, OutputSpec},
    },
};

/// The index of the first of the function's own arguments in an `_update`.
const OWN: usize = 2;

/// A state a group, as a host keeps them.
pub(crate) type States = BinaryArray;

/// An aggregate function of a module.
pub(crate) struct Aggregate {
    function: Function,
}

impl Aggregate {
    pub(crate) fn of(wasm: &[u8], name: &str) -> Self {
        let manifest = inspect(wasm, &Limits::default()).unwrap().manifest;
        let function = manifest.functions.into_iter().find(|f| f.name == name).unwrap();
        assert_eq!(function.kind, FunctionKind::Aggregate);
        Self { function }
    }

    pub(crate) fn init(&self, on: &mut dyn Instance, groups: usize) -> Result<States, Error> {
        let call = Call { export: "init", rows: groups, groups, arguments: Vec::new() };
        self.states(on, call)
    }

    /// `group` has the group of each row, `own` the function's own arguments.
    pub(crate) fn update(
        &self,
        on: &mut dyn Instance,
        states: &States,
        group: &[u32],
        own: Vec<Argument>,
    ) -> Result<States, Error> {
        let mut arguments = vec![binary(states), numbers(group)];
        arguments.extend(own);
        let (rows, groups) = (group.len(), states.len());
        self.states(on, Call { export: "update", rows, groups, arguments })
    }

    /// `group` has the group that each partial state belongs to.
    pub(crate) fn merge(
        &self,
        on: &mut dyn Instance,
        states: &States,
        group: &[u32],
        partial: &States,
    ) -> Result<States, Error> {
        assert_eq!(group.len(), partial.len());
        let arguments = vec![binary(states), numbers(group), binary(partial)];
        let (rows, groups) = (group.len(), states.len());
        self.states(on, Call { export: "merge", rows, groups, arguments })
    }

    pub(crate) fn finish(&self, on: &mut dyn Instance, states: &States) -> Result<Column, Error> {
        let (rows, groups) = (states.len(), states.len());
        let call = Call { export: "finish", rows, groups, arguments: vec![binary(states)] };
        self.call(on, self.function.returns.dtypes()[0], call)
    }

    fn states(&self, on: &mut dyn Instance, call: Call) -> Result<States, Error> {
        let column = self.call(on, DType::Binary, call)?;
        let states: &BinaryArray = column.array().as_binary();
        assert_eq!(states.null_count(), 0, "a state is never null");
        Ok(states.clone())
    }

    fn call(&self, on: &mut dyn Instance, dtype: DType, call: Call) -> Result<Column, Error> {
        let Call { export, rows, groups, arguments } = call;
        let bound = BoundCall::try_new(&self.stand_in(&arguments), arguments, None)?;
        let args = FrameArgs::of(&bound, false);
        // Little room for data: the guest has to help itself.
        let outputs = [OutputSpec { dtype, rows: groups, data_bytes: 8 }];
        let frame = args.plan(0..rows, &outputs)?;

        let base = on.alloc(frame.len());
        check_alloc(base, frame.len(), on.memory().len())?;
        // What the guest finds in room for outputs is unspecified.
        let mut block = &mut on.memory()[base as usize..][..frame.len() as usize];
        block.fill(0xAB);
        let address = frame.write(&mut block, base, &CallContext::default())?;
        let export = format!("{}_{export}", self.function.export);
        let answer = on.call(&export, address.base, address.len);

        let expected = Expected {
            dtypes: &[dtype],
            columns: Some(1),
            rows: Some(groups),
            budget: 64 << 20,
            message_bytes: 10_000,
        };
        let guest = GuestMemory::new(on.memory());
        let own = guest.owned_block(answer, &address)?;
        let result = guest.result(answer, &address, &expected);
        let column =
            result.and_then(|result| collect::column(&result.columns[0])).map(|read| read.column);
        if let Some(own) = own {
            on.free(own.ptr, own.len);
        }
        on.free(base, frame.len());
        column
    }

    /// A `reduce` function that takes just these arguments: the frames are the same.
    fn stand_in(&self, arguments: &[Argument]) -> Signature {
        let params: Vec<_> = arguments
            .iter()
            .enumerate()
            .map(|(index, argument)| {
                let (dtype, shape) = match argument {
                    Argument::Scalar(column) => (column.dtype(), "scalar"),
                    Argument::Column(column) => (column.dtype(), "column"),
                    Argument::Range(_) => panic!("an aggregate takes no range"),
                    Argument::Omitted => (self.function.params[index - OWN].dtype.0, "scalar"),
                };
                json!({
                    "name": format!("p{index}"), "type": dtype.name(), "shape": shape,
                    "optional": true,
                })
            })
            .collect();
        let manifest = json!({
            "schema": "formualizer.udf.module/v1",
            "module": { "id": "stand-in", "version": "1", "abi": 1, "codec": 2 },
            "functions": [{
                "id": 1, "name": "F", "export": "f", "kind": "reduce", "returns": "binary",
                "min_args": 0, "max_args": params.len(), "params": params,
            }],
        });
        let manifest = Manifest::parse(manifest.to_string().as_bytes()).unwrap().manifest;
        Signature::try_new(manifest.functions[0].clone()).unwrap()
    }
}

struct Call {
    export: &'static str,
    rows: usize,
    groups: usize,
    arguments: Vec<Argument>,
}

fn binary(states: &States) -> Argument {
    Argument::column(Arc::new(states.clone())).unwrap()
}

fn numbers(group: &[u32]) -> Argument {
    Argument::column(Arc::new(UInt32Array::from(group.to_vec()))).unwrap()
}
