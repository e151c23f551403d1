//! A bar on the terminal, once something takes long.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::{
    io::IsTerminal as _,
    sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel},
    thread::JoinHandle,
    time::Duration,
};

/// What takes less shows nothing.
const PATIENCE: Duration = Duration::from_secs(1);
/// How often the bar moves.
const TICK: Duration = Duration::from_millis(100);

/// Tells how far a command is, on a terminal and after a second.
#[derive(Debug)]
pub(crate) struct Watched {
    bar: ProgressBar,
    clock: Option<(Sender<()>, JoinHandle<()>)>,
}

impl Watched {
    pub(crate) fn start(quiet: bool) -> Self {
        let bar = ProgressBar::hidden();
        let clock = (!quiet && std::io::stderr().is_terminal()).then(|| {
            let (stop, stopped) = channel();
            let shown = bar.clone();
            (stop, std::thread::spawn(move || show_late(&shown, &stopped)))
        });
        Self { bar, clock }
    }

    /// Something of unknown length begins.
    pub(crate) fn begin(&self, what: &'static str) {
        self.style("{spinner} {msg} {elapsed}");
        self.bar.set_message(what);
    }

    /// Something with so many steps begins.
    pub(crate) fn begin_steps(&self, what: &'static str) {
        self.bar.set_length(0);
        self.style("{msg} {wide_bar} {human_pos}/{human_len} formulas {elapsed}");
        self.bar.set_message(what);
    }

    /// So many of so many steps are done.
    pub(crate) fn at(&self, done: u64, of: u64) {
        self.bar.set_length(of);
        self.bar.set_position(done);
    }

    /// Takes the bar away before something is printed.
    pub(crate) fn finish(mut self) {
        self.stop();
    }

    fn style(&self, template: &str) {
        if let Ok(style) = ProgressStyle::with_template(template) {
            self.bar.set_style(style);
        }
    }

    fn stop(&mut self) {
        if let Some((stop, clock)) = self.clock.take() {
            drop(stop);
            let _panicked = clock.join();
            self.bar.finish_and_clear();
        }
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        self.stop();
    }
}

fn show_late(bar: &ProgressBar, stopped: &Receiver<()>) {
    if stopped.recv_timeout(PATIENCE) != Err(RecvTimeoutError::Timeout) {
        return;
    }
    bar.set_draw_target(ProgressDrawTarget::stderr());
    bar.enable_steady_tick(TICK);
    let _ended = stopped.recv();
}
