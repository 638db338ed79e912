//! §12: the oracle itself against the numbers of the specification.

mod bills;
pub(super) mod report;
mod reservations;
mod savings_plans;
mod volumes;

use libtest_mimic::{Failed, Trial};

use crate::oracle::allocate::examples::report::decimal;
use crate::oracle::allocate::number::absolute;
use crate::oracle::month::{Decimal, Exact};

type Tried = Result<(), Failed>;
type Example = (&'static str, fn() -> Tried);

/// A trial for each example.
pub(crate) fn trials() -> Vec<Trial> {
    let examples = [reservations::EXAMPLES, volumes::EXAMPLES, savings_plans::EXAMPLES, bills::EXAMPLES].concat();
    let named = |(name, trial): Example| Trial::test(format!("oracle::allocate::{name}"), trial);
    examples.into_iter().map(named).collect()
}

/// The amounts are the same to the 10th digit.
fn same<'a>(what: &str, actual: impl IntoIterator<Item = &'a Exact>, expected: &[&str]) -> Tried {
    let actual: Vec<&Exact> = actual.into_iter().collect();
    let tolerance = Exact::new(5.into(), 100_000_000_000_i64.into());
    let expected = expected.iter().map(|text| decimal(text)).collect::<Result<Vec<Decimal>, String>>()?;
    let near = |(actual, expected): (&&Exact, &Decimal)| absolute(&(*actual - expected.exact())) <= tolerance;
    if actual.len() == expected.len() && actual.iter().zip(&expected).all(near) {
        return Ok(());
    }
    Err(format!("{what}: expected {expected:?}, is {actual:?}").into())
}
