//! From bucket to bucket as from folder to folder, however the bucket is told.

use std::path::Path;

use libtest_mimic::Trial;

use super::bucket::Bucket;
use super::job::{Job, KEY_ID, SECRET, TOKEN};
use crate::harness::{self, Outcome};
use crate::{determinism, published};

/// A trial for each way.
pub(crate) fn trials() -> Vec<Trial> {
    vec![
        Trial::test("s3::round_trip::same_tables_as_from_folder_to_folder", same_tables),
        Trial::test("s3::round_trip::endpoint_and_region_by_config", by_config),
        Trial::test("s3::round_trip::credentials_by_profile", by_profile),
        Trial::test("s3::round_trip::query_history_rollback_and_clean", commands),
        Trial::test("s3::round_trip::debug_names_a_missing_bucket", missing_bucket),
        Trial::test("s3::round_trip::no_credentials_are_said", no_credentials),
    ]
}

/// Fails unless the tables in the bucket are whole and of the run with `factor`.
pub(super) fn publishes(job: &Job, factor: i64) -> Outcome {
    match published::factor(&job.bucket.contents("out")?)? {
        Some(found) if found == factor => Ok(()),
        found => Err(format!("the factor of what is published is {found:?}, not {factor}").into()),
    }
}

fn same_tables() -> Outcome {
    let job = Job::of(harness::shipped_project("bucket")?, Bucket::new()?);
    job.bucket.upload(&determinism::sample("legacy")?, "report")?;
    let (source, output) = (job.bucket.url("report"), job.bucket.url("deep/out"));
    job.run(&["run", "--source", &source, "--output", &output])?.exits(0)?;
    determinism::same_as_plain(&published::results(&job.bucket.contents("deep/out")?)?)
}

fn by_config() -> Outcome {
    let job = Job::tiny("by-config", "")?.by("").with("AWS_REGION", "eu-central-1");
    let endpoint = format!("endpoint: 'http://{}'", job.bucket.server);
    job.configure(&endpoint)?;
    job.run(&["build"])?.exits(2)?.says("the bucket is in another region: set `s3: { region: ... }`")?;
    job.configure(&format!("{endpoint}, region: us-east-1, path_style: true"))?;
    job.run(&["build"])?.exits(0)?;
    publishes(&job, 1)
}

fn by_profile() -> Outcome {
    let job = Job::tiny("by-profile", "")?;
    let credentials = job.project.join("credentials");
    let keys = format!(
        "[billing]\naws_access_key_id = {KEY_ID}\naws_secret_access_key = {SECRET}\naws_session_token = {TOKEN}\n"
    );
    std::fs::write(&credentials, keys)?;
    let job = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"]
        .into_iter()
        .fold(job, |job, name| job.with(name, ""))
        .with("AWS_SHARED_CREDENTIALS_FILE", &shown(&credentials));
    job.run(&["build"])?.exits(2)?;
    let job = job.with("AWS_PROFILE", "billing");
    job.run(&["build"])?.exits(0)?;
    publishes(&job, 1)?;
    let job = job.with("AWS_PROFILE", "");
    job.configure("profile: billing")?;
    job.run(&["build", "--vars", "{factor: 2}"])?.exits(0)?;
    publishes(&job, 2)
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

fn commands() -> Outcome {
    let job = Job::tiny("commands", "")?;
    job.run(&["build"])?.exits(0)?;
    job.run(&["build", "--vars", "{factor: 2}"])?.exits(0)?;
    let asked = job.run(&["query", "select sum(amount) as total from costs"])?.exits(0)?;
    if !asked.stdout.contains("\n120.0000000000\n") {
        return Err(format!("the total is 120, but a reader finds\n{}", asked.stdout).into());
    }
    let history = job.run(&["history"])?.exits(0)?;
    if history.stdout.matches("2024-01").count() < 2 {
        return Err(format!("two publications should be listed\n{}", history.stdout).into());
    }
    job.run(&["rollback", "--period", "2024-01"])?.exits(0)?;
    publishes(&job, 1)?;
    job.run(&["clean"])?.exits(0)?;
    publishes(&job, 1)
}

fn missing_bucket() -> Outcome {
    let job = Job::tiny("missing-bucket", "")?;
    let text = std::fs::read_to_string(job.project.join("config.yaml"))?;
    std::fs::write(job.project.join("config.yaml"), text.replace(&job.bucket.name, "no-such-bucket"))?;
    let ran = job.run(&["debug"])?.exits(2)?;
    ran.says("cannot list `s3://no-such-bucket/report/`")?;
    ran.says("there is no bucket `no-such-bucket`")
}

fn no_credentials() -> Outcome {
    let job = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"]
        .into_iter()
        .fold(Job::tiny("no-credentials", "")?, |job, name| job.with(name, ""));
    let ran = job.run(&["build"])?.exits(2)?;
    ran.says("no credentials were found: set AWS_PROFILE or AWS_ACCESS_KEY_ID")
}
