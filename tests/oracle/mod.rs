//! Random months, allocated by the shipped models and by a slow, plain and independent implementation of the
//! specification in exact fractions: the oracle.
//!
//! Payers are isolated from each other, so that hundreds of months fit into one run of the binary.

mod allocate;
mod answer;
mod cells;
mod combinations;
mod compare;
mod draw;
mod kept;
mod month;
mod numbers;
mod read;
mod run;
mod settings;
mod shrink;
mod situations;
mod tables;
mod write;

use libtest_mimic::{Failed, Trial};

use crate::harness::Outcome;
use month::{Month, Settings};
use run::{Compared, Project};

/// Months in each combination, if not said.
const MONTHS: u32 = 150;
/// Months in one run of the binary, at the most.
const BATCH: usize = 500;

/// A trial for each combination of settings, and those of the oracle itself.
pub(crate) fn trials() -> Vec<Trial> {
    let mut trials = allocate::trials();
    trials.extend(draw::trials());
    for (number, (name, settings)) in combinations::all().into_iter().enumerate() {
        trials.push(Trial::test(format!("oracle::{name}"), move || agree(number, name, settings)));
    }
    trials.push(Trial::test("oracle::kept_months_are_run", kept_months_are_run));
    trials
}

/// A number that the environment may set.
fn environment(name: &str, default: u32) -> Result<u32, Failed> {
    match std::env::var(name) {
        Ok(text) => text.parse().map_err(|_| format!("{name} is `{text}`, which is no number").into()),
        Err(_) => Ok(default),
    }
}

/// The models and the oracle agree: on the kept months of these settings, and on random ones.
fn agree(number: usize, name: &str, settings: Settings) -> Outcome {
    let count = environment("APPORTION_ORACLE_MONTHS", MONTHS)?;
    let seed = environment("APPORTION_ORACLE_SEED", 1)?;
    let project = Project::new(name, settings)?;
    let mut months = Vec::new();
    for kept in kept::all()?.into_iter().filter(|kept| kept.combination == name) {
        months.push(shrink::renamed(&kept.month, 90_000 + months.len())?);
    }
    let kept = months.len();
    let first = u32::try_from(number)? * count;
    months.extend((first..first + count).map(|number| draw::month(u64::from(seed), number)));
    for (batch, at) in months.chunks(BATCH).zip((0..).step_by(BATCH)) {
        let batch: Vec<&Month> = batch.iter().collect();
        let compared = project.compare(&batch)?;
        if let Some(one) = compared.iter().find(|one| !one.differences.is_empty()) {
            let all = compared.iter().filter(|one| !one.differences.is_empty()).count();
            let kind = if at + all <= kept { "kept" } else { "drawn" };
            return Err(explained(&project, name, one, &format!("{all} of {} {kind} months differ", batch.len()))?);
        }
        if at == 0 {
            situations::occurred(project.settings(), &compared[kept..])?;
        }
    }
    Ok(())
}

/// What differs, on the smallest month that shows it.
fn explained(project: &Project, name: &str, one: &Compared<'_>, how_many: &str) -> Result<Failed, Failed> {
    let (month, differences) = shrink::smallest(project, one.month, &one.differences)?;
    let path = kept::save(name, &month)?;
    Ok(format!(
        "{how_many}; the first is {} with {} lines:\n{}the smallest like it has {} lines, and is in {}:\n{}{}",
        one.month.payer,
        one.month.lines.len(),
        compare::told(&one.differences, 6),
        month.lines.len(),
        path.display(),
        std::fs::read_to_string(&path)?,
        compare::told(&differences, 30),
    )
    .into())
}

/// Kept months name settings that there are.
fn kept_months_are_run() -> Outcome {
    let known: Vec<&str> = combinations::all().iter().map(|(name, _)| *name).collect();
    match kept::all()?.iter().find(|kept| !known.contains(&kept.combination.as_str()) || kept.guards.is_empty()) {
        Some(kept) => Err(format!("no such settings, or no words: `{}` {}", kept.combination, kept.guards).into()),
        None => Ok(()),
    }
}
