//! Planning the models on an engine: each as soon as those that it reads are planned, some at the same time.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::datatypes::SchemaRef;
use tokio::runtime::Handle;
use tokio::task::JoinSet;

use crate::common::error::{Error, Result};
use crate::compile::{Assembly, Materialization};
use crate::engine::{Engine, QuerySpec};

/// A model that is to be planned.
pub(super) struct Unplanned {
    name: String,
    /// The models that it reads.
    parents: Vec<String>,
    spec: QuerySpec,
}

/// The columns of each model by its name, or why it cannot be planned; nothing of those that read such a one.
pub(super) type Planned = BTreeMap<String, Option<Result<SchemaRef>>>;

/// What there is to plan of `assembly`, parents first; it gives its parsed queries away.
pub(super) fn unplanned(assembly: &mut Assembly<'_>) -> Vec<Unplanned> {
    let mut queries = assembly.take_queries();
    let models = assembly.models().filter_map(|model| {
        let parents = model.sql.refs.iter().filter(|name| assembly.model(name).is_some()).cloned();
        let spec = QuerySpec {
            relation: assembly.relation(&model.name),
            sql: model.sql.text.clone(),
            query: queries.remove(&model.name)?,
            is_table: model.materialization == Materialization::Table,
        };
        Some(Unplanned { name: model.name.clone(), parents: parents.collect(), spec })
    });
    models.collect()
}

/// Plans all `models` that can be.
pub(super) async fn plan(engine: Arc<dyn Engine>, models: Vec<Unplanned>) -> Result<Planned> {
    let mut planned = Planned::new();
    let mut waiting = longest_way_first(models);
    let mut tasks = JoinSet::new();
    // One more than there are threads, so that none has to wait for the next to be found.
    let at_once = Handle::current().metrics().num_workers() + 1;
    loop {
        let is_ready = |model: &Unplanned| model.parents.iter().all(|parent| planned.contains_key(parent));
        while tasks.len() < at_once
            && let Some(next) = waiting.iter().position(is_ready)
        {
            let Unplanned { name, parents, spec } = waiting.remove(next);
            let can_be = parents.iter().all(|parent| matches!(planned.get(parent), Some(Some(Ok(_)))));
            let engine = Arc::clone(&engine);
            tasks.spawn(async move {
                let schema = if can_be { Some(engine.add_query(spec).await) } else { None };
                (name, schema)
            });
        }
        let Some(ended) = tasks.join_next().await else { return Ok(planned) };
        let (name, schema) = ended.map_err(|e| Error::bug("planning ended unexpectedly").caused_by(&e))?;
        planned.insert(name, schema);
    }
}

/// `models`, those first after which the most SQL is still to be planned, one model after the other.
fn longest_way_first(mut models: Vec<Unplanned>) -> Vec<Unplanned> {
    let mut ways: BTreeMap<String, usize> = BTreeMap::new();
    for model in models.iter().rev() {
        let way = ways.get(&model.name).copied().unwrap_or(0) + model.spec.sql.len();
        ways.insert(model.name.clone(), way);
        for parent in &model.parents {
            let longest = ways.entry(parent.clone()).or_default();
            *longest = way.max(*longest);
        }
    }
    models.sort_by_key(|model| Reverse(ways.get(&model.name).copied()));
    models
}
