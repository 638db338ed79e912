//! The parts of an account's figure as the steps of a picture.

use std::collections::BTreeSet;

use super::{CURRENCY, Explanation, PART, Section, by_row};
use crate::common::error::{Error, Result};
use crate::pages::{Flow, Step};

/// The question whose parts are the steps, and its column that names them.
const QUESTION: &str = "from_the_bill";
const STEP: &str = "step";
/// The column of the figure that names the account.
const ACCOUNT: &str = "account";
/// The column of the figure that says what it is, where that is not real cost.
const WHAT: &str = "what";

impl Explanation {
    /// How the figure came about, in `currency` if it is in several; of `service` alone, if that was asked.
    ///
    /// # Errors
    /// When there is no such step, or a currency has to be named.
    pub fn flow(&self, service: Option<&str>, currency: Option<&str>) -> Result<Flow> {
        let section = self.sections.iter().find(|section| section.name == QUESTION).ok_or_else(|| {
            Error::user(format!("there is no question `{QUESTION}` in `sql/explain/account/`"))
                .hint("its rows are the steps of the picture: `step`, `part` and `currency`")
        })?;
        let rows = steps(section)?;
        let known: BTreeSet<&str> = rows.iter().map(|(currency, _)| currency.as_str()).collect();
        let named = currency.or_else(|| known.first().copied().filter(|_| known.len() == 1));
        let listed = || known.iter().copied().collect::<Vec<_>>().join(", ");
        let currency = named.filter(|named| known.contains(named)).ok_or_else(|| match currency {
            Some(other) => Error::user(format!("the figure is not in {other}, but in {}", listed())),
            None => Error::user(format!("the figure is in {}", listed())).hint("name one of them with --currency"),
        })?;
        let cell = |column: &str| self.sections.first()?.cell(column);
        let what = cell(WHAT).unwrap_or_else(|| "real cost".to_owned());
        let of_service = service.map(|service| format!(", {service}")).unwrap_or_default();
        Ok(Flow {
            title: format!("{}{of_service}, {}", cell(ACCOUNT).unwrap_or_default(), self.period),
            note: format!("What {what} is the sum of, in {currency}; run {}", self.run_id),
            total: what,
            currency: currency.to_owned(),
            steps: rows.iter().filter(|(own, _)| own == currency).map(|(_, step)| step.clone()).collect(),
        })
    }
}

impl Section {
    /// The first cell of `column`.
    fn cell(&self, column: &str) -> Option<String> {
        let at = self.answer.schema.index_of(column).ok()?;
        let rows = crate::engine::rows::texts(&self.answer.batches).ok()?;
        rows.into_iter().next()?.into_iter().nth(at)?
    }
}

/// The steps of the section, each with its currency.
fn steps(section: &Section) -> Result<Vec<(String, Step)>> {
    let at = |name: &str| {
        section.answer.schema.index_of(name).map_err(|_| Error::user(format!("`{QUESTION}` has no column `{name}`")))
    };
    let (step, currency) = (at(STEP)?, at(CURRENCY)?);
    let mut found = Vec::new();
    by_row(&section.answer, PART, |mut cells, amount| {
        let mut take = |at: usize| cells.get_mut(at).and_then(Option::take).unwrap_or_default();
        found.push((take(currency), Step { name: take(step), amount }));
    })?;
    Ok(found)
}
