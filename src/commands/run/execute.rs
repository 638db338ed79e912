//! Runs steps as soon as what they wait for has ended well, several at a time.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::task::{Id, JoinSet};
use tracing::{Instrument, Span};

use super::BuildJob;
use super::keep;
use super::outcome::{Event, Outcome, Progress, Status, StepKind};
use super::spans;
use super::steps::{Step, Task};
use crate::common::error::Error;
use crate::compile::{Materialization, Severity};
use crate::planned_run::PlannedRun;

/// How long a run that is to end early waits for its steps to let go, and for what runs elsewhere to hear of it.
const LEAVE: Duration = Duration::from_secs(2);
const HEAR: Duration = Duration::from_secs(10);

/// Runs all `steps`, at most `threads` at a time; what a failed step was needed for is skipped. Ends before the others
/// are done when the job is to stop.
pub(super) async fn execute(
    planned: &Arc<PlannedRun>,
    steps: Vec<Step>,
    job: &BuildJob,
    threads: usize,
    progress: &dyn Progress,
) -> Vec<Outcome> {
    let waiting = (0..steps.len()).collect();
    let mut run = Execution { planned, job, progress, steps, waiting, ended: BTreeMap::new(), outcomes: Vec::new() };
    let mut running: JoinSet<(usize, Outcome)> = JoinSet::new();
    let mut names: BTreeMap<Id, usize> = BTreeMap::new();
    loop {
        run.skip();
        while running.len() < threads.max(1)
            && let Some(index) = run.next_ready()
        {
            names.insert(run.start(index, &mut running), index);
        }
        let ended = tokio::select! {
            ended = running.join_next_with_id() => ended,
            () = job.stop.heard() => {
                let_go(planned, running).await;
                return run.outcomes;
            }
        };
        match ended {
            None => {
                run.give_up_the_rest();
                return run.outcomes;
            }
            Some(Ok((_, (index, outcome)))) => run.end(index, outcome),
            Some(Err(lost)) => {
                let index = names.get(&lost.id()).copied().unwrap_or_default();
                let error = Error::bug("the engine stopped in the middle of this step").caused_by(&lost);
                run.end(index, run.outcome(index, Status::Error(Box::new(error))));
            }
        }
    }
}

/// Lets go of steps where they next wait; should one not wait for long, it goes with the process.
async fn let_go(planned: &PlannedRun, mut running: JoinSet<(usize, Outcome)>) {
    let _ = tokio::time::timeout(HEAR, planned.executor.stop()).await;
    let _ = tokio::time::timeout(LEAVE, running.shutdown()).await;
    // What was started while the others were being stopped.
    let _ = tokio::time::timeout(HEAR, planned.executor.stop()).await;
}

struct Execution<'a> {
    planned: &'a Arc<PlannedRun>,
    job: &'a BuildJob,
    progress: &'a dyn Progress,
    steps: Vec<Step>,
    waiting: Vec<usize>,
    ended: BTreeMap<usize, bool>,
    outcomes: Vec<Outcome>,
}

impl Execution<'_> {
    /// The first waiting step whose conditions have all ended well.
    fn next_ready(&mut self) -> Option<usize> {
        let at = self.waiting.iter().position(|index| self.is_ready(*index))?;
        Some(self.waiting.remove(at))
    }

    fn is_ready(&self, index: usize) -> bool {
        self.steps[index].after.iter().all(|before| self.ended.get(before) == Some(&true))
    }

    /// Has a step run beside those that are `running`.
    fn start(&self, index: usize, running: &mut JoinSet<(usize, Outcome)>) -> Id {
        let (step, planned) = (self.steps[index].clone(), Arc::clone(self.planned));
        let failing_rows = self.job.failing_rows;
        self.progress.event(Event::StepStarted(&step.name));
        let month = Span::current();
        let work = async move {
            let span = spans::of_step(&month, &step.name, kind(&planned, step.task));
            let outcome = run_step(&planned, &step, failing_rows).instrument(span.clone()).await;
            spans::end_step(&span, &outcome);
            (index, outcome)
        };
        running.spawn_on(work, &self.job.steps).id()
    }

    /// Gives up every waiting step that waits for one that ended badly.
    fn skip(&mut self) {
        while let Some(at) = self.waiting.iter().position(|index| self.bad_before(*index).is_some()) {
            let index = self.waiting.remove(at);
            let because = self.bad_before(index).map(|bad| self.steps[bad].name.clone()).unwrap_or_default();
            self.end(index, self.outcome(index, Status::Skipped(because)));
        }
    }

    /// Steps that wait though nothing runs wait for each other, which nothing that is planned should do.
    fn give_up_the_rest(&mut self) {
        for index in std::mem::take(&mut self.waiting) {
            let error = Error::bug("this step waits for one that waits for it");
            self.end(index, self.outcome(index, Status::Error(Box::new(error))));
        }
    }

    fn bad_before(&self, index: usize) -> Option<usize> {
        self.steps[index].after.iter().find(|before| self.ended.get(before) == Some(&false)).copied()
    }

    fn end(&mut self, index: usize, outcome: Outcome) {
        self.ended.insert(index, !outcome.status.hinders());
        self.progress.event(Event::StepEnded(&outcome));
        self.outcomes.push(outcome);
    }

    fn outcome(&self, index: usize, status: Status) -> Outcome {
        let step = &self.steps[index];
        Outcome::new(&step.name, kind(self.planned, step.task), status)
    }
}

fn kind(planned: &PlannedRun, task: Task) -> StepKind {
    match task {
        Task::UnitTest(_) => StepKind::UnitTest,
        Task::DataTest(_) => StepKind::DataTest,
        Task::Model(index) => {
            let name = planned.compiled.order.get(index);
            let model = name.and_then(|name| planned.compiled.models.get(name));
            let is_table = model.is_some_and(|m| m.materialization == Materialization::Table);
            if is_table { StepKind::Table } else { StepKind::View }
        }
    }
}

async fn run_step(planned: &PlannedRun, step: &Step, failing_rows: usize) -> Outcome {
    let started = Instant::now();
    let mut outcome = Outcome::new(&step.name, kind(planned, step.task), Status::Success);
    let result = match step.task {
        Task::UnitTest(index) => unit_test(planned, index).await,
        Task::Model(_) => model(planned, &mut outcome).await,
        Task::DataTest(index) => data_test(planned, index, failing_rows, &mut outcome).await,
    };
    outcome.status = result.unwrap_or_else(|error| Status::Error(Box::new(error)));
    outcome.seconds = started.elapsed().as_secs_f64();
    outcome
}

async fn unit_test(planned: &PlannedRun, index: usize) -> Result<Status, Error> {
    let difference = planned.unit_test(&planned.compiled.unit_tests[index]).await?;
    Ok(difference.map_or(Status::Pass, |difference| Status::Differs(Box::new(difference))))
}

async fn model(planned: &PlannedRun, outcome: &mut Outcome) -> Result<Status, Error> {
    if outcome.kind == StepKind::Table {
        outcome.written = planned.write(planned.compiled.model(&outcome.name)?).await?;
    }
    Ok(Status::Success)
}

async fn data_test(
    planned: &PlannedRun,
    index: usize,
    failing_rows: usize,
    outcome: &mut Outcome,
) -> Result<Status, Error> {
    let test = &planned.compiled.data_tests[index];
    let answer = planned.select(&test.sql, failing_rows).await?;
    let count = answer.rows;
    if count == 0 {
        return Ok(Status::Pass);
    }
    let is_confined = planned.is_by_payer && keep::tells_payers(&answer.schema);
    outcome.wrong = Some(answer);
    if test.severity == Severity::Warn {
        return Ok(Status::Warn(count));
    }
    let payers = if is_confined { keep::payers_of(planned, planned.query_sql(&test.sql)).await? } else { None };
    Ok(payers.map_or(Status::Fail(count), |payers| Status::FailFor(count, payers)))
}
