//! Which billing periods the rows of a report are of.

use std::collections::BTreeSet;

use arrow::datatypes::{DataType as Arrow, Field};
use datafusion::common::ScalarValue;
use datafusion::logical_expr::{Expr, LogicalPlanBuilder, cast, lit};
use std::sync::Arc;

use super::columns::instant;
use super::errors::explain;
use super::{Limits, parquet, session};
use crate::common::error::{Error, Result};
use crate::common::period::Period;
use crate::cur::PERIOD_START;
use crate::cur::mapping::named;
use crate::cur::{Report, ReportFile};
use crate::engine::rows;

/// Rows of `period`, by the start of their billing period.
pub(super) fn within(period: Period, field: &Field) -> Expr {
    let start = instant(field);
    let at = |instant: chrono::NaiveDateTime| {
        let nanos = instant.and_utc().timestamp_nanos_opt().unwrap_or_default();
        lit(ScalarValue::TimestampNanosecond(Some(nanos), None))
    };
    start.clone().gt_eq(at(period.start())).and(start.lt(at(period.end())))
}

/// The billing periods of a report: those that folders name, and those that files in a plain folder hold.
///
/// # Errors
/// When a file cannot be read.
pub async fn periods(report: &Report, limits: &Limits) -> Result<Vec<Period>> {
    let mut found: BTreeSet<Period> = report.periods().into_iter().collect();
    let plain: Vec<&ReportFile> = report.files.iter().filter(|file| file.period.is_none()).collect();
    if plain.is_empty() {
        return Ok(found.into_iter().collect());
    }
    let context = session::open(limits)?;
    context.register_object_store(&report.location.root, Arc::clone(&report.location.store));
    let mut seen: BTreeSet<String> = BTreeSet::new();
    for file in plain {
        let footer = parquet::footer(&context, &report.location, &file.object).await?;
        if footer.rows() == 0 {
            continue;
        }
        let schema = footer.schema;
        let field = named(&schema, PERIOD_START).next().ok_or_else(|| {
            Error::data(format!(
                "cannot tell the billing period of `{}`",
                report.location.display(&file.object.location)
            ))
            .hint(format!("put it into a folder `billing_period=YYYY-MM`, or have AWS deliver `{PERIOD_START}`"))
        })?;
        let start = instant(field);
        let plan = parquet::scan(&report.location, std::iter::once(&file.object.location), Arc::clone(&schema))
            .and_then(|builder| builder.project([cast(start, Arrow::Utf8).alias("start")]))
            .and_then(LogicalPlanBuilder::distinct)
            .and_then(LogicalPlanBuilder::build)
            .map_err(explain)?;
        let texts = rows::texts(&session::rows_of(&context, plan).await?)?;
        seen.extend(texts.into_iter().flatten().flatten());
    }
    for start in &seen {
        found.extend(start.get(..7).and_then(|month| month.parse::<Period>().ok()));
    }
    Ok(found.into_iter().collect())
}
