//! §12: the oracle itself against the numbers of the specification.

mod report;

use libtest_mimic::{Failed, Trial};

use crate::oracle::allocate::examples::report::{Report, decimal, shipped};
use crate::oracle::allocate::number::{absolute, whole};
use crate::oracle::allocate::policies::borrow;
use crate::oracle::month::{Benefit, ChargeRule, Decimal, Exact, Settings, SharingMode, SharingPolicy, TierPolicy};

type Tried = Result<(), Failed>;
type Example = fn() -> Tried;

/// A trial for each example.
pub(crate) fn trials() -> Vec<Trial> {
    let trials: [(&str, Example); 8] = [
        ("1_an_owner_keeps_three_of_five", keeps_three_of_five),
        ("2_units_of_sizes", units_of_sizes),
        ("3_an_owner_is_covered_whole", owner_is_covered_whole),
        ("4_two_owners_lend_four_each", two_owners_lend),
        ("5_ten_units_for_three", ten_units_for_three),
        ("6_transfer_out", transfer_out),
        ("7_storage", storage),
        ("8_business_support", business_support),
    ];
    let named = |(name, trial): (&str, Example)| Trial::test(format!("oracle::examples::{name}"), trial);
    trials.into_iter().map(named).collect()
}

/// The amounts are the same to the 10th digit.
fn same<'a>(what: &str, actual: impl IntoIterator<Item = &'a Exact>, expected: &[&str]) -> Tried {
    let actual: Vec<&Exact> = actual.into_iter().collect();
    let tolerance = Exact::new(5.into(), 100_000_000_000_i64.into());
    let expected = expected.iter().map(|text| decimal(text)).collect::<Result<Vec<Decimal>, String>>()?;
    let near = |(actual, expected): (&&Exact, &Decimal)| absolute(&(*actual - expected.exact())) <= tolerance;
    if actual.len() == expected.len() && actual.iter().zip(&expected).all(near) {
        return Ok(());
    }
    Err(format!("{what}: expected {expected:?}, is {actual:?}").into())
}

/// Example 1. AWS gave all five reservations to b; the result does not depend on that.
fn keeps_three_of_five() -> Tried {
    let mut report = Report::new();
    report.owns("s", "t2.small", "5")?;
    report.covered(("b", "s"), "t2.small", "5", ("0.10", "0.02"))?;
    report.runs("b", "t2.small", "1", "0.10")?;
    report.runs("s", "t2.small", "3", "0.10")?;
    let (one, none) = (Decimal(Decimal::ONE), Decimal(0));
    same("default", report.real_costs(&shipped()).values(), &["0.44", "0.06"])?;
    let benefit = Benefit { borrower: none, lender: Some(one) };
    let lenders = Settings { benefit, ..shipped() };
    same("all to the lender", report.real_costs(&lenders).values(), &["0.60", "-0.10"])?;
    let alone = Settings { mode: SharingMode::OwnerOnly, ..shipped() };
    let costs = report.real_costs(&alone);
    same("owner_only", [&costs["b"], &costs["s"], &costs["margin"]], &["0.60", "0.10", "-0.20"])?;
    let as_billed = Settings { policy: SharingPolicy::AsBilled, ..shipped() };
    same("as billed", report.real_costs(&as_billed).values(), &["0.20", "0.30"])
}

/// Example 2: both m4.large are covered; of the t2.large half.
fn units_of_sizes() -> Tried {
    let mut report = Report::new();
    report.owns("a", "m4.xlarge", "1")?;
    report.covered(("a", "a"), "m4.large", "2", ("0.10", "0.05"))?;
    let answer = report.answer(&shipped());
    let usage: Vec<&Exact> =
        answer.commitment_usage.values().flat_map(|used| [&used.capacity, &used.own_use]).collect();
    same("m4", usage, &["8", "8"])?;
    let mut report = Report::new();
    report.owns("a", "t2.medium", "1")?;
    report.covered(("a", "a"), "t2.large", "0.5", ("0.10", "0.05"))?;
    report.runs("a", "t2.large", "0.5", "0.10")?;
    let answer = report.answer(&shipped());
    let usage: Vec<&Exact> =
        answer.commitment_usage.values().flat_map(|used| [&used.capacity, &used.own_use]).collect();
    same("t2", usage, &["2", "2"])?;
    same("half is on demand", report.real_costs(&shipped()).values(), &["0.075"])
}

/// Example 3. AWS covered 24 units of the owner and 8 of the other account.
fn owner_is_covered_whole() -> Tried {
    let mut report = Report::new();
    report.owns("owner", "m4.xlarge", "4")?;
    report.covered(("owner", "owner"), "m4.xlarge", "1", ("0.20", "0.08"))?;
    report.covered(("owner", "owner"), "m4.2xlarge", "1", ("0.40", "0.16"))?;
    report.runs("owner", "m4.xlarge", "1", "0.20")?;
    report.covered(("other", "owner"), "m4.xlarge", "1", ("0.20", "0.08"))?;
    report.runs("other", "m4.xlarge", "1", "0.20")?;
    same("costs", report.real_costs(&shipped()).values(), &["0.40", "0.32"])
}

/// Example 4.
fn two_owners_lend() -> Tried {
    let mut report = Report::new();
    report.owns("one", "t2.large", "1")?;
    report.owns("two", "t2.large", "1")?;
    report.covered(("user", "one"), "t2.large", "1", ("0.10", "0.05"))?;
    report.covered(("user", "two"), "t2.large", "1", ("0.10", "0.05"))?;
    let answer = report.answer(&shipped());
    same("lent", answer.commitment_usage.values().map(|used| &used.lent), &["4", "4"])?;
    let borrowed = answer.transfers.iter().filter(|(key, _)| key.kind == "borrowed");
    same("borrowed", borrowed.map(|(_, transfer)| &transfer.units), &["8"])
}

/// Example 5.
fn ten_units_for_three() -> Tried {
    let demands = [2, 4, 12].map(whole);
    let divided = |policy| borrow(policy, &whole(10), &demands, &[Some(2), None, Some(1)]);
    let thirds = ["1.1111111111", "2.2222222222", "6.6666666667"];
    same("proportional", &divided(SharingPolicy::Proportional), &thirds)?;
    same("max_min", &divided(SharingPolicy::MaxMin), &["2", "4", "4"])?;
    same("priority", &divided(SharingPolicy::Priority), &["0", "0", "10"])
}

/// Example 6.
fn transfer_out() -> Tried {
    let mut report = Report::new();
    report.seed("tier_rules", "priority,usage_name,tier_table", &["1,DataTransfer-Out-Bytes,out"]);
    let rates = ["out,r,0,10240,0.17", "out,r,10240,51200,0.13"];
    report.seed("tier_rates", "tier_table,region,from_quantity,to_quantity,rate", &rates);
    report.uses("a", "EUW2-DataTransfer-Out-Bytes", "8192", "1392.64")?;
    report.uses("b", "DataTransfer-Out-Bytes", "4096", "614.40")?;
    let shares = |tiers| report.real_costs(&Settings { tiers, ..shipped() });
    let blended = ["1338.0266666667", "669.0133333333"];
    same("standalone", shares(TierPolicy::Standalone).values(), &blended)?;
    same("usage", shares(TierPolicy::Usage).values(), &blended)?;
    same("shapley", shares(TierPolicy::Shapley).values(), &["1351.68", "655.36"])?;
    same("keep", shares(TierPolicy::Keep).values(), &["1392.64", "696.32", "-81.92"])
}

/// Example 7.
fn storage() -> Tried {
    let mut report = Report::new();
    report.seed("tier_rules", "priority,usage_name,tier_table", &["1,TimedStorage-ByteHrs,s3"]);
    let rates = ["s3,r,0,1,100", "s3,r,1,50,80", "s3,r,50,500,60"];
    report.seed("tier_rates", "tier_table,region,from_quantity,to_quantity,rate", &rates);
    report.uses("a", "TimedStorage-ByteHrs", "30", "2420")?;
    report.uses("b", "TimedStorage-ByteHrs", "35", "2500")?;
    report.uses("c", "TimedStorage-ByteHrs", "30", "1800")?;
    let shares = |tiers| report.real_costs(&Settings { tiers, ..shipped() });
    let by_usage = ["2122.1052631579", "2475.7894736842", "2122.1052631579"];
    same("usage", shares(TierPolicy::Usage).values(), &by_usage)?;
    let same_saving = ["2123.0287206266", "2473.9425587467", "2123.0287206266"];
    same("standalone", shares(TierPolicy::Standalone).values(), &same_saving)
}

/// Example 8: business support of 7,150, since an account of 10,000 would pay 1,000 alone.
fn business_support() -> Tried {
    let mut report = Report::new();
    let tiers = ["business,0,10000,0.1", "business,10000,80000,0.07", "business,80000,250000,0.05"];
    report.seed("support_tiers", "support_plan,from_amount,to_amount,rate", &tiers);
    report.uses("a", "Requests", "1", "85000")?;
    report.uses("b", "Requests", "1", "10000")?;
    report.fee("a", "AWSSupportBusiness", "7150")?;
    report.tables.charge_rules.push(ChargeRule {
        priority: 1,
        rule: "support".to_owned(),
        line_item_type: None,
        service_code: Some("AWSSupportBusiness".to_owned()),
        usage_type: None,
        account_id: None,
        bearers: "all".to_owned(),
        weight: Some("support".to_owned()),
        weight_of: Some("business".to_owned()),
    });
    same("costs", report.real_costs(&shipped()).values(), &["91150", "11000"])
}
