//! Queries on Athena: started once each, waited for, stopped.

use std::error::Error as StdError;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_sdk_athena::Client;
use aws_sdk_athena::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_athena::operation::get_query_results::GetQueryResultsOutput;
use aws_sdk_athena::types::{QueryExecution, QueryExecutionContext, QueryExecutionState as State, ResultConfiguration};
use tokio::runtime::Handle;
use tokio::sync::{Semaphore, oneshot};

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
/// How often a query is run whose failure may pass.
const ATTEMPTS: u32 = 4;
/// How many starts may be on their way at the same time, which is more than any run asks for.
const STARTS: u32 = 1_000;
/// How long the answers of starts are waited for before queries are stopped.
const STARTED: Duration = Duration::from_secs(3);

/// The queries of one run.
pub(super) struct Queries {
    pub(super) client: Client,
    pub(super) options: AthenaOptions,
    in_flight: Arc<InFlight>,
    /// Whose they are.
    run_id: String,
    /// Where Athena is asked how queries are.
    handle: Handle,
    /// Of which each start on its way holds one.
    starts: Arc<Semaphore>,
    /// What all queries have cost.
    cost: Mutex<QueryCost>,
}

/// A query that went well.
#[derive(Debug)]
pub(super) struct Ran {
    pub(super) id: String,
    /// Which attempt it was, from 1.
    pub(super) attempt: u32,
    /// What all attempts have cost.
    pub(super) cost: QueryCost,
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
            starts: Arc::new(Semaphore::new(STARTS as usize)),
            cost: Mutex::default(),
        })
    }

    /// Runs what `statement` gives for the first attempt, and for the next one where a failure may pass.
    pub(super) async fn run<F>(&self, statement: impl Fn(u32) -> F) -> Result<Ran, Failure>
    where
        F: Future<Output = Result<Statement>>,
    {
        let (mut attempt, mut all) = (1, QueryCost::default());
        loop {
            let sent = statement(attempt).await.map_err(Failure::Final)?;
            match self.run_once(&sent).await {
                Ok((id, cost)) => {
                    all += cost;
                    return Ok(Ran { id, attempt, cost: all });
                }
                Err(Failure::Passing(error, cost)) if attempt < ATTEMPTS => {
                    all += cost;
                    tracing::debug!("{} is run again: {error}", sent.subject);
                }
                Err(failure) => return Err(failure),
            }
            attempt += 1;
        }
    }

    /// Runs `statement` and waits for its end.
    async fn run_once(&self, statement: &Statement) -> Result<(String, QueryCost), Failure> {
        let id = self.start(statement).await.map_err(Failure::Final)?;
        let ended = match self.in_flight.wait(&self.client, &self.options, &self.handle, &id).await {
            Ok(ended) => ended,
            Err(error) => {
                self.stop_or_say(&id).await;
                return Err(Failure::Final(error));
            }
        };
        let cost = if statement.is_free { QueryCost::default() } else { self.cost_of(&ended) };
        *self.cost.lock().unwrap_or_else(PoisonError::into_inner) += cost;
        failure::of_execution(&ended, statement, &self.options, cost)?;
        Ok((id, cost))
    }

    /// Starts `statement`, which is known as in flight as soon as its id is, even if nobody waits for it any more.
    async fn start(&self, statement: &Statement) -> Result<String> {
        let context = QueryExecutionContext::builder().database(&self.options.database).build();
        let results = self.options.results.as_ref();
        let results = results.map(|place| ResultConfiguration::builder().output_location(place).build());
        let request = (self.client.start_query_execution())
            .query_string(&statement.text)
            .client_request_token(self.token(statement))
            .query_execution_context(context)
            .work_group(&self.options.workgroup)
            .set_result_configuration(results);
        let (in_flight, starts) = (Arc::clone(&self.in_flight), Arc::clone(&self.starts));
        let (sender, receiver) = oneshot::channel();
        self.handle.spawn(async move {
            let started = with_room(|| async {
                let on_its_way = starts.acquire().await;
                if sender.is_closed() {
                    return Err(SdkError::construction_failure("nobody waits for it any more"));
                }
                let started = request.clone().send().await;
                if let Some(id) = started.as_ref().ok().and_then(|started| started.query_execution_id()) {
                    in_flight.add(id);
                }
                drop(on_its_way);
                started
            });
            let started = started.await;
            // Who does not wait any more need not know.
            let _ = sender.send(started);
        });
        let started = receiver.await.map_err(|_| Error::bug("a query was not started"))?;
        let started = started.map_err(|error| self.refused("StartQueryExecution", &error))?;
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
        // In a box, as it is part of what other statements wait for.
        let ran = Box::pin(self.run(|_| async { Ok(Statement::ddl(&format!("`{name}`"), statement.clone())) }));
        ran.await.map(drop).map_err(Failure::error)
    }

    /// Removes the table `name`, if it is there; its files stay.
    pub(super) async fn drop_table(&self, name: &str) -> Result<()> {
        self.change(name, format!("drop table if exists `{}`.`{name}`", self.options.database)).await
    }

    /// Stops all queries of this run that have not ended, those too that are just being started.
    pub(super) async fn stop_all(&self) {
        let none_starts = tokio::time::timeout(STARTED, self.starts.acquire_many(STARTS)).await;
        let stopped = self.in_flight.take().into_iter().map(async |id| self.stop_or_say(&id).await);
        futures::future::join_all(stopped).await;
        drop(none_starts);
    }

    async fn stop_or_say(&self, id: &str) {
        if let Err(error) = self.stop(id).await {
            tracing::debug!("the query {id} could not be stopped: {error}");
        }
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
