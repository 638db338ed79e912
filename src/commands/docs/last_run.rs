//! What the last run left in `run_results.json`.

use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::path::Path;

use serde::Deserialize;

use crate::common::error::{Error, Place, Result};
use crate::pages::{LastRun, Verdict};

const FILE: &str = "run_results.json";

/// The results of the last run, of which some parts are read.
#[derive(Debug, Deserialize)]
pub(super) struct RunResults {
    metadata: Metadata,
    args: Arguments,
    elapsed_time: f64,
    results: Vec<RunResult>,
}

#[derive(Debug, Deserialize)]
struct Metadata {
    invocation_id: String,
}

#[derive(Debug, Deserialize)]
struct Arguments {
    which: String,
}

#[derive(Debug, Deserialize)]
struct RunResult {
    unique_id: String,
    status: String,
    execution_time: f64,
    adapter_response: Response,
}

#[derive(Debug, Deserialize)]
struct Response {
    /// Runs of earlier versions have it elsewhere.
    #[serde(default)]
    billing_period: String,
    #[serde(default)]
    rows_affected: u64,
}

impl RunResults {
    /// Those in the `folder` of artifacts, if anything ran.
    ///
    /// # Errors
    /// When the file is there and cannot be read.
    pub(super) fn read(folder: &Path) -> Result<Option<Self>> {
        let path = folder.join(FILE);
        let text = match std::fs::read(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(Error::io("read", &path, &error)),
        };
        serde_json::from_slice(&text).map(Some).map_err(|error| {
            Error::data("the results of the last run cannot be read")
                .at(Place::file(&path))
                .caused_by(&error)
                .hint("remove the file, or run `apportion build` again")
        })
    }

    /// The run as a whole.
    pub(super) fn run(&self) -> LastRun {
        let periods: BTreeSet<&str> =
            self.results.iter().map(|result| result.adapter_response.billing_period.as_str()).collect();
        LastRun {
            run_id: self.metadata.invocation_id.clone(),
            command: self.args.which.clone(),
            periods: periods.into_iter().filter(|period| !period.is_empty()).map(str::to_owned).collect(),
            seconds: self.elapsed_time,
        }
    }

    /// How the step `name` of a `kind` ended, in the last of the months.
    pub(super) fn of(&self, kind: &str, name: &str) -> Option<Verdict> {
        let is_asked = |id: &str| {
            let mut words = id.splitn(3, '.');
            words.next() == Some(kind) && words.nth(1) == Some(name)
        };
        let result = self.results.iter().rfind(|result| is_asked(&result.unique_id))?;
        Some(Verdict {
            status: result.status.clone(),
            seconds: result.execution_time,
            rows: result.adapter_response.rows_affected,
        })
    }
}
