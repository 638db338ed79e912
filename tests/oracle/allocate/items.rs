//! Line items as the allocation sees them: what part each plays, whose commitment it bears and what it costs (§2, §3).

use std::collections::BTreeSet;

use crate::oracle::allocate::base_cost::{self, Metric};
use crate::oracle::allocate::kinds::{Kind, kind};
use crate::oracle::month::{CostBasis, Exact, Line, Moment, Month, Settings, Tables};

/// The part that a line plays in the allocation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// Usage that no commitment covered.
    Usage,
    /// Usage that a commitment covered.
    Covered,
    /// A line that bears the ARN of a commitment and is no usage (§6, closing entry).
    Fee,
    /// All else: support, tax, credits, discounts, fees.
    Charge,
}

/// The ARN that a line bears, and the account inside it.
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
    pub(super) currency: String,
    pub(super) account: String,
    pub(super) service: String,
    pub(super) usage_type: String,
    pub(super) operation: String,
    pub(super) region: String,
    /// What a reservation would see in it.
    pub(super) kind: Option<Kind>,
    /// Base cost by the settings.
    pub(super) base: Exact,
    /// Base cost with `cost_basis: amortized`, which unit costs of commitments always are (§5).
    pub(super) amortized: Exact,
}

impl Item<'_> {
    /// The usage interval that the line belongs to.
    pub(super) fn slot(&self) -> Moment {
        self.line.line_item_usage_start_date
    }

    /// Whether the account of the line bought the commitment on it.
    pub(super) fn is_owners(&self) -> bool {
        self.commitment.as_ref().is_some_and(|bought| bought.owner == self.account)
    }
}

/// §3: rows that split the cost of containers repeat cost that stands on other rows.
fn is_split_cost(line: &Line) -> bool {
    matches!(line.line_item_operation.as_deref(), Some("EKSPod-EC2" | "ECSTask-EC2"))
}

/// All lines of the month that are not left out.
pub(super) fn items<'a>(month: &'a Month, settings: &Settings, tables: &Tables) -> Vec<Item<'a>> {
    let metric = base_cost::metric(month, settings);
    let lines = month.lines.iter().enumerate().filter(|(_, line)| !is_split_cost(line));
    lines.map(|(index, line)| item(index, line, month, (settings.cost_basis, metric), tables)).collect()
}

fn item<'a>(index: usize, line: &'a Line, month: &Month, cost: (CostBasis, Metric), tables: &Tables) -> Item<'a> {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let account = line.line_item_usage_account_id.clone().unwrap_or_else(|| month.payer.clone());
    let commitment = bought(line, &account);
    let (role, category) = part(line, commitment.as_ref(), &account, tables);
    let item = Item {
        index,
        line,
        role,
        category,
        currency: text(&line.line_item_currency_code),
        account,
        service: line.line_item_product_code.clone(),
        usage_type: text(&line.line_item_usage_type),
        operation: text(&line.line_item_operation),
        region: region(line),
        kind: None,
        base: base_cost::base_cost(line, cost.0, cost.1),
        amortized: base_cost::base_cost(line, CostBasis::Amortized, cost.1),
        commitment,
    };
    Item { kind: kind(&item, tables), ..item }
}

/// The commitment on a line; a reservation comes first, since a Savings Plan covers what reservations leave (§7). An
/// ARN without an account is that of the line's account.
fn bought(line: &Line, account: &str) -> Option<Bought> {
    let reservation = line.reservation_reservation_a_r_n.as_ref();
    let arn = reservation.or(line.savings_plan_savings_plan_a_r_n.as_ref())?.clone();
    let owner = arn_field(&arn, 4).unwrap_or(account).to_owned();
    Some(Bought { arn, owner })
}

/// Part and category of a line. Types that AWS adds and the list lacks are fees that stay where they are.
fn part(line: &Line, commitment: Option<&Bought>, account: &str, tables: &Tables) -> (Role, String) {
    let types = tables.seeds.get("line_item_types").map(Vec::as_slice).unwrap_or_default();
    let found = types.iter().find(|row| row.get("line_item_type") == Some(&line.line_item_line_item_type));
    let field = |name: &str| found.and_then(|row| row.get(name)).map_or("", String::as_str);
    let own_or_borrowed = match commitment {
        Some(bought) if bought.owner != account => "borrowed",
        _ => "own_commitment",
    };
    match (field("role"), commitment) {
        ("usage", _) => (Role::Usage, "usage".to_owned()),
        ("covered", _) => (Role::Covered, own_or_borrowed.to_owned()),
        ("commitment_fee", Some(_)) if line.line_item_line_item_type == "SavingsPlanNegation" => {
            (Role::Fee, own_or_borrowed.to_owned())
        }
        ("commitment_fee", Some(_)) => (Role::Fee, "unused_commitment".to_owned()),
        _ if field("category").is_empty() => (Role::Charge, "fee".to_owned()),
        _ => (Role::Charge, field("category").to_owned()),
    }
}

/// A field of an ARN, `arn:partition:service:region:account:resource`, if it is filled.
fn arn_field(arn: &str, place: usize) -> Option<&str> {
    arn.split(':').nth(place).filter(|field| !field.is_empty())
}

/// The region of a line, of its Availability Zone, or of its reservation: on fee rows AWS leaves columns blank.
fn region(line: &Line) -> String {
    let zone = line.line_item_availability_zone.as_deref();
    let of_zone = zone.map(|zone| zone.trim_end_matches(|letter: char| letter.is_ascii_lowercase()));
    let of_arn = line.reservation_reservation_a_r_n.as_deref().and_then(|arn| arn_field(arn, 3));
    let region = line.product_region.as_deref().or(of_zone).or(of_arn);
    region.unwrap_or_default().to_owned()
}

/// Currencies of the items; money never moves between them (§2).
pub(super) fn currencies(items: &[Item<'_>]) -> BTreeSet<String> {
    items.iter().map(|item| item.currency.clone()).collect()
}
