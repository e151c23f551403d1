//! Loans, cash flows, securities, depreciation.
//!
//! ```text
//! basis         … [`basis::Basis`], the five ways to count days; `YEARFRAC` shares it
//! solve         … the rate at which a function is zero
//! loans         … payments that are all alike: PV, FV, PMT, RATE, IPMT, CUMIPMT …
//! rates         … rates turned into others: EFFECT, RRI, DOLLARDE …
//! flows         … payments of any amount: NPV, IRR, XIRR …
//! depreciation  … SLN, DB, VDB, AMORLINC …
//! coupons       … [`coupons::Coupons`], the dates of coupons: COUPNUM …
//! bonds         … securities with coupons: PRICE, YIELD, DURATION, ACCRINT
//! odd           … securities whose first or last period is odd
//! discount      … securities without coupons: DISC, PRICEMAT, TBILLEQ …
//! ```

pub(super) mod basis;
mod bonds;
mod coupons;
mod depreciation;
mod discount;
mod flows;
mod loans;
mod odd;
mod rates;
mod solve;

use crate::Record;

pub(super) const BONDS: &[Record] = bonds::RECORDS;
pub(super) const COUPONS: &[Record] = coupons::RECORDS;
pub(super) const DEPRECIATION: &[Record] = depreciation::RECORDS;
pub(super) const DISCOUNT: &[Record] = discount::RECORDS;
pub(super) const FLOWS: &[Record] = flows::RECORDS;
pub(super) const LOANS: &[Record] = loans::RECORDS;
pub(super) const ODD: &[Record] = odd::RECORDS;
pub(super) const RATES: &[Record] = rates::RECORDS;
