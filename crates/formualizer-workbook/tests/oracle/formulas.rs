//! Formulas of a few kinds: as text for the workbook, as a tree for the oracle.

/// A sheet, a row and a column, from 0.
pub(crate) type At = (usize, u32, u32);

/// Names of the sheets.
pub(crate) const SHEETS: [&str; 2] = ["S", "T"];

/// A rectangle of a sheet: first and last row, first and last column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Area {
    pub(crate) sheet: usize,
    pub(crate) top: u32,
    pub(crate) left: u32,
    pub(crate) bottom: u32,
    pub(crate) right: u32,
}

impl Area {
    pub(crate) fn of((sheet, row, col): At) -> Self {
        Self { sheet, top: row, left: col, bottom: row, right: col }
    }

    pub(crate) fn cells(self) -> impl Iterator<Item = At> {
        (self.top..=self.bottom)
            .flat_map(move |row| (self.left..=self.right).map(move |col| (self.sheet, row, col)))
    }

    pub(crate) fn has(&self, (sheet, row, col): At) -> bool {
        sheet == self.sheet
            && (self.top..=self.bottom).contains(&row)
            && (self.left..=self.right).contains(&col)
    }

    pub(crate) fn meets(&self, other: &Self) -> bool {
        self.sheet == other.sheet
            && self.top <= other.bottom
            && other.top <= self.bottom
            && self.left <= other.right
            && other.left <= self.right
    }
}

#[derive(Clone, Debug)]
pub(crate) enum Formula {
    Number(i32),
    Cell(At),
    Range(Area),
    /// `A1#`
    Array(At),
    Add(Box<Formula>, Box<Formula>),
    /// `IF(a>n,b,c)`
    If(Box<Formula>, i32, Box<Formula>, Box<Formula>),
    /// `IF(ISERROR(a),b,c)`, of no array
    IfFails(Box<Formula>, Box<Formula>, Box<Formula>),
    IfError(Box<Formula>, i32),
    Sum(Vec<Formula>),
    CountA(Area),
    /// `SEQUENCE(MOD(a,3)+1,MOD(b,3)+1)`
    Sequence(Box<Formula>, Box<Formula>),
    /// A cell of a column, by the row: `INDIRECT("S!B"&MOD(a,5)+1)`
    Indirect(usize, u32, Box<Formula>),
    /// Rows below or above a cell: `OFFSET(S!B3,MOD(a,4)-2,0)`
    Offset(At, Box<Formula>),
    /// `IF(ISFORMULA(A1),1,0)`
    Asks(At),
    Row(At),
}

pub(crate) fn cell((sheet, row, col): At) -> String {
    format!("{}!{}{}", SHEETS[sheet], char::from(b'A' + col as u8), row + 1)
}

fn area(area: &Area) -> String {
    let last = format!("{}{}", char::from(b'A' + area.right as u8), area.bottom + 1);
    format!("{}:{last}", cell((area.sheet, area.top, area.left)))
}

impl Formula {
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Number(n) => format!("({n})"),
            Self::Cell(at) => cell(*at),
            Self::Range(range) => area(range),
            Self::Array(at) => format!("{}#", cell(*at)),
            Self::Add(a, b) => format!("({}+{})", a.text(), b.text()),
            Self::If(a, n, b, c) => format!("IF({}>{n},{},{})", a.text(), b.text(), c.text()),
            Self::IfFails(a, b, c) => {
                format!("IF(ISERROR({}),{},{})", a.text(), b.text(), c.text())
            }
            Self::IfError(a, n) => format!("IFERROR({},{n})", a.text()),
            Self::Sum(all) => {
                let all: Vec<String> = all.iter().map(Self::text).collect();
                format!("SUM({})", all.join(","))
            }
            Self::CountA(range) => format!("COUNTA({})", area(range)),
            Self::Sequence(a, b) => {
                format!("SEQUENCE(MOD({},3)+1,MOD({},3)+1)", a.text(), b.text())
            }
            Self::Indirect(sheet, col, a) => {
                let col = char::from(b'A' + *col as u8);
                format!("INDIRECT(\"{}!{col}\"&(MOD({},5)+1))", SHEETS[*sheet], a.text())
            }
            Self::Offset(at, a) => format!("OFFSET({},MOD({},4)-2,0)", cell(*at), a.text()),
            Self::Asks(at) => format!("IF(ISFORMULA({}),1,0)", cell(*at)),
            Self::Row(at) => format!("ROW({})", cell(*at)),
        }
    }

    /// Whether it may give an array, as far as that shows in the formula.
    pub(crate) fn may_be_array(&self) -> bool {
        match self {
            Self::Number(_) | Self::Cell(_) | Self::Sum(_) | Self::CountA(_) => false,
            Self::Asks(_) | Self::Row(_) => false,
            Self::Range(_) | Self::Array(_) | Self::Sequence(..) | Self::Indirect(..) => true,
            Self::Add(a, b) => a.may_be_array() || b.may_be_array(),
            Self::If(a, _, b, c) | Self::IfFails(a, b, c) => {
                a.may_be_array() || b.may_be_array() || c.may_be_array()
            }
            Self::IfError(a, _) | Self::Offset(_, a) => a.may_be_array(),
        }
    }
}
