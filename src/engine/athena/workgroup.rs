//! Whether a workgroup lets a run do what it does, and there is a database for its tables.

use aws_sdk_athena::error::ProvideErrorMetadata;
use aws_sdk_athena::types::WorkGroupConfiguration;

use super::client::Queries;
use super::room::with_room;
use crate::common::error::{Error, Result};

/// The catalog of databases that every account has.
const CATALOG: &str = "AwsDataCatalog";

/// Refuses workgroups in which tables cannot be made where they belong, and databases that are not there.
///
/// # Errors
/// When there is no such workgroup or database, the workgroup enforces a place for results or keeps them itself, its
/// engine is older than 3, or nothing says where results go.
pub(super) async fn check(queries: &Queries) -> Result<()> {
    let (workgroup, database) = tokio::join!(check_workgroup(queries), check_database(queries));
    workgroup.and(database)
}

async fn check_database(queries: &Queries) -> Result<()> {
    let name = &queries.options.database;
    let request = || queries.client.get_database().catalog_name(CATALOG).database_name(name);
    let found = with_room(|| request().work_group(&queries.options.workgroup).send()).await;
    found.map(drop).map_err(|error| {
        // What the catalog said is in the message.
        if error.message().is_some_and(|said| said.contains("EntityNotFoundException")) {
            return Error::user(format!("Athena knows no database `{name}`"))
                .hint(format!("make it, by the statement `create database {name}` on Athena, or set another one as `database` under `athena:` of the target"));
        }
        queries.refused("GetDatabase", &error)
    })
}

async fn check_workgroup(queries: &Queries) -> Result<()> {
    let name = &queries.options.workgroup;
    let found = with_room(|| queries.client.get_work_group().work_group(name).send()).await;
    let found = found.map_err(|error| queries.refused("GetWorkGroup", &error))?;
    let settings = found.work_group().and_then(|group| group.configuration());
    let settings =
        settings.ok_or_else(|| Error::environment(format!("Athena tells nothing of the workgroup `{name}`")))?;
    let cures = cures(name, settings, queries.options.results.is_some());
    Error::many(cures).map_or(Ok(()), Err)
}

/// What is wrong with the workgroup `name`, and how to mend it.
fn cures(name: &str, settings: &WorkGroupConfiguration, has_results: bool) -> Vec<Error> {
    let mut wrong = Vec::new();
    if settings.managed_query_results_configuration().is_some_and(|managed| managed.enabled) {
        wrong.push(Error::user(format!("the workgroup `{name}` keeps results in storage of Athena's own")).hint(
            "turn managed query results off in the workgroup, or use another one: tables are made below the output",
        ));
    }
    if settings.enforce_work_group_configuration == Some(true) {
        wrong.push(
            Error::user(format!("the workgroup `{name}` enforces its own place for results"))
                .hint("turn `Override client-side settings` off in the workgroup, or use another one: tables are made below the output"),
        );
    }
    let engine = settings.engine_version().and_then(|engine| engine.effective_engine_version()).unwrap_or_default();
    let version = engine.rsplit(' ').next().and_then(|number| number.parse::<u32>().ok());
    if version.is_some_and(|version| version < 3) {
        wrong.push(
            Error::user(format!("the workgroup `{name}` has {engine}"))
                .hint("set its engine to `Athena engine version 3`"),
        );
    }
    let place = settings.result_configuration().and_then(|results| results.output_location());
    if !has_results && place.is_none_or(str::is_empty) {
        wrong.push(
            Error::user(format!("nothing says where the workgroup `{name}` is to put the answers of queries")).hint(
                "set `results: s3://bucket/prefix` under `athena:` of the target, or a location in the workgroup",
            ),
        );
    }
    wrong
}

#[cfg(test)]
mod tests {
    use aws_sdk_athena::types::{EngineVersion, ManagedQueryResultsConfiguration, ResultConfiguration};

    use super::*;

    fn said(settings: &WorkGroupConfiguration, has_results: bool) -> Vec<String> {
        cures("w", settings, has_results).iter().map(|error| error.message().to_owned()).collect()
    }

    fn engine(name: &str) -> EngineVersion {
        EngineVersion::builder().effective_engine_version(name).build()
    }

    #[test]
    fn a_workgroup_that_leaves_tables_alone_will_do() {
        let results = ResultConfiguration::builder().output_location("s3://b/results/").build();
        let settings = WorkGroupConfiguration::builder().engine_version(engine("Athena engine version 3"));
        assert!(said(&settings.clone().result_configuration(results).build(), false).is_empty());
        assert!(said(&settings.clone().build(), true).is_empty());
        assert_eq!(said(&settings.build(), false).len(), 1);
    }

    #[test]
    fn everything_that_is_wrong_is_said_at_once() {
        let managed = ManagedQueryResultsConfiguration::builder().enabled(true).build();
        let settings = WorkGroupConfiguration::builder()
            .engine_version(engine("Athena engine version 2"))
            .enforce_work_group_configuration(true)
            .managed_query_results_configuration(managed)
            .build();
        let said = said(&settings, true);
        assert_eq!(said.len(), 3, "{said:?}");
        assert!(said[2].contains("Athena engine version 2"), "{said:?}");
    }
}
