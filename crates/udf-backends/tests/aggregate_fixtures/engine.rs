//! Instances of a plugin on every engine, without a host's limits.

/// An instance whose exports are called by name.
pub(crate) trait Instance {
    fn memory(&mut self) -> &mut [u8];
    fn alloc(&mut self, len: u32) -> u32;
    fn free(&mut self, ptr: u32, len: u32);
    fn call(&mut self, export: &str, ptr: u32, len: u32) -> u64;
}

/// Makes instances of one module.
pub(crate) type Engine = Box<dyn Fn() -> Box<dyn Instance>>;

/// The module on every engine.
pub(crate) fn engines(wasm: &[u8]) -> Vec<(&'static str, Engine)> {
    vec![
        #[cfg(feature = "wasmtime")]
        ("wasmtime", on_wasmtime::engine(wasm)),
        #[cfg(feature = "wasmi")]
        ("wasmi", on_wasmi::engine(wasm)),
    ]
}

/// The two engines have the same interface, up to the name of the crate.
#[cfg(any(feature = "wasmtime", feature = "wasmi"))]
macro_rules! engine {
    ($module:ident, $engine:ident) => {
        mod $module {
            use $engine::{Engine, Instance, Memory, Module, Store};

            struct Running {
                store: Store<()>,
                instance: Instance,
                memory: Memory,
            }

            pub(super) fn engine(wasm: &[u8]) -> super::Engine {
                let engine = Engine::default();
                let module = Module::new(&engine, wasm).unwrap();
                Box::new(move || {
                    let mut store = Store::new(&engine, ());
                    let instance = Instance::new(&mut store, &module, &[]).unwrap();
                    let memory = instance.get_memory(&mut store, "memory").unwrap();
                    Box::new(Running { store, instance, memory })
                })
            }

            impl super::Instance for Running {
                fn memory(&mut self) -> &mut [u8] {
                    self.memory.data_mut(&mut self.store)
                }

                fn alloc(&mut self, len: u32) -> u32 {
                    let store = &mut self.store;
                    let alloc = self.instance.get_typed_func::<u32, u32>(&mut *store, "fz_alloc");
                    alloc.unwrap().call(store, len).unwrap()
                }

                fn free(&mut self, ptr: u32, len: u32) {
                    let store = &mut self.store;
                    let free =
                        self.instance.get_typed_func::<(u32, u32), ()>(&mut *store, "fz_free");
                    free.unwrap().call(store, (ptr, len)).unwrap();
                }

                fn call(&mut self, export: &str, ptr: u32, len: u32) -> u64 {
                    let store = &mut self.store;
                    let call = self.instance.get_typed_func::<(u32, u32), u64>(&mut *store, export);
                    call.unwrap().call(store, (ptr, len)).unwrap()
                }
            }
        }
    };
}

#[cfg(feature = "wasmtime")]
engine!(on_wasmtime, wasmtime);
#[cfg(feature = "wasmi")]
engine!(on_wasmi, wasmi);
