//! Which module, compiled by which engine: the name of an entry, and what it must say inside.

use sha2::{Digest, Sha256};
use std::{
    env::consts::{ARCH, OS},
    hash::{Hash, Hasher},
};
use wasmtime::Engine;

/// Changes with the layout of an entry.
const FORMAT: &str = "formualizer-udf compiled module, format 1";

/// SHA-256 of everything about an engine that its machine code depends on.
#[derive(Clone, Copy)]
pub(super) struct EngineIdentity([u8; 32]);

impl EngineIdentity {
    /// The engine's own account (its version, target, processor features, compiler flags and
    /// configuration), and the format of entries.
    pub(super) fn of(engine: &Engine) -> Self {
        let mut feed = Feed(Sha256::new());
        (FORMAT, ARCH, OS).hash(&mut feed);
        engine.precompile_compatibility_hash().hash(&mut feed);
        Self(feed.0.finalize().into())
    }
}

/// SHA-256 of an engine and a module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Identity([u8; 32]);

impl Identity {
    pub(super) fn of(engine: &EngineIdentity, module_sha256: &[u8; 32]) -> Self {
        let hash = Sha256::new().chain_update(engine.0).chain_update(module_sha256);
        Self(hash.finalize().into())
    }

    pub(super) fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// 64 hexadecimal digits.
    pub(super) fn hex(&self) -> String {
        self.0.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// Takes everything that is hashed through the standard trait into a SHA-256.
struct Feed(Sha256);

impl Hasher for Feed {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    fn finish(&self) -> u64 {
        let digest: [u8; 32] = self.0.clone().finalize().into();
        let mut first = [0; 8];
        first.copy_from_slice(&digest[..8]);
        u64::from_le_bytes(first)
    }
}

#[cfg(test)]
mod tests {
    use super::{EngineIdentity, Identity};
    use wasmtime::{Config, Engine};

    fn engine(change: impl FnOnce(&mut Config)) -> EngineIdentity {
        let mut config = Config::new();
        change(&mut config);
        EngineIdentity::of(&Engine::new(&config).unwrap())
    }

    #[test]
    fn equal_engines_have_equal_identities() {
        assert_eq!(engine(|_| {}).0, engine(|_| {}).0);
    }

    #[test]
    fn whatever_changes_machine_code_changes_the_identity() {
        let plain = engine(|_| {}).0;
        assert_ne!(plain, engine(|c| _ = c.consume_fuel(true)).0);
        assert_ne!(plain, engine(|c| _ = c.epoch_interruption(true)).0);
        assert_ne!(plain, engine(|c| _ = c.cranelift_nan_canonicalization(true)).0);
        assert_ne!(plain, engine(|c| _ = c.memory_reservation(1 << 20)).0);
    }

    #[test]
    fn modules_and_engines_both_tell_entries_apart() {
        let (one, two) = (engine(|_| {}), engine(|c| _ = c.consume_fuel(true)));
        let names = [
            Identity::of(&one, &[1; 32]).hex(),
            Identity::of(&one, &[2; 32]).hex(),
            Identity::of(&two, &[1; 32]).hex(),
        ];
        assert!(names.iter().all(|name| name.len() == 64));
        assert_ne!(names[0], names[1]);
        assert_ne!(names[0], names[2]);
    }
}
