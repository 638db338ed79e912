//! `order by` as SQL means it: what is selected by its place in the select, and columns that are added up by their table.
//!
//! DataFusion looks for the columns of such an expression among the results, too, and so takes `b` in
//! `select sum(b) as b ... order by sum(b)` for the sum.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{
    Expr, Function, Ident, OrderByKind, Query, Select, SelectItem, SetExpr, TableFactor, Value, VisitMut, VisitorMut,
    visit_expressions, visit_expressions_mut,
};

/// Functions of many rows: what they take are columns of tables, never of results.
const AGGREGATES: [&str; 5] = ["avg", "count", "max", "min", "sum"];

/// Has every order of `query`, and of the queries in it, name what it means.
pub(super) fn resolve(query: &mut Query) {
    let _ = VisitMut::visit(query, &mut Orders);
}

struct Orders;

impl VisitorMut for Orders {
    type Break = ();

    fn post_visit_query(&mut self, query: &mut Query) -> ControlFlow<()> {
        let (SetExpr::Select(select), Some(order)) = (query.body.as_ref(), query.order_by.as_mut()) else {
            return ControlFlow::Continue(());
        };
        let OrderByKind::Expressions(by) = &mut order.kind else { return ControlFlow::Continue(()) };
        let selected: Option<Vec<&Expr>> = select.projection.iter().map(selected).collect();
        let (table, ambiguous) = (only_table(select), renamed(select));
        for by in by.iter_mut().filter(|by| !matches!(by.expr, Expr::Identifier(_) | Expr::Value(_))) {
            let place = selected.iter().flatten().position(|expr| **expr == by.expr);
            match (place, table) {
                (Some(place), _) => by.expr = Expr::value(Value::Number((place + 1).to_string(), false)),
                (None, Some(table)) => of_table(&mut by.expr, table, &ambiguous),
                (None, None) => {}
            }
        }
        ControlFlow::Continue(())
    }
}

/// The expression of `item`, unless it stands for many.
fn selected(item: &SelectItem) -> Option<&Expr> {
    match item {
        SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. } => Some(expr),
        _ => None,
    }
}

/// The name of the table that `select` reads, if it is one.
fn only_table(select: &Select) -> Option<&Ident> {
    let [from] = select.from.as_slice() else { return None };
    match &from.relation {
        _ if !from.joins.is_empty() => None,
        TableFactor::Table { alias: Some(alias), .. } | TableFactor::Derived { alias: Some(alias), .. } => {
            Some(&alias.name)
        }
        TableFactor::Table { name, alias: None, .. } => name.0.last()?.as_ident(),
        _ => None,
    }
}

/// The names of results that are made of a column of the same name.
fn renamed(select: &Select) -> BTreeSet<Ident> {
    let named = select.projection.iter().filter_map(|item| match item {
        SelectItem::ExprWithAlias { expr, alias } => Some((expr, alias)),
        _ => None,
    });
    named.filter(|(expr, alias)| mentions(expr, alias)).map(|(_, alias)| alias.clone()).collect()
}

fn mentions(expr: &Expr, name: &Ident) -> bool {
    visit_expressions(expr, |part| match part {
        Expr::Identifier(found) if found == name => ControlFlow::Break(()),
        _ => ControlFlow::Continue(()),
    })
    .is_break()
}

/// Has the `ambiguous` columns that `expr` aggregates be those of `table`.
fn of_table(expr: &mut Expr, table: &Ident, ambiguous: &BTreeSet<Ident>) {
    let _: ControlFlow<()> = visit_expressions_mut(expr, |part| {
        if let Expr::Function(function) = part
            && is_aggregate(function)
        {
            let _: ControlFlow<()> = visit_expressions_mut(&mut function.args, |column| {
                if let Expr::Identifier(name) = column
                    && ambiguous.contains(name)
                {
                    *column = Expr::CompoundIdentifier(vec![table.clone(), name.clone()]);
                }
                ControlFlow::Continue(())
            });
        }
        ControlFlow::Continue(())
    });
}

fn is_aggregate(function: &Function) -> bool {
    let name = function.name.0.last().and_then(|part| part.as_ident());
    name.is_some_and(|name| AGGREGATES.iter().any(|known| name.value.eq_ignore_ascii_case(known)))
}
