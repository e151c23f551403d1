//! Texts.
//!
//! | part | functions |
//! |---|---|
//! | [`parts`] | `LEN LEFT RIGHT MID REPLACE` |
//! | [`bytes`] | their `…B`, `FINDB`, `SEARCHB` |
//! | [`search`] | `FIND SEARCH SUBSTITUTE EXACT` |
//! | [`letters`] | `UPPER LOWER PROPER TRIM CLEAN REPT T` |
//! | [`codes`] | `CHAR CODE UNICHAR UNICODE` |
//! | [`width`] | `ASC DBCS JIS PHONETIC` |
//! | [`joined`] | `CONCAT CONCATENATE TEXTJOIN ARRAYTOTEXT VALUETOTEXT` |
//! | [`split`] | `TEXTBEFORE TEXTAFTER TEXTSPLIT` |
//! | [`numbers`], [`baht`] | `TEXT VALUE NUMBERVALUE FIXED DOLLAR USDOLLAR BAHTTEXT` |
//! | [`regexes`] | `REGEXTEST REGEXEXTRACT REGEXREPLACE` |
//! | [`web`], [`xml`], [`xpath`] | `ENCODEURL HYPERLINK FILTERXML` |
//!
//! Characters are counted in units of UTF-16, as Excel counts them ([`units`]). Texts that would have more than
//! 32 767 of them are `#VALUE!` (Microsoft, "Excel specifications and limits").

pub(in crate::families) mod baht;
pub(in crate::families) mod bytes;
pub(in crate::families) mod codes;
pub(in crate::families) mod joined;
pub(in crate::families) mod letters;
pub(in crate::families) mod numbers;
pub(in crate::families) mod parts;
mod recent;
pub(in crate::families) mod regexes;
pub(in crate::families) mod search;
pub(in crate::families) mod split;
mod units;
pub(in crate::families) mod web;
pub(in crate::families) mod width;
mod xml;
mod xpath;
