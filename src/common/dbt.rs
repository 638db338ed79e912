//! What all artifacts in dbt's shapes begin with.

use chrono::{SecondsFormat, Utc};
use serde_json::{Map, Value};

use super::version::VERSION;

/// The version of dbt whose shapes they have.
const SHAPE: &str = "1.10.23";

/// The `metadata` of an artifact: its `schema`, as `manifest/v12`, the run that it is of, and what else it has.
pub fn metadata(schema: &str, run_id: &str, more: &[(&str, Value)]) -> Value {
    let own = [
        ("dbt_schema_version", format!("https://schemas.getdbt.com/dbt/{schema}.json").into()),
        ("dbt_version", SHAPE.into()),
        ("generated_at", Utc::now().to_rfc3339_opts(SecondsFormat::Micros, true).into()),
        ("invocation_id", run_id.into()),
        ("env", Map::from_iter([("generated_by".to_owned(), format!("apportion {VERSION}").into())]).into()),
    ];
    own.iter().chain(more).map(|(name, value)| ((*name).to_owned(), value.clone())).collect::<Map<_, _>>().into()
}
