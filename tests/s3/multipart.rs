//! A table too large for one request goes up in parts. Each part may fail and come again; what fails for good or is
//! stopped publishes nothing and leaves no parts behind, which nobody sees and AWS bills.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use arrow::array::AsArray;
use arrow::datatypes::Int64Type;
use libtest_mimic::{Failed, Trial};

use super::bucket::Bucket;
use super::job::Job;
use super::proxy::{Fault, Proxy, kinds};
use super::server::ask;
use crate::harness::{self, Outcome, say};
use crate::{published, report, rows};

/// Rows of the large table: of 48 bytes that do not compress each, so that it takes three parts.
const ROWS: i64 = 460_000;
/// The columns of the large table.
const COLUMNS: usize = 6;
const MODULUS: i64 = 2_147_483_647;
const SLOW_DOWN: Fault = Fault::Refused(503, "SlowDown");

/// A trial for each way in which an upload can go.
pub(crate) fn trials() -> Vec<Trial> {
    let mut trials = Vec::new();
    for (name, fault) in [("slow_down", SLOW_DOWN), ("reset", Fault::Reset), ("truncated", Fault::Truncated)] {
        let trial = move || passes(fault);
        trials.push(Trial::test(format!("s3::multipart::passing_{name}_in_the_middle_costs_time_only"), trial));
    }
    trials.push(Trial::test("s3::multipart::a_lost_answer_at_the_end_is_no_failure", lost));
    for kind in ["begin parts", "write a part", "complete parts"] {
        let name = kind.replace(' ', "_");
        let trial = move || lasts(kind);
        trials.push(Trial::test(format!("s3::multipart::unable_to_{name}_publishes_and_leaves_nothing"), trial));
    }
    trials.push(Trial::test("s3::multipart::large_objects_are_copied_in_parts", copied));
    trials.push(Trial::test("s3::multipart::sigterm_in_the_middle_leaves_nothing", stopped));
    trials
}

/// A project with one large table behind a proxy; nothing is published yet.
fn large(s3: &str) -> Result<(Job, Proxy), Failed> {
    let project = harness::folder("multipart")?;
    harness::copy(&harness::repository().join("tests/projects/base"), &project)?;
    let reports = harness::folder("report")?;
    harness::copy(&project.join("report"), &reports)?;
    report::make(&reports)?;
    std::fs::write(project.join("models/results/large.sql"), model())?;
    let job = Job::of(project, Bucket::new()?);
    job.bucket.upload(&reports, "report")?;
    job.configure(s3)?;
    let proxy = Proxy::before(job.bucket.server)?;
    Ok((job.by(&proxy.url()), proxy))
}

/// Numbers that look random: each is the square of the one before, plus `n`, modulo a prime.
fn model() -> String {
    let mut ctes = format!("with v0 as (select n, n as v0 from (select unnest(generate_series(1, {ROWS})) as n))");
    for index in 1..=2 * COLUMNS {
        let (before, columns) = (index - 1, (1..index).map(|i| format!("v{i}, ")).collect::<String>());
        ctes += &format!(
            ",\nv{index} as (select n, {columns}(v{before} * v{before} + n) % {MODULUS} as v{index} from v{before})"
        );
    }
    let wide = |column: usize| format!(", v{} * {} + v{} as x{column}", 2 * column - 1, MODULUS + 1, 2 * column);
    let columns: String = (1..=COLUMNS).map(wide).collect();
    let period = "'{{ var(\"billing_period\") }}' as billing_period";
    format!("{{{{ config(materialized='table') }}}}\n{ctes}\nselect {period}, n{columns} from v{}\n", 2 * COLUMNS)
}

/// Fails unless the large table is published, whole and correct.
fn is_whole(job: &Job) -> Outcome {
    let tables = published::tables(&job.bucket.contents("out")?)?;
    let table = tables.get("large/billing_period=2024-01").ok_or("the table is not published")?;
    let batch = rows::parse(&table.bytes)?;
    let column = |name: &str| -> Result<Vec<i64>, Failed> {
        let column = batch.column_by_name(name).ok_or_else(|| format!("there is no column `{name}`"))?;
        Ok(column.as_primitive::<Int64Type>().values().to_vec())
    };
    if column("n")? != (1..=ROWS).collect::<Vec<_>>() {
        return Err(format!("the table has {} rows, or others than it should", batch.num_rows()).into());
    }
    let columns = (1..=COLUMNS).map(|index| column(&format!("x{index}"))).collect::<Result<Vec<_>, _>>()?;
    for (row, n) in (1..=ROWS).enumerate() {
        let mut value = n;
        let mut next = || {
            value = (value * value + n) % MODULUS;
            value
        };
        for values in &columns {
            if values[row] != next() * (MODULUS + 1) + next() {
                return Err(format!("row {n} is not what it should be").into());
            }
        }
    }
    no_parts(job)
}

/// Fails if the server keeps parts of a table that was never completed.
fn no_parts(job: &Job) -> Outcome {
    let uploads = ask(job.bucket.server, &format!("GET /{}?uploads", job.bucket.name), "", "")?;
    if uploads.contains("<UploadId>") || !uploads.contains("ListMultipartUploadsResult") {
        return Err(format!("parts are left on the server: {uploads}").into());
    }
    Ok(())
}

/// The first two requests of each kind fail. Whether an upload was begun of which the answer was lost nobody can tell,
/// so beginning is only ever refused.
fn passes(fault: Fault) -> Outcome {
    let (job, proxy) = large("max_retries: 6")?;
    proxy.spoil(move |request, earlier| match request.kind() {
        "begin parts" if earlier < 2 => Some(SLOW_DOWN),
        "write a part" | "complete parts" if earlier < 2 => Some(fault),
        _ => None,
    });
    job.run(&["run"])?.exits(0)?;
    let (spoiled, seen) = (proxy.spoiled(), kinds(&proxy.seen()));
    say(&format!("{fault:?}: {spoiled} faults among {seen:?}"));
    let parts = seen.get("write a part").copied().unwrap_or_default();
    if spoiled < 5 || parts < 3 + 2 {
        return Err(format!("there were {spoiled} faults among {seen:?}").into());
    }
    is_whole(&job)
}

/// A result is copied to its place by the store, and the first request for a part fails.
fn copied() -> Outcome {
    let (job, proxy) = large("max_retries: 6, copy_part_size: 8MB")?;
    proxy.spoil(|request, earlier| (request.kind() == "copy" && earlier < 2).then_some(SLOW_DOWN));
    job.run(&["run"])?.exits(0)?;
    let copies: Vec<_> = proxy.seen().into_iter().filter(|request| request.kind() == "copy").collect();
    let parts = copies.iter().filter(|request| request.target.contains("partNumber=")).count();
    if parts < 3 || parts == copies.len() {
        return Err(format!("{parts} of {} copies were of parts", copies.len()).into());
    }
    is_whole(&job)?;
    no_parts(&job)
}

/// The server has completed the table, but the answer is lost, and of a second request it says that it knows no such
/// upload.
fn lost() -> Outcome {
    let (job, proxy) = large("max_retries: 6")?;
    proxy.spoil(|request, earlier| match (request.kind(), earlier) {
        ("complete parts", 0) => Some(Fault::Reset),
        ("complete parts", _) => Some(Fault::Refused(404, "NoSuchUpload")),
        _ => None,
    });
    job.run(&["run"])?.exits(0)?;
    if proxy.spoiled() < 2 {
        return Err("the answer was not asked for again".into());
    }
    is_whole(&job)
}

/// All requests of one kind fail, but the first part of the table.
fn lasts(kind: &'static str) -> Outcome {
    let (job, proxy) = large("max_retries: 1")?;
    proxy.spoil(move |request, earlier| {
        let is_meant = request.kind() == kind && (kind != "write a part" || earlier > 0);
        is_meant.then_some(SLOW_DOWN)
    });
    let ran = job.run(&["run"])?.exits(75)?;
    ran.says(&format!("cannot write `{}/runs/2024-01/", job.bucket.url("out")))?;
    ran.says("/large/1/00000.parquet`")?;
    ran.says("hint: S3 is too busy: run again later, or raise `max_retries`")?;
    ran.says("nothing was published")?;
    say(&format!("{kind}: {:?}\n{}", kinds(&proxy.seen()), ran.stderr));
    is_empty(&job)?;
    proxy.spoil(|_, _| None);
    job.run(&["run"])?.exits(0)?;
    is_whole(&job)
}

/// Fails if anything is published, or was left by a run.
fn is_empty(job: &Job) -> Outcome {
    // A claim leaves its mark in the object that names what is published, which is nothing.
    let (marks, left): (Vec<String>, Vec<String>) =
        job.bucket.keys("out")?.into_iter().partition(|key| key.starts_with("out/published_runs/"));
    let named = published::paths(&job.bucket.contents("out")?)?;
    if !left.is_empty() || marks.len() > 1 || !named.is_empty() {
        return Err(format!("the run left {left:?}, and {marks:?} name {named:?}").into());
    }
    no_parts(job)
}

/// SIGTERM while a part is on its way.
fn stopped() -> Outcome {
    let (job, proxy) = large("")?;
    proxy.spoil(|request, earlier| (request.kind() == "write a part" && earlier > 0).then_some(Fault::Stalled));
    let mut run = job.command(&["run"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
    let since = Instant::now();
    while kinds(&proxy.seen()).get("write a part").is_none_or(|parts| *parts < 2) {
        if run.try_wait()?.is_some() || since.elapsed() > Duration::from_secs(120) {
            return Err("no second part was written".into());
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    Command::new("kill").args(["-s", "TERM", &run.id().to_string()]).status()?;
    let status = run.wait()?;
    if status.code() != Some(143) {
        return Err(format!("the run ended with {status}").into());
    }
    is_empty(&job)
}
