//! The functions, on values.

use crate::value::{Failure, Value};
use std::sync::atomic::{AtomicI64, Ordering};

fn number(args: &[Value], index: usize) -> Result<f64, Failure> {
    match args.get(index) {
        Some(Value::Number(n)) => Ok(*n),
        Some(Value::Int(n)) => Ok(*n as f64),
        Some(Value::Boolean(b)) => Ok(f64::from(u8::from(*b))),
        Some(Value::Empty) => Ok(0.0),
        Some(Value::Error(error)) => {
            Err(Failure::new("Na", format!("argument {} is {}", index + 1, error.kind)))
        }
        _ => Err(Failure::new("Value", format!("argument {} is no number", index + 1))),
    }
}

/// Present value of equal payments.
pub fn annuity(args: &[Value]) -> Result<Value, Failure> {
    let (rate, periods, payment) = (number(args, 0)?, number(args, 1)?, number(args, 2)?);
    if rate <= -1.0 {
        return Err(Failure::new("Num", format!("a rate of {rate}")));
    }
    let factor = if rate == 0.0 { periods } else { (1.0 - (1.0 + rate).powf(-periods)) / rate };
    Ok(Value::Number(payment * factor))
}

/// Every word with a capital.
pub fn title(args: &[Value]) -> Result<Value, Failure> {
    let Some(Value::Text(text)) = args.first() else {
        return Err(Failure::new("Value", "no text"));
    };
    let words = text.split_whitespace().map(|word| {
        let mut letters = word.chars();
        let first = letters.next().into_iter().flat_map(char::to_uppercase);
        first.chain(letters.flat_map(char::to_lowercase)).collect::<String>()
    });
    Ok(Value::Text(words.collect::<Vec<_>>().join(" ")))
}

/// Present value of the numbers in a range, row by row; other cells are no flows.
pub fn flows_value(args: &[Value]) -> Result<Value, Failure> {
    let rate = number(args, 0)?;
    let mut total = 0.0;
    let mut period = 0;
    let mut add = |value: &Value| {
        if let Value::Number(flow) = value {
            total += flow / (1.0 + rate).powi(period);
            period += 1;
        }
    };
    for argument in &args[1..] {
        match argument {
            Value::Array(rows) => rows.iter().flatten().for_each(&mut add),
            one => add(one),
        }
    }
    Ok(Value::Number(total))
}

/// Rows as columns.
pub fn flip(args: &[Value]) -> Result<Value, Failure> {
    let Some(Value::Array(rows)) = args.first() else {
        return args.first().cloned().ok_or_else(|| Failure::new("Value", "no argument"));
    };
    let width = rows.first().map_or(0, Vec::len);
    let column = |index: usize| rows.iter().filter_map(|row| row.get(index).cloned()).collect();
    Ok(Value::Array((0..width).map(column).collect()))
}

/// What its argument is.
pub fn kind(args: &[Value]) -> Result<Value, Failure> {
    let text = match args.first() {
        Some(Value::Int(_)) => "integer",
        Some(Value::Number(_)) => "number",
        Some(Value::Text(_)) => "text",
        Some(Value::Boolean(_)) => "boolean",
        Some(Value::Array(_)) => "array",
        Some(Value::Date(_)) => "date",
        Some(Value::DateTime(_)) => "date and time",
        Some(Value::Time(_)) => "time",
        Some(Value::Duration(_)) => "duration",
        Some(Value::Empty) => "empty",
        Some(Value::Pending) => "pending",
        Some(Value::Error(_)) => "error",
        None => "nothing",
    };
    Ok(Value::Text(text.into()))
}

/// The day of the week of a date (Zeller's congruence, Monday first).
pub fn weekday_name(args: &[Value]) -> Result<Value, Failure> {
    const NAMES: [&str; 7] =
        ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
    let Some(Value::Date(text)) = args.first() else {
        return Err(Failure::new("Value", "no date"));
    };
    let parts: Vec<i64> = text.split('-').filter_map(|part| part.parse().ok()).collect();
    let [year, month, day] = parts[..] else {
        return Err(Failure::new("Num", format!("`{text}` is out of range")));
    };
    let (year, month) = if month < 3 { (year - 1, month + 12) } else { (year, month) };
    let saturday_first =
        (day + 13 * (month + 1) / 5 + year + year / 4 - year / 100 + year / 400).rem_euclid(7);
    Ok(Value::Text(NAMES[(saturday_first as usize + 5) % 7].into()))
}

/// The square root; panics on negative numbers.
pub fn strict(args: &[Value]) -> Result<Value, Failure> {
    let x = number(args, 0)?;
    assert!(x >= 0.0, "negative: {x}");
    Ok(Value::Number(x.sqrt()))
}

/// How often this instance was called.
pub fn counter(_: &[Value]) -> Result<Value, Failure> {
    static CALLS: AtomicI64 = AtomicI64::new(0);
    Ok(Value::Int(CALLS.fetch_add(1, Ordering::Relaxed) + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn n(number: f64) -> Value {
        Value::Number(number)
    }

    fn text(text: &str) -> Value {
        Value::Text(text.into())
    }

    #[test]
    fn functions_are_ordinary_functions() {
        assert_eq!(annuity(&[n(0.0), Value::Int(3), n(10.0)]), Ok(n(30.0)));
        assert_eq!(annuity(&[n(-2.0), n(1.0), n(1.0)]).unwrap_err().kind, "Num");
        assert_eq!(title(&[text("ünder the SEA")]), Ok(text("Ünder The Sea")));
        let rows = Value::Array(vec![vec![n(1.0), Value::Empty], vec![n(2.0), text("x")]]);
        assert_eq!(flows_value(&[n(1.0), rows.clone()]), Ok(n(2.0)));
        let flipped = vec![vec![n(1.0), n(2.0)], vec![Value::Empty, text("x")]];
        assert_eq!(flip(&[rows]), Ok(Value::Array(flipped)));
        assert_eq!(weekday_name(&[Value::Date("2024-02-29".into())]), Ok(text("Thursday")));
        assert_eq!(weekday_name(&[Value::Date("2000-01-01".into())]), Ok(text("Saturday")));
        assert_eq!(kind(&[Value::Empty]), Ok(text("empty")));
        assert_eq!(strict(&[n(4.0)]), Ok(n(2.0)));
    }

    #[test]
    #[should_panic(expected = "negative: -1")]
    fn strict_panics() {
        let _ = strict(&[n(-1.0)]);
    }
}
