//! What a plan tells before it runs: arithmetic that is not safe, columns that it reads.

use std::cell::LazyCell;
use std::collections::BTreeSet;

use arrow::datatypes::DataType;
use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::common::{DFSchema, Result as EngineResult, Spans};
use datafusion::logical_expr::expr::AggregateFunction;
use datafusion::logical_expr::{BinaryExpr, Expr, ExprSchemable, LogicalPlan, Operator};

use super::errors::{explain, place_of};
use crate::common::error::{Error, Place, Result};

/// The widest decimal whose sum over 10^10 rows still fits into 38 digits.
const WIDEST: u8 = 28;

/// Refuses what DataFusion computes without a word, and wrongly or as no other engine does: sums of decimals so wide that
/// they could wrap, and products and quotients of amounts.
pub(super) fn arithmetic_is_safe(plan: &LogicalPlan) -> Result<()> {
    let mut found: Option<Error> = None;
    plan.apply_with_subqueries(|node| {
        let schema = LazyCell::new(|| {
            let mut schema = DFSchema::empty();
            node.inputs().into_iter().for_each(|input| schema.merge(input.schema()));
            schema
        });
        node.apply_expressions(|expr| {
            expr.apply(|expr| {
                let error = match expr {
                    Expr::AggregateFunction(AggregateFunction { func, params }) if func.name() == "sum" => {
                        wide_sum(&params.args, &schema)?
                    }
                    Expr::WindowFunction(window) if window.fun.name() == "sum" => {
                        wide_sum(&window.params.args, &schema)?
                    }
                    Expr::BinaryExpr(binary) => bare_product(binary, &schema)?,
                    _ => None,
                };
                let Some(error) = error else { return Ok(TreeNodeRecursion::Continue) };
                found = Some(match first_place(expr, node) {
                    Some(place) => error.at(place),
                    None => error,
                });
                Ok(TreeNodeRecursion::Stop)
            })
        })
    })
    .map_err(explain)?;
    found.map_or(Ok(()), Err)
}

fn wide_sum(args: &[Expr], schema: &DFSchema) -> EngineResult<Option<Error>> {
    let Some(argument) = args.first() else { return Ok(None) };
    if matches!(argument.get_type(schema)?, DataType::Int64 | DataType::UInt64) && !is_of_literals(argument) {
        let error = Error::user("`sum` of a bigint could overflow 64 bits, and would wrap around");
        return Ok(Some(
            error.hint("cast what is summed to decimal(18,0), and the sum to bigint: both casts are checked"),
        ));
    }
    let (DataType::Decimal128(precision, scale) | DataType::Decimal256(precision, scale)) =
        argument.get_type(schema)?
    else {
        return Ok(None);
    };
    if precision <= WIDEST {
        return Ok(None);
    }
    let error = Error::user(format!("`sum` of a decimal({precision},{scale}) could exceed 38 digits"));
    Ok(Some(
        error.hint(format!(
            "cast what is summed to decimal({WIDEST},{scale}) first: the cast is checked, the sum is not"
        )),
    ))
}

/// Whether `expr` is one of some numbers that stand in the SQL, as where rows are counted.
fn is_of_literals(expr: &Expr) -> bool {
    match expr {
        Expr::Literal(..) => true,
        Expr::Alias(alias) => is_of_literals(&alias.expr),
        Expr::Cast(cast) => is_of_literals(&cast.expr),
        Expr::Case(case) => {
            let results = case.when_then_expr.iter().map(|(_, then)| then).chain(&case.else_expr);
            results.into_iter().all(|result| is_of_literals(result))
        }
        _ => false,
    }
}

/// Of a decimal with a fraction; whole numbers are multiplied alike everywhere.
fn bare_product(binary: &BinaryExpr, schema: &DFSchema) -> EngineResult<Option<Error>> {
    let (done, instead) = match binary.op {
        Operator::Multiply => ("multiplied", "product('a', 'b') }} for a * b"),
        Operator::Divide => ("divided", "mul_div('a', amount(1), 'b') }} for a / b"),
        _ => return Ok(None),
    };
    if !is_amount(&binary.left.get_type(schema)?) && !is_amount(&binary.right.get_type(schema)?) {
        return Ok(None);
    }
    let error =
        Error::user(format!("amounts are {done} with `{}`, which every engine rounds in its own way", binary.op));
    Ok(Some(error.hint(format!("write {{{{ {instead}, or {{{{ mul_div('a', 'b', 'c') }}}} for a * b / c"))))
}

fn is_amount(kind: &DataType) -> bool {
    matches!(kind, DataType::Decimal128(_, scale) | DataType::Decimal256(_, scale) if *scale > 0)
}

/// Where the SQL first names a column that `expr`, an expression of `node`, is made of.
fn first_place(expr: &Expr, node: &LogicalPlan) -> Option<Place> {
    let columns = expr.column_refs();
    let in_columns = columns.iter().filter_map(|column| column.spans().first());
    if let Some(span) = expr.spans().and_then(Spans::first).or_else(|| in_columns.min_by_key(|span| span.start)) {
        return Some(place_of(&span));
    }
    // An aggregate is a column without a place to what selects it.
    columns.iter().find_map(|column| {
        node.inputs().into_iter().find_map(|input| {
            let made = input.expressions().into_iter().find(|made| made.schema_name().to_string() == column.name);
            made.and_then(|made| first_place(&made, input))
        })
    })
}

/// The window of an optimized `plan` that has the most rows in one place, as far as a plan can tell: the one that is
/// partitioned by the fewest columns.
pub(super) fn widest_window(plan: &LogicalPlan) -> Option<String> {
    let mut widest: Option<(usize, String)> = None;
    // The closure never fails, so neither does the walk.
    let _ = plan.apply_with_subqueries(|node| {
        let LogicalPlan::Window(window) = node else { return Ok(TreeNodeRecursion::Continue) };
        for expr in &window.window_expr {
            if let Expr::WindowFunction(function) = expr.clone().unalias() {
                let by: Vec<String> = function.params.partition_by.iter().map(in_sql).collect();
                if widest.as_ref().is_none_or(|(columns, _)| by.len() < *columns) {
                    let over = if by.is_empty() { String::new() } else { format!("partition by {}", by.join(", ")) };
                    widest = Some((by.len(), format!("{}(...) over ({over})", function.fun.name())));
                }
            }
        }
        Ok(TreeNodeRecursion::Continue)
    });
    widest.map(|(_, window)| window)
}

/// `expr`, a column without its table.
fn in_sql(expr: &Expr) -> String {
    match expr {
        Expr::Column(column) => column.name.clone(),
        other => other.to_string(),
    }
}

/// A column of more than 38 digits, which no other engine has.
pub(super) fn too_wide(plan: &LogicalPlan) -> Option<String> {
    let wide = plan.schema().fields().iter().find(|field| matches!(field.data_type(), DataType::Decimal256(..)));
    wide.map(|field| field.name().clone())
}

/// A column name that stands twice in the result.
pub(super) fn twice(plan: &LogicalPlan) -> Option<String> {
    let mut seen = BTreeSet::new();
    let names = plan.schema().fields().iter().map(|field| field.name());
    names.into_iter().find(|name| !seen.insert(name.as_str())).cloned()
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
