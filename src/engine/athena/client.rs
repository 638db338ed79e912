//! Queries on Athena: started once each, waited for, stopped.

use std::error::Error as StdError;
use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_athena::Client;
use aws_sdk_athena::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_athena::types::{QueryExecution, QueryExecutionContext, QueryExecutionState as State, ResultConfiguration};
use sha2::{Digest, Sha256};
use tokio::runtime::Handle;

use super::failure::{self, Failure};
use super::room::with_room;
use super::statement::Statement;
use super::waiting::InFlight;
use crate::common::athena::AthenaOptions;
use crate::common::error::{Error, Result};
use crate::common::s3::S3Options;
use crate::engine::QueryCost;
use crate::storage::aws_configuration;

/// The queries of one run.
pub(super) struct Queries {
    pub(super) client: Client,
    pub(super) options: AthenaOptions,
    in_flight: Arc<InFlight>,
    /// What makes a statement another query than the same one of another attempt.
    salt: String,
    /// Where Athena is asked how queries are.
    handle: Handle,
    /// What all queries have cost.
    cost: Mutex<QueryCost>,
}

impl Queries {
    /// A client of Athena for queries that are this run's by `salt`.
    ///
    /// # Errors
    /// When no region is known.
    pub(super) async fn open(options: &AthenaOptions, s3: &S3Options, salt: String) -> Result<Self> {
        let found = aws_configuration(s3).await;
        if found.region().is_none() {
            return Err(Error::user("no region of Athena is known")
                .hint("set `s3: { region: ... }` for the target, or AWS_REGION"));
        }
        let in_flight = Arc::new(InFlight::default());
        let (client, handle) = (Client::new(&found), Handle::current());
        Ok(Self { client, options: options.clone(), in_flight, salt, handle, cost: Mutex::default() })
    }

    /// Runs `statement` and waits for its end.
    pub(super) async fn run(&self, statement: &Statement) -> Result<(String, QueryCost), Failure> {
        let id = self.start(statement).await.map_err(Failure::Final)?;
        let ended = self.in_flight.wait(&self.client, &self.handle, &id).await.map_err(Failure::Final)?;
        let cost = if statement.is_free { QueryCost::default() } else { self.cost_of(&ended) };
        *self.cost.lock().unwrap_or_else(PoisonError::into_inner) += cost;
        failure::of_execution(&ended, statement, &self.options, cost)?;
        Ok((id, cost))
    }

    async fn start(&self, statement: &Statement) -> Result<String> {
        let context = QueryExecutionContext::builder().database(&self.options.database).build();
        let results = self.options.results.as_ref();
        let results = results.map(|place| ResultConfiguration::builder().output_location(place).build());
        let started = with_room(|| {
            self.client
                .start_query_execution()
                .query_string(&statement.text)
                .client_request_token(self.token(statement))
                .query_execution_context(context.clone())
                .work_group(&self.options.workgroup)
                .set_result_configuration(results.clone())
                .send()
        });
        let started = started.await.map_err(|error| self.refused("StartQueryExecution", &error))?;
        started.query_execution_id.ok_or_else(|| Error::bug("Athena started a query without an id"))
    }

    /// What has Athena take a start that it has heard before for the same one.
    fn token(&self, statement: &Statement) -> String {
        let own = Sha256::new_with_prefix(&self.salt).chain_update(statement.number.to_be_bytes());
        let hash = own.chain_update(&statement.text).finalize();
        hash.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Stops all queries that have not ended.
    pub(super) async fn stop(&self) {
        let stopped = self.in_flight.take().into_iter().map(async |id| {
            let stopped = with_room(|| self.client.stop_query_execution().query_execution_id(&id).send()).await;
            if let Err(error) = stopped {
                tracing::debug!("the query {id} could not be stopped: {error}");
            }
        });
        futures::future::join_all(stopped).await;
    }

    /// What all queries have cost so far.
    pub(super) fn cost(&self) -> QueryCost {
        *self.cost.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What a query has cost.
    fn cost_of(&self, ended: &QueryExecution) -> QueryCost {
        let Some(told) = ended.statistics() else { return QueryCost::default() };
        let of = |figure: Option<i64>| figure.unwrap_or_default().unsigned_abs();
        let scanned = of(told.data_scanned_in_bytes);
        // What failed by itself is not billed, what was cancelled is.
        let has_failed = ended.status().and_then(|status| status.state()) == Some(&State::Failed);
        QueryCost {
            queries: 1,
            scanned,
            dollars: if has_failed { 0.0 } else { self.options.cost(scanned) },
            queued: of(told.query_queue_time_in_millis) as f64 / 1e3,
            ran: of(told.engine_execution_time_in_millis) as f64 / 1e3,
        }
    }

    /// What to say of a request that Athena refused.
    pub(super) fn refused<E>(&self, action: &str, error: &SdkError<E>) -> Error
    where
        E: ProvideErrorMetadata + StdError + 'static,
    {
        failure::of_request(action, error, &self.options)
    }
}
