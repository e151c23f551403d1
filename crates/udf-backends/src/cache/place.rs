//! The folder with its key: entries found, kept, and made room for.

use super::{
    config::{CacheConfig, Cleared},
    folder::{Folder, Item, Kind, Write, entry_name},
    identity::Identity,
    key::{Found, KEY_FILE, Key},
    problem::Problem,
    sealed::Sealed,
};
use std::time::{Duration, SystemTime};
use wasmtime::{Engine, Module};

/// Writing takes seconds at most: a temporary file that is older was left by a killed writer.
const STALE: Duration = Duration::from_secs(600);
/// How exactly it is known when an entry was used last.
const TOUCH_EVERY: Duration = Duration::from_secs(60);

/// The cache's folder, as one load sees it.
pub(super) struct Place {
    folder: Folder,
    key: Found,
    max_bytes: u64,
}

impl Place {
    /// Opens the folder, which is made where it is missing, and reads the key.
    ///
    /// # Errors
    /// Why the cache cannot be used.
    pub(super) fn open(config: &CacheConfig) -> Result<Self, Problem> {
        let folder = Folder::open(config.folder(), true)?;
        let folder = folder
            .ok_or_else(|| format!("module cache: {} vanished", config.folder().display()))?;
        let key = Key::read(&folder)?;
        Ok(Self { folder, key, max_bytes: config.bound() })
    }

    /// The module of this identity, if it is there and undamaged.
    ///
    /// # Errors
    /// What is wrong with what is there.
    pub(super) fn find(
        &self,
        identity: &Identity,
        engine: &Engine,
    ) -> Result<Option<Module>, Problem> {
        let key = match &self.key {
            Found::Key(key) => key,
            Found::Nothing => return Ok(None),
            Found::Damaged(how) => {
                let what = format!("{how}: it is replaced, and every entry with it");
                return Err(self.folder.says(KEY_FILE, &what));
            }
        };
        let name = entry_name(&identity.hex());
        let contents = match self.folder.read(&name, self.max_bytes) {
            Ok(Some(contents)) => contents,
            Ok(None) => return Ok(None),
            Err(e) => return Err(self.folder.problem(&name, "is not used", e)),
        };
        contents.touch(TOUCH_EVERY);
        let sealed = Sealed::open(contents.bytes, key, identity)
            .map_err(|what| self.folder.says(&name, what))?;
        let module = sealed.deserialize(engine);
        module.map(Some).map_err(|e| self.folder.says(&name, &format!("is not used: {e:#}")))
    }

    /// Writes a compiled module, with a new key if there is none.
    ///
    /// # Errors
    /// Why it could not be written.
    pub(super) fn keep(&mut self, identity: &Identity, module: &Module) -> Result<(), Problem> {
        if !matches!(self.key, Found::Key(_)) {
            let replace = matches!(self.key, Found::Damaged(_));
            self.key = Found::Key(Key::make(&self.folder, replace)?);
        }
        let name = entry_name(&identity.hex());
        let Found::Key(key) = &self.key else { return Err(self.folder.says(KEY_FILE, "is gone")) };
        let sealed = Sealed::seal(module, key, identity)?;
        let bytes = sealed.bytes().len() as u64;
        if bytes > self.max_bytes {
            let what = format!("has {bytes} bytes, more than the cache's {}", self.max_bytes);
            return Err(self.folder.says(&name, &what));
        }
        let written = self.folder.write(&name, &[sealed.bytes()], Write::Replace);
        written.map_err(|e| self.folder.problem(&name, "cannot be written", e))
    }

    /// Removes what killed writers left, and, while there is more than the bound, the entries that
    /// were used longest ago, but never this one. Gives the number of evicted entries.
    ///
    /// # Errors
    /// Where the folder cannot be listed or a file not be removed.
    pub(super) fn tidy(&self, newest: &Identity) -> Result<u64, Problem> {
        let newest = entry_name(&newest.hex());
        let mut items = self.items()?;
        let now = SystemTime::now();
        items.sort_by(|a, b| (a.modified, &a.name).cmp(&(b.modified, &b.name)));
        let mut total: u64 = items.iter().map(|item| item.bytes).sum();
        let mut evicted = 0;
        for item in &items {
            let is_stale = now.duration_since(item.modified).is_ok_and(|age| age > STALE);
            let goes = match item.kind {
                Kind::Temporary => is_stale,
                Kind::Entry => total > self.max_bytes && item.name != newest,
                Kind::Key => false,
            };
            if goes {
                self.remove(item)?;
                total = total.saturating_sub(item.bytes);
                evicted += u64::from(item.kind == Kind::Entry);
            }
        }
        Ok(evicted)
    }

    /// Opens the folder and tries to write to it.
    pub(super) fn check(config: &CacheConfig) -> Result<(), Problem> {
        let place = Self::open(config)?;
        let tried = place.folder.try_writing();
        tried.map_err(|e| place.folder.problem("", "cannot be written to", e))
    }

    /// Removes everything that the cache has written.
    pub(super) fn clear(config: &CacheConfig) -> Result<Cleared, Problem> {
        let mut cleared = Cleared::default();
        let Some(folder) = Folder::open(config.folder(), false)? else { return Ok(cleared) };
        let place = Self { folder, key: Found::Nothing, max_bytes: config.bound() };
        for item in place.items()? {
            place.remove(&item)?;
            cleared.files += 1;
            cleared.bytes += item.bytes;
        }
        Ok(cleared)
    }

    fn items(&self) -> Result<Vec<Item>, Problem> {
        self.folder.items().map_err(|e| self.folder.problem("", "cannot be listed", e))
    }

    fn remove(&self, item: &Item) -> Result<(), Problem> {
        let removed = self.folder.remove(&item.name);
        removed.map_err(|e| self.folder.problem(&item.name, "cannot be removed", e))
    }
}
