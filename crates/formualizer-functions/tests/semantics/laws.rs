//! What must be true of all values, and naive references where there are any.

use formualizer_functions::semantics::{
    DateSystem, Decimal, Direction, Format, Pattern, Scalar, TextRules, calendar, compare, fold,
    general, parse_number, round,
};
use proptest::prelude::*;
use std::cmp::Ordering;

const RULES: TextRules = TextRules { dates: DateSystem::Excel1900, year: 2026 };

/// Numbers of every size, and such that lie near decimals of few digits.
fn numbers() -> impl Strategy<Value = f64> {
    let any = any::<f64>().prop_filter("finite and normal", |n| n.is_normal() || *n == 0.0);
    let decimals =
        (-10_000_000_i64..10_000_000, 0..12_i32, -3..=3_i64).prop_map(|(digits, places, bits)| {
            let number: f64 = format!("{digits}e-{places}").parse().unwrap();
            if number == 0.0 {
                return number;
            }
            f64::from_bits(number.to_bits().wrapping_add_signed(bits))
        });
    let halves = (1_u64..10_u64.pow(15)).prop_map(|whole| whole as f64 + 0.5);
    prop_oneof![any, decimals, halves]
}

/// All digits of a number that is not negative: before and behind the point.
fn exact(number: f64) -> (String, String) {
    let text = format!("{number:.1100}");
    let (whole, fraction) = text.split_once('.').unwrap();
    (whole.trim_start_matches('0').to_owned(), fraction.to_owned())
}

/// Fifteen digits by hand, halves up: the digits, padded, and the power of ten of the first.
fn fifteen(number: f64) -> (String, i32) {
    let (whole, fraction) = exact(number);
    let all = format!("{whole}{fraction}");
    let first = all.bytes().position(|digit| digit != b'0').unwrap();
    let exponent = whole.len() as i32 - 1 - first as i32;
    let digits = all.as_bytes();
    let kept: u64 = all[first..first + 15].parse().unwrap();
    let kept = kept + u64::from(digits[first + 15] >= b'5');
    match kept.to_string() {
        carried if carried.len() > 15 => (carried[..15].to_owned(), exponent + 1),
        kept => (kept, exponent),
    }
}

/// `round` by the written digits alone.
fn naive_round(number: f64, places: i32) -> f64 {
    let (digits, exponent) = fifteen(number.abs());
    let last = exponent - 14;
    let dropped = -places - last;
    if dropped <= 0 {
        return number;
    }
    let digits: u128 = digits.parse().unwrap();
    let step = 10_u128.pow(dropped.min(20) as u32);
    let kept = (digits + step / 2) / step;
    let magnitude: f64 = format!("{kept}e{}", -places).parse().unwrap();
    magnitude.copysign(number)
}

/// Wildcards by trying everything.
fn naive_matches(pattern: &[char], text: &[char]) -> bool {
    match pattern {
        [] => text.is_empty(),
        ['*', rest @ ..] => (0..=text.len()).any(|skip| naive_matches(rest, &text[skip..])),
        ['?', rest @ ..] => !text.is_empty() && naive_matches(rest, &text[1..]),
        ['~'] => text.is_empty(),
        ['~', c, rest @ ..] | [c, rest @ ..] => {
            text.first() == Some(c) && naive_matches(rest, &text[1..])
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2048, failure_persistence: None, ..Default::default() })]

    #[test]
    fn fifteen_digits_are_those_of_the_written_number(number in numbers()) {
        if number == 0.0 {
            return Ok(());
        }
        let decimal = Decimal::new(number);
        let (digits, exponent) = fifteen(number.abs());
        prop_assert_eq!(decimal.exponent(), exponent);
        let shown = decimal.abs().shift(14 - exponent);
        prop_assert_eq!(shown.whole_digits().to_string(), digits);
    }

    #[test]
    fn fifteen_digits_lead_to_the_nearest_double(number in numbers()) {
        let text = general::to_text(number);
        let decimal = Decimal::new(number);
        if decimal.exponent().abs() < 98 {
            prop_assert_eq!(decimal.to_f64(), text.parse::<f64>().unwrap());
        }
    }

    #[test]
    fn a_number_is_read_back_from_its_text(number in numbers()) {
        let text = general::to_text(number);
        let back = parse_number(&text, RULES);
        prop_assert!(back.is_some(), "{}", text);
        prop_assert_eq!(general::to_text(back.unwrap()), text);
    }

    #[test]
    fn a_text_of_a_number_has_at_most_twenty_characters(number in numbers()) {
        let text = general::to_text(number);
        prop_assert!(text.trim_start_matches('-').len() <= 20, "{}", text);
    }

    #[test]
    fn general_has_at_most_eleven_characters(number in numbers()) {
        let text = general::shown(number);
        prop_assert!(text.trim_start_matches('-').len() <= 11, "{}", text);
        let back: f64 = text.parse().unwrap();
        prop_assert!((back - number).abs() <= number.abs() * 1e-4 + 1e-9, "{} {}", number, text);
    }

    #[test]
    fn rounding_is_that_of_the_written_digits(number in numbers(), places in -20..20_i32) {
        if number.abs() > 1e300 || number.fract() == 0.0 {
            return Ok(());
        }
        let found = round::round(number, places);
        let naive = naive_round(number, places);
        // Where the place is the last of the fifteen, what is behind them goes.
        prop_assert!(found == naive || found == Decimal::new(number).to_f64(), "{} {}", found, naive);
    }

    #[test]
    fn rounding_up_and_down_enclose_the_number(number in numbers(), places in -5..12_i32) {
                let shown = Decimal::new(number);
        let down = shown.rounded(places, Direction::Down);
        let up = shown.rounded(places, Direction::Up);
        prop_assert!(down.abs() <= shown.abs() && shown.abs() <= up.abs());
        let nearest = shown.rounded(places, Direction::Nearest);
        prop_assert!(nearest == down || nearest == up);
        prop_assert_eq!(nearest.rounded(places, Direction::Nearest), nearest);
    }

    #[test]
    fn the_order_of_numbers_is_that_of_their_digits(a in numbers(), bits in -40..40_i64, b in numbers()) {
        let near = f64::from_bits(a.to_bits().wrapping_add_signed(bits));
        for b in [near, b].into_iter().filter(|b| b.is_finite()) {
            let naive = Decimal::new(a).cmp(&Decimal::new(b));
            let small = a.abs() < f64::MIN_POSITIVE || b.abs() < f64::MIN_POSITIVE;
            prop_assert!(small || compare::numbers(a, b) == naive, "{} {}", a, b);
        }
    }

    #[test]
    fn the_order_of_texts_is_total(texts in prop::collection::vec("[a-cA-C0-1éÉ _~-]{0,3}", 3)) {
        let [a, b, c] = &texts[..] else { unreachable!() };
        let order = compare::texts(a, b);
        prop_assert_eq!(compare::texts(b, a), order.reverse());
        prop_assert_eq!(order == Ordering::Equal, fold::eq(a, b));
        if order != Ordering::Greater && compare::texts(b, c) != Ordering::Greater {
            prop_assert_ne!(compare::texts(a, c), Ordering::Greater);
        }
    }

    #[test]
    fn wildcards_match_what_trying_everything_matches(pattern in "[ab?*~]{0,6}", text in "[ab?*~]{0,6}") {
        let chars = |text: &str| text.chars().collect::<Vec<_>>();
        prop_assert_eq!(
            Pattern::new(&pattern).matches(&text),
            naive_matches(&chars(&pattern), &chars(&text))
        );
    }

    #[test]
    fn wildcards_are_found_where_a_part_matches_first(pattern in "[ab?*~]{0,5}", text in "[abé]{0,7}", from in 0..9_usize) {
        let chars: Vec<char> = text.chars().collect();
        let pattern = Pattern::new(&pattern);
        let first = (from..=chars.len()).find(|start| {
            (*start..=chars.len())
                .any(|end| pattern.matches(&chars[*start..end].iter().collect::<String>()))
        });
        prop_assert_eq!(pattern.find(&text, from), first);
    }

    #[test]
    fn every_day_is_read_back_as_it_is_shown(serial in 1..2_958_466_i64) {
        let shown = |code: &str| Format::parse(code).unwrap().show(Scalar::Number(serial as f64), RULES).unwrap();
        for code in ["yyyy-mm-dd", "m/d/yyyy", "d-mmm-yyyy", "mmmm d, yyyy", "d mmmm yyyy"] {
            prop_assert_eq!(parse_number(&shown(code), RULES), Some(serial as f64), "{}", shown(code));
        }
        let day = calendar::day(serial, DateSystem::Excel1900).unwrap();
        prop_assert_eq!(calendar::serial(day.year, day.month, day.day, DateSystem::Excel1900), Some(serial));
    }

    #[test]
    fn every_second_of_a_day_is_read_back_as_it_is_shown(second in 0..86_400_i64) {
        let serial = second as f64 / 86_400.0;
        for code in ["h:mm:ss", "hh:mm:ss", "h:mm:ss AM/PM", "[h]:mm:ss", "[h]:mm:ss.000"] {
            let shown = Format::parse(code).unwrap().show(Scalar::Number(serial), RULES).unwrap();
            let back = parse_number(&shown, RULES).unwrap();
            prop_assert!((back - serial).abs() < 1e-12, "{}", shown);
        }
    }

    #[test]
    fn a_fixed_number_of_places_is_the_rounded_number(number in -1e12..1e12_f64, places in 0..8_usize) {
        let code = format!("0.{}", "0".repeat(places));
        let shown = Format::parse(&code).unwrap().show(Scalar::Number(number), RULES).unwrap();
        let wanted = Decimal::new(number).rounded(places as i32, Direction::Nearest);
        prop_assert_eq!(Decimal::new(shown.parse().unwrap()), wanted);
    }

    #[test]
    fn no_text_and_no_code_is_a_panic(code in any::<String>(), text in any::<String>(), number in any::<f64>()) {
        let _ = parse_number(&text, RULES);
        let _ = Pattern::new(&text).matches(&code);
        if let Ok(format) = Format::parse(&code) {
            let _ = format.show(Scalar::Number(number), RULES);
        }
    }

    #[test]
    fn no_code_of_formats_own_characters_is_a_panic(
        code in "[0#?.,%Ee+/@;\\[\\]hmsdyAaPp\"_*$<>=1-]{0,12}",
        number in numbers(),
    ) {
        if let Ok(format) = Format::parse(&code) {
            for dates in [DateSystem::Excel1900, DateSystem::Excel1904] {
                let _ = format.show(Scalar::Number(number), TextRules { dates, ..RULES });
            }
        }
    }

    #[test]
    fn no_text_of_dates_own_characters_is_a_panic(text in "[0-9 /:.,-]{0,12}|[0-9]{1,2}[ /-](Jan|FEB|March)[ /,-]{0,2}[0-9: ]{0,6}") {
        let _ = parse_number(&text, RULES);
    }
}

#[test]
fn text_rules_of_the_1904_system_are_days_behind() {
    let rules = TextRules { dates: DateSystem::Excel1904, ..RULES };
    assert_eq!(
        parse_number("1/2/2024", rules),
        parse_number("1/2/2024", RULES).map(|n| n - 1462.0)
    );
}
