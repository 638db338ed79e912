//! Files of a report that have equal columns, and are so read together.

use std::sync::Arc;

use arrow::datatypes::{Field, SchemaRef};
use datafusion::common::Result as EngineResult;
use datafusion::logical_expr::{LogicalPlan, LogicalPlanBuilder};

use super::parquet;
use super::periods::within;
use crate::common::period::Period;
use crate::cur::mapping::named;
use crate::cur::{PERIOD_START, ReportFile};
use crate::storage::Location;

/// Files with equal columns.
#[derive(Debug)]
pub(super) struct Alike {
    /// The files.
    pub(super) files: Vec<ReportFile>,
    /// Their columns.
    pub(super) schema: SchemaRef,
    /// Whether rows of other periods may be among them.
    mixed: bool,
}

/// `files` with their columns, by what they have in common; in their order.
pub(super) fn alike<'a>(files: impl IntoIterator<Item = (&'a ReportFile, &'a SchemaRef)>) -> Vec<Alike> {
    let mut all: Vec<Alike> = Vec::new();
    for (file, schema) in files {
        let mixed = file.period.is_none();
        match all.iter_mut().find(|alike| alike.schema == *schema && alike.mixed == mixed) {
            Some(alike) => alike.files.push(file.clone()),
            None => all.push(Alike { files: vec![file.clone()], schema: Arc::clone(schema), mixed }),
        }
    }
    all
}

impl Alike {
    /// The rows that are of `period`.
    pub(super) fn rows(&self, location: &Location, period: Period) -> EngineResult<LogicalPlanBuilder> {
        let paths = self.files.iter().map(|file| &file.object.location);
        let scan = parquet::scan(location, paths, Arc::clone(&self.schema))?;
        match self.period_start() {
            Some(field) => scan.filter(within(period, field)),
            None => Ok(scan),
        }
    }

    /// The column that tells the period of a row, if rows of several may be among them.
    pub(super) fn period_start(&self) -> Option<&Field> {
        named(&self.schema, PERIOD_START).next().filter(|_| self.mixed)
    }
}

/// The rows of all `plans`, one after the other; nothing where there is no plan.
pub(super) fn stacked(
    plans: impl Iterator<Item = EngineResult<LogicalPlan>>,
) -> EngineResult<Option<LogicalPlanBuilder>> {
    let mut all: Option<LogicalPlanBuilder> = None;
    for plan in plans {
        let plan = plan?;
        all = Some(match all {
            None => LogicalPlanBuilder::from(plan),
            Some(all) => all.union(plan)?,
        });
    }
    Ok(all)
}
