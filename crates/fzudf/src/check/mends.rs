//! What to do about a finding, in the words of the language that the module was made in.

use udf_backends::SourceLanguage;

/// The same advice to several kinds of authors.
pub(super) struct Mend {
    /// To those who use the SDK.
    rust: &'static str,
    /// To those who write the manifest themselves; of all of them, where their language has no own words.
    other: &'static str,
    /// Words of a language of its own.
    of: &'static [(SourceLanguage, &'static str)],
}

impl Mend {
    /// The advice for a language; both, where the module does not tell which it was made in.
    pub(super) fn text(&self, language: Option<SourceLanguage>) -> String {
        match language {
            Some(SourceLanguage::Rust) => self.rust.to_owned(),
            Some(language) => {
                let own = self.of.iter().find(|(of, _)| *of == language);
                own.map_or(self.other, |(_, text)| *text).to_owned()
            }
            None if self.rust == self.other => self.other.to_owned(),
            None => format!("{} (with the Rust SDK: {})", self.other, self.rust),
        }
    }
}

pub(super) const PANIC: Mend = Mend {
    rust: "list the functions in fz_module!, which exports it",
    other: "export an immutable global fz_panic as docs/abi.md says",
    of: &[],
};
pub(super) const UNNAMED_EXPORT: Mend = Mend {
    rust: "leave #[unsafe(no_mangle)] off, or list the function in fz_module!",
    other: "do not export it, or give it a function in the manifest",
    of: &[(
        SourceLanguage::C,
        "leave FZ_EXPORT off (and --export-all from the linker's command), or give it a function in the manifest",
    )],
};
pub(super) const LARGE_MEMORY: Mend = Mend {
    rust: "make large tables when they are needed, or shrink the stack (-C link-arg=-zstack-size=1048576)",
    other: "make large tables when they are needed, or shrink the stack",
    of: &[
        (
            SourceLanguage::C,
            "make large tables when they are needed, or shrink the stack (wasm-ld -z stack-size=1048576)",
        ),
        (
            SourceLanguage::Zig,
            "make large tables when they are needed, or shrink the stack (--stack 1048576)",
        ),
        (
            SourceLanguage::AssemblyScript,
            "lower --initialMemory, or make large tables when they are needed",
        ),
    ],
};
pub(super) const DEBUG_SECTIONS: Mend = Mend {
    rust: "set `strip = true` in [profile.release], and build with `fzudf build`",
    other: "tell the compiler or linker to strip them",
    of: &[
        (SourceLanguage::C, "compile without -g, link with --strip-all"),
        (SourceLanguage::Zig, "build with -fstrip"),
        (SourceLanguage::Go, "build with -no-debug"),
        (SourceLanguage::AssemblyScript, "compile without --debug and --sourceMap"),
    ],
};
pub(super) const LARGE_MODULE: Mend = Mend {
    rust: "look for a large dependency (cargo tree), set `lto = true`, install wasm-opt",
    other: "leave out libraries that are not needed, optimise for size, run wasm-opt",
    of: &[],
};
pub(super) const NOT_OPTIMISED: Mend = Mend {
    rust: "leave large dependencies out, split large functions, or tell users of --limit-optimised-work",
    other: "leave out libraries that are not needed, split large functions, or tell users of --limit-optimised-work",
    of: &[],
};
pub(super) const MODULE_DESCRIPTION: Mend = Mend {
    rust: "give fz_module! a description",
    other: "give the manifest's module a description",
    of: &[],
};
pub(super) const DESCRIPTION: Mend = Mend {
    rust: "write a doc comment above the function",
    other: "give the function a description in the manifest",
    of: &[],
};
pub(super) const PARAMETER_DESCRIPTION: Mend = Mend {
    rust: "write a doc comment above the parameter",
    other: "give the parameter a description in the manifest",
    of: &[],
};
pub(super) const EXAMPLES: Mend = Mend {
    rust: "add `examples = [(arguments) => result]` to #[fz_udf(…)]",
    other: "give the function examples in the manifest",
    of: &[],
};

#[cfg(test)]
mod tests {
    use super::{DEBUG_SECTIONS, DESCRIPTION, LARGE_MEMORY, UNNAMED_EXPORT};
    use udf_backends::SourceLanguage as L;

    #[test]
    fn advice_is_in_the_words_of_the_language() {
        for (text, part) in [
            (DESCRIPTION.text(Some(L::Rust)), "doc comment"),
            (DESCRIPTION.text(Some(L::Zig)), "in the manifest"),
            (DEBUG_SECTIONS.text(Some(L::Zig)), "-fstrip"),
            (DEBUG_SECTIONS.text(Some(L::Rust)), "strip = true"),
            (LARGE_MEMORY.text(Some(L::C)), "wasm-ld"),
            (UNNAMED_EXPORT.text(Some(L::AssemblyScript)), "do not export it"),
        ] {
            assert!(text.contains(part), "{text}");
        }
        let unknown = DESCRIPTION.text(None);
        assert!(unknown.contains("manifest") && unknown.contains("doc comment"), "{unknown}");
        for language in [L::C, L::Go, L::Zig, L::AssemblyScript] {
            for mend in [&DESCRIPTION, &UNNAMED_EXPORT, &DEBUG_SECTIONS, &LARGE_MEMORY] {
                let text = mend.text(Some(language));
                assert!(!text.contains("fz_module") && !text.contains("cargo"), "{text}");
            }
        }
    }
}
