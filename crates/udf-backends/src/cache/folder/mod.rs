//! The cache's folder: files of a few names, private to the user, complete whenever they are seen.

#[cfg(not(unix))]
mod other;
#[cfg(unix)]
mod unix;

#[cfg(not(unix))]
use other::{Dir, check_file};
#[cfg(unix)]
use unix::{Dir, check_file};

use super::{key::KEY_FILE, problem::Problem};
use std::{
    fs::File,
    io::{self, ErrorKind, Read as _, Write as _},
    path::{Path, PathBuf},
    time::SystemTime,
};

/// What entries end in, behind 64 hexadecimal digits.
const ENTRY: &str = ".module";
/// What files end in that are being written, behind 16 hexadecimal digits.
const TEMPORARY: &str = ".tmp";

/// The folder, opened once. Everything in it is reached by that handle, so that it stays the folder
/// that was checked whatever happens to the path.
pub(super) struct Folder {
    dir: Dir,
    path: PathBuf,
}

/// A file that was read.
pub(super) struct Contents {
    pub(super) bytes: Vec<u8>,
    pub(super) is_readable_by_others: bool,
    file: File,
    modified: Option<SystemTime>,
}

/// A file that the cache has written.
pub(super) struct Item {
    pub(super) name: String,
    pub(super) kind: Kind,
    pub(super) bytes: u64,
    pub(super) modified: SystemTime,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Entry,
    Key,
    /// Being written, or left by a writer that was killed.
    Temporary,
}

impl Kind {
    /// What a file of this name is, if the cache writes such names.
    fn of(name: &str) -> Option<Self> {
        let is_hex = |digits: &str, count| {
            digits.len() == count
                && digits.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
        };
        if name == KEY_FILE {
            return Some(Self::Key);
        }
        if let Some(digits) = name.strip_suffix(ENTRY) {
            return is_hex(digits, 64).then_some(Self::Entry);
        }
        is_hex(name.strip_suffix(TEMPORARY)?, 16).then_some(Self::Temporary)
    }
}

/// Whether a file may be there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Write {
    Replace,
    /// If it is there, that is an error of kind `AlreadyExists`.
    New,
}

/// The file's name of an entry.
pub(super) fn entry_name(hex: &str) -> String {
    format!("{hex}{ENTRY}")
}

impl Folder {
    /// Opens the folder; `create` makes it where it is missing, with its parents.
    ///
    /// # Errors
    /// Why it is not used: it is a link or no folder, others may write to it, ….
    pub(super) fn open(path: &Path, create: bool) -> Result<Option<Self>, Problem> {
        match Dir::open(path, create) {
            Ok(dir) => Ok(dir.map(|dir| Self { dir, path: path.to_owned() })),
            Err(problem) => {
                Err(problem
                    .of(|why| format!("the module cache is not used: {} {why}", path.display())))
            }
        }
    }

    /// Reads a file of at most `most` bytes; none if there is no such file.
    ///
    /// # Errors
    /// Of kind `InvalidData` where it is not a file that the cache has written.
    pub(super) fn read(&self, name: &str, most: u64) -> io::Result<Option<Contents>> {
        let file = match self.dir.open_file(name) {
            Ok(file) => file,
            Err(e) if e.kind() == ErrorKind::NotFound => return Ok(None),
            Err(e) => return Err(e),
        };
        let metadata = file.metadata()?;
        let is_readable_by_others = check_file(&metadata)?;
        if metadata.len() > most {
            return Err(invalid(&format!("has {} bytes", metadata.len())));
        }
        let mut bytes = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or(0));
        // It may have grown since.
        (&file).take(most).read_to_end(&mut bytes)?;
        let modified = metadata.modified().ok();
        Ok(Some(Contents { bytes, is_readable_by_others, file, modified }))
    }

    /// Writes a file: beside, synchronised, renamed. Whoever reads sees all of it or nothing,
    /// whenever this process or the machine stops.
    ///
    /// # Errors
    /// Nothing is left behind where it fails.
    pub(super) fn write(&self, name: &str, parts: &[&[u8]], how: Write) -> io::Result<()> {
        let mut temporary = Temporary::create(&self.dir)?;
        for part in parts {
            temporary.file.write_all(part)?;
        }
        temporary.file.sync_all()?;
        let linked = match how {
            Write::Replace => Err(ErrorKind::Unsupported.into()),
            Write::New => self.dir.link(&temporary.name, name),
        };
        match linked {
            Ok(()) => {}
            Err(e) if e.kind() == ErrorKind::AlreadyExists => return Err(e),
            // Not every file system has links.
            Err(_) => {
                self.dir.rename(&temporary.name, name)?;
                temporary.is_renamed = true;
            }
        }
        // So that the name survives a power failure as well; not every system can do that.
        let _unsupported = self.dir.sync();
        Ok(())
    }

    /// Writes a file and takes it away again.
    pub(super) fn try_writing(&self) -> io::Result<()> {
        let mut temporary = Temporary::create(&self.dir)?;
        temporary.file.write_all(&[0])?;
        temporary.file.sync_all()
    }

    /// Removes a file; one that is gone already is fine.
    pub(super) fn remove(&self, name: &str) -> io::Result<()> {
        match self.dir.remove(name) {
            Err(e) if e.kind() == ErrorKind::NotFound => Ok(()),
            other => other,
        }
    }

    /// The files that the cache has written; whatever else is in the folder is left out.
    pub(super) fn items(&self) -> io::Result<Vec<Item>> {
        let mut items = Vec::new();
        for name in self.dir.names()? {
            let Some(kind) = Kind::of(&name) else { continue };
            // Files come and go while others use the cache.
            let Ok(metadata) = self.dir.open_file(&name).and_then(|file| file.metadata()) else {
                continue;
            };
            if metadata.is_file() {
                let modified = metadata.modified().unwrap_or(SystemTime::UNIX_EPOCH);
                items.push(Item { name, kind, bytes: metadata.len(), modified });
            }
        }
        Ok(items)
    }

    /// A sentence about one of the files.
    pub(super) fn says(&self, name: &str, what: &str) -> Problem {
        format!("module cache: {} {what}", self.path.join(name).display()).into()
    }

    /// A sentence about one of the files and an error.
    pub(super) fn problem(&self, name: &str, what: &str, error: io::Error) -> Problem {
        let path = self.path.join(name);
        let message = format!("module cache: {} {what}: {error}", path.display());
        Problem::caused(message, error)
    }
}

impl Contents {
    /// Marks the file as used now, at most once in `every`: that is what eviction goes by.
    pub(super) fn touch(&self, every: std::time::Duration) {
        let age = self.modified.and_then(|modified| modified.elapsed().ok());
        if age.is_some_and(|age| age >= every) {
            // On a disk that cannot be written to nothing is evicted either.
            let _not_allowed = self.file.set_modified(SystemTime::now());
        }
    }
}

/// A file that goes away unless it is renamed.
struct Temporary<'d> {
    dir: &'d Dir,
    name: String,
    file: File,
    is_renamed: bool,
}

impl<'d> Temporary<'d> {
    fn create(dir: &'d Dir) -> io::Result<Self> {
        let number = getrandom::u64().map_err(io::Error::other)?;
        let name = format!("{number:016x}{TEMPORARY}");
        let file = dir.create_file(&name)?;
        Ok(Self { dir, name, file, is_renamed: false })
    }
}

impl Drop for Temporary<'_> {
    fn drop(&mut self) {
        if !self.is_renamed {
            // What stays is removed as a stale file later.
            let _stays = self.dir.remove(&self.name);
        }
    }
}

fn invalid(what: &str) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, what)
}

#[cfg(test)]
mod tests {
    use super::{Folder, Kind, Write, entry_name};
    use std::io::ErrorKind;

    fn folder() -> (tempfile::TempDir, Folder) {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::open(&dir.path().join("cache"), true).unwrap().unwrap();
        (dir, folder)
    }

    #[test]
    fn only_names_that_the_cache_gives_are_its_own() {
        let entry = entry_name(&"0f".repeat(32));
        assert_eq!(Kind::of(&entry), Some(Kind::Entry));
        assert_eq!(Kind::of("0123456789abcdef.tmp"), Some(Kind::Temporary));
        assert_eq!(Kind::of("key"), Some(Kind::Key));
        let upper = entry_name(&"0F".repeat(32));
        for name in ["", "key2", ".module", "a.module", "notes.tmp", &upper, "0123456789abcdef"] {
            assert_eq!(Kind::of(name), None, "{name}");
        }
    }

    #[test]
    fn a_new_file_is_never_written_over_and_leaves_no_temporary() {
        let (_dir, folder) = folder();
        folder.write("key", &[b"first"], Write::New).unwrap();
        let second = folder.write("key", &[b"second"], Write::New);
        assert_eq!(second.unwrap_err().kind(), ErrorKind::AlreadyExists);
        assert_eq!(folder.read("key", 10).unwrap().unwrap().bytes, b"first");
        folder.write("key", &[b"th", b"ird"], Write::Replace).unwrap();
        assert_eq!(folder.read("key", 10).unwrap().unwrap().bytes, b"third");
        assert_eq!(folder.items().unwrap().len(), 1);
    }

    #[test]
    fn a_file_that_is_too_large_is_not_read() {
        let (_dir, folder) = folder();
        folder.write("key", &[&[0; 33]], Write::New).unwrap();
        assert_eq!(folder.read("key", 32).err().unwrap().kind(), ErrorKind::InvalidData);
        assert!(folder.read("other", 32).unwrap().is_none());
    }
}
