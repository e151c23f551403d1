//! Spreadsheet error numbers, as they stand in errors buffers.

/// One byte of an errors buffer that is not zero.
///
/// 1 to 14 are the numbers that Excel's `ERROR.TYPE` function answers; 128 and up stand for what
/// Excel does not number. Zero in an errors buffer means "no error" and has no `ErrorCode`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum ErrorCode {
    /// `#NULL!`: an intersection that is empty.
    Null = 1,
    /// `#DIV/0!`
    Div = 2,
    /// `#VALUE!`: a value of the wrong kind.
    Value = 3,
    /// `#REF!`: a reference that is gone.
    Ref = 4,
    /// `#NAME?`: a name that is not bound.
    Name = 5,
    /// `#NUM!`: a number outside the function's domain, or a result that is no number.
    Num = 6,
    /// `#N/A`: no value is available.
    Na = 7,
    /// `#GETTING_DATA`
    GettingData = 8,
    /// `#SPILL!`: an array result that has no room.
    Spill = 9,
    /// `#CONNECT!`
    Connect = 10,
    /// `#BLOCKED!`
    Blocked = 11,
    /// `#UNKNOWN!`
    Unknown = 12,
    /// `#FIELD!`
    Field = 13,
    /// `#CALC!`: the engine met something it cannot calculate.
    Calc = 14,
    /// A circular reference.
    Circular = 128,
    /// The host or the plugin does not implement what was asked: `#N/IMPL!`.
    NotImplemented = 129,
    /// The evaluation was cancelled.
    Cancelled = 130,
    /// The plugin failed without giving a spreadsheet error.
    Error = 131,
}

impl ErrorCode {
    /// Every code of ABI version 1.
    pub const ALL: [Self; 18] = [
        Self::Null,
        Self::Div,
        Self::Value,
        Self::Ref,
        Self::Name,
        Self::Num,
        Self::Na,
        Self::GettingData,
        Self::Spill,
        Self::Connect,
        Self::Blocked,
        Self::Unknown,
        Self::Field,
        Self::Calc,
        Self::Circular,
        Self::NotImplemented,
        Self::Cancelled,
        Self::Error,
    ];

    /// The byte of an errors buffer.
    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// The error with this number; `None` for zero and for numbers that version 1 does not have.
    #[must_use]
    pub const fn from_code(code: u8) -> Option<Self> {
        match code {
            1..=14 => Some(Self::ALL[code as usize - 1]),
            128..=131 => Some(Self::ALL[code as usize - 128 + 14]),
            _ => None,
        }
    }

    /// The text a cell shows.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Null => "#NULL!",
            Self::Div => "#DIV/0!",
            Self::Value => "#VALUE!",
            Self::Ref => "#REF!",
            Self::Name => "#NAME?",
            Self::Num => "#NUM!",
            Self::Na => "#N/A",
            Self::GettingData => "#GETTING_DATA",
            Self::Spill => "#SPILL!",
            Self::Connect => "#CONNECT!",
            Self::Blocked => "#BLOCKED!",
            Self::Unknown => "#UNKNOWN!",
            Self::Field => "#FIELD!",
            Self::Calc => "#CALC!",
            Self::Circular => "#CIRC!",
            Self::NotImplemented => "#N/IMPL!",
            Self::Cancelled => "#CANCELLED!",
            Self::Error => "#ERROR!",
        }
    }

    /// The error that a cell shows as `text` (ASCII case is ignored).
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|e| e.text().eq_ignore_ascii_case(text))
    }
}

impl core::fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.text())
    }
}

#[cfg(test)]
mod tests {
    use super::ErrorCode;

    #[test]
    fn numbers_and_texts_lead_back_to_the_error() {
        let mut seen = 0;
        for byte in 0..=u8::MAX {
            if let Some(error) = ErrorCode::from_code(byte) {
                assert_eq!(error.code(), byte);
                assert_eq!(ErrorCode::from_text(error.text()), Some(error));
                seen += 1;
            }
        }
        assert_eq!(seen, ErrorCode::ALL.len());
        assert_eq!(ErrorCode::from_code(0), None);
    }
}
