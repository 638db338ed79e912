//! Line items as the allocation sees them: what part each plays, whose commitment it bears and what it costs (§2, §3).

use std::collections::{BTreeMap, BTreeSet};

use crate::oracle::allocate::base_cost::Book;
use crate::oracle::allocate::kinds::{Kind, kind, text};
use crate::oracle::allocate::owners::{account, arn_field};
use crate::oracle::month::{CostBasis, Decimal, Exact, Line, Moment, Month, Settings, Tables};

/// The part that a line plays in the allocation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// Usage that no commitment covered.
    Usage,
    /// Usage that a commitment covered.
    Covered,
    /// A line that bears the ARN of a commitment and is no usage (§6, closing entries).
    Fee,
    /// All else: support, tax, credits, discounts, fees.
    Charge,
}

/// The ARN that a line bears, and whose commitment it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Bought {
    pub(super) arn: String,
    pub(super) owner: String,
}

/// A line item that is not left out.
#[derive(Clone, Debug)]
pub(super) struct Item<'a> {
    /// Place of the line in the month.
    pub(super) index: usize,
    pub(super) line: &'a Line,
    pub(super) role: Role,
    /// Category by the line's type alone (§10).
    pub(super) category: String,
    pub(super) commitment: Option<Bought>,
    pub(super) account: String,
    pub(super) service: String,
    pub(super) usage_type: String,
    pub(super) operation: String,
    pub(super) region: String,
    /// What a reservation would see in it.
    pub(super) kind: Option<Kind>,
    /// Base cost by the settings.
    pub(super) base: Exact,
    /// Base cost with `cost_basis: amortized`, which costs of covered usage always are (§6).
    pub(super) amortized: Exact,
    /// What the invoice says, in the metric that is read.
    pub(super) invoiced: Exact,
}

impl Item<'_> {
    /// The usage interval that the line belongs to.
    pub(super) fn slot(&self) -> Moment {
        self.line.line_item_usage_start_date
    }

    /// Whether the commitment on the line is another account's.
    pub(super) fn is_foreign(&self) -> bool {
        self.commitment.as_ref().is_some_and(|bought| bought.owner != self.account)
    }

    /// Whether AWS itself sold what the line is for.
    pub(super) fn is_of_aws(&self) -> bool {
        self.line.bill_billing_entity.as_deref().is_none_or(|entity| entity == "AWS")
    }
}

/// §3: rows that split the cost of containers repeat cost that stands on other rows; unless they bear some.
pub(super) fn is_left_out(line: &Line) -> bool {
    let has_cost = line.line_item_unblended_cost != Decimal(0)
        || line.line_item_net_unblended_cost.is_some_and(|cost| cost != Decimal(0));
    matches!(line.line_item_operation.as_deref(), Some("EKSPod-EC2" | "ECSTask-EC2")) && !has_cost
}

/// Currencies of the month; money never moves between them (§2).
pub(super) fn currencies(month: &Month) -> BTreeSet<String> {
    let kept = month.lines.iter().filter(|line| !is_left_out(line));
    kept.map(|line| line.line_item_currency_code.clone().unwrap_or_default()).collect()
}

/// All lines of a currency that are not left out, with their places in the month.
pub(super) fn kept<'a>(month: &'a Month, currency: &str) -> Vec<(usize, &'a Line)> {
    let is_of = |line: &Line| line.line_item_currency_code.as_deref().unwrap_or_default() == currency;
    month.lines.iter().enumerate().filter(|(_, line)| is_of(line) && !is_left_out(line)).collect()
}

/// What items are made with.
pub(super) struct Sources<'a> {
    pub(super) month: &'a Month,
    pub(super) settings: &'a Settings,
    pub(super) tables: &'a Tables,
    pub(super) owners: &'a BTreeMap<String, String>,
}

/// The item of a line.
pub(super) fn item<'a>(index: usize, line: &'a Line, book: &Book<'_>, sources: &Sources<'_>) -> Item<'a> {
    let filled = |value: &Option<String>| value.clone().unwrap_or_default();
    let account = account(line, sources.month).to_owned();
    let commitment = line
        .arn()
        .map(|arn| Bought { arn: arn.to_owned(), owner: sources.owners.get(arn).cloned().unwrap_or_default() });
    let (role, category) = part(line, commitment.as_ref(), &account, sources.tables);
    let item = Item {
        index,
        line,
        role,
        category,
        account,
        service: line.line_item_product_code.clone(),
        usage_type: filled(&line.line_item_usage_type),
        operation: filled(&line.line_item_operation),
        region: region(line),
        kind: None,
        base: book.cost(line, sources.settings.cost_basis),
        amortized: book.cost(line, CostBasis::Amortized),
        invoiced: book.invoiced(line),
        commitment,
    };
    Item { kind: kind(&item, sources.tables), ..item }
}

/// Part and category of a line. Types that AWS adds and the list lacks are fees that stay where they are.
fn part(line: &Line, commitment: Option<&Bought>, account: &str, tables: &Tables) -> (Role, String) {
    let mut types = tables.seed("line_item_types").iter();
    let found = types.find(|row| row.get("line_item_type") == Some(&line.line_item_line_item_type));
    let field = |name: &str| found.map_or("", |row| text(row, name));
    let own_or_borrowed = match commitment {
        Some(bought) if bought.owner != account => "borrowed",
        _ => "own_commitment",
    };
    let is_fee = field("role") == "commitment_fee" || line.is_discount();
    let (role, category) = match field("role") {
        "usage" => (Role::Usage, "usage"),
        "covered" => (Role::Covered, own_or_borrowed),
        _ if is_fee && commitment.is_some() && line.line_item_line_item_type == "SavingsPlanNegation" => {
            (Role::Fee, own_or_borrowed)
        }
        _ if is_fee && commitment.is_some() => (Role::Fee, "unused_commitment"),
        _ if line.is_discount() => (Role::Charge, "discount"),
        _ if field("category").is_empty() => (Role::Charge, "fee"),
        _ => (Role::Charge, field("category")),
    };
    (role, category.to_owned())
}

/// The region of a line, of its Availability Zone, or of its reservation: on fee rows AWS leaves columns blank.
fn region(line: &Line) -> String {
    let zone = line.line_item_availability_zone.as_deref();
    let of_zone = zone.map(|zone| zone.trim_end_matches(|letter: char| letter.is_ascii_lowercase()));
    let of_arn = line.reservation_reservation_a_r_n.as_deref().and_then(|arn| arn_field(arn, 3));
    let region = line.product_region.as_deref().or(of_zone).or(of_arn);
    region.unwrap_or_default().to_owned()
}
