//! What a plan tells before it runs: sums that could wrap, columns that it reads.

use std::collections::BTreeSet;
use std::sync::Arc;

use arrow::datatypes::DataType;
use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::common::{DFSchema, DataFusionError, Result as EngineResult, Spans};
use datafusion::execution::SessionState;
use datafusion::logical_expr::expr::{AggregateFunction, WindowFunction};
use datafusion::logical_expr::{Expr, ExprSchemable, LogicalPlan};
use datafusion::optimizer::Optimizer;
use datafusion::optimizer::optimize_projections::OptimizeProjections;

use super::errors::explain;
use crate::words::error::{Error, Place, Result};

/// The widest decimal whose sum over 10^10 rows still fits into 38 digits.
const WIDEST: u8 = 28;

/// Refuses sums of decimals so wide, or of integers so large, that they could wrap without a word.
pub(super) fn sums_cannot_wrap(plan: &LogicalPlan) -> Result<()> {
    let mut found: Option<Error> = None;
    plan.apply_with_subqueries(|node| {
        if !matches!(node, LogicalPlan::Aggregate(_) | LogicalPlan::Window(_)) {
            return Ok(TreeNodeRecursion::Continue);
        }
        let mut schema = DFSchema::empty();
        for input in node.inputs() {
            schema.merge(input.schema());
        }
        node.apply_expressions(|expr| {
            expr.apply(|expr| {
                if found.is_none() {
                    found = wide_sum(expr, &schema)?;
                }
                Ok(TreeNodeRecursion::Continue)
            })
        })
    })
    .map_err(explain)?;
    found.map_or(Ok(()), Err)
}

fn wide_sum(expr: &Expr, schema: &DFSchema) -> EngineResult<Option<Error>> {
    let (name, args) = match expr {
        Expr::AggregateFunction(AggregateFunction { func, params }) => (func.name(), &params.args),
        Expr::WindowFunction(window) => {
            let WindowFunction { fun, params } = window.as_ref();
            (fun.name(), &params.args)
        }
        _ => return Ok(None),
    };
    let Some(argument) = args.first().filter(|_| name == "sum") else { return Ok(None) };
    let (DataType::Decimal128(precision, scale) | DataType::Decimal256(precision, scale)) =
        argument.get_type(schema)?
    else {
        return Ok(None);
    };
    if precision <= WIDEST {
        return Ok(None);
    }
    let error = Error::user(format!("`sum` of a decimal({precision},{scale}) could leave the range of 38 digits"))
        .hint(format!("cast what is summed to decimal({WIDEST},{scale}) first: the cast is checked, the sum is not"));
    let columns = argument.column_refs();
    let in_columns = columns.iter().filter_map(|column| column.spans().first());
    let span = argument.spans().and_then(Spans::first).or_else(|| in_columns.min_by_key(|span| span.start));
    Ok(Some(match span {
        Some(span) => {
            let (line, column) = (span.start.line as usize, span.start.column as usize);
            error.at(Place { file: "".into(), line, column, text: None })
        }
        None => error,
    }))
}

/// A column of more than 38 digits, which no other engine has.
pub(super) fn too_wide(plan: &LogicalPlan) -> Option<String> {
    let wide = |kind: &DataType| matches!(kind, DataType::Decimal256(..));
    plan.schema().fields().iter().find(|field| wide(field.data_type())).map(|field| field.name().clone())
}

/// A column name that stands twice in the result.
pub(super) fn twice(plan: &LogicalPlan) -> Option<String> {
    let mut seen = BTreeSet::new();
    let names = plan.schema().fields().iter().map(|field| field.name());
    names.into_iter().find(|name| !seen.insert(name.as_str())).cloned()
}

/// Whether `plan` scans one of the tables `names`.
pub(super) fn reads(plan: &LogicalPlan, names: &BTreeSet<&str>) -> bool {
    plan.exists(|node| {
        Ok::<_, DataFusionError>(matches!(node, LogicalPlan::TableScan(scan)
            if names.contains(scan.table_name.to_string().as_str())))
    })
    .unwrap_or(false)
}

/// `plan` with scans only of columns that some expression of it names, whether or not its value is ever wanted.
pub(super) fn without_unnamed_columns(plan: &LogicalPlan, state: &SessionState) -> LogicalPlan {
    let optimizer = Optimizer::with_rules(vec![Arc::new(OptimizeProjections::new())]);
    // A plan that it cannot work on reads all.
    optimizer.optimize(plan.clone(), state, |_, _| {}).unwrap_or_else(|_| plan.clone())
}

/// The columns of the tables `names` that an optimized `plan` reads.
pub(super) fn columns_read(plan: &LogicalPlan, names: &BTreeSet<&str>) -> BTreeSet<(String, String)> {
    let mut found = BTreeSet::new();
    // The closure never fails, so neither does the walk.
    let _ = plan.apply_with_subqueries(|node| {
        if let LogicalPlan::TableScan(scan) = node {
            let table = scan.table_name.to_string();
            if names.contains(table.as_str()) {
                for field in scan.projected_schema.fields() {
                    found.insert((table.clone(), field.name().clone()));
                }
            }
        }
        Ok(TreeNodeRecursion::Continue)
    });
    found
}
