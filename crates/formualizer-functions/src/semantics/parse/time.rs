//! Times of day, which are fractions of a day.
//!
//! `h:mm`, `h:mm:ss`, `mm:ss.0` and `h:mm:ss.0`, each with `AM`, `PM`, `A` or `P` behind a space or without; `1
//! PM`. One part may be beyond its limit, up to 9999, while the others keep theirs: `27:30` is more than a day,
//! `0:59:99` is 59 minutes and 99 seconds, `24:99` is no time (stored). With AM or PM hours go to 12.

use super::scan::Scan;

const LARGEST: u32 = 9999;

/// A part of a time: digits, of which there are few.
fn part(scan: &mut Scan<'_>) -> Option<u32> {
    let digits = scan.digits();
    if digits.is_empty() || digits.len() > 4 {
        return None;
    }
    digits.parse().ok()
}

pub(super) fn parse(scan: &mut Scan<'_>) -> Option<f64> {
    let first = part(scan)?;
    let mut parts = vec![first];
    let mut fraction = 0.0;
    while parts.len() < 3 && scan.take(':') {
        parts.push(part(scan)?);
    }
    if parts.len() > 1 && scan.take('.') {
        let digits = scan.digits();
        if !digits.is_empty() {
            fraction = format!("0.{digits}").parse().ok()?;
            // A fraction makes seconds of the last part.
            if parts.len() == 2 {
                parts.insert(0, 0);
            }
        }
    }
    let half = half_of_day(scan);
    if parts.len() == 1 && half.is_none() {
        return None;
    }
    parts.resize(3, 0);
    let [mut hours, minutes, seconds] = parts[..] else { return None };
    if let Some(afternoon) = half {
        if hours > 12 {
            return None;
        }
        hours = hours % 12 + if afternoon { 12 } else { 0 };
    }
    let beyond = [hours > 23, minutes > 59, seconds > 59];
    if beyond.iter().filter(|beyond| **beyond).count() > 1 || hours > LARGEST {
        return None;
    }
    let seconds = f64::from(hours * 3600 + minutes * 60 + seconds) + fraction;
    Some(seconds / 86_400.0)
}

/// Whether a time is of the afternoon, where it says so.
fn half_of_day(scan: &mut Scan<'_>) -> Option<bool> {
    let mut ahead = *scan;
    ahead.spaces();
    let half = match ahead.letters() {
        word if word.eq_ignore_ascii_case("AM") || word.eq_ignore_ascii_case("A") => false,
        word if word.eq_ignore_ascii_case("PM") || word.eq_ignore_ascii_case("P") => true,
        _ => return None,
    };
    *scan = ahead;
    Some(half)
}
