//! The few columns by which rows of a report are told apart, in one type whatever the files have.

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::{DataType as Arrow, Decimal128Type, Int64Type, Schema};
use arrow::util::display::array_value_to_string;
use datafusion::common::{Result as EngineResult, ScalarValue};
use datafusion::functions_aggregate::expr_fn::{count, sum};
use datafusion::logical_expr::{Expr, LogicalPlanBuilder, lit};
use datafusion::prelude::{SessionContext, ident};

use super::super::alike::{alike, stacked};
use super::super::columns::{first_of, mapped};
use super::super::errors::explain;
use super::super::session::rows_of;
use super::OpenedFile;
use crate::common::data_type::DataType;
use crate::common::error::Result;
use crate::common::types;
use crate::cur::mapping::{MappedValue, PhysicalColumn, SourceColumn};
use crate::cur::{Bills, PERIOD_START};

/// The invoice of rows that bear none: the month is open for them.
pub(super) const OPEN: &str = "";

/// Digits of a sum of costs.
const DIGITS: u8 = 38;
/// Digits behind its point.
const SCALE: i8 = 10;

/// A column that tells rows apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fact {
    /// Who pays.
    Payer,
    /// The invoice.
    Invoice,
    /// The first instant of the billing period.
    Period,
    /// The id of the line.
    LineId,
    /// The type of the line.
    LineType,
    /// Who used.
    Account,
    /// The first instant of the usage.
    Start,
    /// Unblended cost.
    Cost,
}

impl Fact {
    /// Its name in the report and in queries.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Payer => "bill_payer_account_id",
            Self::Invoice => "bill_invoice_id",
            Self::Period => PERIOD_START,
            Self::LineId => "identity_line_item_id",
            Self::LineType => "line_item_line_item_type",
            Self::Account => "line_item_usage_account_id",
            Self::Start => "line_item_usage_start_date",
            Self::Cost => "line_item_unblended_cost",
        }
    }

    /// Its column in queries.
    pub(super) fn column(self) -> Expr {
        ident(self.name())
    }

    fn data_type(self) -> DataType {
        match self {
            Self::Period | Self::Start => DataType::Timestamp,
            Self::Cost => DataType::Decimal(28, SCALE),
            _ => DataType::String,
        }
    }

    fn kind(self) -> Arrow {
        types::to_arrow(self.data_type())
    }

    /// The value of a column of a file; what cannot be read is null, and told of by whoever reads it in earnest.
    fn value(self, physical: PhysicalColumn) -> Expr {
        let is_account = matches!(self, Self::Payer | Self::Account);
        let value = if is_account && physical.data_type.is_numeric() {
            MappedValue::account_id(physical)
        } else {
            MappedValue::new(physical, self.data_type())
        };
        mapped(&value, true)
    }
}

/// The rows of a bill in a folder.
#[derive(Debug)]
pub(super) struct BillRows {
    /// Who pays, where that is known.
    pub(super) payer: Option<String>,
    /// The invoice, or [`OPEN`].
    pub(super) invoice: String,
    /// How many there are.
    pub(super) rows: u64,
    /// Their cost, in the smallest units; nothing where the report has no such column.
    pub(super) cost: Option<i128>,
}

/// Where the facts of a report stand.
pub(super) struct Facts<'a> {
    report: &'a Bills,
}

impl<'a> Facts<'a> {
    pub(super) fn new(report: &'a Bills) -> Self {
        Self { report }
    }

    /// Where a file has `fact`. Nowhere where a name stands twice, as it cannot be told which one counts.
    pub(super) fn paths(&self, fact: Fact, schema: &Schema) -> Vec<PhysicalColumn> {
        let declared = self.report.columns.iter().find(|column| column.name == fact.name());
        let column = declared.cloned().unwrap_or_else(|| SourceColumn::plain(fact.name(), fact.data_type()));
        if column.twice(schema).is_some() { Vec::new() } else { column.physical(schema) }
    }

    fn value(&self, fact: Fact, schema: &Schema) -> Expr {
        let values = self.paths(fact, schema).into_iter().map(|physical| fact.value(physical));
        first_of(values.collect(), &fact.kind()).alias(fact.name())
    }

    /// The rows of `files` that are of the period, as `facts`.
    pub(super) fn plan(&self, files: &[&OpenedFile], facts: &[Fact]) -> EngineResult<LogicalPlanBuilder> {
        let groups = alike(files.iter().map(|opened| (&opened.file, &opened.footer.schema)));
        let plans = groups.iter().map(|group| {
            let values = facts.iter().map(|fact| self.value(*fact, &group.schema));
            group.rows(&self.report.location, self.report.period)?.project(values)?.build()
        });
        stacked(plans)?.map_or_else(|| datafusion::common::internal_err!("a folder without files"), Ok)
    }

    /// Whether a file says of what invoice a row is.
    pub(super) fn have_invoices(&self, files: &[OpenedFile]) -> bool {
        files.iter().any(|opened| !self.paths(Fact::Invoice, &opened.footer.schema).is_empty())
    }

    /// The rows of `files` by payer and invoice.
    pub(super) async fn rows_by_bill(&self, context: &SessionContext, files: &[OpenedFile]) -> Result<Vec<BillRows>> {
        let files: Vec<&OpenedFile> = files.iter().collect();
        let has_cost = files.iter().any(|opened| !self.paths(Fact::Cost, &opened.footer.schema).is_empty());
        let plan = self
            .plan(&files, &[Fact::Payer, Fact::Invoice, Fact::Cost])
            .and_then(|rows| {
                let bill = [Fact::Payer.column(), Fact::Invoice.column()];
                rows.aggregate(bill, [count(lit(1_i64)).alias("rows"), sum(Fact::Cost.column()).alias("cost")])
            })
            .and_then(LogicalPlanBuilder::build)
            .map_err(explain)?;
        let mut found = Vec::new();
        for batch in rows_of(context, plan).await? {
            found.extend((0..batch.num_rows()).map(|row| bill_rows(&batch, row, has_cost)));
        }
        found.sort_by(|a, b| (&a.payer, &a.invoice).cmp(&(&b.payer, &b.invoice)));
        Ok(found)
    }
}

fn bill_rows(batch: &RecordBatch, row: usize, has_cost: bool) -> BillRows {
    let (rows, cost) = (batch.column(2).as_primitive::<Int64Type>(), batch.column(3).as_primitive::<Decimal128Type>());
    BillRows {
        payer: text(batch, 0, row),
        invoice: text(batch, 1, row).unwrap_or_else(|| OPEN.to_owned()),
        rows: u64::try_from(rows.value(row)).unwrap_or_default(),
        cost: has_cost.then(|| if cost.is_null(row) { 0 } else { cost.value(row) }),
    }
}

fn text(batch: &RecordBatch, column: usize, row: usize) -> Option<String> {
    let texts = batch.column(column).as_string_view();
    texts.is_valid(row).then(|| texts.value(row).to_owned())
}

/// The cost of `rows` as text.
pub(super) fn total<'a>(rows: impl IntoIterator<Item = &'a BillRows>) -> Option<String> {
    let cost: Option<i128> = rows.into_iter().map(|row| row.cost).sum();
    cost.and_then(|cost| ScalarValue::Decimal128(Some(cost), DIGITS, SCALE).to_array().ok())
        .and_then(|cost| array_value_to_string(&cost, 0).ok())
}
