//! Rows of another billing period than that of their folder.

use std::collections::BTreeMap;

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType as Arrow, TimeUnit, TimestampNanosecondType};
use datafusion::functions_aggregate::expr_fn::count;
use datafusion::logical_expr::{LogicalPlanBuilder, lit};
use datafusion::prelude::SessionContext;

use super::super::errors::explain;
use super::super::session::rows_of;
use super::facts::{Fact, Facts};
use super::{FolderFiles, OpenedFile, at_once};
use crate::common::count::count as counted;
use crate::common::error::{Error, Result};
use crate::common::period::Period;
use crate::cur::Bills;
use crate::engine::rows;

/// How many files are named where many are meant.
const NAMED: usize = 3;

/// Refuses files whose folder or manifest is of another period than their rows.
pub(super) async fn check(context: &SessionContext, report: &Bills, groups: &[FolderFiles]) -> Result<()> {
    let mut refused = Vec::new();
    for opened in groups.iter().flat_map(|group| &group.files) {
        if !is_clearly_within(report, opened) {
            refused.push(strangers(context, report, opened));
        }
    }
    Error::many(at_once(refused).await?.into_iter().flatten().take(NAMED).collect()).map_or(Ok(()), Err)
}

/// Whether the end of a file tells that all its rows are of the period, or nothing tells of what period they are.
fn is_clearly_within(report: &Bills, opened: &OpenedFile) -> bool {
    let paths = Facts::new(report).paths(Fact::Period, &opened.footer.schema);
    match paths.as_slice() {
        // Of a file in no folder of a period only the rows of the period are read.
        _ if opened.file.period.is_none() => true,
        [] => true,
        [physical] if matches!(physical.data_type, Arrow::Timestamp(..)) => {
            opened.footer.bounds(&physical.path()).is_some_and(|(least, greatest)| {
                [least, greatest].iter().all(|bounds| are_within(bounds, report.period).unwrap_or(false))
            })
        }
        _ => false,
    }
}

fn are_within(instants: &ArrayRef, period: Period) -> Option<bool> {
    let zone = match instants.data_type() {
        // Whatever its zone, an instant is kept as of UTC.
        Arrow::Timestamp(_, Some(_)) => Some("+00:00".into()),
        _ => None,
    };
    let instants = cast(instants, &Arrow::Timestamp(TimeUnit::Nanosecond, zone)).ok()?;
    let instants = instants.as_primitive_opt::<TimestampNanosecondType>()?;
    let (start, end) = (period.start().and_utc().timestamp_nanos_opt()?, period.end().and_utc().timestamp_nanos_opt()?);
    Some(instants.null_count() == 0 && instants.values().iter().all(|instant| (start..end).contains(instant)))
}

/// What is to be said of rows of other periods in a file.
async fn strangers(context: &SessionContext, report: &Bills, opened: &OpenedFile) -> Result<Option<Error>> {
    let plan = Facts::new(report)
        .plan(&[opened], &[Fact::Period])
        .and_then(|rows| rows.filter(Fact::Period.column().is_not_null()))
        .and_then(|rows| rows.aggregate([Fact::Period.column()], [count(lit(1_i64)).alias("rows")]))
        .and_then(LogicalPlanBuilder::build)
        .map_err(explain)?;
    let mut others: BTreeMap<String, u64> = BTreeMap::new();
    for row in rows::texts(&rows_of(context, plan).await?)? {
        let [Some(start), Some(rows)] = row.as_slice() else { continue };
        let month = start.get(..7).unwrap_or(start);
        if month != report.period.to_string() {
            *others.entry(month.to_owned()).or_default() += rows.parse::<u64>().unwrap_or_default();
        }
    }
    if others.is_empty() {
        return Ok(None);
    }
    let number: u64 = others.values().sum();
    let months: Vec<String> = others.into_keys().collect();
    let (rows, are) = (counted(number, "row"), if number == 1 { "is" } else { "are" });
    Ok(Some(
        Error::data(format!(
            "`{}` is among the files of {}, but {rows} in it {are} from {} (`{}`)",
            report.location.display(&opened.file.object.location),
            report.period,
            months.join(", "),
            Fact::Period.name(),
        ))
        .hint("put the file into the folder of its own month, or have the report delivered again"),
    ))
}
