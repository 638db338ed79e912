//! The questions of `sql/summary/`: on the tables that a run has made, and on what changed since they were published.

use std::collections::BTreeSet;

use super::outcome::{Answered, Event, Progress};
use crate::common::error::{Error, Result};
use crate::compile::{Question, schema};
use crate::engine::Answer;
use crate::planned_run::PlannedRun;
use crate::project::PUBLISHED;
use crate::publish::Publication;
use crate::publish::layout;

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

/// The answers to the questions that read what was published `before`; as above.
///
/// They are told on the side: one that cannot be answered, as the tables were others before, is a warning.
pub(super) async fn changes(
    planned: &PlannedRun,
    before: &Publication,
    progress: &dyn Progress,
) -> Result<Vec<Answered>> {
    let mut answers = Vec::new();
    let Some(run) = before.newest() else { return Ok(answers) };
    let mut known = BTreeSet::new();
    for question in planned.compiled.summary.iter().filter(|question| !looks_back_at(question).is_empty()) {
        match compare(planned, question, before, &mut known).await {
            Ok(answer) if answer.rows == 0 => {}
            Ok(answer) => answers.push(answered(question, answer)),
            Err(error) => progress.event(Event::Warning(format!(
                "cannot answer `{}` from what run {} has published: {}",
                question.sql.file.path,
                run.run_id,
                error.to_string().trim_start_matches("error: ")
            ))),
        }
    }
    Ok(answers)
}

fn answered(question: &Question, answer: Answer) -> Answered {
    Answered { name: question.name.clone(), title: question.title.clone(), answer }
}

/// The published tables that `question` reads.
fn looks_back_at(question: &Question) -> Vec<&str> {
    let sources = question.sql.sources.iter().filter(|(source, _)| source == PUBLISHED);
    sources.map(|(_, table)| table.as_str()).collect()
}

/// Asks `question`; tables that are not `known` yet are looked up among those published `before`.
async fn compare(
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
        let found = found.ok_or_else(|| Error::data(format!("there was no table `{table}`")))?;
        let declared = schema(model.iter().flat_map(|model| &model.columns));
        planned.add_published(&format!("{PUBLISHED}.{table}"), &declared, &found.paths(before.period)).await?;
        known.insert(table.to_owned());
    }
    planned.select(&question.sql, ROWS).await
}
