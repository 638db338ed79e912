//! The settings that months are allocated with: every word of every setting, in combinations of its own name.

use serde_json::json;

use super::month::{
    Benefit, CostBasis, CostMetric, Decimal, FreePolicy, Settings, SharingMode, SharingPolicy, TierPolicy, Ungrouped,
};

/// Groups share first, then divisions, then the organization.
const DIVISIONS: &str = "prioritized_divisions_shared_benefit";

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
        ungrouped: Ungrouped::Organization,
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
            DIVISIONS,
            Settings {
                mode: Prioritized,
                benefit: benefit(7, Some(2)),
                leakage_benefit: benefit(3, Some(3)),
                ..shipped.clone()
            },
        ),
        (
            "restricted_leaks_with_credit",
            Settings { mode: Restricted, leakage_benefit: benefit(0, Some(0)), ..usage.clone() },
        ),
        (
            "restricted_without_ungrouped_max_min_leaks_shared",
            Settings {
                mode: Restricted,
                ungrouped: Ungrouped::None,
                policy: MaxMin,
                leakage_benefit: benefit(5, Some(2)),
                free: FreePolicy::AsBilled,
                ..shipped.clone()
            },
        ),
        (
            "restricted_without_ungrouped_priority",
            Settings {
                mode: Restricted,
                ungrouped: Ungrouped::None,
                policy: Priority,
                tiers: TierPolicy::Keep,
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
            "owner_only_borrowers_keep_half_shapley",
            Settings {
                mode: OwnerOnly,
                leakage_benefit: benefit(5, Some(5)),
                tiers: TierPolicy::Shapley,
                free: FreePolicy::Usage,
                ..shipped.clone()
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

/// Circles of its own that a combination shares in, instead of those that are shipped.
pub(crate) fn circles(name: &str) -> Option<&'static str> {
    (name == DIVISIONS).then_some(
        "mode,circle_order,circle,divided_by,lends,borrows,if_ungrouped,is_wanted,valid_from,valid_until,source
prioritized,1,group,group,all,all,,true,2012-01-01,,smallest first
prioritized,2,division,division,all,all,,true,2012-01-01,,smallest first
prioritized,3,organization,,all,all,,true,2012-01-01,,smallest first
*,99,leakage,,all,all,,false,2012-01-01,,what nobody wants
",
    )
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
            "ungrouped": settings.ungrouped,
            "policy": settings.policy,
            "benefit": benefit(settings.benefit),
            "leakage_benefit": benefit(settings.leakage_benefit),
        },
        "tiers": { "policy": settings.tiers, "free": settings.free },
    })
    .to_string()
}
