//! Columns of a report: each has a name and a source of its cells. Both layouts share the sources.

use arrow::datatypes::{DataType, Field, TimeUnit};

use super::chance;
use super::dictionary::{Account, Commitment, Dictionary, Invoice, Product, Resource, Slot, UnitPrice};
use super::exact::Exact;
use super::line::{Fee, LineItem, LineType};
use super::tally::{NET_PERCENT, PRIVATE_PERCENT};

/// A line with everything it refers to.
pub(super) struct ResolvedLine<'a> {
    /// All texts.
    pub(super) dictionary: &'a Dictionary,
    /// The line.
    pub(super) line: &'a LineItem,
    /// Its product.
    pub(super) product: &'a Product,
    /// Its price.
    pub(super) price: &'a UnitPrice,
    /// Its account.
    pub(super) account: &'a Account,
    /// Its resource.
    pub(super) resource: Option<&'a Resource>,
    /// Its Reserved Instance.
    pub(super) reservation: Option<&'a Commitment>,
    /// Its Savings Plan.
    pub(super) plan: Option<&'a Commitment>,
    /// Its interval.
    pub(super) slot: &'a Slot,
}

/// A text of a line, `""` when absent.
pub(super) type Text = for<'a> fn(&ResolvedLine<'a>) -> &'a str;

/// How a line gives its cell of a column.
#[derive(Clone, Copy)]
pub(super) enum CellSource {
    /// A text of the dictionary.
    Text(Text),
    /// A text that is put together.
    Made(fn(&ResolvedLine<'_>, &mut String)),
    /// A product attribute, by its number in the dictionary.
    Attribute(usize),
    /// A number.
    Number(fn(&ResolvedLine<'_>) -> Exact),
    /// An instant, in seconds since 1970.
    Time(fn(&ResolvedLine<'_>) -> i64),
    /// Texts by key.
    Texts(for<'a> fn(&ResolvedLine<'a>, &mut dyn FnMut(&'a str, &'a str))),
    /// Numbers by key.
    Numbers(fn(&ResolvedLine<'_>, &mut dyn FnMut(&'static str, Exact))),
    /// A text column that has no values in this report.
    NoText,
    /// A number column that has no values in this report.
    NoNumber,
}

/// A column of a report.
#[derive(Clone)]
pub(super) struct CurColumn {
    /// Its name.
    pub(super) name: String,
    /// How lines give their cells.
    pub(super) source: CellSource,
    /// Whether an absent text is null; else it is `""`.
    pub(super) is_null: bool,
}

impl CurColumn {
    /// A column whose absent texts are null.
    pub(super) fn new(name: &str, source: CellSource) -> Self {
        Self { name: name.to_owned(), source, is_null: true }
    }

    /// The column in the file's schema.
    pub(super) fn field(&self) -> Field {
        let kind = match self.source {
            CellSource::Text(_) | CellSource::Made(_) | CellSource::Attribute(_) | CellSource::NoText => DataType::Utf8,
            CellSource::Number(_) | CellSource::NoNumber => DataType::Float64,
            CellSource::Time(_) => DataType::Timestamp(TimeUnit::Millisecond, Some("UTC".into())),
            CellSource::Texts(_) => map_type(DataType::Utf8),
            CellSource::Numbers(_) => map_type(DataType::Float64),
        };
        Field::new(&self.name, kind, true)
    }
}

fn map_type(value: DataType) -> DataType {
    let key = Field::new("key", DataType::Utf8, false);
    let entry = DataType::Struct(vec![key, Field::new("value", value, true)].into());
    DataType::Map(Field::new("key_value", entry, false).into(), false)
}

impl<'a> ResolvedLine<'a> {
    /// A line with all that it refers to; the dictionary gave the numbers, so each of them is in it.
    pub(super) fn new(dictionary: &'a Dictionary, line: &'a LineItem) -> Self {
        let commitment = dictionary.commitments.get(line.commitment as usize);
        Self {
            dictionary,
            line,
            product: &dictionary.products[line.product as usize],
            price: &dictionary.prices[line.price as usize],
            account: &dictionary.accounts[line.account as usize],
            resource: dictionary.resources.get(line.resource as usize),
            reservation: commitment.filter(|commitment| !commitment.is_plan),
            plan: commitment.filter(|commitment| commitment.is_plan),
            slot: &dictionary.slots[line.slot as usize],
        }
    }

    /// A figure of its fee; 0 on lines that are no fee.
    pub(super) fn fee(&self, figure: fn(&Fee) -> Exact) -> Exact {
        self.line.fee.as_deref().map_or(Exact::ZERO, figure)
    }

    /// A tag by its number.
    pub(super) fn tag(&self, number: usize) -> &'a str {
        self.resource.map_or("", |resource| resource.tags[number])
    }

    /// A text of its reservation, on the month's fee line only.
    pub(super) fn on_fee(&self, text: fn(&'a Commitment) -> &'a str) -> &'a str {
        self.reservation.filter(|_| self.line.kind == LineType::RiFee).map_or("", text)
    }

    /// A text of its Savings Plan.
    pub(super) fn of_plan(&self, text: fn(&'a Commitment) -> &'a str) -> &'a str {
        self.plan.map_or("", text)
    }

    /// An amount, if the line is of a kind.
    pub(super) fn only(&self, kind: LineType, amount: Exact) -> Exact {
        if self.line.kind == kind { amount } else { Exact::ZERO }
    }

    /// Whether public rates are named: on usage, however it is paid.
    fn is_metered(&self) -> bool {
        matches!(
            self.line.kind,
            LineType::Usage
                | LineType::DiscountedUsage
                | LineType::SavingsPlanCoveredUsage
                | LineType::SavingsPlanNegation
        )
    }

    /// The line item id: the same for all hours of a series, as in real reports.
    pub(super) fn write_id(&self, out: &mut String) {
        let line = self.line;
        let hash = chance::mix(&[
            self.dictionary.seed,
            line.kind as u64,
            u64::from(line.account) << 32 | u64::from(line.product),
            u64::from(line.price) << 32 | u64::from(line.resource),
            u64::from(line.commitment),
        ]);
        chance::write_line_id(hash, out);
    }

    /// The subscription's number; every line has one except Savings Plans' fees.
    pub(super) fn write_subscription(&self, out: &mut String) {
        match (self.reservation, self.line.kind) {
            (Some(reservation), _) => out.push_str(&reservation.subscription),
            (None, LineType::SavingsPlanRecurringFee | LineType::SavingsPlanUpfrontFee) => {}
            _ => {
                let (account, service) = (self.line.account, self.product.service);
                let words = [self.dictionary.seed, u64::from(account), u64::from(service)];
                out.push_str(&chance::digits(chance::mix(&words), 10));
            }
        }
    }

    /// The blended rate.
    pub(super) fn write_blended_rate(&self, out: &mut String) {
        if !self.price.rate_text.is_empty() {
            self.line.blended_rate.write(out);
        }
    }

    /// The unblended rate after discount.
    pub(super) fn write_net_rate(&self, out: &mut String) {
        if self.price.rate_text.is_empty() {
            return;
        }
        if self.line.net == self.line.unblended {
            out.push_str(&self.price.rate_text);
        } else {
            let percent = 100 - self.discounts().0 - self.discounts().1;
            self.price.rate.percent(percent).write(out);
        }
    }

    /// The enterprise and the private discount of the line, in percent.
    fn discounts(&self) -> (i128, i128) {
        if self.line.net == self.line.unblended || self.line.net == Exact::ZERO {
            (0, 0)
        } else if self.product.is_storage {
            (100 - NET_PERCENT, PRIVATE_PERCENT)
        } else {
            (100 - NET_PERCENT, 0)
        }
    }

    /// What the enterprise agreement takes off, a negative amount.
    pub(super) fn enterprise_discount(&self) -> Exact {
        match self.discounts() {
            (0, _) => Exact::ZERO,
            (_, 0) => self.line.net - self.line.unblended,
            _ => -self.line.unblended.percent(100 - NET_PERCENT),
        }
    }

    /// What all discounts take off, a negative amount.
    pub(super) fn total_discount(&self) -> Exact {
        if self.discounts().0 == 0 { Exact::ZERO } else { self.line.net - self.line.unblended }
    }
}

/// Columns whose absent texts are null.
pub(super) fn columns<const COUNT: usize>(all: [(&str, CellSource); COUNT]) -> Vec<CurColumn> {
    all.map(|(name, source)| CurColumn::new(name, source)).into()
}

/// Identity, bill and line item: what all reports begin with.
pub(super) fn line_columns() -> Vec<CurColumn> {
    use CellSource::{Made, Number, Text, Time};
    columns([
        ("identity_line_item_id", Made(|row, out| row.write_id(out))),
        ("identity_time_interval", Text(|row| &row.slot.label)),
        ("bill_invoice_id", Text(|row| &row.dictionary.invoices[row.line.invoice as usize])),
        ("bill_invoicing_entity", Text(|row| legal_entity(row.line.invoice))),
        ("bill_billing_entity", Text(|row| billing_entity(row.line.invoice))),
        ("bill_bill_type", Text(|row| bill_type(row.line.invoice))),
        ("bill_payer_account_id", Text(|row| &row.dictionary.accounts[0].id)),
        ("bill_billing_period_start_date", Time(|row| row.dictionary.month().start)),
        ("bill_billing_period_end_date", Time(|row| row.dictionary.month().end)),
        ("line_item_usage_account_id", Text(|row| &row.account.id)),
        ("line_item_line_item_type", Text(|row| row.line.kind.name())),
        ("line_item_usage_start_date", Time(|row| row.slot.start)),
        ("line_item_usage_end_date", Time(|row| row.slot.end)),
        ("line_item_product_code", Text(|row| row.product.code)),
        ("line_item_usage_type", Text(|row| &row.product.usage_type)),
        ("line_item_operation", Text(|row| &row.product.operation)),
        ("line_item_availability_zone", Text(|row| row.resource.map_or(row.line.zone, |resource| resource.zone))),
        ("line_item_resource_id", Text(|row| row.resource.map_or("", |resource| &resource.id))),
        ("line_item_usage_amount", Number(|row| row.line.usage)),
        ("line_item_normalization_factor", Number(|row| factor(row, Exact::ONE))),
        ("line_item_normalized_usage_amount", Number(|row| factor(row, row.line.usage))),
        ("line_item_currency_code", Text(|_| "USD")),
        ("line_item_unblended_rate", Text(|row| &row.price.rate_text)),
        ("line_item_unblended_cost", Number(|row| row.line.unblended)),
        ("line_item_blended_rate", Made(|row, out| row.write_blended_rate(out))),
        ("line_item_blended_cost", Number(|row| row.line.blended)),
        ("line_item_line_item_description", Text(|row| &row.price.description)),
        ("line_item_tax_type", Text(|row| if row.line.kind == LineType::Tax { "USSalesTax" } else { "" })),
        ("line_item_legal_entity", Text(|row| legal_entity(row.line.invoice))),
    ])
}

/// Prices.
pub(super) fn pricing_columns() -> Vec<CurColumn> {
    use CellSource::{Number, Text};
    columns([
        ("pricing_currency", Text(|_| "USD")),
        ("pricing_lease_contract_length", Text(|row| row.price.lease)),
        ("pricing_offering_class", Text(|row| row.price.class)),
        ("pricing_purchase_option", Text(|row| row.price.option)),
        ("pricing_rate_code", Text(|row| &row.price.rate_code)),
        ("pricing_rate_id", Text(|row| &row.price.rate_id)),
        ("pricing_public_on_demand_cost", Number(|row| row.line.public)),
        ("pricing_public_on_demand_rate", Text(|row| if row.is_metered() { &row.product.public_text } else { "" })),
        ("pricing_term", Text(|row| row.price.term)),
        ("pricing_unit", Text(|row| row.price.unit)),
    ])
}

fn factor(row: &ResolvedLine<'_>, amount: Exact) -> Exact {
    if row.is_metered() || row.line.kind == LineType::RiFee { amount.of(row.product.quarters, 4) } else { Exact::ZERO }
}

fn billing_entity(invoice: Invoice) -> &'static str {
    if invoice == Invoice::Marketplace { "AWS Marketplace" } else { "AWS" }
}

fn legal_entity(invoice: Invoice) -> &'static str {
    if invoice == Invoice::Marketplace { "Example Software, LLC" } else { "Amazon Web Services, Inc." }
}

fn bill_type(invoice: Invoice) -> &'static str {
    match invoice {
        Invoice::Monthly | Invoice::Marketplace => "Anniversary",
        Invoice::Purchase => "Purchase",
        Invoice::Refund => "Refund",
    }
}
