//! A compiler and what it says about itself.

use std::{
    env,
    path::{Path, PathBuf},
};

use crate::{
    TARGET,
    cmd::Cmd,
    error::{Context, Error, Result},
};

/// A `rustc` on this machine.
#[derive(Clone, Debug)]
pub(crate) struct Rustc {
    pub(crate) program: PathBuf,
    pub(crate) sysroot: PathBuf,
    pub(crate) host: String,
    pub(crate) version: String,
}

impl Rustc {
    /// The compiler that cargo takes in this folder when it is told nothing.
    pub(crate) fn active(dir: &Path) -> Result<Self> {
        let program = env::var_os("RUSTC").map_or_else(|| "rustc".into(), PathBuf::from);
        Self::ask(dir, &program)
    }

    pub(crate) fn ask(dir: &Path, program: &Path) -> Result<Self> {
        let ask = |option: &str| -> Result<String> {
            let output = Cmd::new(dir, program).args(option.split(' ')).output()?;
            String::from_utf8(output).context(format_args!("{} {option}", program.display()))
        };
        let about = ask("-vV")?;
        let field = |name: &str| {
            let value = about.lines().find_map(|line| line.strip_prefix(name));
            value
                .map(|value| value.trim().to_owned())
                .ok_or_else(|| Error::new(format!("`{} -vV` names no {name}", program.display())))
        };
        Ok(Self {
            program: program.to_owned(),
            sysroot: PathBuf::from(ask("--print sysroot")?.trim()),
            host: field("host:")?,
            version: field("release:")?,
        })
    }

    /// Major and minor version; 0 for what is no number.
    pub(crate) fn release(&self) -> (u32, u32) {
        let mut numbers = self.version.split('.').map(|part| part.parse().unwrap_or(0));
        (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0))
    }

    pub(crate) fn has_target(&self) -> bool {
        self.sysroot.join("lib/rustlib").join(TARGET).join("lib").is_dir()
    }

    pub(crate) fn sources(&self) -> PathBuf {
        self.sysroot.join("lib/rustlib/src/rust")
    }

    pub(crate) fn lld(&self) -> PathBuf {
        self.sysroot.join("lib/rustlib").join(&self.host).join("bin/rust-lld")
    }
}

#[cfg(test)]
pub(crate) fn made_up(version: &str) -> Rustc {
    Rustc {
        program: "rustc".into(),
        sysroot: "/opt/rust".into(),
        host: "a-b-c".into(),
        version: version.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn releases_compare_as_numbers() {
        assert!(made_up("1.100.0-nightly").release() > made_up("1.96.0").release());
        assert_eq!(made_up("?").release(), (0, 0));
    }
}
