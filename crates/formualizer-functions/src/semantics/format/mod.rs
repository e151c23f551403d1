//! Number formats, as `TEXT` applies them and cells show them, with the names and signs of the locale en-US.
//!
//! **Sections.** Up to four, parted by semicolons. One is for all numbers; two are for numbers from zero up and
//! below zero; three are for those above zero, below zero, and zero; what stands last and has an `@`, or stands
//! fourth, is for texts. A condition such as `[>100]` replaces the one that the place implies, and what no
//! condition holds for goes to the last section. A section whose condition only negative numbers meet shows them
//! without a sign, all others with one (stored: `"A-"0;[<0]"B-"0;"C-"0` shows `B-1`, with `[<=0]` it shows
//! `-B-1`). A number of which only zeros are shown has no sign in a single section.
//!
//! **In a section**: [`code`] reads the characters, [`number`] shows digits, percent, thousands, scale and
//! exponents, [`fraction`] fractions, [`date`] dates and times. Colours, fillers (`*x`) and alphabets
//! (`[DBNum1]`) show nothing; `_x` is a space.
//!
//! Sources: Microsoft, "Number format codes" and "Review guidelines for customizing a number format"; ECMA-376
//! part 1, 18.8.31; some 500 stored values of `TEXT`.

mod code;
mod date;
mod fraction;
mod number;

use super::{DateSystem, Decimal, Scalar, TextRules, general, parse_number};
use code::{Kind, Section, Token};
use std::fmt;
use udf_abi::ErrorCode;

/// A number format that has been read.
#[derive(Clone, Debug, PartialEq)]
pub struct Format {
    /// For numbers; none where the format has a section for texts only.
    numbers: Vec<Section>,
    text: Option<Section>,
}

/// Why a value has no text in a format. In a cell either is `#VALUE!`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FormatError {
    /// The format's code is none.
    Code,
    /// The number is no date, and the format shows dates.
    NoDate,
    /// The value is an error, which stays what it is.
    Value(ErrorCode),
}

impl fmt::Display for FormatError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Code => f.write_str("is no number format"),
            Self::NoDate => f.write_str("the number is no date or time"),
            Self::Value(error) => write!(f, "the value is {error}"),
        }
    }
}

impl std::error::Error for FormatError {}

impl From<FormatError> for ErrorCode {
    fn from(error: FormatError) -> Self {
        match error {
            FormatError::Value(error) => error,
            _ => Self::Value,
        }
    }
}

impl Format {
    /// Reads a format's code.
    ///
    /// # Errors
    ///
    /// [`FormatError::Code`] where a quote or bracket is open, codes do not go together (`mm###`), or there
    /// are more than four sections.
    pub fn parse(code: &str) -> Result<Self, FormatError> {
        let mut sections = code::sections(code)?;
        let last = sections.len() - 1;
        let is_text = last == 3 || sections[last].kind == Kind::Text;
        let text = if is_text { sections.pop() } else { None };
        if sections.iter().any(|section| section.kind == Kind::Text) {
            return Err(FormatError::Code);
        }
        Ok(Self { numbers: sections, text })
    }

    /// What a value shows as: a text that is a number as that number, a blank as 0, a logical value as its name.
    ///
    /// # Errors
    ///
    /// As for [`Self::push`].
    pub fn show(&self, value: Scalar<'_>, rules: TextRules) -> Result<String, FormatError> {
        let mut out = String::new();
        self.push(&mut out, value, rules)?;
        Ok(out)
    }

    /// Appends what a value shows as.
    ///
    /// # Errors
    ///
    /// The value's error, or [`FormatError::NoDate`] where the section shows dates and the number is below zero or
    /// after the last day.
    pub fn push(
        &self,
        out: &mut String,
        value: Scalar<'_>,
        rules: TextRules,
    ) -> Result<(), FormatError> {
        match value {
            Scalar::Blank => self.push_number(out, 0.0, rules.dates)?,
            Scalar::Number(n) => self.push_number(out, n, rules.dates)?,
            Scalar::Text(text) => match parse_number(text, rules) {
                Some(n) => self.push_number(out, n, rules.dates)?,
                None => self.push_text(out, text),
            },
            Scalar::Logical(b) => self.push_text(out, if b { "TRUE" } else { "FALSE" }),
            Scalar::Error(error) => return Err(FormatError::Value(error)),
        }
        Ok(())
    }

    fn push_text(&self, out: &mut String, text: &str) {
        let Some(section) = &self.text else { return out.push_str(text) };
        for token in &section.tokens {
            match token {
                Token::Text => out.push_str(text),
                token => token.push_literal(out),
            }
        }
    }

    fn push_number(
        &self,
        out: &mut String,
        number: f64,
        dates: DateSystem,
    ) -> Result<(), FormatError> {
        let Some((section, bare)) = self.section(number) else {
            // Only texts have a section: the number takes the text's place.
            self.push_text(out, &general::shown(number));
            return Ok(());
        };
        if section.kind == Kind::Date {
            return date::push(out, section, number, bare, dates);
        }
        let start = out.len();
        let decimal = Decimal::new(number);
        match section.kind {
            Kind::General => {
                for token in &section.tokens {
                    match token {
                        Token::General => general::push_shown(out, decimal.abs()),
                        token => token.push_literal(out),
                    }
                }
            }
            Kind::Number | Kind::Fraction => {
                let shows = if section.kind == Kind::Number {
                    number::push(out, section, decimal.abs())
                } else {
                    fraction::push(out, section, decimal.abs())
                };
                if !shows && self.numbers.len() == 1 {
                    return Ok(());
                }
            }
            Kind::Literal | Kind::Date | Kind::Text => {
                section.tokens.iter().for_each(|token| token.push_literal(out));
            }
        }
        if decimal.is_negative() && !bare {
            out.insert(start, '-');
        }
        Ok(())
    }

    /// The section for a number, and whether it shows negative numbers without their sign.
    fn section(&self, number: f64) -> Option<(&Section, bool)> {
        use code::{
            Compare::{AtLeast, Greater, Less},
            Condition,
        };
        let implied = |compare| Some(Condition { compare, limit: 0.0 });
        let conditions = match self.numbers.as_slice() {
            [] => return None,
            [only] => [only.condition, None],
            [first, second] => match (first.condition, second.condition) {
                (None, None) => [implied(AtLeast), implied(Less)],
                (None, second) => [implied(AtLeast), second],
                conditions => [conditions.0, conditions.1],
            },
            [first, second, ..] => {
                [first.condition.or(implied(Greater)), second.condition.or(implied(Less))]
            }
        };
        let holds = |at: usize| {
            self.numbers.get(at).is_some()
                && conditions[at].is_none_or(|condition: Condition| condition.holds(number))
        };
        let at = (0..2).find(|at| holds(*at)).unwrap_or(self.numbers.len() - 1);
        let bare = conditions.get(at).copied().flatten().is_some_and(Condition::only_negative);
        // What no condition holds for keeps its sign.
        Some((&self.numbers[at], bare && holds(at)))
    }
}

impl Token {
    /// Appends what the token shows that is not of the value.
    fn push_literal(&self, out: &mut String) {
        match self {
            Self::Literal(text) => out.push_str(text),
            Self::Percent => out.push('%'),
            Self::Slash => out.push('/'),
            _ => {}
        }
    }
}
