//! Random months, allocated by the shipped models and by a slow, plain and independent implementation of the
//! specification in exact fractions: the oracle.
//!
//! Payers are isolated from each other, so that hundreds of months fit into one run of the binary.

mod allocate;
mod cells;
mod combinations;
mod compare;
mod draw;
mod month;
mod read;
mod run;
mod tables;
mod write;

use libtest_mimic::{Failed, Trial};

use crate::harness::Outcome;
use month::{Month, Settings};
use run::Project;

/// A trial for each combination of settings, and those of the oracle itself.
pub(crate) fn trials() -> Vec<Trial> {
    let mut trials = allocate::trials();
    for (number, (name, settings)) in combinations::all().into_iter().enumerate() {
        trials.push(Trial::test(format!("oracle::{name}"), move || agree(number, name, settings)));
    }
    trials
}

/// A number that the environment may set.
fn environment(name: &str, default: u32) -> Result<u32, Failed> {
    match std::env::var(name) {
        Ok(text) => text.parse().map_err(|_| format!("{name} is `{text}`, which is no number").into()),
        Err(_) => Ok(default),
    }
}

/// The models and the oracle agree on random months.
fn agree(number: usize, name: &str, settings: Settings) -> Outcome {
    let count = environment("APPORTION_ORACLE_MONTHS", 250)?;
    let seed = environment("APPORTION_ORACLE_SEED", 1)?;
    let project = Project::new(name, settings)?;
    let first = u32::try_from(number)? * 1000;
    let months: Vec<Month> = (0..count).map(|n| draw::month(u64::from(seed), first + n)).collect();
    let mut bad = Vec::new();
    for batch in months.chunks(500) {
        let batch: Vec<&Month> = batch.iter().collect();
        let compared = project.compare(&batch)?;
        bad.extend(compared.into_iter().filter(|one| !one.differences.is_empty()));
    }
    let Some(one) = bad.first() else { return Ok(()) };
    let total: usize = bad.len();
    let lines: usize = one.month.lines.len();
    let mut smallest: Vec<_> = bad.iter().collect();
    smallest.sort_by_key(|one| one.month.lines.len());
    let text: String = smallest
        .iter()
        .take(8)
        .map(|one| format!("{} ({} lines)\n{}", one.month.payer, one.month.lines.len(), compare::told(&one.differences, 6)))
        .collect();
    Err(format!("{total} of {count} months differ ({lines})\n{text}").into())
}
