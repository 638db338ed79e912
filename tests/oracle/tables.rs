//! The seeds of the project under test, as facts for the oracle.

use std::collections::BTreeMap;
use std::path::Path;

use libtest_mimic::Failed;

use super::month::{ChargePart, ChargeRule, Decimal, PERIOD, Seed, Tables};

/// The seeds of `project` that are in force at the end of the period.
pub(crate) fn read(project: &Path) -> Result<Tables, Failed> {
    let mut tables = Tables::default();
    for entry in walkdir::WalkDir::new(project.join("data/seeds")).sort_by_file_name() {
        let path = entry?.into_path();
        if path.extension().is_some_and(|extension| extension == "csv") {
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            tables.seeds.insert(name, seed(&path)?);
        }
    }
    tables.charge_rules = tables.seed("shared_charge_rules").iter().map(rule).collect::<Result<_, _>>()?;
    tables.charge_parts = tables.seed("shared_charge_parts").iter().map(part).collect::<Result<_, _>>()?;
    Ok(tables)
}

fn seed(path: &Path) -> Result<Seed, Failed> {
    let mut reader = csv::Reader::from_path(path)?;
    let mut rows = Seed::new();
    for row in reader.deserialize::<BTreeMap<String, String>>() {
        let mut row = row?;
        row.retain(|_, cell| !cell.is_empty());
        if is_in_force(&row) {
            rows.push(row);
        }
    }
    Ok(rows)
}

/// A row counts from `valid_from` on, until the day before `valid_until`, as things stand on the last day of the
/// month; seeds change on the first of a month.
fn is_in_force(row: &BTreeMap<String, String>) -> bool {
    let month = |name: &str| row.get(name).and_then(|day| day.get(..7));
    month("valid_from").is_none_or(|from| from <= PERIOD) && month("valid_until").is_none_or(|until| until > PERIOD)
}

fn rule(row: &BTreeMap<String, String>) -> Result<ChargeRule, Failed> {
    let cell = |name: &str| row.get(name).cloned();
    Ok(ChargeRule {
        priority: cell("priority").unwrap_or_default().parse()?,
        rule: cell("rule").unwrap_or_default(),
        line_item_type: cell("line_item_type"),
        service_code: cell("service_code"),
        usage_type: cell("usage_type"),
        description: cell("description"),
        billing_entity: cell("billing_entity"),
        account_id: cell("account_id"),
        bearers: cell("bearers").unwrap_or_default(),
        weight: cell("weight"),
        weight_of: cell("weight_of"),
    })
}

fn part(row: &BTreeMap<String, String>) -> Result<ChargePart, Failed> {
    let cell = |name: &str| row.get(name).cloned();
    Ok(ChargePart {
        rule: cell("rule").unwrap_or_default(),
        part: cell("part").unwrap_or_default().parse()?,
        percentage: cell("percentage").unwrap_or_default().parse::<Decimal>()?,
        bearers: cell("bearers").unwrap_or_default(),
        weight: cell("weight"),
        weight_of: cell("weight_of"),
    })
}
