//! The real binary against a bucket, with credentials that must not show up anywhere.

use std::path::{Path, PathBuf};
use std::process::Command;

use libtest_mimic::Failed;

use super::bucket::Bucket;
use crate::harness::{self, Outcome, Ran};
use crate::report;

pub(crate) const KEY_ID: &str = "AKIATESTSTESTSTESTS1";
pub(crate) const SECRET: &str = "secretOfTheTests0f6b1c7d9e2a4853";
pub(crate) const TOKEN: &str = "tokenOfTheTests7e4d2b9a1c6f8035";

/// What is in no output and no artifact: secrets, and what a signed URL or request has.
const UNSPEAKABLE: [&str; 6] = [SECRET, TOKEN, "X-Amz-Signature", "X-Amz-Credential", "AWS4-HMAC", "authorization"];

/// A project whose source and output are in a bucket.
pub(crate) struct Job {
    pub(crate) project: PathBuf,
    pub(crate) bucket: Bucket,
    endpoint: String,
    variables: Vec<(String, String)>,
}

impl Job {
    /// The project of `tests/killed.rs`, with its report in the bucket; `s3` are more lines below `s3:`.
    pub(crate) fn tiny(name: &str, s3: &str) -> Result<Self, Failed> {
        Self::tiny_in(Bucket::new()?, name, s3)
    }

    /// The same in a bucket that is there already.
    pub(crate) fn tiny_in(bucket: Bucket, name: &str, s3: &str) -> Result<Self, Failed> {
        let project = harness::folder(name)?;
        let cases = harness::repository().join("tests/projects");
        harness::copy(&cases.join("base"), &project)?;
        harness::copy(&cases.join("killed"), &project)?;
        let reports = harness::folder("report")?;
        harness::copy(&project.join("report"), &reports)?;
        report::make(&reports)?;
        let job = Self::of(project, bucket);
        job.bucket.upload(&reports, "report")?;
        job.configure(s3)?;
        Ok(job)
    }

    /// A project that is there already; the bucket is empty.
    pub(crate) fn of(project: PathBuf, bucket: Bucket) -> Self {
        let endpoint = format!("http://{}", bucket.server);
        let keys = [
            ("AWS_ACCESS_KEY_ID", KEY_ID),
            ("AWS_SECRET_ACCESS_KEY", SECRET),
            ("AWS_SESSION_TOKEN", TOKEN),
            ("AWS_REGION", "us-east-1"),
        ];
        let variables = keys.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        Self { project, bucket, endpoint, variables }
    }

    /// Writes `config.yaml` with more lines below `s3:`.
    pub(crate) fn configure(&self, s3: &str) -> Outcome {
        let (source, output) = (self.bucket.url("report"), self.bucket.url("out"));
        let text = format!(
            "name: tiny\ntarget: bucket\n\ntargets:\n  bucket:\n    source: {source}\n    output: {output}\n    \
             threads: 1\n    s3: {{ {s3} }}\n\nlayers: [staging, results]\n\nvars:\n  factor: 1\n  slow: false\n"
        );
        Ok(std::fs::write(self.project.join("config.yaml"), text)?)
    }

    /// Has requests go to `endpoint`, for instance to a proxy.
    pub(crate) fn by(mut self, endpoint: &str) -> Self {
        endpoint.clone_into(&mut self.endpoint);
        self
    }

    /// Sets a variable, or takes it away if `value` is empty.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.variables.retain(|(other, _)| other != name);
        if !value.is_empty() {
            self.variables.push((name.to_owned(), value.to_owned()));
        }
        self
    }

    /// A command of the binary that sees nothing of the machine's own AWS settings.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = harness::command(&self.project, args);
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("AWS_") {
                command.env_remove(name);
            }
        }
        command
            .env("HOME", &self.project)
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .envs((!self.endpoint.is_empty()).then_some(("AWS_ENDPOINT_URL_S3", &self.endpoint)))
            .envs(self.variables.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Runs the binary, and fails if anything it said or kept holds a secret.
    pub(crate) fn run(&self, args: &[&str]) -> Result<Ran, Failed> {
        let ran = harness::ran(args, self.command(args))?;
        discreet("stdout", ran.stdout.as_bytes())?;
        discreet("stderr", ran.stderr.as_bytes())?;
        self.kept_is_discreet()?;
        Ok(ran)
    }

    /// Fails if an artifact holds a secret.
    pub(crate) fn kept_is_discreet(&self) -> Outcome {
        let artifacts: &Path = &self.project.join("target");
        for (path, bytes) in harness::contents(artifacts)? {
            discreet(&path, &bytes)?;
        }
        Ok(())
    }
}

/// Fails if `bytes` hold a secret.
pub(crate) fn discreet(place: &str, bytes: &[u8]) -> Outcome {
    let text = String::from_utf8_lossy(bytes).to_lowercase();
    match UNSPEAKABLE.iter().find(|word| text.contains(&word.to_lowercase())) {
        Some(word) => Err(format!("{place} holds `{word}`\n{text}").into()),
        None => Ok(()),
    }
}
