//! The files of a new plugin.

use super::{
    Template, name,
    sdk::{FOLDER, Source, lock_file},
};
use crate::exit::{Exit, Failure};
use std::{
    fs::{self, File},
    io::{self, Write as _},
    path::Path,
};

/// A plugin that is to be written.
pub(super) struct Project<'a> {
    pub(super) name: &'a str,
    pub(super) template: Template,
    pub(super) source: Source,
}

impl Project<'_> {
    /// Writes everything to a folder beside, which then gets the name: a project is there as a
    /// whole or not at all.
    pub(super) fn write(&self, parent: &Path, target: &Path) -> Result<(), Failure> {
        let failed = |error: io::Error| {
            Failure::io(format_args!("{} cannot be made", target.display()), error)
                .hint("give a folder whose parent exists and may be written to")
        };
        let files = self.files()?;
        let mut beside = tempfile::Builder::new();
        beside.prefix(".fzudf-new-");
        #[cfg(unix)]
        {
            // As any other new folder: what the user's mask leaves of it.
            use std::os::unix::fs::PermissionsExt as _;
            beside.permissions(fs::Permissions::from_mode(0o777));
        }
        let beside = beside.tempdir_in(parent).map_err(failed)?;
        for (file, text) in &files {
            write(&beside.path().join(file), text).map_err(failed)?;
        }
        if fs::symlink_metadata(target).is_ok() {
            return Err(Failure::new(Exit::Io, format!("{} exists", target.display()))
                .hint("somebody made it meanwhile: give another name"));
        }
        fs::rename(beside.path(), target).map_err(failed)?;
        // It is no longer there to be removed.
        let _moved = beside.keep();
        Ok(())
    }

    /// Names and texts.
    fn files(&self) -> Result<Vec<(String, String)>, Failure> {
        let functions = match self.template {
            Template::Scalar => include_str!("../../templates/scalar/lib.rs"),
            Template::String => include_str!("../../templates/string/lib.rs"),
            Template::Array => include_str!("../../templates/array/lib.rs"),
        };
        let vendored = match self.source {
            Source::Carried => include_str!("../../templates/vendored.md"),
            Source::Checkout(_) => "",
        };
        let file = name::file(self.name);
        let sdk = toml_text(&self.source.path()?);
        let fill = |template: &str| {
            template
                .replace("{{name}}", self.name)
                .replace("{{file}}", &file)
                .replace("{{vendored}}\n", vendored)
                .replace("{{rust_version}}", env!("CARGO_PKG_RUST_VERSION"))
                .replace("{{sdk}}", &sdk)
        };
        let mut files: Vec<(String, String)> = [
            ("Cargo.toml", include_str!("../../templates/Cargo.toml.in")),
            ("README.md", include_str!("../../templates/README.md")),
            (".gitignore", include_str!("../../templates/gitignore")),
            ("src/lib.rs", functions),
        ]
        .map(|(name, template)| (name.to_owned(), fill(template)))
        .into();
        files.push(("Cargo.lock".to_owned(), lock_file(self.name)));
        let carried = self.source.files().iter();
        files.extend(carried.map(|(name, text)| (format!("{FOLDER}/{name}"), (*text).to_owned())));
        Ok(files)
    }
}

/// A text as TOML writes it.
fn toml_text(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c.is_control() => out.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

fn write(path: &Path, text: &str) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut file = File::create(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::{Project, Source, Template, toml_text};

    #[test]
    fn nothing_is_left_to_fill_in() {
        for template in [Template::Scalar, Template::String, Template::Array] {
            for source in [Source::Carried, Source::Checkout("/a b/sdk".into())] {
                let project = Project { name: "my-functions", template, source };
                for (name, text) in project.files().unwrap() {
                    assert!(name.starts_with("vendor") || !text.contains("{{"), "{name}:\n{text}");
                }
            }
        }
    }

    #[test]
    fn paths_are_quoted_for_the_manifest() {
        assert_eq!(toml_text("C:\\a \"b\"\n"), r#""C:\\a \"b\"\u000A""#);
    }
}
