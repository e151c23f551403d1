//! Files of modules: regular ones, not larger than they may be.

use std::{
    fs::{File, Metadata},
    io::{self, Read},
    path::Path,
};
use udf_columnar::Limits;

/// The bytes of a module's file. Nothing is read of a file that is larger than the limit `module_bytes`, or
/// that is no regular file: a folder, a pipe, a device or a socket. A pipe without a writer does not
/// hold the caller up.
///
/// # Errors
/// Those of the system; [`FileTooLarge`](io::ErrorKind::FileTooLarge) past the limit;
/// [`IsADirectory`](io::ErrorKind::IsADirectory) and [`InvalidInput`](io::ErrorKind::InvalidInput) for what is no
/// regular file, with what it is. The path is not in the message.
pub fn read_module(path: &Path, limits: &Limits) -> io::Result<Vec<u8>> {
    read_file(path, limits.module_bytes).map_err(|error| match error.kind() {
        io::ErrorKind::FileTooLarge => io::Error::new(
            error.kind(),
            format!("{error}: strip debug sections, or raise the limit"),
        ),
        _ => error,
    })
}

/// The bytes of a regular file of at most `most` bytes, for all files that are read as a whole and not
/// as a stream of data.
///
/// # Errors
/// As [`read_module`].
pub fn read_file(path: &Path, most: usize) -> io::Result<Vec<u8>> {
    // Before it is opened, since opening a device may do something; and afterwards, since another
    // file may have taken its place.
    check(&path.metadata()?, most)?;
    let file = open(path)?;
    let metadata = file.metadata()?;
    check(&metadata, most)?;
    contents(file, metadata.len(), most)
}

/// What is left of a file, which says to have so many bytes, and may not have more than `most`.
fn contents(file: impl Read, size: u64, most: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    bytes.try_reserve_exact(usize::try_from(size).unwrap_or(usize::MAX))?;
    // Files of the system have contents and no size.
    file.take((most as u64).saturating_add(1)).read_to_end(&mut bytes)?;
    match bytes.len() > most {
        true => Err(too_large(format_args!("more than {most} bytes"), most)),
        false => Ok(bytes),
    }
}

#[cfg(unix)]
fn open(path: &Path) -> io::Result<File> {
    use rustix::{
        fs::{Mode, OFlags},
        io::retry_on_intr,
    };
    // NONBLOCK: a pipe that has taken the file's place must not hold us up.
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    // A signal may interrupt it, on file systems of a network.
    Ok(retry_on_intr(|| rustix::fs::open(path, flags, Mode::empty()))?.into())
}

#[cfg(not(unix))]
fn open(path: &Path) -> io::Result<File> {
    File::open(path)
}

fn check(metadata: &Metadata, most: usize) -> io::Result<()> {
    if !metadata.is_file() {
        let kind = match metadata.is_dir() {
            true => io::ErrorKind::IsADirectory,
            false => io::ErrorKind::InvalidInput,
        };
        return Err(io::Error::new(kind, format!("{}, not a regular file", what(metadata))));
    }
    match metadata.len() > most as u64 {
        true => Err(too_large(format_args!("{} bytes", metadata.len()), most)),
        false => Ok(()),
    }
}

fn too_large(size: std::fmt::Arguments<'_>, most: usize) -> io::Error {
    let message = format!("the file has {size}, the limit is {most}");
    io::Error::new(io::ErrorKind::FileTooLarge, message)
}

#[cfg(unix)]
fn what(metadata: &Metadata) -> &'static str {
    use std::os::unix::fs::FileTypeExt as _;
    let kind = metadata.file_type();
    match () {
        () if kind.is_dir() => "a folder",
        () if kind.is_fifo() => "a pipe (FIFO)",
        () if kind.is_socket() => "a socket",
        () if kind.is_char_device() || kind.is_block_device() => "a device",
        () => "something else",
    }
}

#[cfg(not(unix))]
fn what(metadata: &Metadata) -> &'static str {
    if metadata.is_dir() { "a folder" } else { "a device" }
}

#[cfg(test)]
mod tests {
    use super::{contents, read_file, read_module};
    use std::{
        fs,
        io::{self, ErrorKind, Read},
        path::Path,
    };
    use udf_columnar::Limits;

    #[test]
    fn a_file_is_read_up_to_the_limit_and_not_past_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        fs::write(&path, [7; 100]).unwrap();
        assert_eq!(read_file(&path, 100).unwrap(), [7; 100]);
        let error = read_file(&path, 99).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::FileTooLarge);
        assert_eq!(error.to_string(), "the file has 100 bytes, the limit is 99");
        fs::write(&path, []).unwrap();
        assert!(read_file(&path, 0).unwrap().is_empty());
        let missing = read_file(&folder.path().join("b"), 1).unwrap_err();
        assert_eq!(missing.kind(), ErrorKind::NotFound);
    }

    /// Gives a byte at a time, and every other time that a signal came.
    struct Interrupted<'b> {
        bytes: &'b [u8],
        is_due: bool,
    }

    impl Read for Interrupted<'_> {
        fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
            self.is_due = !self.is_due;
            if self.is_due {
                return Err(ErrorKind::Interrupted.into());
            }
            let most = buf.len().min(1);
            self.bytes.read(&mut buf[..most])
        }
    }

    #[test]
    fn reads_that_a_signal_interrupts_are_repeated() {
        let file = || Interrupted { bytes: b"module", is_due: false };
        for size in [0, 6, 1000] {
            assert_eq!(contents(file(), size, 6).unwrap(), b"module");
        }
        assert_eq!(contents(file(), 6, 5).unwrap_err().kind(), ErrorKind::FileTooLarge);
    }

    #[test]
    fn a_huge_file_is_refused_by_its_size() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("huge.wasm");
        fs::File::create(&path).unwrap().set_len(6 << 30).unwrap();
        let error = read_module(&path, &Limits::default()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::FileTooLarge);
        let message = error.to_string();
        assert!(
            message.contains("6442450944 bytes") && message.contains("raise the limit"),
            "{message}"
        );
    }

    #[test]
    fn a_folder_is_named_as_one() {
        let folder = tempfile::tempdir().unwrap();
        let error = read_file(folder.path(), 1).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::IsADirectory);
        assert_eq!(error.to_string(), "a folder, not a regular file");
    }

    #[cfg(unix)]
    #[test]
    fn pipes_sockets_and_devices_are_refused_unopened() {
        let folder = tempfile::tempdir().unwrap();
        let socket = folder.path().join("socket");
        let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
        let pipe = folder.path().join("pipe");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status().unwrap();
        assert!(made.success());
        let link = folder.path().join("link");
        std::os::unix::fs::symlink(&pipe, &link).unwrap();
        for (path, what) in [
            (&*pipe, "a pipe (FIFO)"),
            (&*link, "a pipe (FIFO)"),
            (&*socket, "a socket"),
            (Path::new("/dev/zero"), "a device"),
        ] {
            let error = read_file(path, 1 << 20).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidInput);
            assert_eq!(error.to_string(), format!("{what}, not a regular file"));
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_pipe_that_takes_a_files_place_is_opened_without_waiting() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status().unwrap();
        assert!(made.success());
        assert!(!super::open(&pipe).unwrap().metadata().unwrap().is_file());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_file_without_a_size_is_read_up_to_the_limit() {
        let path = Path::new("/proc/self/status");
        assert!(!read_file(path, 1 << 20).unwrap().is_empty());
        assert_eq!(read_file(path, 10).unwrap_err().kind(), ErrorKind::FileTooLarge);
    }
}
