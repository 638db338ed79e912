//! From SQL to a plan.

use datafusion::common::Result as EngineResult;
use datafusion::execution::SessionState;
use datafusion::logical_expr::LogicalPlan;
use datafusion::sql::parser::Statement as Parsed;
use datafusion::sql::sqlparser::ast::Statement;

use super::{narrow_cast, order_by};

/// The plan of `sql`, one statement.
pub(super) async fn plan(state: &SessionState, sql: &str) -> EngineResult<LogicalPlan> {
    plan_parsed(state, parse(state, sql)?).await
}

/// Parses `sql`, one statement.
pub(super) fn parse(state: &SessionState, sql: &str) -> EngineResult<Parsed> {
    state.sql_to_statement(sql, &state.config_options().sql_parser.dialect)
}

/// The plan of `statement`.
pub(super) async fn plan_parsed(state: &SessionState, mut statement: Parsed) -> EngineResult<LogicalPlan> {
    if let Parsed::Statement(statement) = &mut statement
        && let Statement::Query(query) = statement.as_mut()
    {
        order_by::resolve(query);
    }
    narrow_cast::kept(state.statement_to_plan(statement).await?)
}
