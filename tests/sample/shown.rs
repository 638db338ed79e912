//! What a sample has to show, and what holds of a job whatever it asks for.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use apportion::sample::{Layout, SampleJob, write_sample};
use libtest_mimic::Failed;

use super::order::owner_first;
use super::{Outcome, blended, committed, ensure, job, made, mirrored, reserved, sample, shown, units};

pub(crate) fn everything_occurs_in_every_period() -> Outcome {
    let report = sample(Layout::Legacy)?;
    let kinds = [
        "Usage",
        "DiscountedUsage",
        "RIFee",
        "Fee",
        "SavingsPlanCoveredUsage",
        "SavingsPlanNegation",
        "SavingsPlanRecurringFee",
        "Tax",
        "Credit",
        "Refund",
        "EdpDiscount",
        "PrivateRateDiscount",
    ];
    let services = [
        "AmazonEC2",
        "AmazonRDS",
        "AmazonElastiCache",
        "AmazonS3",
        "AWSLambda",
        "AmazonECS",
        "AWSSupportBusiness",
        "ComputeSavingsPlans",
    ];
    let mut seen: BTreeMap<i128, BTreeSet<&str>> = BTreeMap::new();
    for row in 0..report.rows {
        let seen = seen.entry(report.period(row)).or_default();
        seen.insert(report.kind(row));
        seen.insert(report.text("line_item_product_code", row));
        seen.insert(report.text("bill_billing_entity", row));
        seen.insert(report.text("bill_bill_type", row));
        seen.insert(report.account(row));
    }
    ensure(seen.len() == 2, format!("{} periods", seen.len()))?;
    for seen in seen.values() {
        for wanted in kinds.iter().chain(&services).chain(&["AWS Marketplace", "Purchase"]) {
            ensure(seen.contains(wanted), format!("there is no {wanted}"))?;
        }
        let accounts: Vec<&&str> = seen.iter().filter(|text| text.len() == 12).collect();
        let accounts = accounts.iter().filter(|id| id.bytes().all(|byte| byte.is_ascii_digit()));
        ensure(accounts.clone().count() == 12, "12 accounts")?;
        ensure(accounts.clone().filter(|id| id.starts_with('0')).count() == 1, "one begins with 0")?;
    }
    Ok(())
}

pub(crate) fn purchases_come_and_go() -> Outcome {
    let report = sample(Layout::Legacy)?;
    let (mut midway, mut ended, mut options) = (0, 0, BTreeSet::new());
    let used: BTreeSet<&str> = (0..report.rows)
        .filter(|&row| report.kind(row) == "DiscountedUsage")
        .map(|row| {
            options.insert(report.text("pricing_purchase_option", row));
            report.arn(row)
        })
        .collect();
    let (mut never, mut zonal) = (0, 0);
    for row in (0..report.rows).filter(|&row| report.kind(row) == "RIFee") {
        let (start, end) = (report.hour(row), report.number("line_item_usage_end_date", row));
        midway += usize::from(start % 3600 != 0);
        let last = report.number("bill_billing_period_end_date", row) - 1;
        ended += usize::from(end != last);
        never += usize::from(!used.contains(report.arn(row)));
        zonal += usize::from(!report.text("reservation_availability_zone", row).is_empty());
        ensure(report.text("product_instance_type", row).is_empty(), "a fee names its type")?;
    }
    let counts = format!("midway {midway}, ended {ended}, never used {never}, zonal {zonal}");
    ensure(midway >= 3 && ended == 1 && never >= 2 && zonal >= 4, counts)?;
    ensure(options.len() == 3, format!("payment options {options:?}"))?;
    let upfront = report.sums("line_item_unblended_cost", &["SavingsPlanUpfrontFee"], |_| ());
    ensure(upfront.get(&()) > Some(&0), "no plan is paid upfront")
}

pub(crate) fn both_layouts_hold_the_same_rows() -> Outcome {
    let (legacy, cur2) = (sample(Layout::Legacy)?, sample(Layout::Cur2)?);
    ensure(legacy.rows == cur2.rows, "the number of rows")?;
    let mut compared = 0;
    for (name, values) in &legacy.texts {
        if let Some(others) = cur2.texts.get(name) {
            compared += 1;
            ensure(values == others, format!("{name} differs"))?;
        }
    }
    for (name, values) in &legacy.numbers {
        if let Some(others) = cur2.numbers.get(name) {
            compared += 1;
            ensure(values == others, format!("{name} differs"))?;
        }
    }
    ensure(compared > 95, format!("only {compared} columns are in both layouts"))?;
    for row in 0..legacy.rows {
        let tag = legacy.text("resource_tags_user_application", row);
        ensure(cur2.text("resource_tags", row).contains(tag), "a tag is missing in the map")?;
        let system = legacy.text("product_operating_system", row);
        ensure(cur2.text("product", row).contains(system), "an attribute is missing in the map")?;
    }
    Ok(())
}

pub(crate) fn the_same_job_gives_the_same_bytes() -> Outcome {
    let bytes = |seed: u64| -> Result<Vec<Vec<u8>>, Failed> {
        let folder = tempfile::tempdir()?;
        let job = SampleJob { rows: 9_000, seed, ..job(folder.path(), Layout::Cur2)? };
        let summary = write_sample(&job, &mut |_| {}).map_err(shown)?;
        summary.files.iter().map(|path| Ok(fs::read(path)?)).collect()
    };
    let first = bytes(7)?;
    ensure(first == bytes(7)?, "the same seed gives other bytes")?;
    ensure(first != bytes(8)?, "another seed gives the same bytes")
}

pub(crate) fn more_rows_and_accounts_keep_the_identities() -> Outcome {
    for (accounts, rows, seed) in [(5, 15_000, 2), (3, 30_000, 3), (40, 20_000, 4)] {
        let folder = tempfile::tempdir()?;
        let job = job(folder.path(), Layout::Legacy)?;
        let job = SampleJob { accounts, rows, seed, periods: 1, ..job };
        let (summary, report) = made(&job)?;
        ensure(summary.rows as usize == report.rows, "the summary's rows")?;
        let (least, most) = (rows / 3, rows * 2);
        ensure((least..most).contains(&summary.rows), format!("{} rows, not {rows}", summary.rows))?;
        mirrored(&report)?;
        committed(&report)?;
        reserved(&report, "")?;
        units(&report)?;
        blended(&report)?;
        owner_first(&report)?;
    }
    Ok(())
}

pub(crate) fn impossible_jobs_are_refused() -> Outcome {
    let folder = tempfile::tempdir()?;
    let job = SampleJob { rows: 2_000, periods: 1, ..job(folder.path(), Layout::Legacy)? };
    let none = SampleJob { accounts: 0, ..job.clone() };
    ensure(write_sample(&none, &mut |_| {}).is_err(), "a sample of no accounts")?;
    let mut heard = 0;
    let summary = write_sample(&job, &mut |rows| heard = rows).map_err(shown)?;
    ensure(heard == summary.rows, "the progress ends with the rows")?;
    let size: u64 = summary.files.iter().flat_map(fs::metadata).map(|file| file.len()).sum();
    ensure(size == summary.bytes, "the summary's bytes")?;
    let again = write_sample(&job, &mut |_| {});
    ensure(again.is_err_and(|error| error.to_string().contains("already contains")), "written over")
}
