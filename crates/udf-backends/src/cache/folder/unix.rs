//! The folder on Unix: a handle, checked for its owner and permissions, and the calls relative to it.

use super::{Problem, invalid};
use rustix::{
    fs::{AtFlags, Dir as Listing, Mode, OFlags},
    io::{Errno, retry_on_intr},
};
use std::{
    fs::{DirBuilder, File, Metadata},
    io,
    os::{
        fd::OwnedFd,
        unix::fs::{DirBuilderExt as _, MetadataExt as _},
    },
    path::Path,
};

/// Permission bits by which the group or others can write.
const WRITABLE_BY_OTHERS: u32 = 0o022;
/// Permission bits by which the group or others can read or write.
const OPEN_TO_OTHERS: u32 = 0o066;

pub(super) struct Dir(OwnedFd);

impl Dir {
    pub(super) fn open(path: &Path, create: bool) -> Result<Option<Self>, Problem> {
        let open = || {
            // Without NOFOLLOW a link could lead to a folder of somebody else's choice.
            let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
            retry_on_intr(|| rustix::fs::open(path, flags, Mode::empty()))
        };
        let fd = match open() {
            Ok(fd) => fd,
            Err(Errno::NOENT) if !create => return Ok(None),
            Err(Errno::NOENT) => {
                let made = DirBuilder::new().recursive(true).mode(0o700).create(path);
                made.map_err(|e| Problem::caused(format!("cannot be made: {e}"), e))?;
                open().map_err(|e| why_not(path, e))?
            }
            Err(e) => return Err(why_not(path, e)),
        };
        let file = File::from(fd);
        let metadata = file.metadata();
        let metadata =
            metadata.map_err(|e| Problem::caused(format!("cannot be examined: {e}"), e))?;
        if !is_own(&metadata) {
            return Err(format!(
                "belongs to user {}, not to you: give a folder of your own",
                metadata.uid()
            )
            .into());
        }
        if metadata.mode() & WRITABLE_BY_OTHERS != 0 {
            return Err(format!(
                "may be written to by other users (mode {:o}): give a folder of your own, or run chmod 700 on this one",
                metadata.mode() & 0o777
            )
            .into());
        }
        Ok(Some(Self(file.into())))
    }

    pub(super) fn open_file(&self, name: &str) -> io::Result<File> {
        // NONBLOCK: a pipe of that name must not hold us up.
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        match retry_on_intr(|| rustix::fs::openat(&self.0, name, flags, Mode::empty())) {
            Ok(fd) => Ok(fd.into()),
            Err(Errno::LOOP) => Err(invalid("is a symbolic link")),
            Err(e) => Err(e.into()),
        }
    }

    pub(super) fn create_file(&self, name: &str) -> io::Result<File> {
        let flags =
            OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let mode = Mode::RUSR | Mode::WUSR;
        Ok(retry_on_intr(|| rustix::fs::openat(&self.0, name, flags, mode))?.into())
    }

    pub(super) fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        Ok(rustix::fs::renameat(&self.0, from, &self.0, to)?)
    }

    pub(super) fn link(&self, from: &str, to: &str) -> io::Result<()> {
        Ok(rustix::fs::linkat(&self.0, from, &self.0, to, AtFlags::empty())?)
    }

    pub(super) fn remove(&self, name: &str) -> io::Result<()> {
        Ok(rustix::fs::unlinkat(&self.0, name, AtFlags::empty())?)
    }

    pub(super) fn names(&self) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in Listing::read_from(&self.0)? {
            if let Ok(name) = entry?.file_name().to_str() {
                names.push(name.to_owned());
            }
        }
        Ok(names)
    }

    pub(super) fn sync(&self) -> io::Result<()> {
        Ok(retry_on_intr(|| rustix::fs::fsync(&self.0))?)
    }
}

fn why_not(path: &Path, error: Errno) -> Problem {
    match std::fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_symlink() => {
            "is a symbolic link: give the folder that it leads to".into()
        }
        Ok(metadata) if !metadata.is_dir() => "is not a folder: give one".into(),
        _ => {
            let error = io::Error::from(error);
            Problem::caused(format!("cannot be opened: {error}"), error)
        }
    }
}

fn is_own(metadata: &Metadata) -> bool {
    metadata.uid() == rustix::process::geteuid().as_raw()
}

/// Whether others can read a file that only this user can have written.
pub(super) fn check_file(metadata: &Metadata) -> io::Result<bool> {
    if !metadata.is_file() {
        return Err(invalid("is not a regular file"));
    }
    if !is_own(metadata) {
        return Err(invalid(&format!("belongs to user {}, not to you", metadata.uid())));
    }
    if metadata.mode() & WRITABLE_BY_OTHERS != 0 {
        return Err(invalid("may be written to by other users"));
    }
    Ok(metadata.mode() & OPEN_TO_OTHERS != 0)
}
