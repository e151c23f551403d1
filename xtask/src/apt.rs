//! Packages of the distribution, where they can be installed.

use std::path::Path;

use crate::{cmd::Cmd, error::Result};

/// Whether packages of the distribution can be installed: there is apt-get, and the user may.
pub(crate) fn is_there(root: &Path) -> bool {
    Cmd::new(root, "apt-get").arg("--version").output().is_ok()
        && Cmd::new(root, "id").arg("-u").output().is_ok_and(|id| id.trim_ascii() == b"0")
}

/// Installs packages.
pub(crate) fn install(root: &Path, packages: &[&str]) -> Result<()> {
    for line in ["update", "install -y --no-install-recommends"] {
        let mut apt = Cmd::new(root, "apt-get")
            .args(line.split(' '))
            .env("DEBIAN_FRONTEND", "noninteractive");
        if line != "update" {
            apt = apt.args(packages);
        }
        println!("$ {apt}");
        apt.run()?;
    }
    Ok(())
}

/// The command that installs packages, for messages.
pub(crate) fn command(packages: &[&str]) -> String {
    format!("apt-get install -y --no-install-recommends {}", packages.join(" "))
}
