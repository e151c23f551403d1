//! Modules and sessions, the same for every engine.

use crate::{
    dispatch::{self, Answer, Job},
    functions::Functions,
    module::ModuleInfo,
    pool::{Factory, Pool},
    rows,
};
use std::{fmt, sync::Arc, time::Duration};
use udf_abi::manifest::{Manifest, normalise_name};
use udf_columnar::{
    BoundCall, Call, Column, Error, ErrorKind, Lane, Limits, Output, RowErrors, Session,
    SessionOptions, Signature, UdfModule,
    internal::{batch_rows, frame::FrameArgs, treatment},
    stack,
};
use web_time::Instant;

/// Most functions that are named to a caller who asks for one that is not there.
const MAX_NAMED: usize = 50;

/// A module that an engine has made ready.
pub(crate) struct LoadedModule {
    shared: Arc<Shared>,
    functions: Functions,
}

struct Shared {
    info: ModuleInfo,
    factory: Box<dyn Factory>,
    pool: Arc<Pool>,
    limits: Limits,
}

impl LoadedModule {
    pub(crate) fn try_new(
        info: ModuleInfo,
        factory: Box<dyn Factory>,
        limits: &Limits,
    ) -> Result<Self, Error> {
        let functions = Functions::of(&info);
        let pool = Pool::new(limits.instances);
        let shared = Shared { info, factory, pool, limits: limits.clone() };
        Ok(Self { shared: Arc::new(shared), functions })
    }
}

impl LoadedModule {
    /// Its instances.
    #[cfg(any(feature = "wasmtime", feature = "js"))]
    pub(crate) fn pool(&self) -> &Arc<Pool> {
        &self.shared.pool
    }
}

impl fmt::Debug for LoadedModule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let module = &self.shared.info.manifest.module;
        write!(f, "module `{}` {}", module.id, module.version)
    }
}

impl UdfModule for LoadedModule {
    fn manifest(&self) -> &Manifest {
        &self.shared.info.manifest
    }

    fn signature(&self, name: &str) -> Result<Arc<Signature>, Error> {
        self.functions.get(name).unwrap_or_else(|| Err(self.unknown(name)))
    }

    fn open(&self, options: SessionOptions) -> Box<dyn Session> {
        let deadline = options.deadline.or(self.shared.limits.total_deadline);
        Box::new(PooledSession {
            id: self.shared.pool.session(),
            deadline: deadline.and_then(|d| Instant::now().checked_add(d)),
            shared: self.shared.clone(),
            options,
            calls: 0,
        })
    }
}

impl LoadedModule {
    fn unknown(&self, name: &str) -> Error {
        let manifest = self.manifest();
        let names = manifest.functions.iter().flat_map(|f| f.names());
        let key = normalise_name(name);
        let mut near: Vec<(f64, &str)> = names
            .chain(manifest.disabled.iter().flat_map(|f| f.names()))
            .map(|n| (strsim::jaro_winkler(&normalise_name(n), &key), n))
            .filter(|(likeness, _)| *likeness > 0.75)
            .collect();
        near.sort_by(|a, b| b.0.total_cmp(&a.0));
        let hint = match near.as_slice() {
            [] => {
                let names = manifest.functions.iter().map(|f| f.name.as_str());
                let named: Vec<_> = names.take(MAX_NAMED).collect();
                let more = match manifest.functions.len() - named.len() {
                    0 => String::new(),
                    more => format!(" and {more} more"),
                };
                format!("it has {}{more}", named.join(", "))
            }
            near => {
                let names: Vec<_> = near.iter().take(3).map(|(_, n)| *n).collect();
                format!("did you mean {}?", names.join(" or "))
            }
        };
        Error::new(
            ErrorKind::UnknownFunction,
            format!("module `{}` has no function `{name}`: {hint}", manifest.module.id),
        )
    }
}

struct PooledSession {
    id: u64,
    shared: Arc<Shared>,
    options: SessionOptions,
    deadline: Option<Instant>,
    calls: u64,
}

impl fmt::Debug for PooledSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "session {} of `{}`", self.id, self.shared.info.manifest.module.id)
    }
}

impl Session for PooledSession {
    fn call(&mut self, signature: &Arc<Signature>, call: Call) -> Result<Output, Error> {
        let room = self.shared.limits.stack_bytes.saturating_add(stack::RESERVE);
        stack::with_room(room, || self.run(signature, call))?
    }
}

impl PooledSession {
    /// The call, on a stack that holds the guest's.
    #[inline(never)]
    fn run(&mut self, signature: &Arc<Signature>, call: Call) -> Result<Output, Error> {
        if signature.module() != Some(&self.shared.info.sha256) {
            return Err(Error::new(
                ErrorKind::InvalidArgument,
                format!(
                    "`{}` is not a function of this session's module: take it from the module that opened the session (`UdfModule::signature`)",
                    signature.name()
                ),
            ));
        }
        let signature = &*signature.for_call(&call.arguments, call.rows);
        let bound = BoundCall::try_new(signature, call.arguments, call.rows)?;
        if bound.is_settled() {
            return settled(signature, &bound, self.shared.limits.messages_bytes);
        }
        self.calls += 1;
        let elementwise = signature.is_elementwise();
        let job = Job {
            signature,
            bound: &bound,
            lane: self.shared.factory.lane(signature.lane()),
            args: FrameArgs::of(&bound, elementwise),
            limits: &self.shared.limits,
            row_offset: call.row_offset,
            call_id: self.calls,
            volatile: signature
                .function()
                .volatile
                .then_some((self.options.seed, self.options.now_us)),
            cancel: &self.options.cancel,
            deadline: self.deadline,
        };
        if elementwise { self.elementwise(&job) } else { self.whole(&job) }
    }

    fn elementwise(&self, job: &Job<'_>) -> Result<Output, Error> {
        let size = match job.lane {
            Lane::Columnar => batch_rows(job.signature, job.bound, self.options.batch_rows),
            Lane::Json | Lane::Typed => self.options.batch_rows.unwrap_or(rows::BATCH_ROWS).max(1),
        };
        let wanted = self.options.threads.min(job.bound.rows().div_ceil(size)).max(1);
        let mut leases = self.shared.pool.acquire(self.id, wanted, || self.waiting(job))?;
        dispatch::elementwise(job, self.shared.factory.as_ref(), &mut leases, size)
    }

    fn whole(&self, job: &Job<'_>) -> Result<Output, Error> {
        let mut leases = self.shared.pool.acquire(self.id, 1, || self.waiting(job))?;
        let now = Instant::now();
        let until = job.until(now);
        if let Some(error) = until.expired_at(now) {
            return Err(error);
        }
        let lease = &mut leases[0];
        let instance = lease.instance(self.shared.factory.as_ref(), &until)?;
        let answer = instance.call(job, 0..1, None, &job.hinted(until.clone(), 1));
        let log = instance.log().unwrap_or_default();
        match answer {
            Ok(Answer::Columns { columns, non_finite }) => {
                let mut output = Output::new(within(columns, job.limits.messages_bytes)?);
                (output.non_finite, output.log) = (non_finite, log);
                Ok(output)
            }
            Ok(Answer::Part(_)) => {
                Err(Error::new(ErrorKind::Internal, "a part of rows for a whole call"))
            }
            Err(error) => {
                if !treatment(error.kind()).keeps_instance {
                    lease.discard();
                }
                Err(error.with_log(log))
            }
        }
    }

    /// How long a call waits for an instance: as long as a whole call may take.
    fn waiting(&self, job: &Job<'_>) -> crate::guest::Until {
        let now = Instant::now();
        let mut until = job.until(now);
        let own = now + self.shared.limits.call_deadline.min(Duration::from_secs(1 << 20));
        until.deadline = self.deadline.map_or(own, |end| end.min(own));
        until
    }
}

impl Drop for PooledSession {
    fn drop(&mut self) {
        self.shared.pool.close(self.id);
    }
}

/// The columns, which share the bytes that the messages of a call may take.
fn within(columns: Vec<Column>, messages_bytes: usize) -> Result<Vec<Column>, Error> {
    let mut left = messages_bytes;
    let mut each = |column: Column| {
        let Some(errors) = column.errors().filter(|errors| errors.message_bytes() > left) else {
            left -= column.errors().map_or(0, RowErrors::message_bytes);
            return Ok(column);
        };
        let errors = errors.within(left);
        left -= errors.message_bytes();
        column.with_errors(errors)
    };
    columns.into_iter().map(&mut each).collect()
}

/// A result that the arguments alone decide: no rows, or every row null or in error.
fn settled(
    signature: &Signature,
    bound: &BoundCall,
    messages_bytes: usize,
) -> Result<Output, Error> {
    let mut columns = Vec::new();
    for dtype in signature.return_dtypes() {
        let nulls = Column::new_null(*dtype, bound.rows());
        columns.push(bound.overlay().apply(nulls, messages_bytes)?);
    }
    let mut output = Output::new(columns);
    output.guest_calls = 0;
    Ok(output)
}
