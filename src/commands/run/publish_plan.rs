//! `publish`: what a plan has made becomes what readers see, without running again.

use std::collections::BTreeMap;

use super::publish::{publish, put_in_place, register};
use crate::common::error::{Error, Result};
use crate::common::period::{Period, Periods};
use crate::common::settings::Settings;
use crate::compile::{Compiled, hash};
use crate::planned_run::Workspace;
use crate::publish::{Lease, Plan, Publication, RunRecord, layout};

/// A period that was published.
#[derive(Debug)]
pub struct PublishedPlan {
    /// The period.
    pub period: Period,
    /// How many tables readers see now.
    pub tables: usize,
    /// What could not be tidied up after it.
    pub untidy: Option<Error>,
}

/// The run of the one plan that is kept.
///
/// # Errors
/// When there is none, or several.
pub async fn only_plan(workspace: &Workspace) -> Result<String> {
    let mut plans = Plan::all(&workspace.output, None).await?;
    plans.retain(|plan| !plan.is_old());
    if let Periods::Ranges(_) = workspace.job.periods {
        let present: Vec<Period> = plans.iter().map(|plan| plan.period).collect();
        let wanted = workspace.job.periods.pick(&present).unwrap_or_default();
        plans.retain(|plan| wanted.contains(&plan.period));
    }
    let runs: BTreeMap<&str, Vec<String>> = plans.iter().fold(BTreeMap::new(), |mut runs, plan| {
        runs.entry(plan.run.run_id.as_str()).or_insert_with(Vec::new).push(plan.period.to_string());
        runs
    });
    match Vec::from_iter(&runs).as_slice() {
        [(run_id, _)] => Ok((**run_id).to_owned()),
        [] => Err(Error::user("there is no plan").hint("`apportion plan` makes one; each is kept for a day")),
        several => {
            let error = Error::user(format!("there are {} plans: say which was looked at", several.len()));
            let named =
                several.iter().map(|(run_id, months)| format!("apportion publish {run_id} ({})", months.join(", ")));
            Err(named.fold(error, Error::hint))
        }
    }
}

/// The settings that were typed for the plan `run_id`, which its publication is held against.
///
/// # Errors
/// When there is no such plan, or the store does not answer.
pub async fn vars_of_plan(workspace: &Workspace, run_id: &str) -> Result<Settings> {
    Ok(plans(workspace, run_id).await?.first().map(|plan| plan.vars.clone()).unwrap_or_default())
}

/// Publishes what the plan `run_id` has made, of all its periods or of the wanted ones, each in one instant.
///
/// # Errors
/// When there is no such plan; when report, models, settings or seeds are others by now, or something else was published
/// in between: then that period, and those after it, stay as they are.
pub async fn publish_plan(workspace: &Workspace, run_id: &str) -> Result<Vec<PublishedPlan>> {
    let mut published = Vec::new();
    for plan in plans(workspace, run_id).await? {
        let mut lease = Lease::take(&workspace.output, plan.period, &workspace.job.run_id).await?;
        let done = publish_leased(workspace, &plan, &mut lease).await;
        lease.release().await;
        published.push(done.map_err(|error| error.while_doing(format!("publishing {}", plan.period)))?);
    }
    Ok(published)
}

/// The plans of the run, of the wanted periods.
async fn plans(workspace: &Workspace, run_id: &str) -> Result<Vec<Plan>> {
    let all = Plan::all(&workspace.output, None).await?;
    let names: Vec<&str> = all.iter().map(|plan| plan.run.run_id.as_str()).collect();
    if !names.contains(&run_id) {
        return Err(Error::user(format!("there is no plan `{run_id}`"))
            .did_you_mean(run_id, names)
            .hint("`apportion plan` makes one, and `apportion history` lists them; each is kept for a day"));
    }
    let of_run: Vec<Plan> = all.into_iter().filter(|plan| plan.run.run_id == run_id).collect();
    let periods: Vec<Period> = of_run.iter().map(|plan| plan.period).collect();
    let wanted = match &workspace.job.periods {
        Periods::Newest => periods,
        wanted => wanted.pick(&periods)?,
    };
    Ok(of_run.into_iter().filter(|plan| wanted.contains(&plan.period)).collect())
}

async fn publish_leased(workspace: &Workspace, plan: &Plan, lease: &mut Lease) -> Result<PublishedPlan> {
    let (output, period) = (&workspace.output, plan.period);
    if Publication::is_locked(output, period).await? {
        return Err(Publication::locked(output, period));
    }
    let compiled = check(workspace, plan, lease.publication()).await?;
    put_in_place(output, period, &plan.tables).await?;
    register(workspace, &compiled, period, &plan.tables).await?;
    publish(workspace, lease, Vec::new(), plan.tables.clone(), &plan.run, plan.accounts_changed).await?;
    // Readers see it: what cannot be tidied up now is the next run's to do.
    let tidied = match plan.remove(output).await {
        Ok(()) => lease.note_and_tidy().await,
        untidy => untidy,
    };
    Ok(PublishedPlan {
        period,
        tables: plan.tables.iter().filter(|table| !layout::is_step(&table.table)).count(),
        untidy: tidied.err(),
    })
}

/// Refuses a `plan` that is not what somebody has looked at any more; returns the project as it is compiled.
async fn check(workspace: &Workspace, plan: &Plan, published: &Publication) -> Result<Compiled> {
    let run_id = &plan.run.run_id;
    if plan.is_old() {
        return Err(Error::user(format!("the plan `{run_id}` is more than a day old")).hint("plan again"));
    }
    if !plan.is_on(published) {
        let now = published.newest().map_or("nothing", |run| run.run_id.as_str());
        return Err(Error::user(format!("{now} was published since `{run_id}` was planned"))
            .hint("what was looked at is not what would change: plan again"));
    }
    let delivered = workspace.delivered().await?;
    let compiled = workspace.compile_to_run(plan.period)?;
    let models = hash(&workspace.project, &compiled);
    let now = RunRecord { models, ..workspace.record(&delivered, plan.period, &plan.run.command)? };
    match plan.run.differences(&now).as_slice() {
        [] => Ok(compiled),
        parts => Err(Error::user(format!("{} of `{run_id}` are not those of now", parts.join(" and ")))
            .hint("what was planned is not what a run would make any more: plan again")),
    }
}
