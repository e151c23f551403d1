//! What stands in `guest.js`, and what JavaScript's own `WebAssembly` throws.

use wasm_bindgen::prelude::*;

/// Guests that ran out of their time, in `guest.js`.
const OVERTIME: u32 = 1;
/// Guests that the page had no stack for.
const NO_STACK: u32 = 2;
/// Conversions of a NaN.
const NO_NUMBER: u32 = 3;

#[wasm_bindgen(module = "/src/js/guest.js")]
extern "C" {
    /// An instance with its limits.
    pub(super) type Guest;

    #[wasm_bindgen(constructor, catch)]
    pub(super) fn new(module: &JsValue) -> Result<Guest, JsValue>;
    #[wasm_bindgen(method)]
    pub(super) fn enter(this: &Guest, milliseconds: f64, pages: f64, elements: f64);
    #[wasm_bindgen(method, getter, js_name = refusedPages)]
    pub(super) fn refused_pages(this: &Guest) -> f64;
    #[wasm_bindgen(method, getter, js_name = refusedElements)]
    pub(super) fn refused_elements(this: &Guest) -> f64;
    #[wasm_bindgen(method, getter)]
    pub(super) fn lacked(this: &Guest) -> bool;
    #[wasm_bindgen(method)]
    pub(super) fn function(this: &Guest, name: &str) -> Option<Function>;
    #[wasm_bindgen(method)]
    pub(super) fn address(this: &Guest, name: &str) -> Option<u32>;
    #[wasm_bindgen(method, getter, catch, js_name = calledNothing)]
    pub(super) fn called_nothing(this: &Guest) -> Result<bool, JsValue>;
    #[wasm_bindgen(method, getter)]
    pub(super) fn size(this: &Guest) -> u32;
    #[wasm_bindgen(method)]
    pub(super) fn put(this: &Guest, at: u32, bytes: &[u8]);
    /// The same of `len` bytes from `first` on.
    #[wasm_bindgen(method, js_name = putFrom)]
    pub(super) fn put_from(this: &Guest, at: u32, bytes: &js_sys::Uint8Array, first: u32, len: u32);
    /// What stands there, as long as nothing runs.
    #[wasm_bindgen(method)]
    pub(super) fn bytes(this: &Guest, at: u32, len: u32) -> js_sys::Uint8Array;

    /// A guest's exported function.
    #[derive(Clone)]
    pub(super) type Function;

    #[wasm_bindgen(js_name = callNothing, catch)]
    pub(super) fn call_nothing(entry: &Function) -> Result<(), JsValue>;
    #[wasm_bindgen(js_name = callVersion, catch)]
    pub(super) fn call_version(entry: &Function) -> Result<u32, JsValue>;
    #[wasm_bindgen(js_name = callAlloc, catch)]
    pub(super) fn call_alloc(entry: &Function, bytes: u32) -> Result<u32, JsValue>;
    #[wasm_bindgen(js_name = callFree, catch)]
    pub(super) fn call_free(entry: &Function, at: u32, bytes: u32) -> Result<(), JsValue>;
    #[wasm_bindgen(js_name = callFunction, catch)]
    pub(super) fn call_function(entry: &Function, at: u32, bytes: u32) -> Result<u64, JsValue>;
    #[wasm_bindgen(js_name = callNumbers, catch)]
    pub(super) fn call_numbers(
        entry: &Function,
        kinds: &[u8],
        slots: &mut [u8],
    ) -> Result<(), JsValue>;

    /// The bytes of a typed array that is this thread's own, where they are.
    #[wasm_bindgen(catch, js_name = bytesOf)]
    pub(super) fn bytes_of(array: &js_sys::Object) -> Result<Option<js_sys::Uint8Array>, JsValue>;

    #[wasm_bindgen(catch)]
    pub(super) fn compile(bytes: &[u8]) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_name = compileAside)]
    pub(super) fn compile_aside(bytes: &[u8]) -> js_sys::Promise;

    #[wasm_bindgen(js_name = kindOf)]
    fn kind_of(error: &JsValue) -> u32;
    #[wasm_bindgen(js_name = wordsOf)]
    fn words_of(error: &JsValue) -> String;
}

/// What was thrown, in words.
pub(super) fn words(error: &JsValue) -> String {
    words_of(error)
}

/// What stopped a guest.
pub(super) enum Stop {
    /// Its time was over.
    Overtime,
    /// The page's stack was.
    NoStack,
    /// It called an element of its table that is not there, or is of another type: Chromium and Node do not say which.
    NotCallable,
    /// It trapped, in the words that every engine has for it.
    Trap(String),
}

impl Stop {
    pub(super) fn of(error: &JsValue) -> Self {
        match kind_of(error) {
            OVERTIME => Self::Overtime,
            NO_STACK => Self::NoStack,
            NO_NUMBER => Self::Trap("invalid conversion to integer".to_owned()),
            _ => match trap(&words_of(error)) {
                words if words == NOT_CALLABLE => Self::NotCallable,
                words => Self::Trap(words),
            },
        }
    }
}

/// Parts of what Chromium and Node, Firefox and Safari say of a trap, in lower case, and what the other engines here say. The first
/// that matches counts.
const TRAPS: [(&str, &str); 23] = [
    ("null function or function signature", NOT_CALLABLE),
    ("signature that does not match", OTHER_TYPE),
    ("signature mismatch", OTHER_TYPE),
    ("null function", NO_ELEMENT),
    ("null table entry", NO_ELEMENT),
    ("indirect call to null", NO_ELEMENT),
    ("unreachable", "wasm `unreachable` instruction executed"),
    ("table initializer", TABLE),
    ("table access", TABLE),
    ("table index", TABLE),
    ("table entry", TABLE),
    ("element segment", TABLE),
    ("call_indirect", TABLE),
    ("out of bounds table", TABLE),
    ("index out of bounds", MEMORY),
    ("memory", MEMORY),
    ("data segment", MEMORY),
    ("by zero", "integer divide by zero"),
    ("divide result unrepresentable", OVERFLOW),
    ("float unrepresentable", OVERFLOW),
    ("out of bounds trunc", OVERFLOW),
    ("invalid conversion to integer", OVERFLOW),
    ("integer overflow", OVERFLOW),
];
const NOT_CALLABLE: &str = "uninitialized element or indirect call type mismatch";
/// What calling an element that is not there is.
pub(super) const NO_ELEMENT: &str = "uninitialized element";
/// What calling an element of another type is.
pub(super) const OTHER_TYPE: &str = "indirect call type mismatch";
const TABLE: &str = "undefined element: out of bounds table access";
const MEMORY: &str = "out of bounds memory access";
const OVERFLOW: &str = "integer overflow";

fn trap(words: &str) -> String {
    let lower = words.to_lowercase();
    let known = TRAPS.iter().find(|(theirs, _)| lower.contains(theirs));
    known.map_or_else(|| words.to_owned(), |(_, ours)| (*ours).to_owned())
}

#[cfg(test)]
mod tests {
    use super::trap;

    #[test]
    fn traps_have_the_words_of_every_engine() {
        let unreachable = "wasm `unreachable` instruction executed";
        for (theirs, ours) in [
            ("unreachable", unreachable),
            ("unreachable executed", unreachable),
            ("Unreachable code should not be executed", unreachable),
            ("memory access out of bounds", "out of bounds memory access"),
            ("index out of bounds", "out of bounds memory access"),
            ("Out of bounds memory access", "out of bounds memory access"),
            ("table index is out of bounds", "undefined element: out of bounds table access"),
            ("Out of bounds call_indirect", "undefined element: out of bounds table access"),
            ("call_indirect to a null table entry", "uninitialized element"),
            ("indirect call to null", "uninitialized element"),
            ("indirect call signature mismatch", "indirect call type mismatch"),
            ("call_indirect to a signature that does not match", "indirect call type mismatch"),
            ("null function", "uninitialized element"),
            ("function signature mismatch", "indirect call type mismatch"),
            ("divide by zero", "integer divide by zero"),
            ("remainder by zero", "integer divide by zero"),
            ("Division by zero", "integer divide by zero"),
            ("divide result unrepresentable", "integer overflow"),
            ("float unrepresentable in integer range", "integer overflow"),
            ("Out of bounds Trunc operation", "integer overflow"),
            ("what no engine says", "what no engine says"),
        ] {
            assert_eq!(trap(theirs), ours, "{theirs}");
        }
    }
}
