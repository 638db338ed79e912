//! §5, pool keys: what usage types and operations say of an instance, and the reservation pool that it makes.

use std::collections::BTreeMap;

use crate::oracle::allocate::items::Item;
use crate::oracle::allocate::number::{exact, ratio, whole, zero};
use crate::oracle::month::{Decimal, Exact, Tables};

/// Usage that a reservation can cover.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Kind {
    /// The pool's key.
    pub(super) pool: String,
    /// The rule that says so.
    pub(super) rule: String,
    /// What the pool counts.
    pub(super) unit: &'static str,
    /// Units are normalised hours, so that sizes of a family share.
    pub(super) is_normalized: bool,
    /// Units of the pool in one unit of usage.
    pub(super) units: Exact,
    /// Normalised hours of one hour of usage, where its size tells, also in pools that count hours.
    pub(super) size: Option<Exact>,
    /// Instance family of EC2, which EC2 Instance Savings Plans cover.
    pub(super) ec2_family: Option<String>,
    /// A further pool whose reservations cover it, too, where its own is not open.
    pub(super) also: Option<String>,
}

/// An instance, node or kind of capacity, as its usage type names it.
struct Instance<'a> {
    facts: &'a BTreeMap<String, String>,
    prefix: &'a str,
    name: String,
    family: String,
    size: String,
}

/// The kind of a line, if a reservation can cover it.
pub(super) fn kind(item: &Item<'_>, tables: &Tables) -> Option<Kind> {
    let instance = instance(item, tables)?;
    let size = size_units(item, &instance, tables);
    let region = &item.region;
    let Instance { prefix, name, family, .. } = &instance;
    let fixed = fact(tables, "fixed_size_families", &[("service_code", &item.service), ("family", family)]).is_some();
    let flexible = |is_flexible: bool| if is_flexible && !fixed { size.clone() } else { None };
    let made = |key: String, units: Option<Exact>, ending: &str| Kind {
        pool: format!("{prefix}/{region}/{key}"),
        rule: format!("{prefix}_{}", if units.is_some() { "size_flexible" } else { ending }),
        unit: match (&units, *prefix) {
            (Some(_), _) => "normalized hours",
            (None, "dynamodb") => "capacity unit hours",
            _ => "hours",
        },
        is_normalized: units.is_some(),
        size: size.clone(),
        units: units.unwrap_or_else(|| whole(1)),
        ec2_family: (*prefix == "ec2").then(|| family.clone()),
        also: None,
    };
    Some(match *prefix {
        "ec2" => {
            let tenancy = text(instance.facts, "tenancy");
            let platform = fact(tables, "ec2_platforms", &[("operation", &item.operation)]);
            let platform = platform.map_or(item.operation.as_str(), |row| text(row, "platform"));
            match flexible(platform == "linux" && tenancy == "shared") {
                Some(units) => made(family.clone(), Some(units), ""),
                None => made(format!("{name}/{platform}/{tenancy}"), None, "instance_type"),
            }
        }
        "rds" => {
            let engine = engine(item, tables);
            let ending = format!("{}/{}", engine.name, engine.licence);
            match flexible(engine.is_flexible) {
                Some(units) => made(format!("{family}/{ending}"), Some(units), ""),
                None => made(format!("{name}/{ending}/{}", deployment(item, &instance, tables)), None, "instance_type"),
            }
        }
        "elasticache" | "memorydb" => {
            let engine = engine(item, tables);
            let units = flexible(engine.is_flexible);
            let machine = if units.is_some() { family } else { name };
            let also = engine.also.map(|also| format!("{prefix}/{region}/{machine}/{also}"));
            Kind { also, ..made(format!("{machine}/{}", engine.name), units, "node_type") }
        }
        "dynamodb" => made(instance.size.clone(), None, "capacity"),
        _ => made(name.clone(), None, "node_type"),
    })
}

/// Reads the usage type: region prefix, name and type. Only instance-hours have a name that the seed lists; the
/// longest name that fits counts, so that `IA-ReadCapacityUnit-Hrs` is not `ReadCapacityUnit-Hrs`.
fn instance<'a>(item: &Item<'_>, tables: &'a Tables) -> Option<Instance<'a>> {
    let (usage_name, named_type) = item.usage_type.split_once(':').unwrap_or((&item.usage_type, ""));
    // A name with a colon is a whole usage type, and names no instance type.
    let fits = |name: &str| {
        let told = if name.contains(':') { item.usage_type.as_str() } else { usage_name };
        told == name || told.ends_with(&format!("-{name}"))
    };
    let rows = tables.seed("instance_usage_types").iter();
    let of_service = rows.filter(|row| text(row, "service_code") == item.service && fits(text(row, "usage_name")));
    let facts = of_service.max_by_key(|row| text(row, "usage_name").len())?;
    let prefix = text(facts, "pool_prefix");
    let is_whole = text(facts, "usage_name").contains(':');
    let name = if named_type.is_empty() || is_whole { text(facts, "default_type") } else { named_type };
    if prefix.is_empty() || name.is_empty() {
        return None;
    }
    let name = name.trim_end_matches(".elasticsearch").trim_end_matches(".search");
    let parts: Vec<String> = name.split('.').map(long_size).collect();
    let bare = if matches!(parts[0].as_str(), "db" | "cache") { &parts[1..] } else { &parts[..] };
    Some(Instance {
        facts,
        prefix,
        name: parts.join("."),
        family: bare.first().cloned().unwrap_or_default(),
        // More parts than family and size (`db.r5.2xlarge.tpc2.mem2x`) are another machine than the size says.
        size: if bare.len() == 2 { bare[1].clone() } else { String::new() },
    })
}

/// AWS writes `2xl` in some usage types for `2xlarge`.
fn long_size(part: &str) -> String {
    match part.strip_suffix("xl") {
        Some(times) if times.bytes().all(|byte| byte.is_ascii_digit()) => format!("{times}xlarge"),
        _ => part.to_owned(),
    }
}

/// Normalised units of one hour: the report's own factor where it is filled, else the seed's, by size, deployment and
/// engine.
fn size_units(item: &Item<'_>, instance: &Instance<'_>, tables: &Tables) -> Option<Exact> {
    let reported = exact(item.line.line_item_normalization_factor);
    if reported > zero() {
        return Some(reported);
    }
    let size = seeded_size(instance, tables)?;
    Some(size * number(instance.facts, "factor") * engine(item, tables).factor)
}

fn seeded_size(instance: &Instance<'_>, tables: &Tables) -> Option<Exact> {
    let row = fact(tables, "instance_size_factors", &[("size", &instance.size)])?;
    Some(number(row, "factor"))
}

/// Deployment of a database. The usage type of a fee row (`HeavyUsage`) does not tell it, but the report's factor does:
/// Multi-AZ counts double, a Multi-AZ cluster triple.
fn deployment(item: &Item<'_>, instance: &Instance<'_>, tables: &Tables) -> String {
    let told = text(instance.facts, "deployment");
    if !told.is_empty() {
        return told.to_owned();
    }
    let size = seeded_size(instance, tables).unwrap_or_else(zero);
    let times = ratio(&exact(item.line.line_item_normalization_factor), &size);
    let deployments = [(2, "multi-az"), (3, "multi-az-cluster")];
    let found = deployments.iter().find(|(factor, _)| times == whole(*factor));
    found.map_or("single-az", |(_, name)| name).to_owned()
}

struct Engine<'a> {
    name: &'a str,
    licence: &'a str,
    is_flexible: bool,
    factor: Exact,
    /// Engine whose reservations cover this one, too.
    also: Option<&'a str>,
}

/// Engine and licence by operation. An operation that the seed lacks is an engine of its own, not size-flexible.
fn engine<'a>(item: &'a Item<'_>, tables: &'a Tables) -> Engine<'a> {
    let keys = [("service_code", item.service.as_str()), ("operation", item.operation.as_str())];
    match fact(tables, "reserved_engines", &keys) {
        Some(row) => Engine {
            name: text(row, "engine"),
            licence: row.get("licence").map_or("unknown", String::as_str),
            is_flexible: text(row, "is_size_flexible") == "true",
            factor: number(row, "factor"),
            also: row.get("also_covered_by").map(String::as_str),
        },
        None => Engine { name: &item.operation, licence: "unknown", is_flexible: false, factor: whole(1), also: None },
    }
}

/// The row of a seed with these values.
pub(super) fn fact<'a>(tables: &'a Tables, seed: &str, keys: &[(&str, &str)]) -> Option<&'a BTreeMap<String, String>> {
    let fits = |row: &&BTreeMap<String, String>| keys.iter().all(|(column, value)| text(row, column) == *value);
    tables.seed(seed).iter().find(fits)
}

/// A cell; empty where there is none.
pub(super) fn text<'a>(row: &'a BTreeMap<String, String>, column: &str) -> &'a str {
    row.get(column).map_or("", String::as_str)
}

/// A number in a seed; a factor that is not given is 1.
pub(super) fn number(row: &BTreeMap<String, String>, column: &str) -> Exact {
    let parsed = row.get(column).and_then(|value| value.parse::<Decimal>().ok());
    parsed.map_or_else(|| whole(1), Decimal::exact)
}
