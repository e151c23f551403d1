//! `fzudf cache`: where compiled modules are kept, and clearing that place.

use crate::{
    exit::{Exit, Failure, complain, grouped},
    stdout,
};
use clap::{Args, Subcommand};
use std::{env, path::PathBuf};
use udf_backends::CacheConfig;

/// Names another folder than the user's usual one.
pub(crate) const FOLDER_VARIABLE: &str = "FZUDF_CACHE_DIR";

#[derive(Args, Debug)]
pub(crate) struct CacheArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Clone, Copy, Debug, Subcommand)]
enum Action {
    /// Print the folder
    Path,
    /// Remove what is kept; runs that are under way go on, and the next ones compile again
    Clear,
}

pub(crate) fn run(args: &CacheArgs) -> Result<(), Failure> {
    let config = config().ok_or_else(|| {
        Failure::new(Exit::Io, "this user has no folder for caches")
            .hint(format!("set HOME, or name a folder in {FOLDER_VARIABLE}"))
    })?;
    match args.action {
        Action::Path => stdout::print(&format!("{}\n", config.folder().display())),
        Action::Clear => {
            let cleared = config.clear().map_err(|error| {
                Failure::new(Exit::Io, error.message())
                    .hint(format!("{FOLDER_VARIABLE} names another folder"))
            })?;
            complain(format_args!(
                "removed {} {} ({} bytes) from {}",
                grouped(cleared.files),
                if cleared.files == 1 { "file" } else { "files" },
                grouped(cleared.bytes),
                config.folder().display()
            ));
            Ok(())
        }
    }
}

/// The cache of this user: in the folder that the environment names, or in the usual one.
pub(crate) fn config() -> Option<CacheConfig> {
    let named = env::var_os(FOLDER_VARIABLE).filter(|folder| !folder.is_empty());
    named.map(PathBuf::from).or_else(CacheConfig::default_dir).map(CacheConfig::new)
}
