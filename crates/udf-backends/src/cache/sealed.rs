//! The bytes of an entry, and the only place that turns bytes into machine code.
//!
//! ```text
//! 0   8   magic and version
//! 8   32  identity: module, engine, configuration, target
//! 40  8   bytes of the artefact, u64 little endian
//! 48  32  HMAC-SHA-256 over the three fields above and the artefact, by the user's key
//! 80  …   artefact: what wasmtime's `Module::serialize` gave
//! ```
#![expect(unsafe_code, reason = "listed in docs/safety.md: wasmtime takes an artefact on trust")]

use super::{identity::Identity, key::Key, problem::Problem};
use hmac::Mac;
use wasmtime::{Engine, Module};

const MAGIC: [u8; 8] = *b"FZMODC\x00\x01";
const IDENTITY: usize = 8;
const LENGTH: usize = 40;
const TAG: usize = 48;
const ARTEFACT: usize = 80;

/// An entry that holds, unchanged, what [`seal`](Sealed::seal) was given: there is no other way to
/// have one.
pub(super) struct Sealed {
    /// Header and artefact. Private and never changed after the check in `open`.
    bytes: Vec<u8>,
}

impl Sealed {
    /// Serialises a module that this process has compiled.
    ///
    /// Takes the module itself and no bytes, so that nothing else can ever be sealed.
    ///
    /// # Errors
    /// Where the engine cannot serialise it.
    pub(super) fn seal(module: &Module, key: &Key, identity: &Identity) -> Result<Self, Problem> {
        let artefact =
            module.serialize().map_err(|e| format!("wasmtime cannot serialise it: {e:#}"))?;
        let mut bytes = Vec::with_capacity(ARTEFACT + artefact.len());
        bytes.extend_from_slice(&MAGIC);
        bytes.extend_from_slice(identity.bytes());
        bytes.extend_from_slice(&(artefact.len() as u64).to_le_bytes());
        let mac = key.authenticate(&[&bytes, &artefact]).ok_or("the key cannot be used")?;
        bytes.extend_from_slice(&mac.finalize().into_bytes());
        bytes.extend_from_slice(&artefact);
        Ok(Self { bytes })
    }

    /// Takes the bytes of a file, if they are what `seal` made with this key for this identity.
    ///
    /// # Errors
    /// What is wrong with them.
    pub(super) fn open(
        bytes: Vec<u8>,
        key: &Key,
        identity: &Identity,
    ) -> Result<Self, &'static str> {
        let (Some(header), Some(artefact)) = (bytes.get(..ARTEFACT), bytes.get(ARTEFACT..)) else {
            return Err("is cut short");
        };
        if header[..IDENTITY] != MAGIC {
            return Err("is no entry of this version");
        }
        if header[IDENTITY..LENGTH] != identity.bytes()[..] {
            return Err("holds another module, or one compiled by another engine");
        }
        if header[LENGTH..TAG] != (artefact.len() as u64).to_le_bytes() {
            return Err("is cut short, or has something behind its end");
        }
        let mac = key.authenticate(&[&header[..TAG], artefact]).ok_or("has no key")?;
        match mac.verify_slice(&header[TAG..]) {
            Ok(()) => Ok(Self { bytes }),
            Err(_) => Err("is damaged, or was written with another key"),
        }
    }

    /// The file's bytes.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The compiled module, ready to be instantiated.
    ///
    /// # Errors
    /// Where wasmtime holds it to be of another engine.
    pub(super) fn deserialize(&self, engine: &Engine) -> wasmtime::Result<Module> {
        let artefact = self.bytes.get(ARTEFACT..).unwrap_or_default();
        // SAFETY: `deserialize` asks for the unmodified output of `Module::serialize`. A `Sealed`
        // comes from `seal`, which stored just that, or from `open`, which compared an
        // HMAC-SHA-256 over the header and these very bytes in memory: they were not read again
        // since, `bytes` is private and nothing changes it, and wasmtime copies them. Only `seal`
        // computes such a code, over the output of `serialize`, and whoever else could compute
        // one knows the key, that is, runs as this user (its file is refused where others can
        // read it), and as such could replace this program as well. That the artefact belongs
        // to this engine is not needed for safety: wasmtime refuses others by its own header.
        unsafe { Module::deserialize(engine, artefact) }
    }
}

#[cfg(test)]
mod tests {
    use super::{ARTEFACT, Sealed};
    use crate::cache::{
        identity::{EngineIdentity, Identity},
        key::Key,
    };
    use wasmtime::{Config, Engine, Instance, Module, Store};

    const KEY: [u8; 32] = [7; 32];

    fn compiled(text: &str) -> (Engine, Module) {
        let engine = Engine::new(&Config::new()).unwrap();
        let module = Module::new(&engine, wat::parse_str(text).unwrap()).unwrap();
        (engine, module)
    }

    fn identity(engine: &Engine, module: u8) -> Identity {
        Identity::of(&EngineIdentity::of(engine), &[module; 32])
    }

    fn sealed() -> (Engine, Identity, Vec<u8>) {
        let (engine, module) =
            compiled(r#"(module (func (export "f") (result i32) i32.const 42))"#);
        let identity = identity(&engine, 1);
        let sealed = Sealed::seal(&module, &Key::of(KEY), &identity).unwrap();
        (engine, identity, sealed.bytes().to_vec())
    }

    #[test]
    fn what_was_sealed_runs() {
        let (engine, identity, bytes) = sealed();
        let opened = Sealed::open(bytes, &Key::of(KEY), &identity).unwrap();
        let module = opened.deserialize(&engine).unwrap();
        let mut store = Store::new(&engine, ());
        let instance = Instance::new(&mut store, &module, &[]).unwrap();
        let f = instance.get_typed_func::<(), i32>(&mut store, "f").unwrap();
        assert_eq!(f.call(&mut store, ()).unwrap(), 42);
    }

    #[test]
    fn a_flipped_bit_anywhere_is_noticed() {
        let (_, identity, bytes) = sealed();
        // Every bit of the header, then one bit in each stretch of the artefact, and its last.
        let header = 0..ARTEFACT * 8;
        let artefact = (ARTEFACT * 8..bytes.len() * 8).step_by(997);
        for bit in header.chain(artefact).chain([bytes.len() * 8 - 1]) {
            let mut flipped = bytes.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert!(Sealed::open(flipped, &Key::of(KEY), &identity).is_err(), "bit {bit}");
        }
        assert!(Sealed::open(bytes, &Key::of(KEY), &identity).is_ok());
    }

    #[test]
    fn every_truncation_and_extension_is_noticed() {
        let (_, identity, bytes) = sealed();
        let lengths = (0..=ARTEFACT + 2).chain((ARTEFACT..bytes.len()).step_by(509));
        for len in lengths.chain([bytes.len() - 1]) {
            let cut = bytes[..len].to_vec();
            assert!(Sealed::open(cut, &Key::of(KEY), &identity).is_err(), "{len} bytes");
        }
        let longer = [&bytes[..], &[0]].concat();
        assert!(Sealed::open(longer, &Key::of(KEY), &identity).is_err());
    }

    #[test]
    fn another_key_module_or_engine_opens_nothing() {
        let (engine, own, bytes) = sealed();
        assert!(Sealed::open(bytes.clone(), &Key::of([8; 32]), &own).is_err());
        let other_module = identity(&engine, 2);
        assert!(Sealed::open(bytes.clone(), &Key::of(KEY), &other_module).is_err());
        let fuelled = Engine::new(Config::new().consume_fuel(true)).unwrap();
        let other_engine = identity(&fuelled, 1);
        assert!(Sealed::open(bytes.clone(), &Key::of(KEY), &other_engine).is_err());
        // And wasmtime itself refuses it, should an identity ever be too coarse.
        let opened = Sealed::open(bytes, &Key::of(KEY), &own).unwrap();
        assert!(opened.deserialize(&fuelled).is_err());
    }
}
