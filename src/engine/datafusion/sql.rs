//! From SQL to a plan.

use std::collections::BTreeSet;

use datafusion::common::Result as EngineResult;
use datafusion::execution::SessionState;
use datafusion::logical_expr::LogicalPlan;
use datafusion::sql::parser::Statement as Parsed;
use datafusion::sql::sqlparser::ast::Statement;

use super::order_by;

/// A planned statement.
pub(super) struct PlannedSql {
    pub(super) plan: LogicalPlan,
    /// The tables that it names, with their schemas.
    pub(super) tables: BTreeSet<String>,
}

/// Parses and plans `sql`.
pub(super) async fn plan(state: &SessionState, sql: &str) -> EngineResult<PlannedSql> {
    let mut statement = parse(state, sql)?;
    let tables = state.resolve_table_references(&statement)?.iter().map(ToString::to_string).collect();
    if let Parsed::Statement(statement) = &mut statement
        && let Statement::Query(query) = statement.as_mut()
    {
        order_by::by_place(query);
    }
    Ok(PlannedSql { plan: state.statement_to_plan(statement).await?, tables })
}

/// Parses `sql`, one statement.
pub(super) fn parse(state: &SessionState, sql: &str) -> EngineResult<Parsed> {
    state.sql_to_statement(sql, &state.config_options().sql_parser.dialect)
}
