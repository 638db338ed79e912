//! Queries that run, and who waits for each: all are asked after together.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use aws_sdk_athena::Client;
use aws_sdk_athena::error::SdkError;
use aws_sdk_athena::operation::batch_get_query_execution::BatchGetQueryExecutionError;
use aws_sdk_athena::types::{QueryExecution, QueryExecutionState as State};
use tokio::runtime::Handle;
use tokio::sync::oneshot;

use super::failure::of_request;
use super::room::with_room;
use crate::common::athena::AthenaOptions;
use crate::common::error::{Error, ErrorKind, Result};

/// How many queries one request asks after.
pub(super) const TOGETHER: usize = 50;
/// How long requests may come to nothing, one after the other.
const PATIENCE: Duration = Duration::from_secs(5 * 60);
/// The shortest and the longest pause between two requests.
const PAUSES: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(2));

/// The queries that have not ended.
#[derive(Default)]
pub(super) struct InFlight(Mutex<Waiting>);

/// Who is to be told how a query has ended.
type Waiter = oneshot::Sender<Result<QueryExecution>>;

#[derive(Default)]
struct Waiting {
    /// Since when each is in flight, and who waits for it, if somebody does already.
    queries: BTreeMap<String, (Instant, Option<Waiter>)>,
    /// Whether somebody asks.
    is_asked: bool,
}

impl InFlight {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Has the query `id` be one of them.
    pub(super) fn add(&self, id: &str) {
        self.lock().queries.insert(id.to_owned(), (Instant::now(), None));
    }

    /// The query `id` as it is when it has ended. Requests are sent by `client` on the runtime of `handle`.
    pub(super) async fn wait(
        self: &Arc<Self>,
        client: &Client,
        options: &AthenaOptions,
        handle: &Handle,
        id: &str,
    ) -> Result<QueryExecution> {
        let (sender, receiver) = oneshot::channel();
        {
            let mut waiting = self.lock();
            if let Some((_, waits)) = waiting.queries.get_mut(id) {
                *waits = Some(sender);
            }
            if !waiting.is_asked {
                waiting.is_asked = true;
                handle.spawn(ask(Arc::clone(self), client.clone(), options.clone()));
            }
        }
        receiver.await.unwrap_or_else(|_| Err(Error::environment("the query was stopped")))
    }

    /// All queries that have not ended; nobody waits for them any more.
    pub(super) fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.lock().queries).into_keys().collect()
    }

    /// The queries to ask after; with none of them, nobody asks any more.
    fn open(&self) -> Vec<String> {
        let mut waiting = self.lock();
        waiting.is_asked = !waiting.queries.is_empty();
        waiting.queries.keys().cloned().collect()
    }

    /// How long to wait before asking: the shorter, the younger the youngest query is.
    fn pause(&self) -> Duration {
        let youngest = self.lock().queries.values().map(|(since, _)| since.elapsed()).min().unwrap_or_default();
        (youngest / 4).clamp(PAUSES.0, PAUSES.1)
    }

    /// Has whoever waits for an ended query know.
    fn end(&self, id: &str, ended: Result<QueryExecution>) {
        let mut waiting = self.lock();
        let Some((_, waits)) = waiting.queries.get_mut(id) else { return };
        // Where nobody does yet, somebody is about to, and it is asked after again.
        if let Some(sender) = waits.take() {
            waiting.queries.remove(id);
            // Who does not wait any more need not know.
            let _ = sender.send(ended);
        }
    }
}

/// Asks after all queries until none is left.
async fn ask(in_flight: Arc<InFlight>, client: Client, options: AthenaOptions) {
    let mut answered = Instant::now();
    loop {
        tokio::time::sleep(in_flight.pause()).await;
        let ids = in_flight.open();
        if ids.is_empty() {
            return;
        }
        for together in ids.chunks(TOGETHER) {
            match told(&client, together).await {
                Ok(queries) => {
                    answered = Instant::now();
                    queries.iter().for_each(|query| tell(&in_flight, query));
                }
                Err(error) => {
                    let lost = of_request("BatchGetQueryExecution", &error, &options);
                    if lost.kind() == ErrorKind::Later && answered.elapsed() < PATIENCE {
                        tracing::debug!("Athena does not tell how queries are: {lost}");
                    } else {
                        together.iter().for_each(|id| in_flight.end(id, Err(lost.clone())));
                    }
                }
            }
        }
    }
}

/// How the queries `ids` are, at most [`TOGETHER`].
pub(super) async fn told(
    client: &Client,
    ids: &[String],
) -> Result<Vec<QueryExecution>, SdkError<BatchGetQueryExecutionError>> {
    let request = || client.batch_get_query_execution().set_query_execution_ids(Some(ids.to_vec())).send();
    Ok(with_room(request).await?.query_executions.unwrap_or_default())
}

fn tell(in_flight: &InFlight, query: &QueryExecution) {
    let state = query.status().and_then(|status| status.state());
    let has_ended = matches!(state, Some(State::Succeeded | State::Failed | State::Cancelled));
    if let Some(id) = query.query_execution_id().filter(|_| has_ended) {
        in_flight.end(id, Ok(query.clone()));
    }
}
