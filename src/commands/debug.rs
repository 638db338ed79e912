//! `debug`: checks one after the other what a run needs, and says what is wrong.

use object_store::{ObjectStoreExt, PutPayload};

use crate::common::count::count;
use crate::common::error::Result;
use crate::common::period::{Period, Periods};
use crate::cur::Bill;
use crate::cur::{Delivery, Report};
use crate::engine::{gigabytes, usual_memory};
use crate::planned_run::{PlannedRun, WantedReport, Workspace};
use crate::publish::PRIVATE;
use crate::storage::Access;

/// How many payers are named where many are meant.
const NAMED: usize = 3;

/// A check with what it found.
#[derive(Debug)]
pub struct Check {
    /// What was checked.
    pub name: &'static str,
    /// What was found.
    pub found: Result<String>,
}

/// All checks, in order; one that fails does not stop those that do not depend on it.
pub async fn debug(workspace: &Workspace) -> Vec<Check> {
    let project = format!(
        "{}, {}, {} in `{}`",
        count(workspace.project.models.len() as u64, "model"),
        count(workspace.project.seeds.len() as u64, "seed"),
        count(workspace.project.sources.len() as u64, "source"),
        workspace.project.root.display()
    );
    let mut checks = vec![
        Check { name: "project", found: Ok(project) },
        Check { name: "target", found: Ok(format!("{} ({})", workspace.target, workspace.dialect.name())) },
        Check { name: "engine", found: workspace.engine().await },
        Check { name: "limits", found: Ok(limits(workspace)) },
    ];
    match workspace.report().await {
        Ok(found) => {
            checks.push(Check { name: "source", found: Ok(source(workspace, &found)) });
            checks.extend(of_report(workspace, found).await);
        }
        Err(error) => checks.push(Check { name: "source", found: Err(error) }),
    }
    checks.push(Check { name: "output", found: writable(workspace).await });
    checks
}

fn source(workspace: &Workspace, WantedReport { report, wanted, .. }: &WantedReport) -> String {
    let bytes: u64 = report.files.iter().map(|file| file.object.size).sum();
    let names: Vec<String> = wanted.iter().map(ToString::to_string).collect();
    format!(
        "{}, {} in `{}`; wanted: {}",
        count(report.files.len() as u64, "file"),
        count(bytes, "byte"),
        workspace.source.name,
        names.join(", ")
    )
}

/// Whether what was found can be run on.
async fn of_report(workspace: &Workspace, found: WantedReport) -> Vec<Check> {
    let mut checks = restatements(workspace, &found).await;
    let WantedReport { report, wanted, .. } = found;
    checks.extend(deliveries(&report, &wanted));
    for period in wanted {
        let planned = PlannedRun::prepare(workspace, &report, period).await;
        checks.extend(bills(workspace, &report, period).await);
        if let Ok(planned) = &planned {
            let lost = planned.without.iter().map(|words| Check { name: "column", found: Ok(words.clone()) });
            checks.extend(lost);
        }
        let found = planned.map(|planned| {
            let columns = planned.planner.source_columns_read().map_or(0, |columns| columns.len());
            format!("{period}: all models planned, {columns} source columns read")
        });
        checks.push(Check { name: "models", found });
    }
    checks
}

/// How much of the machine may be used, and who says so.
fn limits(workspace: &Workspace) -> String {
    let target = workspace.project.config.target(&workspace.target).ok();
    let memory = match workspace.limits.memory {
        Some(bytes) => {
            let is_set = workspace.job.memory_limit.is_none() && target.is_some_and(|t| t.memory_limit.is_some());
            format!("memory {} ({})", gigabytes(bytes as u64), set_by(is_set, "memory_limit"))
        }
        None => {
            let (bytes, from) = usual_memory();
            format!("memory {} ({from})", gigabytes(bytes as u64))
        }
    };
    let threads = match workspace.limits.threads {
        Some(threads) => {
            let is_set = workspace.job.threads.is_none() && target.is_some_and(|t| t.threads.is_some());
            format!("{} ({})", count(threads as u64, "thread"), set_by(is_set, "threads"))
        }
        None => {
            let cores = std::thread::available_parallelism().map_or(1, usize::from);
            format!("{} (as many as there are cores)", count(cores as u64, "thread"))
        }
    };
    format!("{memory}, {threads}")
}

/// Who has set `key`: the target, or the command line.
fn set_by(is_of_target: bool, key: &str) -> String {
    if is_of_target { format!("`{key}` of the target") } else { format!("--{}", key.replace('_', "-")) }
}

/// The closed months that a run looks at besides the newest. An output that cannot be read is a check of its own.
async fn restatements(workspace: &Workspace, found: &WantedReport) -> Vec<Check> {
    if workspace.job.periods != Periods::Newest {
        return Vec::new();
    }
    let restatements = workspace.restatements(found).await.unwrap_or_default();
    restatements.iter().map(|restatement| Check { name: "late", found: Ok(restatement.to_string()) }).collect()
}

/// What the manifests of the report say of `periods`.
fn deliveries(report: &Report, periods: &[Period]) -> Vec<Check> {
    let delivered = periods.iter().filter_map(|period| {
        let Delivery { manifest, id, .. } = report.manifest(*period)?;
        let id = if id.is_empty() { String::new() } else { format!(", delivery {id}") };
        Some(format!("{period}: {} by `{manifest}`{id}", count(report.files_of(*period).ok()?.len() as u64, "file")))
    });
    let words = delivered.chain(report.remarks(periods));
    words.map(|words| Check { name: "delivery", found: Ok(words) }).collect()
}

/// What each folder of the report holds of `period`, and whether it can be added up.
async fn bills(workspace: &Workspace, report: &Report, period: Period) -> Vec<Check> {
    let mut found = Vec::new();
    let added = add_bills(workspace, report, period, &mut found).await;
    found.extend(added.err().map(Err));
    found.into_iter().map(|found| Check { name: "bill", found }).collect()
}

async fn add_bills(
    workspace: &Workspace,
    report: &Report,
    period: Period,
    found: &mut Vec<Result<String>>,
) -> Result<()> {
    let planner = workspace.planner()?;
    let files = workspace.bills(report, period)?;
    let bills = planner.bills(&files).await?;
    found.extend(bills.iter().map(|bill| Ok(told(bill, period))));
    planner.check_bills(&files).await
}

/// `2026-10: `a/b` (legacy CUR), 3 rows, payer 111111111111, 3.0000000000 in all, open`
fn told(bill: &Bill, period: Period) -> String {
    let mut parts = vec![format!("{period}: {}", bill.name), count(bill.rows, "row")];
    match bill.payers.split_at(bill.payers.len().min(NAMED)) {
        ([], _) => {}
        ([one], _) => parts.push(format!("payer {one}")),
        (some, []) => parts.push(format!("payers {}", some.join(" "))),
        (some, more) => parts.push(format!("payers {} and {} more", some.join(" "), more.len())),
    }
    parts.extend(bill.total.as_ref().map(|total| format!("{total} in all")));
    parts.extend(
        bill.is_open.map(|is_open| if is_open { "open: no line has an invoice id" } else { "invoiced" }.into()),
    );
    parts.join(", ")
}

async fn writable(workspace: &Workspace) -> Result<String> {
    let probe = format!("{PRIVATE}/{}/probe", workspace.job.run_id);
    let path = workspace.output.path(&probe);
    let put = workspace.output.store.put(&path, PutPayload::from_static(b"apportion")).await;
    put.map_err(|error| workspace.output.refused(Access::Write, &path, &error))?;
    workspace.output.remove(&format!("{PRIVATE}/{}", workspace.job.run_id)).await?;
    Ok(format!("`{}` can be written", workspace.output.name))
}
