//! Embeds the SDK: what `fzudf new` writes into a project, so that it builds without this
//! repository.
//!
//! The sources go in as they are. The three crates' manifests lean on the workspace's; here they
//! are written out, without tests. Of the lock file goes in what the crates need, so that a
//! project takes the versions that this command was built with: they are in cargo's cache.

use std::{
    collections::BTreeMap,
    env,
    error::Error,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};
use toml::{Table, Value};

/// The crates of the SDK, in this workspace's folder `crates`.
const CRATES: [&str; 3] = ["formualizer-udf-macros", "formualizer-udf-sdk", "udf-abi"];
const LICENCES: [&str; 2] = ["LICENSE-APACHE", "LICENSE-MIT"];

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> Result<()> {
    let here = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let root = here.join("../..");
    let workspace = read(&root.join("Cargo.toml"))?;
    let mut files: Vec<(String, PathBuf)> = Vec::new();
    let mut direct = BTreeMap::new();
    for name in CRATES {
        let folder = root.join("crates").join(name);
        let manifest = standalone(&read(&folder.join("Cargo.toml"))?, &workspace)
            .map_err(|e| format!("{name}/Cargo.toml: {e}"))?;
        direct.insert(name, needed(&manifest));
        let written = out.join(format!("{name}.toml"));
        fs::write(&written, toml::to_string(&manifest)?)?;
        files.push((format!("{name}/Cargo.toml"), written));
        sources(&folder.join("src"), &format!("{name}/src"), &mut files)?;
    }
    for name in LICENCES {
        files.push((name.to_owned(), watched(root.join(name))));
    }
    files.sort();

    let mut code = String::from("pub(crate) static FILES: &[(&str, &str)] = &[\n");
    for (name, path) in &files {
        writeln!(code, "    ({name:?}, include_str!({:?})),", path.canonicalize()?)?;
    }
    code.push_str("];\npub(crate) static LOCKED: &[(&str, &str)] = &[\n");
    for (name, block) in locked(&read(&root.join("Cargo.lock"))?, &direct)? {
        writeln!(code, "    ({name:?}, {block:?}),")?;
    }
    code.push_str("];\n");
    fs::write(out.join("embedded.rs"), code)?;
    println!("cargo::rerun-if-changed=build.rs");
    Ok(())
}

fn watched(path: PathBuf) -> PathBuf {
    println!("cargo::rerun-if-changed={}", path.display());
    path
}

fn read(path: &Path) -> Result<Table> {
    println!("cargo::rerun-if-changed={}", path.display());
    let text = fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
    Ok(text.parse::<Table>().map_err(|e| format!("{}: {e}", path.display()))?)
}

/// Every file below a folder.
fn sources(folder: &Path, name: &str, files: &mut Vec<(String, PathBuf)>) -> Result<()> {
    // The folder itself too: a new file is a change of it.
    println!("cargo::rerun-if-changed={}", folder.display());
    for entry in fs::read_dir(folder).map_err(|e| format!("{}: {e}", folder.display()))? {
        let entry = entry?;
        let name = format!("{name}/{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            sources(&entry.path(), &name, files)?;
        } else {
            files.push((name, watched(entry.path())));
        }
    }
    Ok(())
}

fn table<'t>(of: &'t Table, path: &[&str]) -> Result<&'t Table> {
    path.iter().try_fold(of, |table, key| {
        table
            .get(*key)
            .and_then(Value::as_table)
            .ok_or_else(|| format!("there is no table {}", path.join(".")).into())
    })
}

fn inherits(value: &Value) -> bool {
    value.get("workspace").and_then(Value::as_bool) == Some(true)
}

/// A manifest that leans on no workspace.
fn standalone(manifest: &Table, workspace: &Table) -> Result<Table> {
    let mut out = Table::new();
    for (key, value) in manifest {
        match key.as_str() {
            "package" => {
                let shared = table(workspace, &["workspace", "package"])?;
                let mut package = Table::new();
                for (field, value) in table(manifest, &["package"])? {
                    let value = if inherits(value) { shared.get(field) } else { Some(value) };
                    let value = value.ok_or_else(|| format!("the workspace has no {field}"))?;
                    package.insert(field.clone(), value.clone());
                }
                out.insert(key.clone(), package.into());
            }
            "lib" | "features" => {
                out.insert(key.clone(), value.clone());
            }
            "dependencies" => {
                let shared = table(workspace, &["workspace", "dependencies"])?;
                let mut all = Table::new();
                for (name, own) in table(manifest, &["dependencies"])? {
                    all.insert(name.clone(), dependency(name, own, shared)?.into());
                }
                out.insert(key.clone(), all.into());
            }
            "dev-dependencies" | "lints" => {}
            other => return Err(format!("build.rs of fzudf does not know [{other}]").into()),
        }
    }
    Ok(out)
}

/// A dependency with everything that the workspace says about it.
fn dependency(name: &str, own: &Value, shared: &Table) -> Result<Table> {
    let mut all = Table::new();
    let mut features: Vec<Value> = Vec::new();
    let inherited = inherits(own).then(|| shared.get(name)).flatten();
    for value in inherited.into_iter().chain([own]) {
        match value {
            Value::String(version) => {
                all.insert("version".into(), version.clone().into());
            }
            Value::Table(fields) => {
                for (field, value) in fields {
                    match (field.as_str(), value) {
                        ("workspace", _) => {}
                        ("features", Value::Array(more)) => features.extend(more.iter().cloned()),
                        _ => {
                            all.insert(field.clone(), value.clone());
                        }
                    }
                }
            }
            other => return Err(format!("dependency {name}: {other}").into()),
        }
    }
    if all.contains_key("path") {
        // The crates of the SDK stand beside one another.
        all.insert("path".into(), format!("../{name}").into());
    }
    if !features.is_empty() {
        all.insert("features".into(), features.into());
    }
    Ok(all)
}

/// The dependencies that a project compiles, from a registry or beside.
fn needed(manifest: &Table) -> Vec<String> {
    let dependencies = manifest.get("dependencies").and_then(Value::as_table);
    dependencies
        .into_iter()
        .flatten()
        .filter(|(_, value)| value.get("optional").and_then(Value::as_bool) != Some(true))
        .map(|(name, _)| name.clone())
        .collect()
}

/// The packages of a project's lock file, but for the project itself: name and text, sorted.
fn locked(lock: &Table, direct: &BTreeMap<&str, Vec<String>>) -> Result<Vec<(String, String)>> {
    let packages = lock.get("package").and_then(Value::as_array).ok_or("Cargo.lock is empty")?;
    let text = |package: &Value, key: &str| {
        package.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
    };
    // A dependency is named with its version only where there are several.
    let find = |wanted: &str| {
        let (name, version) = wanted.split_once(' ').unwrap_or((wanted, ""));
        let mut found = packages
            .iter()
            .filter(|p| text(p, "name") == name && text(p, "version").starts_with(version));
        found.next().ok_or_else(|| format!("Cargo.lock has no {wanted}"))
    };
    let dependencies = |package: &Value| -> Vec<String> {
        let list = package.get("dependencies").and_then(Value::as_array);
        let list = list.into_iter().flatten().filter_map(|d| Some(d.as_str()?.to_owned()));
        // A crate of this workspace lists those of its tests and of all its features too.
        match direct.get(text(package, "name").as_str()) {
            None => list.collect(),
            Some(direct) => list
                .filter(|d| direct.iter().any(|name| d.split(' ').next() == Some(name)))
                .collect(),
        }
    };
    let mut chosen = BTreeMap::new();
    let mut todo: Vec<String> = CRATES.map(String::from).into();
    while let Some(wanted) = todo.pop() {
        let package = find(&wanted)?;
        let key = (text(package, "name"), text(package, "version"));
        if chosen.insert(key, package).is_none() {
            todo.extend(dependencies(package));
        }
    }
    let named = |wanted: &str| {
        let name = wanted.split(' ').next().unwrap_or(wanted);
        let several = chosen.keys().filter(|(n, _)| n == name).count() > 1;
        if several { wanted.to_owned() } else { name.to_owned() }
    };
    let mut blocks = Vec::new();
    for ((name, version), package) in &chosen {
        let mut block = format!("[[package]]\nname = {name:?}\nversion = {version:?}\n");
        for field in ["source", "checksum"] {
            if let Some(value) = package.get(field).and_then(Value::as_str) {
                writeln!(block, "{field} = {value:?}")?;
            }
        }
        let list = dependencies(package);
        if !list.is_empty() {
            block.push_str("dependencies = [\n");
            for dependency in list {
                writeln!(block, " {:?},", named(&dependency))?;
            }
            block.push_str("]\n");
        }
        blocks.push((name.clone(), block));
    }
    Ok(blocks)
}
