//! `explain`: a figure, the parts that it is the sum of, and why they are so. What there is to say is in `sql/explain/`.

use std::collections::BTreeMap;

use arrow::array::{Array, AsArray};
use arrow::datatypes::{DataType, Decimal128Type};

use crate::common::decimal::fixed;
use crate::common::error::{Error, Result};
use crate::common::period::Period;
use crate::engine::{Answer, rows};
use crate::planned_run::Workspace;
use crate::publish::Publication;

mod flow;

/// The column that is the figure, in the first answer.
const FIGURE: &str = "figure";
/// The column that splits it, in others.
pub const PART: &str = "part";
/// Whose currency both are in.
const CURRENCY: &str = "currency";
/// The parameter for what a customer may see, and the question of what one may not.
const AS_CUSTOMER: &str = "as_customer";
const FOREIGN: &str = "foreign";

/// What is to be explained.
#[derive(Debug, Clone)]
pub struct ExplainJob {
    /// The folder of `sql/explain/` that has the questions.
    pub subject: &'static str,
    /// What questions are told, by name.
    pub parameters: BTreeMap<String, String>,
}

/// A figure, and what explains it.
#[derive(Debug)]
pub struct Explanation {
    /// The month.
    pub period: Period,
    /// The run that it is of.
    pub run_id: String,
    /// The answers, the figure first; none is empty.
    pub sections: Vec<Section>,
}

/// One question with its answer.
#[derive(Debug)]
pub struct Section {
    /// The name of its file, without number and ending.
    pub name: String,
    /// The heading.
    pub title: String,
    /// The answer.
    pub answer: Answer,
}

impl Section {
    /// Whether its parts sum to the figure.
    pub fn is_split(&self) -> bool {
        self.answer.schema.index_of(PART).is_ok()
    }
}

/// Explains a figure of the one wanted month, or of the newest.
///
/// # Errors
/// When nothing is published of it, or there is no such figure; when parts do not sum to it; when a customer would be told
/// what is not its own.
pub async fn explain(workspace: &Workspace, job: &ExplainJob) -> Result<Explanation> {
    let publication = Publication::of_one(&workspace.output, &workspace.job.periods).await?;
    let period = publication.period;
    let mut month = workspace.published_month(&publication, job.parameters.clone()).await?;
    let is_asked = |name: &str| name.split_once('/').is_some_and(|(subject, _)| subject == job.subject);
    let questions: Vec<_> = month.questions.iter().filter(|question| is_asked(&question.name)).cloned().collect();
    if questions.is_empty() {
        return Err(Error::user(format!("there are no questions in `sql/explain/{}/`", job.subject))
            .hint("`apportion init` brings some"));
    }
    let (mut sections, mut foreign) = (Vec::new(), Vec::new());
    for question in questions {
        let file = question.name.rsplit('/').next().unwrap_or(&question.name);
        let name = file.trim_start_matches(|c: char| c.is_ascii_digit() || c == '_').to_owned();
        let is_foreign = name == FOREIGN;
        if is_foreign && !job.parameters.contains_key(AS_CUSTOMER) {
            continue;
        }
        let answer = month.ask(&question).await?;
        if is_foreign {
            foreign = rows::texts(&answer.batches)?.into_iter().flatten().flatten().collect();
        } else if answer.rows == 0 && sections.is_empty() {
            return Err(no_figure(job, period));
        } else {
            sections.push(Section { name, title: question.title.clone(), answer });
        }
    }
    // A split without a row is no split of anything but zero.
    check_sums(&sections)?;
    sections.retain(|section| section.answer.rows > 0);
    check_words(&sections, &foreign)?;
    let run_id = publication.newest().map(|run| run.run_id.clone()).unwrap_or_default();
    Ok(Explanation { period, run_id, sections })
}

fn no_figure(job: &ExplainJob, period: Period) -> Error {
    let asked = job.parameters.iter().filter(|(name, _)| *name != AS_CUSTOMER);
    let asked: Vec<String> = asked.map(|(name, value)| format!("{name} `{value}`")).collect();
    let of = match job.subject {
        "line" => "select line_item_id from line_item_costs limit 10",
        "commitment" => "select commitment_arn from commitments",
        "customer" => "select customer from statement_totals",
        _ => "select distinct account_id, service_code, category from account_costs",
    };
    Error::data(format!("there is no figure for {} in {period}", asked.join(", ")))
        .hint(format!("`apportion query \"{of}\"` lists what there is"))
}

/// Fails unless all parts of every section sum to the figure, to the last digit, in every currency.
fn check_sums(sections: &[Section]) -> Result<()> {
    let Some(first) = sections.first() else { return Ok(()) };
    let figure = sums(&first.answer, FIGURE)?;
    for section in sections.iter().filter(|section| section.is_split()) {
        let parts = sums(&section.answer, PART)?;
        let all = figure.keys().chain(parts.keys());
        let of = |sums: &BTreeMap<String, i128>, currency: &String| sums.get(currency).copied().unwrap_or_default();
        if let Some(currency) = all.into_iter().find(|currency| of(&figure, currency) != of(&parts, currency)) {
            let (figure, parts) = (fixed(of(&figure, currency), 10), fixed(of(&parts, currency), 10));
            return Err(Error::data(format!(
                "the parts of `{}` sum to {parts} {currency}, and the figure is {figure}",
                section.name
            ))
            .hint("a question that splits the figure must not leave out a part, nor count one twice"));
        }
    }
    Ok(())
}

/// The sums of `column` by currency, in units of its tenth digit.
fn sums(answer: &Answer, column: &str) -> Result<BTreeMap<String, i128>> {
    let mut sums = BTreeMap::new();
    let Ok(currency) = answer.schema.index_of(CURRENCY) else { return Err(no_amounts(column)) };
    by_row(answer, column, |cells, amount| {
        let currency = cells.into_iter().nth(currency).flatten().unwrap_or_default();
        *sums.entry(currency).or_insert(0) += amount;
    })?;
    Ok(sums)
}

/// Gives `take` the cells of each row, and its amount in `column`, in units of the tenth digit.
fn by_row(answer: &Answer, column: &str, mut take: impl FnMut(Vec<Option<String>>, i128)) -> Result<()> {
    for batch in &answer.batches {
        let amounts = batch.column_by_name(column).ok_or_else(|| no_amounts(column))?;
        if !matches!(amounts.data_type(), DataType::Decimal128(_, 10)) {
            return Err(Error::user(format!("`{column}` is {} and not decimal(28,10)", amounts.data_type())));
        }
        let amounts = amounts.as_primitive::<Decimal128Type>();
        for (row, cells) in rows::texts(std::slice::from_ref(batch))?.into_iter().enumerate() {
            take(cells, if amounts.is_null(row) { 0 } else { amounts.value(row) });
        }
    }
    Ok(())
}

fn no_amounts(column: &str) -> Error {
    Error::user(format!("an answer without the columns `{column}` and `{CURRENCY}`"))
        .hint("the first question of a figure gives `figure`, those that split it `part`, each beside `currency`")
}

/// Fails if a cell has one of the `foreign` words: an account id anywhere, a name or group as the whole of it.
fn check_words(sections: &[Section], foreign: &[String]) -> Result<()> {
    let is_id = |word: &str| word.len() == 12 && word.bytes().all(|byte| byte.is_ascii_digit());
    for section in sections {
        for cell in rows::texts(&section.answer.batches)?.into_iter().flatten().flatten() {
            let word = foreign.iter().find(|word| if is_id(word) { cell.contains(*word) } else { cell == **word });
            if let Some(word) = word {
                return Err(Error::data(format!(
                    "`{}` would tell a customer of `{word}`, which is another's",
                    section.name
                ))
                .hint("leave it out where `param('as_customer')` is given"));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
