//! `order by` of what a query selects, by its place in the select.
//!
//! DataFusion looks for the columns of such an expression among the results, too, and so takes `b` in
//! `select sum(b) as b ... order by sum(b)` for the sum.

use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{Expr, OrderByKind, Query, SelectItem, SetExpr, Value, VisitMut, VisitorMut};

/// Has every order of `query`, and of the queries in it, name the place of what is selected.
pub(super) fn by_place(query: &mut Query) {
    let _ = VisitMut::visit(query, &mut Orders);
}

struct Orders;

impl VisitorMut for Orders {
    type Break = ();

    fn post_visit_query(&mut self, query: &mut Query) -> ControlFlow<()> {
        let SetExpr::Select(select) = query.body.as_ref() else { return ControlFlow::Continue(()) };
        let selected: Option<Vec<&Expr>> = select.projection.iter().map(selected).collect();
        let (Some(selected), Some(order)) = (selected, query.order_by.as_mut()) else {
            return ControlFlow::Continue(());
        };
        if let OrderByKind::Expressions(by) = &mut order.kind {
            for by in by.iter_mut().filter(|by| !matches!(by.expr, Expr::Identifier(_) | Expr::Value(_))) {
                if let Some(place) = selected.iter().position(|expr| **expr == by.expr) {
                    by.expr = Expr::value(Value::Number((place + 1).to_string(), false));
                }
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
