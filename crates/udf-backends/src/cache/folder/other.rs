//! The folder on systems without Unix permissions: private as far as its parent is.

use super::{Problem, invalid};
use std::{
    fs::{self, File, Metadata, OpenOptions},
    io::{self, ErrorKind},
    path::{Path, PathBuf},
};

pub(super) struct Dir(PathBuf);

impl Dir {
    pub(super) fn open(path: &Path, create: bool) -> Result<Option<Self>, Problem> {
        if create {
            fs::create_dir_all(path)
                .map_err(|e| Problem::caused(format!("cannot be made: {e}"), e))?;
        }
        match fs::symlink_metadata(path) {
            Ok(metadata) if metadata.is_dir() => Ok(Some(Self(path.to_owned()))),
            Ok(_) => Err("is a link or not a folder: give one".into()),
            Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
            Err(e) => Err(Problem::caused(format!("cannot be opened: {e}"), e)),
        }
    }

    pub(super) fn open_file(&self, name: &str) -> io::Result<File> {
        let path = self.0.join(name);
        if fs::symlink_metadata(&path)?.is_symlink() {
            return Err(invalid("is a symbolic link"));
        }
        File::open(path)
    }

    pub(super) fn create_file(&self, name: &str) -> io::Result<File> {
        OpenOptions::new().write(true).create_new(true).open(self.0.join(name))
    }

    pub(super) fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        fs::rename(self.0.join(from), self.0.join(to))
    }

    pub(super) fn link(&self, from: &str, to: &str) -> io::Result<()> {
        fs::hard_link(self.0.join(from), self.0.join(to))
    }

    pub(super) fn remove(&self, name: &str) -> io::Result<()> {
        fs::remove_file(self.0.join(name))
    }

    pub(super) fn names(&self) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.0)? {
            if let Ok(name) = entry?.file_name().into_string() {
                names.push(name);
            }
        }
        Ok(names)
    }

    pub(super) fn sync(&self) -> io::Result<()> {
        Err(ErrorKind::Unsupported.into())
    }
}

/// Whether others can read a file: this system does not tell.
pub(super) fn check_file(metadata: &Metadata) -> io::Result<bool> {
    match metadata.is_file() {
        true => Ok(false),
        false => Err(invalid("is not a regular file")),
    }
}
