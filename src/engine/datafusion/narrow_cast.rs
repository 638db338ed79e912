//! Casts that leave digits out, kept where they are.
//!
//! DataFusion takes `cast(x as decimal(18, 2)) <> 0` for `x <> 0`, and so does not see what the cast leaves out. A
//! function is not looked into.

use std::sync::Arc;

use arrow::compute::{CastOptions, cast_with_options};
use arrow::datatypes::DataType;
use arrow::util::display::FormatOptions;
use datafusion::common::tree_node::{Transformed, TransformedResult, TreeNode};
use datafusion::common::{DFSchema, Result};
use datafusion::functions::utils::make_scalar_function;
use datafusion::logical_expr::expr_rewriter::NamePreserver;
use datafusion::logical_expr::{
    Cast, ColumnarValue, Expr, ExprSchemable, LogicalPlan, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature,
    TryCast, Volatility,
};

/// `plan` with functions in the place of casts that leave digits out.
pub(super) fn kept(plan: LogicalPlan) -> Result<LogicalPlan> {
    plan.transform_up_with_subqueries(|node| {
        let mut schema = DFSchema::empty();
        node.inputs().into_iter().for_each(|input| schema.merge(input.schema()));
        let names = NamePreserver::new(&node);
        let changed = node.map_expressions(|expr| {
            let name = names.save(&expr);
            let changed = expr.transform_up(|expr| function(expr, &schema))?;
            Ok(changed.update_data(|expr| name.restore(expr)))
        })?;
        if changed.transformed { changed.map_data(LogicalPlan::recompute_schema) } else { Ok(changed) }
    })
    .data()
}

/// The function in the place of `expr`, if it is such a cast.
fn function(expr: Expr, schema: &DFSchema) -> Result<Transformed<Expr>> {
    let (value, kind, safe) = match &expr {
        Expr::Cast(Cast { expr, field, .. }) => (expr, field.data_type(), false),
        Expr::TryCast(TryCast { expr, field, .. }) => (expr, field.data_type(), true),
        _ => return Ok(Transformed::no(expr)),
    };
    if !leaves_digits_out(&value.get_type(schema)?, kind) {
        return Ok(Transformed::no(expr));
    }
    let narrow = NarrowCast { kind: kind.clone(), safe, signature: Signature::any(1, Volatility::Immutable) };
    Ok(Transformed::yes(ScalarUDF::new_from_impl(narrow).call(vec![value.as_ref().clone()])))
}

fn leaves_digits_out(from: &DataType, to: &DataType) -> bool {
    match (from, to) {
        (DataType::Decimal128(_, from), DataType::Decimal128(_, to)) => to < from,
        (DataType::Decimal128(_, scale), to) => *scale > 0 && to.is_integer(),
        _ => false,
    }
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct NarrowCast {
    kind: DataType,
    /// Whether what does not fit is null, and no error.
    safe: bool,
    signature: Signature,
}

impl ScalarUDFImpl for NarrowCast {
    fn name(&self) -> &str {
        if self.safe { "try_narrow_cast" } else { "narrow_cast" }
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(self.kind.clone())
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let options = CastOptions { safe: self.safe, format_options: FormatOptions::default() };
        let cast = |values: &[Arc<dyn arrow::array::Array>]| Ok(cast_with_options(&values[0], &self.kind, &options)?);
        make_scalar_function(cast, Vec::new())(&args.args)
    }
}
