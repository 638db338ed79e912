//! What Athena says, in apportion's words: of requests that it refuses, and of queries that fail.

use std::error::Error as StdError;

use aws_sdk_athena::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_athena::types::{QueryExecution, QueryExecutionState as State};

use super::statement::Statement;
use crate::common::athena::AthenaOptions;
use crate::common::error::{Error, ErrorKind};
use crate::engine::QueryCost;
use crate::storage::{credentials_cure, cure, words_of_aws};

/// Error types of a query for which Athena had too little of something
/// (<https://docs.aws.amazon.com/athena/latest/ug/error-reference.html>).
const EXHAUSTED: std::ops::RangeInclusive<i32> = 0..=8;
/// Whose fault an error is: Athena's own.
const SYSTEM: i32 = 1;

/// Why a query came to nothing.
#[derive(Debug)]
pub(super) enum Failure {
    /// It may go well when it is run again, and has cost this.
    Passing(Error, QueryCost),
    /// Athena had too little of something, and would have again.
    Exhausted(Error),
    /// It would fail again.
    Final(Error),
}

impl Failure {
    /// The error, whatever is to be done about it.
    pub(super) fn error(self) -> Error {
        match self {
            Self::Passing(error, _) | Self::Exhausted(error) | Self::Final(error) => error,
        }
    }
}

/// Fails if the `ended` query has not succeeded.
pub(super) fn of_execution(
    ended: &QueryExecution,
    statement: &Statement,
    options: &AthenaOptions,
    cost: QueryCost,
) -> Result<(), Failure> {
    let status = ended.status();
    let state = status.and_then(|status| status.state());
    if state == Some(&State::Succeeded) {
        return Ok(());
    }
    let reason = status.and_then(|status| status.state_change_reason()).unwrap_or_default();
    let told = status.and_then(|status| status.athena_error());
    let scanned = ended.statistics().and_then(|told| told.data_scanned_in_bytes).unwrap_or_default();
    let subject = &statement.subject;
    let id = ended.query_execution_id().unwrap_or_default();
    if state == Some(&State::Cancelled) {
        let error = Error::environment(format!("{subject} was cancelled on Athena")).caused_by(&reason);
        let is_cutoff = reason.to_lowercase().contains("bytes scanned limit");
        return Err(Failure::Final(if is_cutoff {
            error.hint(format!(
                "it had scanned {scanned} bytes: raise `BytesScannedCutoffPerQuery` of the workgroup `{}`",
                options.workgroup
            ))
        } else {
            error.hint(format!("somebody stopped the query {id}; run again"))
        }));
    }
    let is_exhausted = told.is_some_and(|told| told.error_type.is_some_and(|kind| EXHAUSTED.contains(&kind)))
        || reason.to_lowercase().contains("exhausted resources");
    let error = Error::environment(format!("{subject} failed on Athena")).caused_by(&reason);
    if is_exhausted {
        return Err(Failure::Exhausted(
            Error::environment(format!("Athena does not have the resources for {subject}"))
                .caused_by(&reason)
                .hint(format!("it had scanned {scanned} bytes when it was given up (query {id})"))
                .hint("have it read or hold less: a table of a view that it reads, or a window with more partitions"),
        ));
    }
    let is_passing = told.is_some_and(|told| told.error_category == Some(SYSTEM) && told.retryable);
    Err(if is_passing {
        Failure::Passing(error.of_kind(ErrorKind::Later).hint("such errors usually pass: run again"), cost)
    } else {
        Failure::Final(error.of_kind(ErrorKind::User).hint(format!("the query is {id} in Athena's history")))
    })
}

/// What to say of a request for `action` that Athena refused.
pub(super) fn of_request<E>(action: &str, error: &SdkError<E>, options: &AthenaOptions) -> Error
where
    E: ProvideErrorMetadata + StdError + 'static,
{
    let said = words_of_aws(error.code(), error.message(), error);
    let plain = Error::environment(format!("Athena refused {action}")).caused_by(&said);
    let workgroup = &options.workgroup;
    match error.code() {
        Some("AccessDeniedException") => plain.hint(format!("allow `athena:{action}` on the workgroup `{workgroup}`")),
        Some("MetadataException") if said.contains("not authorized to perform") => {
            plain.hint("allow what it names on the database and its tables: docs/permissions.md has all rights")
        }
        Some("InvalidRequestException" | "ResourceNotFoundException" | "MetadataException") => plain
            .of_kind(ErrorKind::User)
            .hint("check `athena:` of the target in `config.yaml`: workgroup, database and results"),
        code => match credentials_cure(code, &said) {
            Some(cure) => plain.hint(cure),
            None => plain.of_kind(ErrorKind::Later).hint(cure(&said)),
        },
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_athena::types::{AthenaError, QueryExecutionStatistics, QueryExecutionStatus};

    use super::*;

    fn failure(state: State, reason: &str, told: Option<AthenaError>) -> Failure {
        let status = QueryExecutionStatus::builder().state(state).state_change_reason(reason).set_athena_error(told);
        let statistics = QueryExecutionStatistics::builder().data_scanned_in_bytes(12_345).build();
        let ended = QueryExecution::builder().status(status.build()).statistics(statistics).build();
        let options = AthenaOptions {
            workgroup: "w".to_owned(),
            database: "d".to_owned(),
            concurrency: None,
            results: None,
            local_limit: None,
            price_per_tb: None,
        };
        of_execution(&ended, &Statement::ddl("`lines`", String::new()), &options, QueryCost::default()).unwrap_err()
    }

    fn told(category: i32, kind: i32, is_retryable: bool) -> Option<AthenaError> {
        let error = AthenaError::builder().error_category(category).error_type(kind);
        Some(error.retryable(is_retryable).build())
    }

    #[test]
    fn a_fault_of_athenas_own_passes_if_it_says_so() {
        let passing = failure(State::Failed, "internal error", told(1, 200, true));
        assert!(matches!(passing, Failure::Passing(..)), "{passing:?}");
        assert_eq!(passing.error().kind(), ErrorKind::Later);
        for (category, is_retryable) in [(1, false), (2, true), (3, true)] {
            let last = failure(State::Failed, "SYNTAX_ERROR", told(category, 1000, is_retryable));
            assert!(matches!(last, Failure::Final(_)), "{last:?}");
        }
    }

    #[test]
    fn exhausted_resources_do_not_pass_whatever_is_said() {
        for told in [told(1, 0, true), told(1, 8, true), None] {
            let exhausted = failure(State::Failed, "Query exhausted resources at this scale factor", told);
            assert!(matches!(exhausted, Failure::Exhausted(_)), "{exhausted:?}");
            let words = exhausted.error().to_string();
            assert!(words.contains("`lines`") && words.contains("12345 bytes"), "{words}");
        }
    }

    #[test]
    fn who_cancelled_a_query_is_told_apart() {
        let cutoff = failure(State::Cancelled, "Query cancelled! : Bytes scanned limit was exceeded", None);
        assert!(cutoff.error().to_string().contains("BytesScannedCutoffPerQuery"));
        let somebody = failure(State::Cancelled, "", None);
        assert!(somebody.error().to_string().contains("somebody stopped"));
    }
}
