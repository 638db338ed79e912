//! Queries on Athena: started once each, waited for, stopped.

use std::error::Error as StdError;
use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_athena::Client;
use aws_sdk_athena::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_athena::operation::get_query_results::GetQueryResultsOutput;
use aws_sdk_athena::types::{QueryExecution, QueryExecutionContext, QueryExecutionState as State, ResultConfiguration};
use tokio::runtime::Handle;

use super::failure::{self, Failure};
use super::room::with_room;
use super::statement::Statement;
use super::waiting::InFlight;
use crate::common::athena::AthenaOptions;
use crate::common::error::{Error, Result};
use crate::common::s3::S3Options;
use crate::engine::QueryCost;
use crate::project::Hash;
use crate::storage::aws_configuration;

/// Rows that one request asks for, as many as it may.
const PAGE: i32 = 1_000;

/// The queries of one run.
pub(super) struct Queries {
    pub(super) client: Client,
    pub(super) options: AthenaOptions,
    in_flight: Arc<InFlight>,
    /// Whose they are.
    run_id: String,
    /// Where Athena is asked how queries are.
    handle: Handle,
    /// What all queries have cost.
    cost: Mutex<QueryCost>,
}

impl Queries {
    /// A client of Athena for the queries of the run `run_id`.
    ///
    /// # Errors
    /// When no region is known.
    pub(super) async fn open(options: &AthenaOptions, s3: &S3Options, run_id: &str) -> Result<Self> {
        let found = aws_configuration(s3).await;
        if found.region().is_none() {
            return Err(Error::user("no region of Athena is known")
                .hint("set `s3: { region: ... }` for the target, or AWS_REGION"));
        }
        let in_flight = Arc::new(InFlight::default());
        let (client, handle) = (Client::new(&found), Handle::current());
        Ok(Self {
            client,
            options: options.clone(),
            in_flight,
            run_id: run_id.to_owned(),
            handle,
            cost: Mutex::default(),
        })
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
        let mut hash = Hash::default();
        hash.add(&format!("{} {}", self.run_id, statement.number), &statement.text);
        hash.digits()
    }

    /// Runs `statement`, which makes, changes or removes the table or view `name`.
    pub(super) async fn change(&self, name: &str, statement: String) -> Result<()> {
        self.run(&Statement::ddl(name, statement)).await.map(drop).map_err(Failure::error)
    }

    /// Removes the table `name`, if it is there; its files stay.
    pub(super) async fn drop_table(&self, name: &str) -> Result<()> {
        self.change(name, format!("drop table if exists `{}`.`{name}`", self.options.database)).await
    }

    /// Stops all queries of this run that have not ended.
    pub(super) async fn stop_all(&self) {
        let stopped = self.in_flight.take().into_iter().map(async |id| {
            if let Err(error) = self.stop(&id).await {
                tracing::debug!("the query {id} could not be stopped: {error}");
            }
        });
        futures::future::join_all(stopped).await;
    }

    /// Stops the query `id`.
    pub(super) async fn stop(&self, id: &str) -> Result<()> {
        let stopped = with_room(|| self.client.stop_query_execution().query_execution_id(id).send()).await;
        stopped.map(drop).map_err(|error| self.refused("StopQueryExecution", &error))
    }

    /// A page of what the query `id` answered: at most a thousand rows, from where the page before has said.
    pub(super) async fn page(&self, id: &str, from: Option<&str>) -> Result<GetQueryResultsOutput> {
        let request = || self.client.get_query_results().query_execution_id(id).max_results(PAGE);
        let page = with_room(|| request().set_next_token(from.map(str::to_owned)).send()).await;
        page.map_err(|error| self.refused("GetQueryResults", &error))
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
