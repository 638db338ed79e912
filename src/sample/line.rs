//! One line of the bill, before it becomes a row of a file.

use serde::Deserialize;

use super::dictionary::{Invoice, NONE};
use super::exact::Exact;

/// The line item type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub(super) enum LineType {
    /// Usage at the on-demand, tiered or spot rate.
    Usage,
    /// Usage that a Reserved Instance covers.
    DiscountedUsage,
    /// The month's fee of a Reserved Instance.
    RiFee,
    /// An upfront payment, or support.
    Fee,
    /// Usage that a Savings Plan covers.
    SavingsPlanCoveredUsage,
    /// What takes the on-demand cost of covered usage off the bill again.
    SavingsPlanNegation,
    /// The hour's fee of a Savings Plan.
    SavingsPlanRecurringFee,
    /// The upfront payment of a Savings Plan.
    SavingsPlanUpfrontFee,
    /// Tax.
    Tax,
    /// A credit.
    Credit,
    /// A refund.
    Refund,
    /// The discount of an enterprise agreement.
    EdpDiscount,
    /// The discount of a private price.
    PrivateRateDiscount,
}

impl LineType {
    /// `line_item_line_item_type`.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Usage => "Usage",
            Self::DiscountedUsage => "DiscountedUsage",
            Self::RiFee => "RIFee",
            Self::Fee => "Fee",
            Self::SavingsPlanCoveredUsage => "SavingsPlanCoveredUsage",
            Self::SavingsPlanNegation => "SavingsPlanNegation",
            Self::SavingsPlanRecurringFee => "SavingsPlanRecurringFee",
            Self::SavingsPlanUpfrontFee => "SavingsPlanUpfrontFee",
            Self::Tax => "Tax",
            Self::Credit => "Credit",
            Self::Refund => "Refund",
            Self::EdpDiscount => "EdpDiscount",
            Self::PrivateRateDiscount => "PrivateRateDiscount",
        }
    }

    /// Whether the line's costs are blended over the organisation.
    pub(super) fn is_blended(self) -> bool {
        matches!(self, Self::Usage | Self::DiscountedUsage)
    }

    /// Whether a discount agreement lowers what the line costs.
    pub(super) fn is_discounted(self) -> bool {
        use LineType::{Credit, EdpDiscount, PrivateRateDiscount, Refund, Tax};
        !matches!(self, Tax | Credit | Refund | EdpDiscount | PrivateRateDiscount)
    }
}

/// Figures that only fee lines carry: of an `RIFee`, or of a Savings Plan's fee.
#[derive(Debug, Clone, Default)]
pub(super) struct Fee {
    /// Reserved hours of the period.
    pub(super) total_units: Exact,
    /// The same times the normalisation factor.
    pub(super) total_normalized: Exact,
    /// Reserved hours that nobody used.
    pub(super) unused_units: Exact,
    /// The same times the normalisation factor.
    pub(super) unused_normalized: Exact,
    /// The upfront payment.
    pub(super) upfront: Exact,
    /// The same after discount.
    pub(super) net_upfront: Exact,
    /// The part of the upfront payment that belongs to the interval.
    pub(super) amortized: Exact,
    /// The same after discount.
    pub(super) net_amortized: Exact,
    /// A Savings Plan's commitment of the interval.
    pub(super) commitment: Exact,
    /// What of it was used.
    pub(super) used: Exact,
    /// The recurring part of the commitment.
    pub(super) recurring: Exact,
    /// The same after discount.
    pub(super) net_recurring: Exact,
}

/// A line: numbers that refer to the dictionary, and amounts.
#[derive(Debug, Clone)]
pub(super) struct LineItem {
    /// Its type.
    pub(super) kind: LineType,
    /// Its invoice.
    pub(super) invoice: Invoice,
    /// The account that used, or pays the fee.
    pub(super) account: u32,
    /// The usage interval.
    pub(super) slot: u32,
    /// The product.
    pub(super) product: u32,
    /// The price.
    pub(super) price: u32,
    /// The resource.
    pub(super) resource: u32,
    /// The Reserved Instance or Savings Plan.
    pub(super) commitment: u32,
    /// Availability zone of a line without resource.
    pub(super) zone: &'static str,
    /// Usage amount.
    pub(super) usage: Exact,
    /// Unblended cost.
    pub(super) unblended: Exact,
    /// Unblended cost after discounts.
    pub(super) net: Exact,
    /// Blended cost.
    pub(super) blended: Exact,
    /// Blended rate.
    pub(super) blended_rate: Exact,
    /// Public on-demand cost.
    pub(super) public: Exact,
    /// Recurring fee of covered usage; on an `RIFee`, of what nobody used.
    pub(super) recurring: Exact,
    /// The same after discount.
    pub(super) net_recurring: Exact,
    /// Amortised upfront cost of covered usage; on an `RIFee`, of what nobody used.
    pub(super) amortized: Exact,
    /// The same after discount.
    pub(super) net_amortized: Exact,
    /// Savings Plan rate.
    pub(super) plan_rate: Exact,
    /// Savings Plan effective cost.
    pub(super) effective: Exact,
    /// The same after discount.
    pub(super) net_effective: Exact,
    /// Figures of fee lines.
    pub(super) fee: Option<Box<Fee>>,
}

impl LineItem {
    /// A line of `kind` in `slot` that costs nothing yet.
    pub(super) fn new(kind: LineType, slot: u32, account: u32, product: u32, price: u32) -> Self {
        let zero = Exact::ZERO;
        Self {
            kind,
            invoice: Invoice::Monthly,
            account,
            slot,
            product,
            price,
            resource: NONE,
            commitment: NONE,
            zone: "",
            usage: zero,
            unblended: zero,
            net: zero,
            blended: zero,
            blended_rate: zero,
            public: zero,
            recurring: zero,
            net_recurring: zero,
            amortized: zero,
            net_amortized: zero,
            plan_rate: zero,
            effective: zero,
            net_effective: zero,
            fee: None,
        }
    }
}
