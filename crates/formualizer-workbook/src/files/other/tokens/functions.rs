//! Functions that tokens give by their number ([MS-XLS] 2.5.198.17, [MS-XLSB] 2.5.97.10).

use super::{
    Reading, Unread,
    operands::{Hold, Operand},
};

/// Functions whose numbers follow one another: the first number, and the names. Behind a colon is how many arguments
/// there are where a token does not say so. Functions of macro sheets have no name here.
const NUMBERED: &[(u16, &str)] = &[
    (
        0,
        "COUNT IF ISNA:1 ISERROR:1 SUM AVERAGE MIN MAX ROW COLUMN NA:0 NPV STDEV DOLLAR FIXED SIN:1 COS:1 TAN:1 \
         ATAN:1 PI:0 SQRT:1 EXP:1 LN:1 LOG10:1 ABS:1 INT:1 SIGN:1 ROUND:2 LOOKUP INDEX REPT:2 MID:3 LEN:1 VALUE:1 \
         TRUE:0 FALSE:0 AND OR NOT:1 MOD:2 DCOUNT:3 DSUM:3 DAVERAGE:3 DMIN:3 DMAX:3 DSTDEV:3 VAR DVAR:3 TEXT:2 LINEST \
         TREND LOGEST GROWTH",
    ),
    (
        56,
        "PV FV NPER PMT RATE MIRR:3 IRR RAND:0 MATCH DATE:3 TIME:3 DAY:1 MONTH:1 YEAR:1 WEEKDAY HOUR:1 MINUTE:1 \
         SECOND:1 NOW:0 AREAS:1 ROWS:1 COLUMNS:1 OFFSET",
    ),
    (82, "SEARCH TRANSPOSE:1"),
    (86, "TYPE:1"),
    (97, "ATAN2:2 ASIN:1 ACOS:1 CHOOSE HLOOKUP VLOOKUP"),
    (105, "ISREF:1"),
    (109, "LOG"),
    (111, "CHAR:1 LOWER:1 UPPER:1 PROPER:1 LEFT RIGHT EXACT:2 TRIM:1 REPLACE:4 SUBSTITUTE CODE:1"),
    (124, "FIND CELL ISERR:1 ISTEXT:1 ISNUMBER:1 ISBLANK:1 T:1 N:1"),
    (140, "DATEVALUE:1 TIMEVALUE:1 SLN:3 SYD:4 DDB"),
    (148, "INDIRECT"),
    (162, "CLEAN:1 MDETERM:1 MINVERSE:1 MMULT:2"),
    (167, "IPMT PPMT COUNTA"),
    (183, "PRODUCT FACT:1"),
    (189, "DPRODUCT:3 ISNONTEXT:1"),
    (193, "STDEVP VARP DSTDEVP:3 DVARP:3 TRUNC ISLOGICAL:1 DCOUNTA:3"),
    (
        204,
        "USDOLLAR FINDB SEARCHB REPLACEB:4 LEFTB RIGHTB MIDB:3 LENB:1 ROUNDUP:2 ROUNDDOWN:2 ASC:1 DBCS:1 RANK",
    ),
    (219, "ADDRESS DAYS360 TODAY:0 VDB"),
    (227, "MEDIAN SUMPRODUCT SINH:1 COSH:1 TANH:1 ASINH:1 ACOSH:1 ATANH:1 DGET:3"),
    (244, "INFO:1"),
    (247, "DB"),
    (252, "FREQUENCY:2"),
    (261, "ERROR.TYPE:1"),
    (
        269,
        "AVEDEV BETADIST GAMMALN:1 BETAINV BINOMDIST:4 CHIDIST:2 CHIINV:2 COMBIN:2 CONFIDENCE:3 CRITBINOM:3 EVEN:1 \
         EXPONDIST:3 FDIST:3 FINV:3 FISHER:1 FISHERINV:1 FLOOR:2 GAMMADIST:4 GAMMAINV:3 CEILING:2 HYPGEOMDIST:4 \
         LOGNORMDIST:3 LOGINV:3 NEGBINOMDIST:3 NORMDIST:4 NORMSDIST:1 NORMINV:3 NORMSINV:1 STANDARDIZE:3 ODD:1 \
         PERMUT:2 POISSON:3 TDIST:3 WEIBULL:4 SUMXMY2:2 SUMX2MY2:2 SUMX2PY2:2 CHITEST:2 CORREL:2 COVAR:2 FORECAST:3 \
         FTEST:2 INTERCEPT:2 PEARSON:2 RSQ:2 STEYX:2 SLOPE:2 TTEST:4 PROB DEVSQ GEOMEAN HARMEAN SUMSQ KURT SKEW ZTEST \
         LARGE:2 SMALL:2 QUARTILE:2 PERCENTILE:2 PERCENTRANK MODE TRIMMEAN:2 TINV:2",
    ),
    (336, "CONCATENATE POWER:2"),
    (342, "RADIANS:1 DEGREES:1 SUBTOTAL SUMIF COUNTIF:2 COUNTBLANK:1"),
    (350, "ISPMT:4 DATEDIF:3 DATESTRING:1 NUMBERSTRING:2 ROMAN"),
    (
        358,
        "GETPIVOTDATA HYPERLINK PHONETIC:1 AVERAGEA MAXA MINA STDEVPA VARPA STDEVA VARA BAHTTEXT:1 THAIDAYOFWEEK:1 \
         THAIDIGIT:1 THAIMONTHOFYEAR:1 THAINUMSOUND:1 THAINUMSTRING:1 THAISTRINGLENGTH:1 ISTHAIDIGIT:1 \
         ROUNDBAHTDOWN:1 ROUNDBAHTUP:1 THAIYEAR:1 RTD CUBEVALUE CUBEMEMBER CUBEMEMBERPROPERTY:3 CUBERANKEDMEMBER \
         HEX2BIN HEX2DEC:1 HEX2OCT DEC2BIN DEC2HEX DEC2OCT OCT2BIN OCT2HEX OCT2DEC:1 BIN2DEC:1 BIN2OCT BIN2HEX \
         IMSUB:2 IMDIV:2 IMPOWER:2 IMABS:1 IMSQRT:1 IMLN:1 IMLOG2:1 IMLOG10:1 IMSIN:1 IMCOS:1 IMEXP:1 IMARGUMENT:1 \
         IMCONJUGATE:1 IMAGINARY:1 IMREAL:1 COMPLEX IMSUM IMPRODUCT SERIESSUM:4 FACTDOUBLE:1 SQRTPI:1 QUOTIENT:2 \
         DELTA GESTEP ISEVEN:1 ISODD:1 MROUND:2 ERF ERFC:1 BESSELJ:2 BESSELK:2 BESSELY:2 BESSELI:2 XIRR XNPV:3 \
         PRICEMAT YIELDMAT INTRATE RECEIVED DISC PRICEDISC YIELDDISC TBILLEQ:3 TBILLPRICE:3 TBILLYIELD:3 PRICE YIELD \
         DOLLARDE:2 DOLLARFR:2 NOMINAL:2 EFFECT:2 CUMPRINC:6 CUMIPMT:6 EDATE:2 EOMONTH:2 YEARFRAC COUPDAYBS COUPDAYS \
         COUPDAYSNC COUPNCD COUPNUM COUPPCD DURATION MDURATION ODDLPRICE ODDLYIELD ODDFPRICE ODDFYIELD RANDBETWEEN:2 \
         WEEKNUM AMORDEGRC AMORLINC CONVERT:3 ACCRINT ACCRINTM WORKDAY NETWORKDAYS GCD MULTINOMIAL LCM FVSCHEDULE:2 \
         CUBEKPIMEMBER CUBESET CUBESETCOUNT:1 IFERROR:2 COUNTIFS SUMIFS AVERAGEIF AVERAGEIFS",
    ),
];

/// The number that stands for a function by its name, which is the first operand.
const NAMED: u16 = 255;

/// A function's name, and how many arguments it has where a token does not say so.
fn numbered(number: u16) -> Option<(&'static str, Option<usize>)> {
    let at = NUMBERED.partition_point(|(first, _)| *first <= number).checked_sub(1)?;
    let (first, names) = NUMBERED.get(at)?;
    let entry = names.split(' ').nth(usize::from(number - first))?;
    Some(match entry.split_once(':') {
        Some((name, count)) => (name, count.parse().ok()),
        None => (entry, None),
    })
}

impl Reading<'_> {
    /// A call, whose token says how many arguments there are where it is `counted`.
    pub(super) fn function(&mut self, counted: bool) -> Result<(), Unread> {
        let count = match counted {
            true => Some(usize::from(self.tokens.u8()? & 0x7F)),
            false => None,
        };
        let number = self.tokens.u16()?;
        if number == NAMED {
            let mut operands = self.operands.pop_many(count.ok_or(Unread::Damaged)?)?.into_iter();
            let name = operands.next().ok_or(Unread::Damaged)?.text;
            return self.call(&name, operands);
        }
        // Commands of macro sheets have a bit of their own.
        let (name, fixed) = numbered(number).ok_or(Unread::Macro)?;
        let count = count.or(fixed).ok_or(Unread::Damaged)?;
        let arguments = self.operands.pop_many(count)?;
        self.call(name, arguments.into_iter())
    }

    fn call(&mut self, name: &str, arguments: impl Iterator<Item = Operand>) -> Result<(), Unread> {
        // Several ranges are one argument only in brackets.
        let arguments: Vec<String> = arguments
            .map(|argument| match argument.hold {
                Hold::Union => format!("({})", argument.text),
                _ => argument.text,
            })
            .collect();
        self.operands.atom(format!("{name}({})", arguments.join(",")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_have_their_numbers() {
        for (number, expected) in [
            (0, Some(("COUNT", None))),
            (63, Some(("RAND", Some(0)))),
            (119, Some(("REPLACE", Some(4)))),
            (216, Some(("RANK", None))),
            (484, Some(("AVERAGEIFS", None))),
            (485, None),
            (53, None),
            (NAMED, None),
            (u16::MAX, None),
        ] {
            assert_eq!(numbered(number), expected, "{number}");
        }
        assert!(NUMBERED.is_sorted_by_key(|(first, _)| first));
    }
}
