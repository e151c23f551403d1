//! Indexes find what a look at every cell finds.

use super::search::{Keys, Which};
use crate::{
    ScalarValue,
    call::Context,
    cells::{Cells, NumberKind},
    indexes::Indexes,
    semantics::{DateSystem, Scalar, TextRules, compare, fold},
};
use proptest::{prelude::*, sample::select};
use udf_abi::ErrorCode;
use udf_columnar::CancelToken;

const RULES: TextRules = TextRules { dates: DateSystem::Excel1900, year: 2026 };

fn number() -> impl Strategy<Value = ScalarValue> {
    (-4..12_i32).prop_map(|n| ScalarValue::Number(f64::from(n) / 2.0, NumberKind::Number))
}

fn text() -> impl Strategy<Value = ScalarValue> {
    let texts = vec![
        "a",
        "A",
        "b",
        "é",
        "É",
        "1",
        "",
        "ab",
        "a*",
        "eb",
        "e",
        "zzzzzzzzz",
        "zzzzzzzzy",
        "漢字",
        "漢",
        "-",
        "a-b",
    ];
    select(texts).prop_map(ScalarValue::from)
}

fn any_cell() -> impl Strategy<Value = ScalarValue> {
    prop_oneof![
        4 => number(),
        4 => text(),
        1 => Just(ScalarValue::Blank),
        1 => any::<bool>().prop_map(ScalarValue::from),
        1 => select(vec![ErrorCode::Na, ErrorCode::Div]).prop_map(ScalarValue::from),
    ]
}

fn sorted(mut cells: Vec<ScalarValue>, falling: bool) -> Vec<ScalarValue> {
    cells.sort_by(|a, b| compare::order_exactly(a.scalar(), b.scalar()).unwrap());
    if falling {
        cells.reverse();
    }
    cells
}

fn column() -> impl Strategy<Value = Cells> {
    let of = |cell: BoxedStrategy<ScalarValue>| prop::collection::vec(cell, 1..40);
    let order = |cell: BoxedStrategy<ScalarValue>| {
        (of(cell), any::<bool>()).prop_map(|(cells, falling)| sorted(cells, falling))
    };
    let cells = prop_oneof![
        of(number().boxed()),
        of(text().boxed()),
        order(number().boxed()),
        order(text().boxed()),
        of(prop_oneof![number(), Just(ScalarValue::Blank)].boxed()),
        of(any_cell().boxed()),
    ];
    cells.prop_map(Cells::of_values)
}

fn kind(value: Scalar<'_>) -> u8 {
    match value {
        Scalar::Blank => 0,
        Scalar::Number(_) => 1,
        Scalar::Text(_) => 2,
        Scalar::Logical(_) => 3,
        Scalar::Error(_) => 4,
    }
}

fn same(a: Scalar<'_>, b: Scalar<'_>) -> bool {
    match (a, b) {
        (Scalar::Text(a), Scalar::Text(b)) => fold::fold(a) == fold::fold(b),
        _ => a == b,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1024, failure_persistence: None, ..Default::default() })]

    #[test]
    fn indexes_find_what_a_look_at_every_cell_finds(
        cells in column(), keys in prop::collection::vec(any_cell(), 1..12),
    ) {
        let (indexes, cancel) = (Indexes::default(), CancelToken::new());
        let context = Context { rules: RULES, now: 0.0, seed: 0, indexes: &indexes, cancel: &cancel, platform: Default::default() };
        let plain = Keys::new(cells.clone(), context, false, false);
        let quick = Keys::new(cells.clone(), context, true, true);
        for key in keys.iter().map(ScalarValue::scalar) {
            for which in [Which::First, Which::Last] {
                let exact = plain.exact(key, which);
                prop_assert_eq!(&exact, &quick.exact(key, which), "{:?}", key);
                prop_assert_eq!(plain.wild(key, which), quick.wild(key, which), "wild {:?}", key);
                for below in [true, false] {
                    let (a, b) = (plain.nearest(key, below, which), quick.nearest(key, below, which));
                    prop_assert_eq!(a, b, "nearest {:?} {}", key, below);
                }
                // By the rules alone.
                if kind(key) != 4 {
                    let mut rows: Vec<usize> =
                        (0..cells.len()).filter(|row| same(cells.get(*row).scalar(), key)).collect();
                    if which == Which::Last {
                        rows.reverse();
                    }
                    prop_assert_eq!(exact.unwrap(), rows.first().copied());
                }
            }
            prop_assert_eq!(plain.rising(key), quick.rising(key), "rising {:?}", key);
            prop_assert_eq!(plain.falling(key), quick.falling(key), "falling {:?}", key);
            prop_assert_eq!(plain.last_down_to(key), quick.last_down_to(key), "down to {:?}", key);
        }
    }

    #[test]
    fn a_search_by_halves_finds_the_last_that_is_not_beyond_the_key_in_cells_in_order(
        cells in prop_oneof![
            prop::collection::vec(number(), 1..40), prop::collection::vec(text(), 1..40)
        ],
        key in prop_oneof![number(), text()],
    ) {
        let (indexes, cancel) = (Indexes::default(), CancelToken::new());
        let context = Context { rules: RULES, now: 0.0, seed: 0, indexes: &indexes, cancel: &cancel, platform: Default::default() };
        let cells = sorted(cells, false);
        let key = key.scalar();
        let wanted = cells.iter().rposition(|cell| {
            kind(cell.scalar()) == kind(key)
                && compare::order_exactly(cell.scalar(), key).unwrap().is_le()
        });
        for indexed in [false, true] {
            let keys = Keys::new(Cells::of_values(cells.clone()), context, indexed, true);
            prop_assert_eq!(keys.rising(key).unwrap().before, wanted);
        }
    }
}
