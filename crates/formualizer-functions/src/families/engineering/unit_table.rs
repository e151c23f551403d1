//! The units of `CONVERT` and what they are in the first unit of their kind.
//!
//! Which units there are, and which take prefixes, Microsoft's page and stored values of Excel tell; the sizes are
//! the legal definitions of the units. The electronvolt and the atomic mass unit have the values that Excel has
//! (CODATA 2006). That `uk_pt` and `mph` take prefixes is stored.

use super::units::{Kind, Prefixes, Unit};

const fn unit(name: &'static str, kind: Kind, size: f64) -> Unit {
    Unit { name, kind, size, zero: 0.0, prefixes: Prefixes::None }
}

/// A unit that takes decimal prefixes.
const fn metric(name: &'static str, kind: Kind, size: f64) -> Unit {
    Unit { prefixes: Prefixes::Power(1), ..unit(name, kind, size) }
}

/// A unit whose prefixes are raised to a power.
const fn power(name: &'static str, kind: Kind, size: f64, power: i32) -> Unit {
    Unit { prefixes: Prefixes::Power(power), ..unit(name, kind, size) }
}

const fn binary(name: &'static str, size: f64) -> Unit {
    Unit { prefixes: Prefixes::Binary, ..unit(name, Kind::Information, size) }
}

const fn degree(name: &'static str, size: f64, zero: f64) -> Unit {
    Unit { zero, ..unit(name, Kind::Temperature, size) }
}

/// Metres.
const INCH: f64 = 0.0254;
const FOOT: f64 = 0.3048;
const YARD: f64 = 0.9144;
const MILE: f64 = 1609.344;
const NAUTICAL_MILE: f64 = 1852.0;
const SURVEY_MILE: f64 = 5280.0 * 1200.0 / 3937.0;
const PICA_POINT: f64 = INCH / 72.0;
const ANGSTROM: f64 = 1e-10;
const LIGHT_YEAR: f64 = 299_792_458.0 * 31_557_600.0;
/// 648000/π astronomical units.
const PARSEC: f64 = 149_597_870_700.0 * 648_000.0 / std::f64::consts::PI;
/// Grams.
const POUND: f64 = 453.592_37;
/// Newtons.
const POUND_FORCE: f64 = POUND * 9.806_65 / 1e3;
/// Cubic metres.
const GALLON: f64 = 231.0 * INCH * INCH * INCH;
const UK_GALLON: f64 = 4.546_09e-3;
const CUBIC_FOOT: f64 = FOOT * FOOT * FOOT;
/// Watts.
const HORSEPOWER: f64 = 550.0 * FOOT * POUND_FORCE;

/// All units.
pub(super) const UNITS: &[Unit] = &[
    metric("g", Kind::Mass, 1.0),
    unit("sg", Kind::Mass, POUND * 9.806_65 / FOOT),
    unit("lbm", Kind::Mass, POUND),
    metric("u", Kind::Mass, 1.660_538_782e-24),
    unit("ozm", Kind::Mass, POUND / 16.0),
    unit("grain", Kind::Mass, POUND / 7000.0),
    unit("cwt", Kind::Mass, POUND * 100.0),
    unit("shweight", Kind::Mass, POUND * 100.0),
    unit("uk_cwt", Kind::Mass, POUND * 112.0),
    unit("lcwt", Kind::Mass, POUND * 112.0),
    unit("hweight", Kind::Mass, POUND * 112.0),
    unit("stone", Kind::Mass, POUND * 14.0),
    unit("ton", Kind::Mass, POUND * 2000.0),
    unit("uk_ton", Kind::Mass, POUND * 2240.0),
    unit("LTON", Kind::Mass, POUND * 2240.0),
    unit("brton", Kind::Mass, POUND * 2240.0),
    metric("m", Kind::Distance, 1.0),
    unit("mi", Kind::Distance, MILE),
    unit("Nmi", Kind::Distance, NAUTICAL_MILE),
    unit("in", Kind::Distance, INCH),
    unit("ft", Kind::Distance, FOOT),
    unit("yd", Kind::Distance, YARD),
    metric("ang", Kind::Distance, ANGSTROM),
    unit("ell", Kind::Distance, 1.143),
    metric("ly", Kind::Distance, LIGHT_YEAR),
    metric("parsec", Kind::Distance, PARSEC),
    metric("pc", Kind::Distance, PARSEC),
    unit("Picapt", Kind::Distance, PICA_POINT),
    unit("Pica", Kind::Distance, PICA_POINT),
    unit("pica", Kind::Distance, INCH / 6.0),
    unit("survey_mi", Kind::Distance, SURVEY_MILE),
    unit("yr", Kind::Time, 31_557_600.0),
    unit("day", Kind::Time, 86_400.0),
    unit("d", Kind::Time, 86_400.0),
    unit("hr", Kind::Time, 3600.0),
    unit("mn", Kind::Time, 60.0),
    unit("min", Kind::Time, 60.0),
    metric("sec", Kind::Time, 1.0),
    metric("s", Kind::Time, 1.0),
    metric("Pa", Kind::Pressure, 1.0),
    metric("p", Kind::Pressure, 1.0),
    metric("atm", Kind::Pressure, 101_325.0),
    metric("at", Kind::Pressure, 101_325.0),
    metric("mmHg", Kind::Pressure, 133.322),
    unit("psi", Kind::Pressure, POUND_FORCE / (INCH * INCH)),
    unit("Torr", Kind::Pressure, 101_325.0 / 760.0),
    metric("N", Kind::Force, 1.0),
    metric("dyn", Kind::Force, 1e-5),
    metric("dy", Kind::Force, 1e-5),
    unit("lbf", Kind::Force, POUND_FORCE),
    metric("pond", Kind::Force, 9.806_65e-3),
    metric("J", Kind::Energy, 1.0),
    metric("e", Kind::Energy, 1e-7),
    metric("c", Kind::Energy, 4.184),
    metric("cal", Kind::Energy, 4.1868),
    metric("eV", Kind::Energy, 1.602_176_487e-19),
    metric("ev", Kind::Energy, 1.602_176_487e-19),
    unit("HPh", Kind::Energy, HORSEPOWER * 3600.0),
    unit("hh", Kind::Energy, HORSEPOWER * 3600.0),
    metric("Wh", Kind::Energy, 3600.0),
    metric("wh", Kind::Energy, 3600.0),
    unit("flb", Kind::Energy, FOOT * POUND_FORCE),
    unit("BTU", Kind::Energy, 1_055.055_852_62),
    unit("btu", Kind::Energy, 1_055.055_852_62),
    unit("HP", Kind::Power, HORSEPOWER),
    unit("h", Kind::Power, HORSEPOWER),
    unit("PS", Kind::Power, 75.0 * 9.806_65),
    metric("W", Kind::Power, 1.0),
    metric("w", Kind::Power, 1.0),
    metric("T", Kind::Magnetism, 1.0),
    metric("ga", Kind::Magnetism, 1e-4),
    degree("C", 1.0, 273.15),
    degree("cel", 1.0, 273.15),
    degree("F", 5.0 / 9.0, 459.67),
    degree("fah", 5.0 / 9.0, 459.67),
    metric("K", Kind::Temperature, 1.0),
    metric("kel", Kind::Temperature, 1.0),
    degree("Rank", 5.0 / 9.0, 0.0),
    degree("Reau", 1.25, 218.52),
    unit("tsp", Kind::Volume, GALLON / 768.0),
    unit("tspm", Kind::Volume, 5e-6),
    unit("tbs", Kind::Volume, GALLON / 256.0),
    unit("oz", Kind::Volume, GALLON / 128.0),
    unit("cup", Kind::Volume, GALLON / 16.0),
    unit("pt", Kind::Volume, GALLON / 8.0),
    unit("us_pt", Kind::Volume, GALLON / 8.0),
    metric("uk_pt", Kind::Volume, UK_GALLON / 8.0),
    unit("qt", Kind::Volume, GALLON / 4.0),
    unit("uk_qt", Kind::Volume, UK_GALLON / 4.0),
    unit("gal", Kind::Volume, GALLON),
    unit("uk_gal", Kind::Volume, UK_GALLON),
    metric("l", Kind::Volume, 1e-3),
    metric("L", Kind::Volume, 1e-3),
    metric("lt", Kind::Volume, 1e-3),
    power("ang3", Kind::Volume, 1e-30, 3),
    power("ang^3", Kind::Volume, 1e-30, 3),
    unit("barrel", Kind::Volume, GALLON * 42.0),
    unit("bushel", Kind::Volume, 2150.42 * INCH * INCH * INCH),
    unit("ft3", Kind::Volume, CUBIC_FOOT),
    unit("ft^3", Kind::Volume, CUBIC_FOOT),
    unit("in3", Kind::Volume, INCH * INCH * INCH),
    unit("in^3", Kind::Volume, INCH * INCH * INCH),
    unit("ly3", Kind::Volume, LIGHT_YEAR * LIGHT_YEAR * LIGHT_YEAR),
    unit("ly^3", Kind::Volume, LIGHT_YEAR * LIGHT_YEAR * LIGHT_YEAR),
    power("m3", Kind::Volume, 1.0, 3),
    power("m^3", Kind::Volume, 1.0, 3),
    unit("mi3", Kind::Volume, MILE * MILE * MILE),
    unit("mi^3", Kind::Volume, MILE * MILE * MILE),
    unit("yd3", Kind::Volume, YARD * YARD * YARD),
    unit("yd^3", Kind::Volume, YARD * YARD * YARD),
    unit("Nmi3", Kind::Volume, NAUTICAL_MILE * NAUTICAL_MILE * NAUTICAL_MILE),
    unit("Nmi^3", Kind::Volume, NAUTICAL_MILE * NAUTICAL_MILE * NAUTICAL_MILE),
    unit("Picapt3", Kind::Volume, PICA_POINT * PICA_POINT * PICA_POINT),
    unit("Picapt^3", Kind::Volume, PICA_POINT * PICA_POINT * PICA_POINT),
    unit("Pica3", Kind::Volume, PICA_POINT * PICA_POINT * PICA_POINT),
    unit("Pica^3", Kind::Volume, PICA_POINT * PICA_POINT * PICA_POINT),
    unit("GRT", Kind::Volume, 100.0 * CUBIC_FOOT),
    unit("regton", Kind::Volume, 100.0 * CUBIC_FOOT),
    unit("MTON", Kind::Volume, 40.0 * CUBIC_FOOT),
    unit("uk_acre", Kind::Area, 4840.0 * YARD * YARD),
    unit("us_acre", Kind::Area, SURVEY_MILE * SURVEY_MILE / 640.0),
    power("ang2", Kind::Area, 1e-20, 2),
    power("ang^2", Kind::Area, 1e-20, 2),
    metric("ar", Kind::Area, 100.0),
    unit("ft2", Kind::Area, FOOT * FOOT),
    unit("ft^2", Kind::Area, FOOT * FOOT),
    unit("ha", Kind::Area, 10_000.0),
    unit("in2", Kind::Area, INCH * INCH),
    unit("in^2", Kind::Area, INCH * INCH),
    unit("ly2", Kind::Area, LIGHT_YEAR * LIGHT_YEAR),
    unit("ly^2", Kind::Area, LIGHT_YEAR * LIGHT_YEAR),
    power("m2", Kind::Area, 1.0, 2),
    power("m^2", Kind::Area, 1.0, 2),
    unit("Morgen", Kind::Area, 2500.0),
    unit("mi2", Kind::Area, MILE * MILE),
    unit("mi^2", Kind::Area, MILE * MILE),
    unit("Nmi2", Kind::Area, NAUTICAL_MILE * NAUTICAL_MILE),
    unit("Nmi^2", Kind::Area, NAUTICAL_MILE * NAUTICAL_MILE),
    unit("Picapt2", Kind::Area, PICA_POINT * PICA_POINT),
    unit("Picapt^2", Kind::Area, PICA_POINT * PICA_POINT),
    unit("Pica2", Kind::Area, PICA_POINT * PICA_POINT),
    unit("Pica^2", Kind::Area, PICA_POINT * PICA_POINT),
    unit("yd2", Kind::Area, YARD * YARD),
    unit("yd^2", Kind::Area, YARD * YARD),
    binary("bit", 1.0),
    binary("byte", 8.0),
    unit("admkn", Kind::Speed, 6080.0 * FOOT / 3600.0),
    unit("kn", Kind::Speed, NAUTICAL_MILE / 3600.0),
    metric("m/h", Kind::Speed, 1.0 / 3600.0),
    metric("m/hr", Kind::Speed, 1.0 / 3600.0),
    metric("m/s", Kind::Speed, 1.0),
    metric("m/sec", Kind::Speed, 1.0),
    metric("mph", Kind::Speed, MILE / 3600.0),
];
