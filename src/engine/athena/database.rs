//! A database of Athena: its tables and views, and what dead runs leave there.

use aws_sdk_athena::types::{QueryExecution, QueryExecutionState as State};
use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};

use super::client::Queries;
use super::failure::Failure;
use super::room::with_room;
use super::statement::{Comment, Statement};
use super::waiting::{self, TOGETHER};
use crate::common::athena::AthenaOptions;
use crate::common::error::Result;
use crate::common::s3::S3Options;
use crate::storage::Location;

/// How long a query may run or wait at most, and a table be needed.
const LONGEST: TimeDelta = TimeDelta::days(1);
/// What the tables of runs are called; seeds, which stay, are called otherwise.
const TABLES: &str = "apportion_2*";

/// A database of Athena, and the workgroup of the queries on it.
pub struct AthenaDatabase(Queries);

/// A query that runs or waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenQuery {
    /// Its id.
    pub id: String,
    /// When it was started.
    pub since: DateTime<Utc>,
    /// What it says of itself.
    pub comment: Comment,
}

impl AthenaDatabase {
    /// Athena by `options`, in the name of the run `run_id`.
    ///
    /// # Errors
    /// When no region is known.
    pub async fn open(options: &AthenaOptions, s3: &S3Options, run_id: &str) -> Result<Self> {
        Queries::open(options, s3, run_id).await.map(Self)
    }

    /// The queries of runs into `output` that have not ended.
    ///
    /// # Errors
    /// When Athena does not tell.
    pub async fn open_queries(&self, output: &Location) -> Result<Vec<OpenQuery>> {
        let (mut found, mut next) = (Vec::new(), None);
        loop {
            let page = with_room(|| {
                let request = self.0.client.list_query_executions().work_group(&self.0.options.workgroup);
                request.max_results(TOGETHER as i32).set_next_token(next.clone()).send()
            });
            let page = page.await.map_err(|error| self.0.refused("ListQueryExecutions", &error))?;
            let ids = page.query_execution_ids();
            let queries = if ids.is_empty() { Vec::new() } else { self.told(ids).await? };
            let is_old = queries.iter().any(|query| submitted(query).is_some_and(|at| Utc::now() - at > LONGEST));
            found.extend(queries.iter().filter_map(open_query));
            next = page.next_token().map(str::to_owned);
            // The newest come first.
            if next.is_none() || is_old {
                break;
            }
        }
        let place = super::url_of(output, "");
        found.retain(|query| query.comment.output == place);
        Ok(found)
    }

    async fn told(&self, ids: &[String]) -> Result<Vec<QueryExecution>> {
        let told = waiting::told(&self.0.client, ids).await;
        told.map_err(|error| self.0.refused("BatchGetQueryExecution", &error))
    }

    /// Stops `query`.
    ///
    /// # Errors
    /// When Athena refuses.
    pub async fn stop(&self, query: &OpenQuery) -> Result<()> {
        self.0.stop(&query.id).await
    }

    /// The tables that runs have made for themselves and that no run can need any more.
    ///
    /// # Errors
    /// When Athena does not tell.
    pub async fn old_tables(&self) -> Result<Vec<String>> {
        let mut names = self.tables(TABLES).await?;
        names.retain(|name| is_old(name, Utc::now()));
        Ok(names)
    }

    /// The tables whose names are as `pattern`, in which `*` stands for anything and `|` for or.
    ///
    /// # Errors
    /// When Athena does not tell.
    pub async fn tables(&self, pattern: &str) -> Result<Vec<String>> {
        let text = format!("show tables in `{}` '{pattern}'", self.0.options.database);
        let id =
            self.0.run(|_| async { Ok(Statement::ddl("show tables", text.clone())) }).await.map_err(Failure::error)?.id;
        let (mut names, mut next): (_, Option<String>) = (Vec::new(), None);
        loop {
            let page = self.0.page(&id, next.as_deref()).await?;
            let rows = page.result_set().map(|set| set.rows()).unwrap_or_default();
            let cells = rows.iter().filter_map(|row| row.data().first()?.var_char_value());
            names.extend(cells.map(str::to_owned));
            next = page.next_token().map(str::to_owned);
            if next.is_none() {
                return Ok(names);
            }
        }
    }

    /// Removes the table `name`; its files stay.
    ///
    /// # Errors
    /// When Athena refuses.
    pub async fn drop(&self, name: &str) -> Result<()> {
        self.0.drop_table(name).await
    }

    /// Runs `statement`, which makes, changes or removes the table or view `name`.
    ///
    /// # Errors
    /// When Athena refuses.
    pub async fn change(&self, name: &str, statement: String) -> Result<()> {
        self.0.change(name, statement).await
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.0.options.database
    }
}

fn submitted(query: &QueryExecution) -> Option<DateTime<Utc>> {
    let at = query.status()?.submission_date_time()?;
    DateTime::from_timestamp(at.secs(), 0)
}

/// `query`, if it has not ended and tells whose it is.
fn open_query(query: &QueryExecution) -> Option<OpenQuery> {
    if !matches!(query.status()?.state()?, State::Queued | State::Running) {
        return None;
    }
    let (id, comment) = (query.query_execution_id()?.to_owned(), Comment::read(query.query()?)?);
    Some(OpenQuery { id, since: submitted(query)?, comment })
}

/// Whether the run of the table `name` began so long ago that it has ended, however it ended.
fn is_old(name: &str, now: DateTime<Utc>) -> bool {
    let began = name.strip_prefix("apportion_").and_then(|rest| rest.get(..15));
    let began = began.and_then(|text| NaiveDateTime::parse_from_str(text, "%Y%m%dt%H%M%S").ok());
    began.is_some_and(|began| now - began.and_utc() > LONGEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_old_a_day_after_their_run_began() {
        let now = DateTime::from_timestamp(1_795_975_200, 0).unwrap();
        assert_eq!(now.to_rfc3339(), "2026-11-29T18:00:00+00:00");
        assert!(is_old("apportion_20261128t175959123z_b0e1a80d_202610_tiny_lines", now));
        assert!(!is_old("apportion_20261128t180001123z_b0e1a80d_202610_tiny_lines", now));
        assert!(!is_old("apportion_seed_accounts_0011223344556677", now));
        assert!(!is_old("apportion_2", now));
    }
}
