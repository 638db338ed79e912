//! What happened to each model and test.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};

use super::plan::Planned;
use crate::common::error::Error;
use crate::common::period::Period;
use crate::compile::Compiled;
use crate::engine::{Answer, QueryCost, Written};
use crate::planned_run::{Difference, Restatement};

/// What was run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepKind {
    /// A model that is written.
    Table,
    /// A model that is put into its readers.
    View,
    /// A select of wrong rows.
    DataTest,
    /// A model on rows given by hand.
    UnitTest,
}

impl StepKind {
    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::View => "view",
            Self::DataTest => "test",
            Self::UnitTest => "unit test",
        }
    }
}

/// How it ended.
#[derive(Debug, Clone)]
pub enum Status {
    /// A model was run.
    Success,
    /// A test found nothing wrong.
    Pass,
    /// A test of severity `warn` found wrong rows.
    Warn(u64),
    /// A test found wrong rows.
    Fail(u64),
    /// A test found wrong rows of these payers alone, who keep what was published before.
    FailFor(u64, Vec<String>),
    /// A unit test's rows were others.
    Differs(Box<Difference>),
    /// It could not be run.
    Error(Box<Error>),
    /// Something it needs did not end well.
    Skipped(String),
}

impl Status {
    /// dbt's word for it.
    pub(super) fn word(&self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Pass => "pass",
            Self::Warn(_) => "warn",
            Self::Fail(_) | Self::FailFor(..) | Self::Differs(_) => "fail",
            Self::Error(_) => "error",
            Self::Skipped(_) => "skipped",
        }
    }

    /// Whether the run has not succeeded because of it.
    pub fn is_bad(&self) -> bool {
        !matches!(self, Self::Success | Self::Pass | Self::Warn(_))
    }

    /// Whether nothing that needs it is run, and nothing is published.
    pub(super) fn hinders(&self) -> bool {
        self.is_bad() && !matches!(self, Self::FailFor(..))
    }
}

/// A model or test with how it ended.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: StepKind,
    /// How it ended.
    pub status: Status,
    /// What was written of a table.
    pub written: Written,
    /// How long it took.
    pub seconds: f64,
    /// Some of the wrong rows that a test found.
    pub wrong: Option<Answer>,
}

impl Outcome {
    /// A step that has not run: no rows, no time.
    pub(super) fn new(name: &str, kind: StepKind, status: Status) -> Self {
        let name = name.to_owned();
        Self { name, kind, status, written: Written::default(), seconds: 0.0, wrong: None }
    }
}

/// What happened in one billing period.
#[derive(Debug, Clone)]
pub struct PeriodReport {
    /// The period.
    pub period: Period,
    /// The project as it was compiled, if it came to that.
    pub compiled: Option<Arc<Compiled>>,
    /// Every step, in the order in which they ended.
    pub outcomes: Vec<Outcome>,
    /// How many tables were published.
    pub published: usize,
    /// The payers whose rows in them are those that were published before.
    pub kept_payers: Vec<String>,
    /// Why nothing was run, if nothing was.
    pub idle: Option<Idle>,
    /// What kept it from being run to its end, if anything did.
    pub error: Option<Error>,
    /// The summary's questions and answers.
    pub summary: Vec<Answered>,
    /// How many accounts really cost otherwise than as published before, if that was asked for and can be told.
    pub accounts_changed: Option<u64>,
    /// In what it differs from what is published, if it was planned.
    pub planned: Option<Planned>,
    /// When AWS wrote the newest file of the report, if there is one.
    pub delivered_at: Option<DateTime<Utc>>,
    /// How long it took.
    pub seconds: f64,
    /// What it cost, if somebody else ran the queries.
    pub cost: Option<QueryCost>,
}

/// Why a period needs no run.
#[derive(Debug, Clone)]
pub enum Idle {
    /// The run of this name is published and would come out the same.
    Published(String),
    /// What was asked for is what is modified, and nothing is since the run of this name.
    Unmodified(String),
    /// Somebody has brought the run `to` back, in place of a run that would come out the same as this one.
    RolledBack {
        /// The run that readers saw before.
        from: String,
        /// The run that readers see.
        to: String,
    },
    /// A run that was the same has failed.
    Failed {
        /// That run.
        run: String,
        /// Whether it ended in an error, and not only in failed tests.
        is_broken: bool,
        /// What failed.
        steps: String,
    },
}

/// A question of the summary with its answer.
#[derive(Debug, Clone)]
pub struct Answered {
    /// The name of its file, without the ending.
    pub name: String,
    /// The heading.
    pub title: String,
    /// The answer.
    pub answer: Answer,
}

impl PeriodReport {
    /// The report of a `period` of which nothing has happened yet.
    pub(super) fn of(period: Period) -> Self {
        Self {
            period,
            compiled: None,
            outcomes: Vec::new(),
            published: 0,
            kept_payers: Vec::new(),
            idle: None,
            error: None,
            summary: Vec::new(),
            accounts_changed: None,
            planned: None,
            delivered_at: None,
            seconds: 0.0,
            cost: None,
        }
    }

    /// How many rows were written.
    pub fn rows(&self) -> u64 {
        self.outcomes.iter().map(|outcome| outcome.written.rows).sum()
    }

    /// Whether nothing hinders that it is published.
    pub(super) fn is_whole(&self) -> bool {
        self.outcomes.iter().all(|outcome| !outcome.status.hinders())
    }
}

/// Something that a watcher may want to say.
#[derive(Debug)]
pub enum Event<'a> {
    /// A period begins.
    Started {
        /// The period.
        period: Period,
        /// How many files of the report are read.
        files: usize,
        /// How many models and tests will be run.
        steps: usize,
    },
    /// A model or test begins.
    StepStarted(&'a str),
    /// A model or test has ended.
    StepEnded(&'a Outcome),
    /// A closed month has changed.
    Restatement(&'a Restatement),
    /// `log(..., info=true)` in a template.
    Said(String),
    /// Something to know that is no error.
    Warning(String),
}

/// Whoever wants to see a build happen.
pub trait Progress: Send + Sync {
    /// Called when something happens, from one thread.
    fn event(&self, event: Event<'_>);
}

/// Passes on what it is told, but no warning again: what is so of a report is mostly so of each of its periods.
pub(super) struct WarnsOnce<'a> {
    progress: &'a dyn Progress,
    warned: Mutex<BTreeSet<String>>,
}

impl<'a> WarnsOnce<'a> {
    pub(super) fn new(progress: &'a dyn Progress) -> Self {
        Self { progress, warned: Mutex::default() }
    }
}

impl Progress for WarnsOnce<'_> {
    fn event(&self, event: Event<'_>) {
        if let Event::Warning(words) = &event {
            let mut warned = self.warned.lock().unwrap_or_else(PoisonError::into_inner);
            if !warned.insert(words.clone()) {
                return;
            }
        }
        self.progress.event(event);
    }
}
