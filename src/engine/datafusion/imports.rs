//! The tables that a query reads first of all, put where they are read.
//!
//! Analysts begin a model with `x as (select * from schema.x)` for each table and end it with `select * from y`. To the
//! planner each `select *` is a list of columns, every one of which it compares with every other.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use datafusion::common::{Result as EngineResult, TableReference};
use datafusion::execution::SessionState;
use datafusion::logical_expr::{LogicalPlan, LogicalPlanBuilder};
use datafusion::sql::parser;
use datafusion::sql::sqlparser::ast::{
    Ident, ObjectName, Query, SelectItem, SetExpr, Statement, TableAlias, TableFactor, Visit, VisitMut, Visitor,
    VisitorMut,
};

use super::order_by;

/// The plan of the query `sql`. One that fails is planned as it is written, so that what is said is about that.
pub(super) async fn plan(state: &SessionState, sql: &str) -> EngineResult<LogicalPlan> {
    if let parser::Statement::Statement(statement) =
        state.sql_to_statement(sql, &state.config_options().sql_parser.dialect)?
        && let Statement::Query(query) = *statement
    {
        return plan_parsed(state, sql, query).await;
    }
    state.create_logical_plan(sql).await
}

/// As [`plan`], of the `query` that `sql` was parsed to.
pub(super) async fn plan_parsed(state: &SessionState, sql: &str, mut query: Box<Query>) -> EngineResult<LogicalPlan> {
    order_by::by_place(&mut query);
    let called = inline(&mut query);
    let statement = parser::Statement::Statement(Box::new(Statement::Query(query)));
    let planned = state.statement_to_plan(statement).await.and_then(|plan| match called {
        Some(ident) => LogicalPlanBuilder::from(plan).alias(TableReference::bare(name(&ident)))?.build(),
        None => Ok(plan),
    });
    match planned {
        Ok(plan) => Ok(plan),
        Err(_) => state.create_logical_plan(sql).await,
    }
}

/// Reads tables directly that `query` reads through `x as (select * from ...)`, and takes the last expression for the
/// whole if the rest is `select * from` it; its name, which the result is still to get, is returned.
fn inline(query: &mut Query) -> Option<Ident> {
    if Visit::visit(query, &mut Names::default()).is_break() {
        return None;
    }
    let mut with = query.with.take_if(|with| !with.recursive)?;
    let mut imports = Imports::default();
    let expressions = std::mem::take(&mut with.cte_tables);
    for mut expression in expressions {
        let _ = VisitMut::visit(&mut expression.query, &mut imports);
        match whole_table(&expression.query).filter(|_| expression.alias.columns.is_empty()) {
            Some(table) => {
                imports.0.insert(name(&expression.alias.name), (table.clone(), expression.alias));
            }
            None => with.cte_tables.push(expression),
        }
    }
    let _ = VisitMut::visit(&mut query.body, &mut imports);
    let last = with.cte_tables.pop_if(|last| {
        last.query.with.is_none() && last.alias.columns.is_empty() && is_all_of(query, &last.alias.name)
    });
    let called = last.map(|last| {
        *query = *last.query;
        last.alias.name
    });
    query.with = Some(with).filter(|with| !with.cte_tables.is_empty());
    called
}

/// The table of `select * from table`, if `query` is that and no more.
fn whole_table(query: &Query) -> Option<&ObjectName> {
    let SetExpr::Select(select) = query.body.as_ref() else { return None };
    let ([SelectItem::Wildcard(_)], [from]) = (select.projection.as_slice(), select.from.as_slice()) else {
        return None;
    };
    let TableFactor::Table { name, .. } = &from.relation else { return None };
    (query.to_string() == format!("SELECT * FROM {name}")).then_some(name)
}

fn is_all_of(query: &Query, expression: &Ident) -> bool {
    whole_table(query).is_some_and(|table| single(table).is_some_and(|read| name(read) == name(expression)))
}

fn single(table: &ObjectName) -> Option<&Ident> {
    match table.0.as_slice() {
        [part] => part.as_ident(),
        _ => None,
    }
}

/// What the planner knows `ident` by.
fn name(ident: &Ident) -> String {
    if ident.quote_style.is_some() { ident.value.clone() } else { ident.value.to_ascii_lowercase() }
}

/// Stops if two expressions of a query, however deep, have the same name.
#[derive(Default)]
struct Names(BTreeSet<String>);

impl Visitor for Names {
    type Break = ();

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        let mut expressions = query.with.iter().flat_map(|with| &with.cte_tables);
        let is_new = expressions.all(|expression| self.0.insert(name(&expression.alias.name)));
        if is_new { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    }
}

/// The tables that expressions stand for, with the expressions' names; visiting puts them in.
#[derive(Default)]
struct Imports(BTreeMap<String, (ObjectName, TableAlias)>);

impl VisitorMut for Imports {
    type Break = ();

    fn pre_visit_table_factor(&mut self, factor: &mut TableFactor) -> ControlFlow<()> {
        if let TableFactor::Table { name: read, alias, args: None, .. } = factor
            && let Some((table, called)) = single(read).and_then(|ident| self.0.get(&name(ident)))
        {
            alias.get_or_insert_with(|| called.clone());
            *read = table.clone();
        }
        ControlFlow::Continue(())
    }
}
