//! What a file says that is not taken over.

/// As many warnings as are kept.
const KEPT: usize = 100;

/// The first warnings, and how many there were.
#[derive(Clone, Debug, Default)]
pub(crate) struct Warnings {
    kept: Vec<String>,
    more: usize,
}

impl Warnings {
    pub(crate) fn add(&mut self, warning: String) {
        match self.kept.len() < KEPT {
            true => self.kept.push(warning),
            false => self.more += 1,
        }
    }

    /// Adds those of another list.
    pub(crate) fn extend(&mut self, other: Self) {
        other.kept.into_iter().for_each(|warning| self.add(warning));
        self.more += other.more;
    }

    /// The warnings; the last one says how many more there were.
    pub(crate) fn into_lines(mut self) -> Vec<String> {
        if self.more > 0 {
            self.kept.push(format!("and {} more", self.more));
        }
        self.kept
    }
}
