//! Calls as the engine makes them: in a session, on this thread or the runtime's.

use super::Function;
use crate::{
    call, error,
    function::{chunks::largest, options::Options},
};
use pyo3::{intern, prelude::*};
use std::{sync::Arc, time::Duration};
use udf_columnar::{Call, CancelToken, Log, Output, Session, SessionOptions, Signature};

/// Rows up to which an elementwise call stays on the caller's thread: its batch deadline, not the user's patience, bounds it.
const SMALL: usize = 4096;

impl Function {
    /// Whether a session that earlier calls have used serves: rows are independent of each other, and the options are usual.
    fn may_be_warm(&self) -> bool {
        let function = self.signature.function();
        let Options { deadline, batch_rows, threads, .. } = &self.options;
        self.signature.is_elementwise()
            && !function.volatile
            && (deadline, batch_rows, threads) == (&None, &None, &None)
            && self.plugin.handle.config.limits.total_deadline.is_none()
    }

    fn open(
        &self,
        threads: usize,
        cancel: &CancelToken,
    ) -> Result<Box<dyn Session>, udf_columnar::Error> {
        let options = SessionOptions::default()
            .threads(self.options.threads.unwrap_or(threads))
            .batch_rows(self.options.batch_rows)
            .deadline(self.options.deadline)
            .volatile(self.options.seed(), self.options.now_us())
            .cancel(cancel.clone());
        Ok(self.plugin.module()?.open(options))
    }

    pub(super) fn run(&self, py: Python<'_>, parts: Vec<Call>) -> PyResult<Vec<Output>> {
        let raise = |e: udf_columnar::Error| error::of_call(py, &e, self.name());
        let rows: usize = parts.iter().map(|call| largest(&call.arguments)).sum();
        let small = self.signature.is_elementwise()
            && rows <= SMALL
            && self.plugin.handle.config.limits.batch_deadline <= Duration::from_secs(1);
        let threads = if small { 1 } else { self.plugin.handle.config.threads };
        let signature = self.signature.clone();
        if self.may_be_warm() {
            let mut warm = self.plugin.warm(threads).map_err(raise)?;
            let cancel = warm.cancel.clone();
            let work = move || {
                let outputs = all(warm.session.as_mut(), &signature, parts);
                (warm, outputs)
            };
            let (warm, outputs) = self.perform(py, small, &cancel, work)?;
            self.plugin.rest(warm);
            self.tell_log(py, &outputs)?;
            return outputs.map_err(raise);
        }
        let cancel = CancelToken::new();
        let mut session = self.open(threads, &cancel).map_err(raise)?;
        let work = move || all(session.as_mut(), &signature, parts);
        let outputs = self.perform(py, small, &cancel, work)?;
        self.tell_log(py, &outputs)?;
        outputs.map_err(raise)
    }

    /// Hands what the plugin logged to Python's logging.
    fn tell_log(
        &self,
        py: Python<'_>,
        outputs: &Result<Vec<Output>, udf_columnar::Error>,
    ) -> PyResult<()> {
        let mut log = Log::default();
        match outputs {
            Ok(outputs) => outputs.iter().for_each(|output| log.append(output.log.clone())),
            Err(error) => log = error.log().clone(),
        }
        if log.is_empty() {
            return Ok(());
        }
        let logger = py
            .import(intern!(py, "logging"))?
            .call_method1(intern!(py, "getLogger"), ("formualizer_udf",))?;
        for line in log.shown() {
            logger.call_method1(intern!(py, "info"), ("%s: %s", self.name(), line))?;
        }
        Ok(())
    }

    /// Small work on this thread, other work on the runtime's.
    fn perform<T: Send + 'static>(
        &self,
        py: Python<'_>,
        small: bool,
        cancel: &CancelToken,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> PyResult<T> {
        if small {
            return call::detached(py, work);
        }
        let raise = |e: udf_columnar::Error| error::of_call(py, &e, self.name());
        let live = self.plugin.handle.live().map_err(raise)?;
        let pool = live.pool().map_err(raise)?;
        call::interruptible(py, &pool, cancel, work)
    }
}

/// Makes the calls one after the other in a session.
fn all(
    session: &mut dyn Session,
    signature: &Arc<Signature>,
    parts: Vec<Call>,
) -> Result<Vec<Output>, udf_columnar::Error> {
    parts.into_iter().map(|part| session.call(signature, part)).collect()
}
