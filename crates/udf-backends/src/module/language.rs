//! The language that a module was made in, so that messages speak of its tools.

use std::fmt;
use wasmparser::{BinaryReader, Parser, Payload, ProducersSectionReader};

/// Paths of sources that stand in the data of a module, for messages of panics.
const PATHS: [(SourceLanguage, &[u8]); 3] = [
    (SourceLanguage::Rust, b"library/core/src/"),
    (SourceLanguage::Rust, b"library/std/src/"),
    // In UTF-16, as all texts of AssemblyScript.
    (SourceLanguage::AssemblyScript, b"~\0l\0i\0b\0/\0"),
];

/// The language that a module was made in, where it tells: by its custom section `producers`, or, where that is
/// stripped, by paths of the language's own library in its data.
#[must_use]
pub fn source_language(module: &[u8]) -> Option<SourceLanguage> {
    let mut data: &[u8] = &[];
    for payload in Parser::new(0).parse_all(module) {
        // Where the rest does not parse, what has been seen must do.
        let Ok(payload) = payload else { break };
        match payload {
            Payload::CustomSection(section) if section.name() == "producers" => {
                if let Some(language) = SourceLanguage::of_producers(section.data()) {
                    return Some(language);
                }
            }
            Payload::DataSection(reader) => data = module.get(reader.range()).unwrap_or_default(),
            _ => {}
        }
    }
    let has = |path: &[u8]| data.windows(path.len()).any(|bytes| bytes == path);
    PATHS.iter().find(|(_, path)| has(path)).map(|(language, _)| *language)
}

/// A language that WebAssembly modules are made in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SourceLanguage {
    /// Rust, with the SDK or without.
    Rust,
    /// C or C++: clang tells which only where it writes debug information.
    C,
    /// Go, by TinyGo or Go itself.
    Go,
    /// Zig.
    Zig,
    /// AssemblyScript.
    AssemblyScript,
}

impl SourceLanguage {
    const ALL: [Self; 5] = [Self::Rust, Self::C, Self::Go, Self::Zig, Self::AssemblyScript];

    /// The name that people know it by.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rust => "Rust",
            Self::C => "C",
            Self::Go => "Go",
            Self::Zig => "Zig",
            Self::AssemblyScript => "AssemblyScript",
        }
    }

    /// How names of languages and of tools begin, in lower case.
    const fn signs(self) -> &'static [&'static str] {
        match self {
            Self::Rust => &["rust"],
            Self::C => &["c11", "c99", "c17", "c23", "c_plus_plus", "clang"],
            Self::Go => &["go", "tinygo"],
            Self::Zig => &["zig"],
            Self::AssemblyScript => &["assemblyscript", "asc"],
        }
    }

    fn of_name(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        Self::ALL.into_iter().find(|language| {
            let stem = name.split([' ', '/', '-']).next_back().unwrap_or_default();
            language.signs().iter().any(|sign| name.starts_with(sign) || stem == *sign)
        })
    }

    /// Reads the content of a section `producers`; what does not parse tells nothing.
    fn of_producers(section: &[u8]) -> Option<Self> {
        let fields = ProducersSectionReader::new(BinaryReader::new(section, 0)).ok()?;
        let mut by_tool = None;
        for field in fields {
            let field = field.ok()?;
            for value in field.values {
                let language = Self::of_name(value.ok()?.name);
                match field.name {
                    "language" if language.is_some() => return language,
                    "processed-by" => by_tool = by_tool.or(language),
                    _ => {}
                }
            }
        }
        by_tool
    }
}

impl fmt::Display for SourceLanguage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::{SourceLanguage as L, source_language};

    /// The section for `field=tool,tool;field=tool`, each tool in version 1.0.
    fn producers(text: &str) -> Vec<u8> {
        let push = |out: &mut Vec<u8>, text: &str| {
            out.push(text.len() as u8);
            out.extend(text.as_bytes());
        };
        let fields: Vec<&str> = text.split(';').filter(|field| !field.is_empty()).collect();
        let mut out = vec![fields.len() as u8];
        for field in fields {
            let (name, tools) = field.split_once('=').unwrap();
            let tools: Vec<&str> = tools.split(',').collect();
            push(&mut out, name);
            out.push(tools.len() as u8);
            for tool in tools {
                push(&mut out, tool);
                push(&mut out, "1.0");
            }
        }
        out
    }

    #[test]
    fn producers_tell_the_language_and_otherwise_the_tool() {
        for (fields, expected) in [
            ("language=Rust;processed-by=rustc", Some(L::Rust)),
            ("processed-by=rustc,clang", Some(L::Rust)),
            ("processed-by=Debian clang", Some(L::C)),
            ("processed-by=clang", Some(L::C)),
            ("language=C11", Some(L::C)),
            ("language=C_plus_plus_14", Some(L::C)),
            ("language=C_plus_plus_14,Rust", Some(L::C)),
            ("processed-by=TinyGo", Some(L::Go)),
            ("language=Go", Some(L::Go)),
            ("language=Zig", Some(L::Zig)),
            ("processed-by=AssemblyScript", Some(L::AssemblyScript)),
            ("processed-by=walrus,wasm-bindgen", None),
            ("language=Cobol", None),
            ("language=Cobol,Rust", Some(L::Rust)),
            ("sdk=rustc", None),
            ("", None),
        ] {
            assert_eq!(L::of_producers(&producers(fields)), expected, "{fields}");
        }
        assert_eq!(L::of_producers(&[9, 9, 9]), None);
        assert_eq!(L::of_producers(&[]), None);
    }

    #[test]
    fn another_section_tells_nothing() {
        let module = |section: &str| {
            let content: String =
                producers("language=Zig").iter().map(|byte| format!("\\{byte:02x}")).collect();
            let text = format!("(module (@custom \"{section}\" \"{content}\"))");
            source_language(&wat::parse_str(text).unwrap())
        };
        assert_eq!(module("producers"), Some(L::Zig));
        assert_eq!(module("producer"), None);
    }

    #[test]
    fn languages_have_the_names_that_people_know() {
        let names = L::ALL.map(|language| language.to_string());
        assert_eq!(names, ["Rust", "C", "Go", "Zig", "AssemblyScript"]);
        assert_eq!(names, L::ALL.map(L::name));
    }

    #[test]
    fn paths_in_the_data_tell_the_language_of_a_stripped_module() {
        let module = |data: &str| {
            let text = format!("(module (memory 1) (data (i32.const 0) \"{data}\"))");
            source_language(&wat::parse_str(text).unwrap())
        };
        assert_eq!(module("x library/core/src/fmt.rs"), Some(L::Rust));
        assert_eq!(module("~\\00l\\00i\\00b\\00/\\00r\\00t\\00"), Some(L::AssemblyScript));
        assert_eq!(module("~lib/"), None);
        assert_eq!(module(""), None);
        assert_eq!(source_language(b"no module"), None);
        let sample = include_bytes!("../../../../plugins/finance.wasm");
        assert_eq!(source_language(sample), Some(L::Rust));
        let sample = include_bytes!("../../../../plugins/c_sample.wasm");
        assert_eq!(source_language(sample), None);
    }
}
