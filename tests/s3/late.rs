//! What it costs in a bucket to look for closed months that have changed.

use libtest_mimic::{Failed, Trial};

use super::bucket::Bucket;
use super::job::Job;
use super::proxy::{Proxy, Request};
use crate::harness::{self, Outcome};
use crate::report;

pub(crate) fn trials() -> Vec<Trial> {
    vec![Trial::test("s3::late::looking_costs_one_request_for_each_month", looking)]
}

/// A job with three months in the bucket, all published.
fn published() -> Result<Job, Failed> {
    let project = harness::folder("months")?;
    harness::copy(&harness::repository().join("tests/projects/base"), &project)?;
    let reports = harness::folder("reports")?;
    for month in 1..=3 {
        let folder = reports.join(format!("BILLING_PERIOD=2024-{month:02}"));
        harness::copy(&project.join("report/BILLING_PERIOD=2024-01"), &folder)?;
    }
    report::make(&reports)?;
    let job = Job::of(project, Bucket::new()?);
    job.bucket.upload(&reports, "report")?;
    job.configure("")?;
    job.run(&["build", "--period", "2024-01..2024-03"])?.exits(0)?;
    Ok(job)
}

fn looking() -> Outcome {
    let job = published()?;
    let proxy = Proxy::before(job.bucket.server)?;
    let job = job.by(&proxy.url());
    let asked = |args: &[&str]| -> Result<Vec<Request>, Failed> {
        proxy.spoil(|_, _| None);
        job.run(args)?.exits(0)?.says("nothing to do")?;
        Ok(proxy.seen())
    };
    let (named, looking) = (asked(&["build", "--period", "2024-03"])?, asked(&["build"])?);
    let kinds = |requests: &[Request], kind: &str| requests.iter().filter(|request| request.kind() == kind).count();
    let more = |kind: &str| kinds(&looking, kind) - kinds(&named, kind);
    let (lists, months) = (more("list"), more("read what is published"));
    if (lists, months, looking.len() - named.len()) != (1, 2, 3) {
        return Err(format!("looking for two closed months took {lists} lists and {months} objects").into());
    }
    let changed = looking.iter().find(|request| request.target.contains("/report/BILLING_PERIOD=2024-01"));
    if let Some(request) = changed {
        return Err(format!("a month that has not changed was read: {}", request.target).into());
    }
    let file = job.bucket.get("report/BILLING_PERIOD=2024-03/lines.parquet")?.ok_or("there is no report")?;
    job.bucket.put("report/BILLING_PERIOD=2024-01/more.parquet", file)?;
    let ran = job.run(&["build"])?.exits(0)?;
    ran.says("2024-01: the report has changed since run 2")?;
    ran.says("2024-01: 2 files of the report")
}
