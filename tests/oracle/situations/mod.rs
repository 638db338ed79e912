//! What must have happened in the months of a run, so that agreement means something.

mod allocated;
mod bills;

use std::collections::BTreeMap;

use libtest_mimic::Failed;

use super::month::{Month, Settings};
use super::run::Compared;
use crate::harness::{self, Outcome};

/// A situation, and how many months of a thousand must show it, at the least.
type Wanted = (&'static str, usize);

/// How often each situation was seen.
#[derive(Default)]
struct Counted(BTreeMap<&'static str, usize>);

impl Counted {
    fn add(&mut self, seen: impl IntoIterator<Item = (&'static str, bool)>) {
        for (situation, is_seen) in seen {
            *self.0.entry(situation).or_default() += usize::from(is_seen);
        }
    }

    /// Fails, naming all of them, if a situation was seen too seldom in so many months.
    fn enough(&self, wanted: &[Wanted], months: usize) -> Outcome {
        for (situation, count) in &self.0 {
            harness::say(&format!("{count:>6} of {months} months: {situation}"));
        }
        let rare: Vec<String> = wanted
            .iter()
            .map(|(situation, thousandth)| (situation, self.0.get(situation).copied().unwrap_or(0), thousandth))
            .filter(|(_, count, thousandth)| count * 1000 < **thousandth * months)
            .map(|(situation, count, thousandth)| format!("`{situation}` in {count} months, not in {thousandth} ‰"))
            .collect();
        if rare.is_empty() { Ok(()) } else { Err(Failed::from(format!("too rare: {}", rare.join(", ")))) }
    }
}

/// Fails if bills drawn at random lack something; whatever the settings.
pub(crate) fn drawn(months: &[Month]) -> Outcome {
    let mut counted = Counted::default();
    for month in months {
        counted.add(bills::situations(month));
    }
    counted.enough(bills::WANTED, months.len())
}

/// Fails if what the settings make of bills lacks something.
pub(crate) fn occurred(settings: &Settings, compared: &[Compared<'_>]) -> Outcome {
    let mut counted = Counted::default();
    for one in compared {
        counted.add(allocated::situations(one.month, &one.answer));
    }
    counted.enough(&allocated::wanted(settings), compared.len())
}
