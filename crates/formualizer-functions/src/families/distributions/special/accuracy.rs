//! Special functions held against values of 60 digits (mpmath).

use super::{gamma, incomplete_beta, incomplete_gamma, normal, quantile};

/// The most that a value may differ, relative to itself: the arguments' own rounding is worth more.
const TOLERANCE: f64 = 2e-13;

#[rustfmt::skip]
const WANTED: &[(&str, &[f64], f64)] = &[
    ("gamma lower", &[0.5, 0.1], 0.345279153981423),
    ("gamma upper", &[0.5, 0.1], 0.654720846018577),
    ("gamma density", &[0.5, 0.1], 1.6143422587153617),
    ("gamma lower", &[0.01, 3.0], 0.9998670286434298),
    ("gamma density", &[0.01, 3.0], 0.00016874766863161084),
    ("gamma lower", &[3.5, 40.0], 0.9999999999999862),
    ("gamma upper", &[3.5, 40.0], 1.377501829742615e-14),
    ("gamma density", &[3.5, 40.0], 1.293583578594299e-14),
    ("gamma lower", &[250.0, 200.0], 0.0003620704582896931),
    ("gamma upper", &[250.0, 200.0], 0.9996379295417103),
    ("gamma density", &[250.0, 200.0], 9.681132250166272e-05),
    ("gamma lower", &[5000.0, 5100.0], 0.9206711189223811),
    ("gamma upper", &[5000.0, 5100.0], 0.07932888107761897),
    ("gamma density", &[5000.0, 5100.0], 0.002061713301741033),
    ("gamma lower", &[100000.0, 99000.0], 0.0007574199211747679),
    ("gamma upper", &[100000.0, 99000.0], 0.9992425800788253),
    ("gamma density", &[100000.0, 99000.0], 8.302639237262193e-06),
    ("gamma lower", &[100000001.0, 99940000.0], 9.789181162429712e-10),
    ("gamma upper", &[100000001.0, 99940000.0], 0.9999999990210818),
    ("gamma lower", &[300000000.0, 299999990.0], 0.49977734822380654),
    ("gamma upper", &[300000000.0, 299999990.0], 0.5002226517761935),
    ("gamma lower", &[200000000.0, 200030000.0], 0.9830491045118968),
    ("gamma upper", &[200000000.0, 200030000.0], 0.016950895488103208),
    ("beta lower", &[0.5, 0.5, 0.25], 0.3333333333333333),
    ("beta upper", &[0.5, 0.5, 0.25], 0.6666666666666666),
    ("beta lower", &[2.5, 30.0, 0.125], 0.8548639327127898),
    ("beta upper", &[2.5, 30.0, 0.125], 0.14513606728721024),
    ("beta lower", &[300.0, 200.0, 0.5], 3.543480264392538e-06),
    ("beta upper", &[300.0, 200.0, 0.5], 0.9999964565197356),
    ("beta lower", &[1000.0, 2000.0, 0.375], 0.9999990154452356),
    ("beta upper", &[1000.0, 2000.0, 0.375], 9.845547644257724e-07),
    ("beta lower", &[0.5, 500.0, 0.015625], 0.999927347939444),
    ("beta upper", &[0.5, 500.0, 0.015625], 7.265206055596874e-05),
    ("beta lower", &[40.0, 0.5, 0.875], 0.0011207097199413276),
    ("beta upper", &[40.0, 0.5, 0.875], 0.9988792902800586),
    ("normal lower", &[-37.0], 5.725571222524577e-300),
    ("normal lower", &[-20.5], 1.0764673258790961e-93),
    ("normal lower", &[-8.25], 7.919726314642477e-17),
    ("normal lower", &[-6.1], 5.303423262948841e-10),
    ("normal lower", &[-2.3], 0.01072411002167581),
    ("normal lower", &[-0.7], 0.24196365222307303),
    ("normal lower", &[0.1], 0.539827837277029),
    ("normal lower", &[3.0], 0.9986501019683699),
    ("normal central", &[1e-10], 3.989422804014327e-11),
    ("normal central", &[0.3], 0.11791142218895263),
    ("normal central", &[1.4], 0.41924334076622893),
    ("normal central", &[1.6], 0.445200708300442),
    ("normal central", &[5.0], 0.49999971334842813),
    ("normal quantile", &[4.906713927148187e-198], -30.0),
    ("normal quantile", &[2.866515718791939e-07], -5.0),
    ("normal quantile", &[0.15865525393145705], -1.0),
    ("normal quantile", &[0.3085375387259869], -0.5),
    ("normal quantile", &[0.5000003989422804], 1.0000000000790745e-06),
    ("normal quantile", &[0.5987063256829237], 0.24999999999999994),
    ("normal quantile", &[0.9772498680518208], 2.0),
    ("gamma", &[0.001], 999.4237724845955),
    ("gamma", &[0.5], 1.772453850905516),
    ("gamma", &[1.5], 0.886226925452758),
    ("gamma", &[3.7], 4.170651783796604),
    ("gamma", &[14.9], 66744117447.59081),
    ("gamma", &[15.1], 113947055382.549),
    ("gamma", &[100.25], 2.94846628183877e+156),
    ("gamma", &[171.5], 9.4833675668248e+307),
    ("gamma", &[-0.25], -4.901666809860711),
    ("gamma", &[-7.5], 0.00022384932885968948),
    ("gamma", &[-100.5], -3.3536908198076787e-159),
    ("ln gamma", &[1e-05], 11.512919692895826),
    ("ln gamma", &[0.3], 1.0957979948180756),
    ("ln gamma", &[3.25], 0.9358019311087253),
    ("ln gamma", &[14.5], 23.862765841689086),
    ("ln gamma", &[1000.0], 5905.220423209181),
    ("ln gamma", &[100000000.0], 1742068066.1038346),
    ("gamma quantile", &[0.05, 0.001], 5.844632057286547e-61),
    ("gamma quantile", &[2.0, 0.34], 1.2072734770307314),
    ("gamma quantile", &[40.0, 1e-30], 3.0180815956159863),
    ("gamma quantile", &[1000.0, 0.75], 1021.1436879071974),
];

fn value(what: &str, arguments: &[f64]) -> f64 {
    match (what, arguments) {
        ("gamma lower", [a, x]) => incomplete_gamma::law(*a, *x).lower,
        ("gamma upper", [a, x]) => incomplete_gamma::law(*a, *x).upper,
        ("gamma density", [a, x]) => incomplete_gamma::law(*a, *x).density,
        ("gamma quantile", [a, p]) => {
            let wanted = quantile::Wanted::below(*p);
            quantile::find(wanted, *a, f64::MAX, |x| incomplete_gamma::law(*a, x))
        }
        ("beta lower", [a, b, x]) => incomplete_beta::law(*a, *b, *x, 1.0 - x).lower,
        ("beta upper", [a, b, x]) => incomplete_beta::law(*a, *b, *x, 1.0 - x).upper,
        ("normal lower", [z]) => normal::lower(*z),
        ("normal central", [z]) => normal::central(*z),
        ("normal quantile", [p]) => normal::quantile(*p),
        ("gamma", [x]) => gamma::gamma(*x),
        ("ln gamma", [x]) => gamma::ln_gamma(*x),
        _ => f64::NAN,
    }
}

#[test]
fn values_are_right_to_nearly_every_digit() {
    for (what, arguments, wanted) in WANTED {
        let got = value(what, arguments);
        let off = (got / wanted - 1.0).abs();
        assert!(off < TOLERANCE, "{what} {arguments:?} is {got:e} and not {wanted:e}");
    }
}

#[test]
fn what_does_not_converge_is_no_number() {
    assert!(incomplete_beta::law(1e200, 1e200, 0.5, 0.5).lower.is_nan());
}
