//! The code of a format, read into sections of tokens.
//!
//! Which letters mean something: `d m y h s e b g`, `AM/PM`, `A/P`, `General`; `e` is an exponent behind a digit
//! and before a sign, and a year otherwise. Every other character that is not quoted stands for itself (stored:
//! `w;x;z@`). `m` is minutes behind hours or seconds and before seconds, and months otherwise. A comma is one of
//! thousands between digits, scales the number behind the last digit, and is itself where no digit or comma
//! precedes it. `[$-F800]` and `[$-F400]` make the section the system's long date and its time, which are those
//! of en-US.

use super::{FormatError, number::Layout};

/// A part of a section.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    /// Shown as it is.
    Literal(String),
    /// `0`, `#` or `?`, or a digit of a fixed denominator.
    Digit(char),
    /// The first point.
    Point,
    /// A comma behind a digit or another comma.
    Comma,
    Percent,
    /// `E+` or `E-`; whether a plus is shown.
    Exponent(bool),
    Slash,
    /// `@`
    Text,
    General,
    Date(Unit, usize),
    /// `[h]`, `[mm]`: a unit that is not cut off at the next one.
    Elapsed(Unit, usize),
    /// Digits of a second, behind a point that is shown.
    Subsecond(usize),
    /// `AM/PM`, or `A/P` as it is written.
    Half(Option<[char; 2]>),
}

/// What a date's code shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    Year,
    /// Of the Buddhist calendar.
    Buddhist,
    /// Which en-US has none of.
    Era,
    Month,
    Day,
    Hour,
    Minute,
    Second,
}

/// What a section is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Literal,
    Number,
    Fraction,
    Date,
    General,
    Text,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Compare {
    Less,
    AtMost,
    Equal,
    NotEqual,
    AtLeast,
    Greater,
}

/// `[>100]`
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Condition {
    pub(super) compare: Compare,
    pub(super) limit: f64,
}

impl Condition {
    pub(super) fn holds(self, number: f64) -> bool {
        match self.compare {
            Compare::Less => number < self.limit,
            Compare::AtMost => number <= self.limit,
            Compare::Equal => number == self.limit,
            Compare::NotEqual => number != self.limit,
            Compare::AtLeast => number >= self.limit,
            Compare::Greater => number > self.limit,
        }
    }

    /// Whether it holds for negative numbers and no others.
    pub(super) fn only_negative(self) -> bool {
        match self.compare {
            Compare::Less => self.limit <= 0.0,
            Compare::AtMost | Compare::Equal => self.limit < 0.0,
            _ => false,
        }
    }
}

/// One of the parts between semicolons.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Section {
    pub(super) tokens: Vec<Token>,
    pub(super) condition: Option<Condition>,
    pub(super) kind: Kind,
    /// Where the parts of a number are.
    pub(super) layout: Layout,
}

/// The sections of a code: one to four.
pub(super) fn sections(code: &str) -> Result<Vec<Section>, FormatError> {
    let mut reader = Reader { chars: code.chars().collect(), at: 0, system: None };
    let mut sections = Vec::new();
    loop {
        if sections.len() == 4 {
            return Err(FormatError::Code);
        }
        let (section, more) = reader.section()?;
        sections.push(section);
        if !more {
            return Ok(sections);
        }
    }
}

struct Reader {
    chars: Vec<char>,
    at: usize,
    /// The system's own format that the section stands for, whatever else it says.
    system: Option<&'static str>,
}

impl Reader {
    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    fn next(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.at += 1;
        Some(next)
    }

    /// Takes a word where it is next, whatever its case.
    fn take_word(&mut self, word: &str) -> Option<&[char]> {
        let end = self.at + word.len();
        let found = self.chars.get(self.at..end)?;
        if !found.iter().copied().map(|c| c.to_ascii_lowercase()).eq(word.chars()) {
            return None;
        }
        self.at = end;
        self.chars.get(end - word.len()..end)
    }

    /// How often the letter at hand stands there, itself included.
    fn run(&mut self, letter: char) -> usize {
        let start = self.at;
        while self.peek().is_some_and(|c| c.eq_ignore_ascii_case(&letter)) {
            self.at += 1;
        }
        self.at - start
    }

    /// A section, and whether another follows.
    fn section(&mut self) -> Result<(Section, bool), FormatError> {
        let mut tokens = Vec::new();
        let mut condition = None;
        let more = loop {
            let Some(c) = self.peek() else { break false };
            if c == ';' {
                self.at += 1;
                break true;
            }
            self.token(c, &mut tokens, &mut condition)?;
        };
        if let Some(system) = self.system.take() {
            tokens = sections(system)?.swap_remove(0).tokens;
        }
        minutes(&mut tokens);
        elapsed(&mut tokens);
        let kind = kind(&tokens)?;
        let layout = if kind == Kind::Number { Layout::of(&tokens) } else { Layout::default() };
        Ok((Section { tokens, condition, kind, layout }, more))
    }

    fn token(
        &mut self,
        c: char,
        tokens: &mut Vec<Token>,
        condition: &mut Option<Condition>,
    ) -> Result<(), FormatError> {
        if self.take_word("general").is_some() {
            tokens.push(Token::General);
            return Ok(());
        }
        if self.take_word("am/pm").is_some() {
            tokens.push(Token::Half(None));
            return Ok(());
        }
        if let Some([a, _, p]) = self.take_word("a/p") {
            let half = [*a, *p];
            tokens.push(Token::Half(Some(half)));
            return Ok(());
        }
        if let Some(unit) = unit(c) {
            if unit == Unit::Year && c.eq_ignore_ascii_case(&'e') {
                return self.exponent_or_year(tokens);
            }
            let count = self.run(c);
            tokens.push(Token::Date(unit, count));
            return Ok(());
        }
        self.at += 1;
        match c {
            '"' => {
                let start = self.at;
                while self.next().ok_or(FormatError::Code)? != '"' {}
                push_literal(tokens, self.chars[start..self.at - 1].iter().copied());
            }
            '\\' => push_literal(tokens, Some(self.next().ok_or(FormatError::Code)?)),
            '_' => {
                self.next().ok_or(FormatError::Code)?;
                push_literal(tokens, Some(' '));
            }
            '*' => {
                self.next().ok_or(FormatError::Code)?;
            }
            '[' => self.bracket(tokens, condition)?,
            '0' if matches!(tokens.last(), Some(Token::Subsecond(_))) => {
                if let Some(Token::Subsecond(places)) = tokens.last_mut() {
                    *places += 1;
                }
            }
            '0'..='9' | '#' | '?' => tokens.push(Token::Digit(c)),
            '.' if self.peek() == Some('0') && behind_seconds(tokens) => {
                tokens.push(Token::Subsecond(0));
            }
            '.' if tokens.contains(&Token::Point) => push_literal(tokens, Some('.')),
            '.' => tokens.push(Token::Point),
            ',' if matches!(tokens.last(), Some(Token::Digit(_) | Token::Comma)) => {
                tokens.push(Token::Comma);
            }
            '%' => tokens.push(Token::Percent),
            '/' => tokens.push(Token::Slash),
            '@' => tokens.push(Token::Text),
            c => push_literal(tokens, Some(c)),
        }
        Ok(())
    }

    /// `E+`, `e-`, or a year.
    fn exponent_or_year(&mut self, tokens: &mut Vec<Token>) -> Result<(), FormatError> {
        let digit = tokens.iter().any(|token| matches!(token, Token::Digit(_)));
        let sign = self.chars.get(self.at + 1).copied();
        match sign {
            Some('+' | '-') if digit => {
                if tokens.iter().any(|token| matches!(token, Token::Exponent(_))) {
                    return Err(FormatError::Code);
                }
                self.at += 2;
                tokens.push(Token::Exponent(sign == Some('+')));
            }
            _ => {
                self.run('e');
                tokens.push(Token::Date(Unit::Year, 4));
            }
        }
        Ok(())
    }

    /// What stands in brackets; the first has been taken.
    fn bracket(
        &mut self,
        tokens: &mut Vec<Token>,
        condition: &mut Option<Condition>,
    ) -> Result<(), FormatError> {
        let start = self.at;
        while self.next().ok_or(FormatError::Code)? != ']' {}
        let inside: String = self.chars[start..self.at - 1].iter().collect();
        if let Some(prefix) = inside.strip_prefix('$') {
            // `[$€-407]` shows its sign.
            let (sign, id) = prefix.rsplit_once('-').unwrap_or((prefix, ""));
            push_literal(tokens, sign.chars());
            match id.to_ascii_uppercase().as_str() {
                "F800" => self.system = Some("dddd, mmmm d, yyyy"),
                "F400" => self.system = Some("h:mm:ss AM/PM"),
                _ => {}
            }
            return Ok(());
        }
        if let Some(found) = compare(&inside) {
            if condition.replace(found?).is_some() {
                return Err(FormatError::Code);
            }
            return Ok(());
        }
        let lower = inside.to_ascii_lowercase();
        let letter = lower.chars().next().ok_or(FormatError::Code)?;
        let elapsed = match letter {
            'h' => Some(Unit::Hour),
            'm' => Some(Unit::Minute),
            's' => Some(Unit::Second),
            _ => None,
        };
        if let Some(unit) = elapsed
            && lower.chars().all(|c| c == letter)
        {
            tokens.push(Token::Elapsed(unit, lower.len()));
            return Ok(());
        }
        const COLOURS: [&str; 8] =
            ["black", "blue", "cyan", "green", "magenta", "red", "white", "yellow"];
        let colour = COLOURS.contains(&lower.as_str())
            || lower
                .strip_prefix("color")
                .is_some_and(|n| n.trim().parse::<u8>().is_ok_and(|n| (1..=56).contains(&n)));
        if colour || lower.starts_with("dbnum") || lower.starts_with("natnum") {
            return Ok(());
        }
        Err(FormatError::Code)
    }
}

/// A condition, where the brackets hold one.
fn compare(inside: &str) -> Option<Result<Condition, FormatError>> {
    const ALL: [(&str, Compare); 6] = [
        ("<=", Compare::AtMost),
        ("<>", Compare::NotEqual),
        (">=", Compare::AtLeast),
        ("<", Compare::Less),
        (">", Compare::Greater),
        ("=", Compare::Equal),
    ];
    let (compare, limit) =
        ALL.iter().find_map(|(sign, compare)| Some((*compare, inside.strip_prefix(sign)?)))?;
    Some(match limit.trim().parse() {
        Ok(limit) => Ok(Condition { compare, limit }),
        Err(_) => Err(FormatError::Code),
    })
}

fn unit(letter: char) -> Option<Unit> {
    Some(match letter.to_ascii_lowercase() {
        'y' | 'e' => Unit::Year,
        'b' => Unit::Buddhist,
        'g' => Unit::Era,
        'm' => Unit::Month,
        'd' => Unit::Day,
        'h' => Unit::Hour,
        's' => Unit::Second,
        _ => return None,
    })
}

fn push_literal(tokens: &mut Vec<Token>, chars: impl IntoIterator<Item = char>) {
    if let Some(Token::Literal(text)) = tokens.last_mut() {
        text.extend(chars);
    } else {
        tokens.push(Token::Literal(chars.into_iter().collect()));
    }
}

/// Whether the last token shows seconds.
fn behind_seconds(tokens: &[Token]) -> bool {
    matches!(tokens.last(), Some(Token::Date(Unit::Second, _) | Token::Elapsed(Unit::Second, _)))
}

/// Makes minutes of what was read as months, next to hours and seconds.
fn minutes(tokens: &mut [Token]) {
    let units: Vec<(usize, Unit)> = tokens
        .iter()
        .enumerate()
        .filter_map(|(at, token)| match token {
            Token::Date(unit, _) | Token::Elapsed(unit, _) => Some((at, *unit)),
            _ => None,
        })
        .collect();
    for (i, (at, _)) in units.iter().enumerate() {
        let before = i.checked_sub(1).map(|i| units[i].1);
        let after = units.get(i + 1).map(|(_, unit)| *unit);
        if let Token::Date(unit @ Unit::Month, 1 | 2) = &mut tokens[*at]
            && (matches!(before, Some(Unit::Hour | Unit::Second)) || after == Some(Unit::Second))
        {
            *unit = Unit::Minute;
        }
    }
}

/// Makes all codes of a unit elapsed where one is: in `[h] "and" h` both show the same (stored).
fn elapsed(tokens: &mut [Token]) {
    for unit in [Unit::Hour, Unit::Minute, Unit::Second] {
        if tokens.iter().any(|token| matches!(token, Token::Elapsed(of, _) if *of == unit)) {
            for token in tokens.iter_mut() {
                if let Token::Date(of, count) = *token
                    && of == unit
                {
                    *token = Token::Elapsed(unit, count);
                }
            }
        }
    }
}

/// What the tokens are together, or that they do not go together.
fn kind(tokens: &[Token]) -> Result<Kind, FormatError> {
    let has = |test: fn(&Token) -> bool| tokens.iter().any(test);
    let date = has(|token| {
        matches!(token, Token::Date(..) | Token::Elapsed(..) | Token::Subsecond(_) | Token::Half(_))
    });
    // The point alone shows itself in a date, and is a number's otherwise.
    let digit = has(|token| matches!(token, Token::Digit(_)));
    let text = has(|token| *token == Token::Text);
    let general = has(|token| *token == Token::General);
    let slash = tokens.iter().position(|token| *token == Token::Slash);
    let kinds = [date, digit, text, general];
    if kinds.iter().filter(|found| **found).count() > 1 {
        return Err(FormatError::Code);
    }
    Ok(match kinds {
        [true, ..] => Kind::Date,
        [_, true, ..] => match slash {
            Some(slash) if super::fraction::is_fraction(tokens, slash) => Kind::Fraction,
            _ => Kind::Number,
        },
        [_, _, true, _] => Kind::Text,
        [.., true] => Kind::General,
        _ if tokens.contains(&Token::Point) => Kind::Number,
        _ => Kind::Literal,
    })
}
