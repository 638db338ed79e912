//! The settings that months are allocated with: every word of every setting, in combinations of its own name.

use serde_json::json;

use super::month::{
    Benefit, CostBasis, CostMetric, Decimal, FreePolicy, Settings, SharingMode, SharingPolicy, TierPolicy,
};

const TENTH: i128 = Decimal::ONE / 10;

/// Tenths for the borrower, and for the lender.
const fn benefit(borrower: i128, lender: Option<i128>) -> Benefit {
    let lender = match lender {
        Some(tenths) => Some(Decimal(tenths * TENTH)),
        None => None,
    };
    Benefit { borrower: Decimal(borrower * TENTH), lender }
}

/// The settings that the project ships with.
pub(crate) fn shipped() -> Settings {
    Settings {
        cost_basis: CostBasis::Amortized,
        cost_metric: CostMetric::Auto,
        margin_account: "margin".to_owned(),
        mode: SharingMode::Open,
        policy: SharingPolicy::Proportional,
        benefit: benefit(10, Some(0)),
        leakage_benefit: benefit(0, None),
        tiers: TierPolicy::Standalone,
        free: FreePolicy::MaxMin,
    }
}

/// Names and settings of all runs.
pub(crate) fn all() -> Vec<(&'static str, Settings)> {
    use SharingMode::{OwnerOnly, Prioritized, Restricted};
    use SharingPolicy::{MaxMin, Priority};

    let shipped = shipped();
    let billed = Settings { cost_basis: CostBasis::Billed, ..shipped.clone() };
    let usage = Settings { tiers: TierPolicy::Usage, free: FreePolicy::Usage, ..shipped.clone() };
    vec![
        ("open_proportional_amortized", shipped.clone()),
        ("open_max_min_billed", Settings { policy: MaxMin, ..billed.clone() }),
        ("open_priority_shared_benefit", Settings { policy: Priority, benefit: benefit(5, Some(3)), ..usage.clone() }),
        (
            "open_lenders_keep_the_benefit_shapley",
            Settings { tiers: TierPolicy::Shapley, benefit: benefit(0, Some(10)), ..shipped.clone() },
        ),
        (
            "open_keep_net",
            Settings { tiers: TierPolicy::Keep, benefit: benefit(5, Some(0)), cost_metric: CostMetric::Net, ..billed },
        ),
        ("prioritized_proportional", Settings { mode: Prioritized, ..shipped.clone() }),
        (
            "prioritized_max_min_unblended",
            Settings { mode: Prioritized, policy: MaxMin, cost_metric: CostMetric::Unblended, ..shipped.clone() },
        ),
        ("prioritized_priority_usage", Settings { mode: Prioritized, policy: Priority, ..usage.clone() }),
        (
            "restricted_leaks_with_credit",
            Settings { mode: Restricted, leakage_benefit: benefit(0, Some(0)), ..usage.clone() },
        ),
        (
            "restricted_max_min_leaks_shared",
            Settings {
                mode: Restricted,
                policy: MaxMin,
                leakage_benefit: benefit(5, Some(2)),
                free: FreePolicy::AsBilled,
                ..shipped.clone()
            },
        ),
        ("owner_only_amortized", Settings { mode: OwnerOnly, ..shipped.clone() }),
        (
            "owner_only_billed_credits_all",
            Settings {
                mode: OwnerOnly,
                policy: Priority,
                cost_basis: CostBasis::Billed,
                leakage_benefit: benefit(0, Some(10)),
                ..usage
            },
        ),
        (
            "as_billed_everywhere",
            Settings {
                policy: SharingPolicy::AsBilled,
                tiers: TierPolicy::AsBilled,
                free: FreePolicy::AsBilled,
                ..shipped.clone()
            },
        ),
        (
            "as_billed_tiers_billed_basis",
            Settings {
                mode: Restricted,
                cost_basis: CostBasis::Billed,
                policy: SharingPolicy::AsBilled,
                free: FreePolicy::AsBilled,
                ..shipped
            },
        ),
    ]
}

/// What follows `--vars`.
pub(crate) fn vars(settings: &Settings) -> String {
    let benefit = |of: Benefit| {
        let number = |decimal: Decimal| serde_json::from_str::<serde_json::Value>(&decimal.to_string()).ok();
        let lender = of.lender.and_then(number).unwrap_or_else(|| json!("none"));
        json!({ "borrower": number(of.borrower), "lender": lender })
    };
    json!({
        "cost_basis": settings.cost_basis,
        "cost_metric": settings.cost_metric,
        "margin_account": settings.margin_account,
        "sharing": {
            "mode": settings.mode,
            "policy": settings.policy,
            "benefit": benefit(settings.benefit),
            "leakage_benefit": benefit(settings.leakage_benefit),
        },
        "tiers": { "policy": settings.tiers, "free": settings.free },
    })
    .to_string()
}
