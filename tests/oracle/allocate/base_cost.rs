//! §3: the base cost of a line item.

use std::collections::{BTreeMap, BTreeSet};

use crate::oracle::allocate::kinds::text;
use crate::oracle::allocate::number::{at_least_zero, exact, sum, to_ten_digits, zero};
use crate::oracle::month::{CostBasis, Decimal, Exact, Line, Tables};

/// Which columns are read, once `auto` is decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Metric {
    Unblended,
    Net,
}

/// 2026-03-30, from which on upfront fees may be amortised from the next month on.
const LAST_TWO_DAYS: i64 = 1_774_828_800;

/// What is known of the lines of a payer and currency before any of them has its cost.
pub(super) struct Book<'a> {
    pub(super) lines: Vec<&'a Line>,
    pub(super) metric: Metric,
    /// ARNs under which AWS amortises an upfront part in the period.
    amortized: BTreeSet<&'a str>,
    /// ARNs whose fee counts 0.
    zeroed: BTreeSet<&'a str>,
    /// Parts of ARNs of a kind that AWS amortises.
    kinds: Vec<&'a str>,
    /// The first of each ARN's fee rows that tell nothing of what was unused, and the cost of the covered usage.
    untold: BTreeMap<&'a str, &'a Line>,
}

impl<'a> Book<'a> {
    /// The book of these lines, read by a metric.
    pub(super) fn new(lines: Vec<&'a Line>, metric: Metric, tables: &'a Tables) -> Self {
        let kinds = tables.seed("amortized_fee_kinds").iter().map(|row| text(row, "arn_part")).collect();
        let amortized = lines.iter().filter(|line| has_amortized_part(line)).filter_map(|line| line.arn()).collect();
        let mut book = Self { lines, metric, amortized, zeroed: BTreeSet::new(), kinds, untold: BTreeMap::new() };
        let zeroed = book.lines.iter().filter(|line| book.is_zero_fee(line)).filter_map(|line| line.arn()).collect();
        book.zeroed = zeroed;
        for line in book.lines.clone() {
            let Some(arn) = line.arn().filter(|_| book.is_untold(line)) else { continue };
            let first = book.untold.entry(arn).or_insert(line);
            if order(line) < order(first) {
                *first = line;
            }
        }
        book
    }

    /// The base cost of a line.
    pub(super) fn cost(&self, line: &Line, basis: CostBasis) -> Exact {
        if line.is_discount() || basis == CostBasis::Billed {
            return self.invoiced(line);
        }
        match line.line_item_line_item_type.as_str() {
            "DiscountedUsage" => self.effective(line),
            "RIFee" if self.is_untold(line) => self.rest_of_reservation(line),
            "RIFee" => self.unused_reservation(line),
            "SavingsPlanCoveredUsage" => self
                .twin(line.savings_plan_savings_plan_effective_cost, line.savings_plan_net_savings_plan_effective_cost),
            "SavingsPlanRecurringFee" => self.unused_plan(line),
            "SavingsPlanNegation" | "SavingsPlanUpfrontFee" => zero(),
            _ if self.is_zero_fee(line) || self.is_zero_refund(line) => zero(),
            _ => self.invoiced(line),
        }
    }

    /// What the invoice says. Discounts are in the net columns of other lines, so one without a net value counts 0.
    pub(super) fn invoiced(&self, line: &Line) -> Exact {
        if self.metric == Metric::Net && line.is_discount() {
            return exact(line.line_item_net_unblended_cost);
        }
        self.twin(Some(line.line_item_unblended_cost), line.line_item_net_unblended_cost)
    }

    /// A fee that counts 0, since AWS amortises it or, for the true-up of an exchange, what came of it.
    fn is_zero_fee(&self, line: &Line) -> bool {
        let Some(arn) = line.reservation_reservation_a_r_n.as_deref() else { return false };
        line.line_item_line_item_type == "Fee"
            && (self.amortized.contains(arn)
                || arn.contains(":reserved-instance-exchange/")
                || (line.line_item_usage_start_date.0 >= LAST_TWO_DAYS
                    && self.kinds.iter().any(|kind| arn.contains(kind))))
    }

    /// A refund of what counts 0.
    fn is_zero_refund(&self, line: &Line) -> bool {
        let description = line.line_item_line_item_description.as_deref().unwrap_or_default();
        let is_told = description.starts_with("Refund for one-time fee for");
        let is_of_zeroed = line.arn().is_some_and(|arn| {
            let of_plan = |fee: &&&Line| {
                fee.line_item_line_item_type == "SavingsPlanUpfrontFee"
                    && fee.savings_plan_savings_plan_a_r_n.as_deref() == Some(arn)
            };
            self.zeroed.contains(arn) || self.lines.iter().any(|fee| of_plan(&fee))
        });
        line.line_item_line_item_type == "Refund" && ((is_told && !self.repays_what_counts(line)) || is_of_zeroed)
    }

    /// Whether a refund of a one-time fee pays back one that counts: by its ARN, else by account, product and amount.
    fn repays_what_counts(&self, line: &Line) -> bool {
        let counts = |fee: &&&Line| fee.line_item_line_item_type == "Fee" && !self.is_zero_fee(fee);
        if let Some(arn) = line.arn() {
            let is_of_arn = |fee: &&&Line| fee.arn() == Some(arn);
            let is_kind = self.kinds.iter().any(|kind| arn.contains(kind)) || arn.contains(":savingsplan/");
            let is_amortized = is_kind || self.amortized.contains(arn) || arn.contains(":reserved-instance-exchange/");
            return self.lines.iter().filter(is_of_arn).any(|fee| counts(&fee)) || !is_amortized;
        }
        let mut paid: BTreeMap<Option<&str>, Exact> = BTreeMap::new();
        let is_alike = |fee: &&&Line| {
            fee.line_item_usage_account_id == line.line_item_usage_account_id
                && fee.line_item_product_code == line.line_item_product_code
                && !fee.line_item_product_code.contains("SavingsPlan")
        };
        for fee in self.lines.iter().filter(counts).filter(is_alike) {
            *paid.entry(fee.arn()).or_default() += fee.line_item_unblended_cost.exact();
        }
        paid.values().any(|paid| *paid == -line.line_item_unblended_cost.exact())
    }

    /// Neither unused part is told, which is not the same as 0.
    fn is_untold(&self, line: &Line) -> bool {
        let is_null = |gross: Option<Decimal>, net: Option<Decimal>| match self.metric {
            Metric::Net => gross.is_none() && net.is_none(),
            Metric::Unblended => gross.is_none(),
        };
        line.line_item_line_item_type == "RIFee"
            && is_null(
                line.reservation_unused_amortized_upfront_fee_for_billing_period,
                line.reservation_net_unused_amortized_upfront_fee_for_billing_period,
            )
            && is_null(line.reservation_unused_recurring_fee, line.reservation_net_unused_recurring_fee)
    }

    /// All that a reservation costs in the period, less what its covered usage bears.
    fn rest_of_reservation(&self, line: &Line) -> Exact {
        let all = self.invoiced(line) + self.amortized_upfront(line);
        let Some(arn) = line.arn() else { return all };
        if self.untold.get(arn).is_none_or(|first| !std::ptr::eq(*first, line)) {
            return all;
        }
        let covered = self.lines.iter().filter(|other| {
            other.line_item_line_item_type == "DiscountedUsage"
                && other.reservation_reservation_a_r_n.as_deref() == Some(arn)
        });
        all - sum(covered.map(|other| self.effective(other)))
    }

    fn effective(&self, line: &Line) -> Exact {
        self.twin(line.reservation_effective_cost, line.reservation_net_effective_cost)
    }

    /// Unused amortised upfront fee and unused recurring fee.
    fn unused_reservation(&self, line: &Line) -> Exact {
        let upfront = self.twin(
            line.reservation_unused_amortized_upfront_fee_for_billing_period,
            line.reservation_net_unused_amortized_upfront_fee_for_billing_period,
        );
        upfront + self.twin(line.reservation_unused_recurring_fee, line.reservation_net_unused_recurring_fee)
    }

    /// Total less used commitment, never below 0. Neither has a net twin: the unused part is scaled by what the
    /// payments that make up the commitment are net to gross, since these do have twins.
    fn unused_plan(&self, line: &Line) -> Exact {
        let total = exact(line.savings_plan_total_commitment_to_date);
        let unused = at_least_zero(&(total - exact(line.savings_plan_used_commitment)));
        let gross = exact(line.savings_plan_recurring_commitment_for_billing_period)
            + exact(line.savings_plan_amortized_upfront_commitment_for_billing_period);
        if gross == zero() || self.metric == Metric::Unblended {
            return unused;
        }
        let net = self.twin(
            line.savings_plan_recurring_commitment_for_billing_period,
            line.savings_plan_net_recurring_commitment_for_billing_period,
        ) + self.amortized_upfront(line);
        to_ten_digits(&(unused * net / gross))
    }

    /// The upfront part of a fee row that falls into the period.
    fn amortized_upfront(&self, line: &Line) -> Exact {
        match line.line_item_line_item_type.as_str() {
            "RIFee" => self.twin(
                line.reservation_amortized_upfront_fee_for_billing_period,
                line.reservation_net_amortized_upfront_fee_for_billing_period,
            ),
            "SavingsPlanRecurringFee" => self.twin(
                line.savings_plan_amortized_upfront_commitment_for_billing_period,
                line.savings_plan_net_amortized_upfront_commitment_for_billing_period,
            ),
            _ => zero(),
        }
    }

    /// The column, or its `net_` twin where the row has it.
    pub(super) fn twin(&self, gross: Option<Decimal>, net: Option<Decimal>) -> Exact {
        match self.metric {
            Metric::Net => exact(net.or(gross)),
            Metric::Unblended => exact(gross),
        }
    }

    /// What the bridge of §3 misses: amortised costs less what it makes of the invoice. Covered usage whose fee row is
    /// missing is named apart, and tells nothing of the metric.
    pub(super) fn gap(&self) -> Exact {
        let has_fee = |line: &Line| {
            let is_fee = |other: &&Line| {
                matches!(other.line_item_line_item_type.as_str(), "RIFee" | "SavingsPlanRecurringFee")
                    && other.arn() == line.arn()
            };
            self.lines.iter().any(is_fee)
        };
        let counts = |line: &Line| {
            let kind = line.line_item_line_item_type.as_str();
            !matches!(kind, "DiscountedUsage" | "SavingsPlanCoveredUsage" | "SavingsPlanNegation") || has_fee(line)
        };
        let counting: Vec<&Line> = self.lines.iter().copied().filter(|line| counts(line)).collect();
        let all = |amount: &dyn Fn(&Line) -> Exact| sum(counting.iter().map(|line| amount(line)));
        let spread = |line: &Line| {
            line.line_item_line_item_type == "SavingsPlanUpfrontFee"
                || self.is_zero_fee(line)
                || self.is_zero_refund(line)
        };
        let amortized = all(&|line| self.cost(line, CostBasis::Amortized));
        let kept = all(&|line| if spread(line) { zero() } else { self.invoiced(line) });
        amortized - kept - all(&|line| self.amortized_upfront(line))
    }
}

/// An upfront part, used or unused.
fn has_amortized_part(line: &Line) -> bool {
    [
        line.reservation_amortized_upfront_cost_for_usage,
        line.reservation_amortized_upfront_fee_for_billing_period,
        line.reservation_unused_amortized_upfront_fee_for_billing_period,
    ]
    .into_iter()
    .any(|part| part.is_some_and(|part| part != Decimal(0)))
}

/// The order of line items (§4).
fn order(line: &Line) -> impl Ord + '_ {
    (
        (&line.identity_line_item_id, line.line_item_usage_start_date, &line.line_item_resource_id),
        (&line.line_item_usage_type, &line.line_item_operation, line.line_item_unblended_cost),
        (line.arn(), line.line_item_usage_amount),
    )
}
