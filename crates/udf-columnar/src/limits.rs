//! What a module, an instance and a call may use.

use crate::{Error, ErrorKind};
use std::time::Duration;

const MIB: u64 = 1 << 20;
/// Least work that a limit on compilation may be set to: an allocator alone needs some of it.
const LEAST_WORK: u64 = 1_000_000;

/// Limits of a runtime. The defaults are those of the contract; loosening one is an explicit act.
///
/// ```
/// use std::time::Duration;
/// use udf_columnar::Limits;
///
/// let limits = Limits::builder()
///     .memory_bytes(256 << 20)
///     .total_deadline(Duration::from_secs(60))
///     .build()?;
/// assert_eq!(limits.instances, 32);
/// assert!(Limits::builder().memory_bytes(1).build().is_err());
/// # Ok::<(), udf_columnar::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Linear memory of one instance, bytes. Default 128 MiB.
    pub memory_bytes: u64,
    /// Time of one elementwise batch call. Default 1 s.
    pub batch_deadline: Duration,
    /// Time of one `array` or `reduce` call. Default 10 s.
    pub call_deadline: Duration,
    /// Time of one whole evaluation, all batches together. Default: none.
    pub total_deadline: Option<Duration>,
    /// Guest stack, bytes: a 5 000-deep call passes, runaway recursion is an error. Default 1 MiB.
    pub stack_bytes: usize,
    /// Elements of the module's table. Default 10 000.
    pub table_elements: u64,
    /// Bytes of a module. Default 10 MiB.
    pub module_bytes: usize,
    /// Functions of a module. Default 20 000.
    pub module_functions: u32,
    /// Bytes of one call's result. Default 64 MiB.
    pub result_bytes: u64,
    /// Bytes read of a guest's message. Default 10 000.
    pub message_bytes: usize,
    /// Bytes kept of the distinct messages of one call's rows. From the first message that does not
    /// fit, rows keep their code and say that their message is left out. Default 8 MiB.
    pub messages_bytes: usize,
    /// Instances of one module at a time. Default 32.
    pub instances: usize,
    /// What compiling a module may take.
    pub compile: CompileLimits,
}

/// What inspecting and compiling one module may take.
///
/// Work is an estimate that a single pass over the module makes before an engine sees it (`docs/abi.md`,
/// "Compile work"): a unit is about a nanosecond of one processor for the worst of what was measured,
/// and much less for what compilers emit.
///
/// ```
/// use udf_columnar::{CompileLimits, Limits};
///
/// let compile = CompileLimits::default().module_work(40_000_000_000);
/// let limits = Limits::builder().compile_limits(compile).build()?;
/// assert_eq!(limits.compile.module_work, 40_000_000_000);
/// # Ok::<(), udf_columnar::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CompileLimits {
    /// Time of one load, inspection included; a [`LoadOptions`](crate::LoadOptions) may ask for
    /// another. Default 10 s.
    pub deadline: Duration,
    /// Estimated work of one function, units. Default 750 × 10⁶.
    pub function_work: u64,
    /// Estimated work of the whole module, units. Default 12 × 10⁹.
    pub module_work: u64,
    /// Estimated work up to which a module is optimised, units of an optimising compiler. A module
    /// past it that keeps the other limits is compiled plainly: soon, into slower code. Engines that
    /// interpret do not ask. Default 8 × 10⁹.
    pub optimised_work: u64,
}

impl Default for CompileLimits {
    fn default() -> Self {
        Self {
            deadline: Duration::from_secs(10),
            function_work: 750_000_000,
            module_work: 12_000_000_000,
            optimised_work: 8_000_000_000,
        }
    }
}

impl CompileLimits {
    /// Sets [`deadline`](Self::deadline): 1 µs or more.
    #[must_use]
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// Sets [`function_work`](Self::function_work): 1 000 000 or more.
    #[must_use]
    pub fn function_work(mut self, units: u64) -> Self {
        self.function_work = units;
        self
    }

    /// Sets [`module_work`](Self::module_work): 1 000 000 or more.
    #[must_use]
    pub fn module_work(mut self, units: u64) -> Self {
        self.module_work = units;
        self
    }

    /// Sets [`optimised_work`](Self::optimised_work): 0 optimises nothing.
    #[must_use]
    pub fn optimised_work(mut self, units: u64) -> Self {
        self.optimised_work = units;
        self
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            memory_bytes: 128 * MIB,
            batch_deadline: Duration::from_secs(1),
            call_deadline: Duration::from_secs(10),
            total_deadline: None,
            stack_bytes: 1 << 20,
            table_elements: 10_000,
            module_bytes: 10 << 20,
            module_functions: 20_000,
            result_bytes: 64 * MIB,
            message_bytes: udf_abi::exports::MAX_MESSAGE_BYTES,
            messages_bytes: 8 << 20,
            instances: 32,
            compile: CompileLimits::default(),
        }
    }
}

impl Limits {
    /// Starts from the defaults.
    pub fn builder() -> LimitsBuilder {
        LimitsBuilder { limits: Self::default() }
    }

    /// Starts from these limits.
    pub fn to_builder(&self) -> LimitsBuilder {
        LimitsBuilder { limits: self.clone() }
    }
}

/// Builds [`Limits`] that make sense together.
#[derive(Clone, Debug)]
#[must_use]
pub struct LimitsBuilder {
    limits: Limits,
}

macro_rules! setters {
    ($($(#[$doc:meta])* $name:ident: $ty:ty),* $(,)?) => {
        $($(#[$doc])*
        pub fn $name(mut self, value: $ty) -> Self {
            self.limits.$name = value.into();
            self
        })*
    };
}

impl LimitsBuilder {
    setters! {
        /// Sets [`Limits::memory_bytes`]: 64 KiB to 4 GiB.
        memory_bytes: u64,
        /// Sets [`Limits::batch_deadline`].
        batch_deadline: Duration,
        /// Sets [`Limits::call_deadline`].
        call_deadline: Duration,
        /// Sets [`Limits::total_deadline`].
        total_deadline: Duration,
        /// Sets [`Limits::stack_bytes`]: 64 KiB to 1 MiB (threads have little more).
        stack_bytes: usize,
        /// Sets [`Limits::table_elements`].
        table_elements: u64,
        /// Sets [`Limits::module_bytes`].
        module_bytes: usize,
        /// Sets [`Limits::module_functions`].
        module_functions: u32,
        /// Sets [`Limits::result_bytes`].
        result_bytes: u64,
        /// Sets [`Limits::message_bytes`].
        message_bytes: usize,
        /// Sets [`Limits::messages_bytes`].
        messages_bytes: usize,
        /// Sets [`Limits::instances`]: at least 1.
        instances: usize,
    }

    /// Sets [`Limits::compile`].
    pub fn compile_limits(mut self, compile: CompileLimits) -> Self {
        self.limits.compile = compile;
        self
    }

    /// The limits.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`] naming the limit that is out of its range.
    pub fn build(self) -> Result<Limits, Error> {
        let l = &self.limits;
        let ranges: [(&str, u64, u64, u64); 9] = [
            ("memory_bytes", l.memory_bytes, 64 << 10, 4 << 30),
            ("stack_bytes", l.stack_bytes as u64, 64 << 10, 1 << 20),
            ("instances", l.instances as u64, 1, 1 << 16),
            ("result_bytes", l.result_bytes, 1, 4 << 30),
            ("batch_deadline (µs)", micros(l.batch_deadline), 1, u64::MAX),
            ("call_deadline (µs)", micros(l.call_deadline), 1, u64::MAX),
            ("compile deadline (µs)", micros(l.compile.deadline), 1, u64::MAX),
            ("compile function_work", l.compile.function_work, LEAST_WORK, u64::MAX),
            ("compile module_work", l.compile.module_work, LEAST_WORK, u64::MAX),
        ];
        for (name, value, least, most) in ranges {
            if value < least || value > most {
                return Err(Error::new(
                    ErrorKind::InvalidArgument,
                    format!("limit {name} = {value} is out of range: give {least} to {most}"),
                ));
            }
        }
        Ok(self.limits)
    }
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}
