//! The straight line through measured times: what a call costs, and what each of its rows adds.

/// Seconds of a call of no rows, and of each row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Line {
    pub(super) call: f64,
    pub(super) row: f64,
}

/// The line `call + row · n` whose relative distances from the points `(n, seconds)` have the
/// least sum of squares. Neither of its parts is negative. `None` for fewer than two sizes.
pub(super) fn fit(points: &[(f64, f64)]) -> Option<Line> {
    // Weighted by 1/t², the normal equations of c + r·n = t.
    let (mut w, mut wn, mut wnn, mut wt, mut wnt) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for (n, t) in points {
        if *t <= 0.0 {
            return None;
        }
        let weight = 1.0 / (t * t);
        w += weight;
        wn += weight * n;
        wnn += weight * n * n;
        wt += weight * t;
        wnt += weight * n * t;
    }
    let determinant = w * wnn - wn * wn;
    // One size, or none: any slope fits.
    if determinant <= f64::EPSILON * w * wnn {
        return None;
    }
    let call = (wt * wnn - wnt * wn) / determinant;
    let row = (w * wnt - wn * wt) / determinant;
    Some(match (call < 0.0, row < 0.0) {
        // The nearest line with the part that would be negative left out.
        (true, _) => Line { call: 0.0, row: wnt / wnn },
        (false, true) => Line { call: wt / w, row: 0.0 },
        (false, false) => Line { call, row },
    })
}

#[cfg(test)]
mod tests {
    use super::fit;

    fn close(found: f64, wanted: f64) {
        assert!(
            (found - wanted).abs() <= 1e-6 * wanted.abs().max(1e-12),
            "{found} is not {wanted}"
        );
    }

    #[test]
    fn points_on_a_line_give_it_back() {
        let time = |n: f64| 2e-6 + 3e-9 * n;
        let points = [1.0, 1e3, 65_536.0, 1e6].map(|n| (n, time(n)));
        let line = fit(&points).unwrap();
        close(line.call, 2e-6);
        close(line.row, 3e-9);
    }

    #[test]
    fn small_calls_count_as_much_as_large_ones() {
        // A large size that is off by a tenth must not drown what a call costs.
        let line = fit(&[(1.0, 2.003e-6), (1e3, 5e-6), (1e6, 1.1 * 3.002e-3)]).unwrap();
        assert!((1.9e-6..2.1e-6).contains(&line.call), "{line:?}");
    }

    #[test]
    fn no_part_is_negative() {
        let line = fit(&[(1.0, 1e-9), (1e3, 2e-3), (1e6, 1.0)]).unwrap();
        assert!(line.call >= 0.0 && line.row > 0.0, "{line:?}");
        let falling = fit(&[(1.0, 2.0), (1e3, 1.0)]).unwrap();
        assert!(falling.call > 0.0 && falling.row == 0.0, "{falling:?}");
    }

    #[test]
    fn one_size_makes_no_line() {
        assert_eq!(fit(&[]), None);
        assert_eq!(fit(&[(1e3, 1.0)]), None);
        assert_eq!(fit(&[(1e3, 1.0), (1e3, 2.0)]), None);
        assert_eq!(fit(&[(1.0, 0.0), (1e3, 2.0)]), None);
    }
}
