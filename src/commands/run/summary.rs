//! The questions of `sql/summary/`: on the tables that a run has made, and on what changed since they were published.

use std::collections::BTreeSet;

use super::outcome::{Answered, Event, Progress};
use crate::common::error::{Error, Result};
use crate::compile::{Question, schema};
use crate::engine::{Answer, rows};
use crate::planned_run::PlannedRun;
use crate::project::PUBLISHED;
use crate::publish::Publication;
use crate::publish::layout;

/// The question of how many accounts really cost otherwise, in `sql/events/`.
const ACCOUNTS_CHANGED: &str = "accounts_changed";
/// How many rows of an answer are kept.
const ROWS: usize = 1_000;

/// The answers to all questions that do not look back; those without rows have nothing to say.
pub(super) async fn answers(planned: &PlannedRun) -> Result<Vec<Answered>> {
    let mut answers = Vec::new();
    for question in planned.compiled.summary.iter().filter(|question| looks_back_at(question).is_empty()) {
        let answer = planned.select(&question.sql, ROWS).await?;
        if answer.rows > 0 {
            answers.push(answered(question, answer));
        }
    }
    Ok(answers)
}

/// The answers to questions that read what was published before.
#[derive(Default)]
pub(super) struct Changes {
    /// Those of the summary; as above.
    pub(super) summary: Vec<Answered>,
    /// How many accounts really cost otherwise, if the project asks for it and it can be told.
    pub(super) accounts: Option<u64>,
}

/// What is another than it was published `before`.
///
/// It is told on the side: a question that cannot be answered, as the tables were others before, is a warning.
pub(super) async fn changes(
    planned: &PlannedRun,
    before: &Publication,
    has_events: bool,
    progress: &dyn Progress,
) -> Result<Changes> {
    let mut changes = Changes::default();
    let Some(run) = before.newest() else { return Ok(changes) };
    let mut known = BTreeSet::new();
    let of_summary = planned.compiled.summary.iter().filter(|question| !looks_back_at(question).is_empty());
    let of_events = planned.compiled.counts.iter().filter(|count| has_events && count.name == ACCOUNTS_CHANGED);
    for (question, is_count) in of_summary.map(|one| (one, false)).chain(of_events.map(|one| (one, true))) {
        match compare(planned, question, before, &mut known).await {
            Ok(answer) if is_count => changes.accounts = count(&answer)?,
            Ok(answer) if answer.rows == 0 => {}
            Ok(answer) => changes.summary.push(answered(question, answer)),
            Err(error) => progress.event(Event::Warning(format!(
                "cannot answer `{}` from what run {} has published: {}",
                question.sql.file.path,
                run.run_id,
                error.to_string().trim_start_matches("error: ")
            ))),
        }
    }
    Ok(changes)
}

/// How many accounts really cost otherwise than was published `before`, if the project asks for it and it can be told.
pub(super) async fn accounts_changed(
    planned: &PlannedRun,
    before: &Publication,
    known: &mut BTreeSet<String>,
) -> Result<Option<u64>> {
    match planned.compiled.counts.iter().find(|question| question.name == ACCOUNTS_CHANGED) {
        Some(question) => count(&compare(planned, question, before, known).await?),
        None => Ok(None),
    }
}

/// The one number that a question was answered with, if it was.
fn count(answer: &Answer) -> Result<Option<u64>> {
    let cell = rows::texts(&answer.batches)?.into_iter().next().and_then(|row| row.into_iter().next().flatten());
    Ok(cell.and_then(|text| text.parse().ok()))
}

pub(super) fn answered(question: &Question, answer: Answer) -> Answered {
    Answered { name: question.name.clone(), title: question.title.clone(), answer }
}

/// The published tables that `question` reads.
fn looks_back_at(question: &Question) -> Vec<&str> {
    let sources = question.sql.sources.iter().filter(|(source, _)| source == PUBLISHED);
    sources.map(|(_, table)| table.as_str()).collect()
}

/// Asks `question`; tables that are not `known` yet are looked up among those published `before`.
pub(super) async fn compare(
    planned: &PlannedRun,
    question: &Question,
    before: &Publication,
    known: &mut BTreeSet<String>,
) -> Result<Answer> {
    for table in looks_back_at(question) {
        if known.contains(table) {
            continue;
        }
        let model = planned.compiled.models.get(table);
        let names: Vec<&str> = model.map_or_else(|| vec![table], |model| model.names().collect());
        let found = before.tables().find(|published| names.contains(&layout::name(&published.table)));
        let declared = schema(model.iter().flat_map(|model| &model.columns));
        let relation = format!("{PUBLISHED}.{table}");
        match (found, model) {
            (Some(found), _) => planned.add_published(&relation, &declared, &found.paths(before.period)).await?,
            // It is new: it had no rows.
            (None, Some(_)) if !declared.fields().is_empty() => planned.add_nothing(&relation, declared).await?,
            (None, _) => return Err(Error::data(format!("there was no table `{table}`"))),
        }
        known.insert(table.to_owned());
    }
    planned.select(&question.sql, ROWS).await
}
