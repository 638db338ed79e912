//! One customer's statement: what tables say of it, as templates and machines get it.

use std::collections::BTreeMap;

use chrono::{DateTime, Days, NaiveDate, SecondsFormat, Utc};
use serde_json::{Map, Value, json};

use super::cell::{Cell, Form, Row, get, object, text};
use super::words::Words;
use crate::common::error::{Error, Result};
use crate::common::period::Period;

/// The question whose one row is the statement itself.
pub const HEAD: &str = "statement";
/// The question whose rows are grouped by account and service.
const LINES: &str = "lines";
/// What stands between the values of a cell that has several.
const SEVERAL: char = '|';

/// The run that made the tables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The run.
    pub run_id: String,
    /// When its tables became what readers see.
    pub published_at: DateTime<Utc>,
    /// A hash of the models, tests and seeds.
    pub models: String,
    /// A hash of the report's files.
    pub delivery: String,
}

/// What makes a statement a paper of its own.
#[derive(Debug, Clone)]
pub struct Issue {
    /// Counts the papers of one customer and month, from 1 on.
    pub revision: u64,
    /// The run.
    pub origin: Origin,
    /// The revision before, as it was written for machines.
    pub before: Option<Value>,
}

/// One customer's rows of a month, by the question that gave them.
#[derive(Debug, Clone, Default)]
pub struct Statement {
    /// The rows; of [`HEAD`] there is one.
    pub rows: BTreeMap<String, Vec<Row>>,
    /// Who sends it.
    pub issuer: Map<String, Value>,
    /// How many digits amounts of a currency have behind the point.
    pub minor_units: BTreeMap<String, usize>,
}

impl Statement {
    /// The one row that is the statement itself.
    ///
    /// # Errors
    /// When there is none, or several.
    pub fn head(&self) -> Result<&Row> {
        match self.rows.get(HEAD).map(Vec::as_slice) {
            Some([row]) => Ok(row),
            found => Err(Error::user(format!("a statement has {} rows of `{HEAD}`", found.map_or(0, <[Row]>::len)))
                .hint("`sql/statements/statement.sql` gives one row for each customer")),
        }
    }

    /// Accounts of the customer: those that have rows.
    pub fn accounts(&self) -> Vec<String> {
        let rows = self.rows.values().flatten();
        let mut ids: Vec<String> = rows.map(|row| text(row, "account_id").to_owned()).collect();
        ids.sort();
        ids.dedup();
        ids.retain(|id| !id.is_empty());
        ids
    }

    /// All that does not depend on when it is issued, in a `form`.
    ///
    /// # Errors
    /// When an amount is no whole number of the smallest unit of its currency.
    pub fn content(&self, form: Form<'_>) -> Result<Map<String, Value>> {
        let mut view = self.object(self.head()?, form)?;
        for name in ["address", "contacts"] {
            let values = view.get(name).and_then(Value::as_str).unwrap_or_default();
            let values: Vec<&str> = values.split(SEVERAL).map(str::trim).filter(|value| !value.is_empty()).collect();
            view.insert(name.to_owned(), json!(values));
        }
        view.insert("issuer".to_owned(), Value::Object(self.issuer.clone()));
        for (question, rows) in self.rows.iter().filter(|(question, _)| *question != HEAD) {
            let rows: Vec<Value> =
                rows.iter().map(|row| self.object(row, form).map(Value::Object)).collect::<Result<_>>()?;
            if question == LINES {
                view.insert("details".to_owned(), by_account_and_service(rows));
            } else {
                put(&mut view, question, Value::Array(rows));
            }
        }
        for part in self.rows.keys().filter_map(|question| question.split_once('/')).map(|(part, _)| part) {
            let is_empty = |value: &Value| value.as_array().is_some_and(Vec::is_empty);
            if view.get(part).and_then(Value::as_object).is_some_and(|part| part.values().all(is_empty)) {
                view.insert(part.to_owned(), Value::Null);
            }
        }
        Ok(view)
    }

    /// The whole statement, in a `form`.
    ///
    /// # Errors
    /// As [`Self::content`].
    pub fn view(&self, issue: &Issue, form: Form<'_>) -> Result<Value> {
        let mut view = self.content(form)?;
        let head = self.head()?;
        let (period, customer) = (text(head, "billing_period"), text(head, "customer"));
        let issued_on = issue.origin.published_at.date_naive();
        let day = |day: NaiveDate| match form {
            Form::Exact | Form::Named(_) => day.to_string(),
            Form::Shown(words) => words.date(day),
        };
        let due_on = match get(head, "payment_days") {
            Some(Cell::Whole(days)) => {
                u64::try_from(*days).ok().and_then(|days| issued_on.checked_add_days(Days::new(days)))
            }
            _ => None,
        };
        let number = format!("{period}-{customer}-{}", issue.revision);
        view.insert("number".to_owned(), json!(number));
        view.insert("revision".to_owned(), counted(issue.revision, form));
        view.insert("issued_on".to_owned(), json!(day(issued_on)));
        view.insert("due_on".to_owned(), json!(due_on.map(day)));
        view.insert("changes".to_owned(), self.changes(issue, form)?);
        let published_at = issue.origin.published_at.to_rfc3339_opts(SecondsFormat::Secs, true);
        let run = json!({
            "run_id": issue.origin.run_id,
            "published_at": published_at,
            "models": issue.origin.models,
            "delivery": issue.origin.delivery,
        });
        view.insert("run".to_owned(), run);
        Ok(Value::Object(view))
    }

    /// What is another than in the revision before: the total, and accounts.
    fn changes(&self, issue: &Issue, form: Form<'_>) -> Result<Value> {
        let Some(before) = &issue.before else { return Ok(Value::Null) };
        let now = Value::Object(self.content(Form::Exact)?);
        let shown = |amount: &str| match form {
            Form::Exact | Form::Named(_) => amount.to_owned(),
            Form::Shown(words) => words.grouped(amount),
        };
        let total_of = |statement: &Value| statement["total"].as_str().unwrap_or("0").to_owned();
        let accounts_of = |statement: &Value| -> BTreeMap<String, (String, String)> {
            let accounts = statement["accounts"].as_array().cloned().unwrap_or_default();
            let of_account = |account: &Value| {
                let text = |name: &str| account[name].as_str().unwrap_or_default().to_owned();
                (text("account_id"), (text("account_name"), text("total")))
            };
            accounts.iter().map(of_account).collect()
        };
        let (old, new) = (accounts_of(before), accounts_of(&now));
        let mut ids: Vec<&String> = old.keys().chain(new.keys()).collect();
        ids.sort();
        ids.dedup();
        let mut accounts = Vec::new();
        for id in ids {
            let amount = |accounts: &BTreeMap<String, (String, String)>| {
                accounts.get(id).map_or_else(|| "0".to_owned(), |(_, total)| total.clone())
            };
            let (was, is) = (amount(&old), amount(&new));
            if was == is {
                continue;
            }
            let name = new.get(id).or_else(|| old.get(id)).map(|(name, _)| name.as_str());
            accounts.push(json!({
                "account_id": id,
                "account_name": name,
                "previous": shown(&was),
                "total": shown(&is),
                "difference": shown(&difference(&is, &was)?),
            }));
        }
        let (was, is) = (total_of(before), total_of(&now));
        Ok(json!({
            "since_revision": counted(before["revision"].as_u64().unwrap_or_default(), form),
            "currency_code": before["currency_code"],
            "previous": shown(&was),
            "total": shown(&is),
            "difference": shown(&difference(&is, &was)?),
            "accounts": accounts,
        }))
    }

    fn object(&self, row: &Row, form: Form<'_>) -> Result<Map<String, Value>> {
        let mut object = object(row, form, |currency| self.minor_units.get(currency).copied())?;
        if let Form::Named(words) | Form::Shown(words) = form {
            names(&mut object, row, words);
        }
        Ok(object)
    }
}

/// Adds to an object what its values are called: `kind_name` beside `kind`, `period_name` beside `billing_period`.
fn names(object: &mut Map<String, Value>, row: &Row, words: &Words) {
    for (column, cell) in row {
        match cell {
            Cell::Text(value) if column == "billing_period" => {
                if let Ok(period) = value.parse::<Period>() {
                    object.insert("period_name".to_owned(), json!(words.period(period)));
                    object.insert("month_name".to_owned(), json!(words.month(period)));
                }
            }
            Cell::Text(value) if words.has_names_of(column) => {
                let name = words.name_of(column, value).unwrap_or(value);
                object.insert(format!("{column}_name"), json!(name));
            }
            Cell::Null if words.has_names_of(column) => drop(object.insert(format!("{column}_name"), Value::Null)),
            _ => {}
        }
    }
}

fn counted(number: u64, form: Form<'_>) -> Value {
    match form {
        Form::Exact | Form::Named(_) => json!(number),
        Form::Shown(_) => json!(number.to_string()),
    }
}

/// Puts `value` where a path of names says.
fn put(view: &mut Map<String, Value>, path: &str, value: Value) {
    match path.split_once('/') {
        None => drop(view.insert(path.to_owned(), value)),
        Some((part, rest)) => {
            let inner = view.entry(part).or_insert_with(|| json!({}));
            if let Some(inner) = inner.as_object_mut() {
                put(inner, rest, value);
            }
        }
    }
}

/// Lines by account, and in it by service; they come in that order.
fn by_account_and_service(lines: Vec<Value>) -> Value {
    let mut accounts: Vec<Value> = Vec::new();
    for mut line in lines {
        let Some(fields) = line.as_object_mut() else { continue };
        let mut take = |name: &str| fields.shift_remove(name).unwrap_or_default();
        let (account_id, account_name) = (take("account_id"), take("account_name"));
        let (service_code, service_name) = (take("service_code"), take("service_name"));
        let (account_amount, service_amount) = (take("account_amount"), take("service_amount"));
        if accounts.last().is_none_or(|account| account["account_id"] != account_id) {
            accounts.push(json!({
                "account_id": account_id,
                "account_name": account_name,
                "amount": account_amount,
                "services": [],
            }));
        }
        let Some(services) = accounts.last_mut().and_then(|account| account["services"].as_array_mut()) else {
            continue;
        };
        if services.last().is_none_or(|service| service["service_code"] != service_code) {
            services.push(json!({
                "service_code": service_code,
                "service_name": service_name,
                "amount": service_amount,
                "lines": [],
            }));
        }
        if let Some(lines) = services.last_mut().and_then(|service| service["lines"].as_array_mut()) {
            lines.push(line);
        }
    }
    Value::Array(accounts)
}

/// `one` less `other`, both amounts as texts with the same digits, or `0`.
fn difference(one: &str, other: &str) -> Result<String> {
    let scale = [one, other].iter().filter_map(|text| text.split_once('.')).map(|(_, part)| part.len()).max();
    let scale = scale.unwrap_or_default();
    let digits = |text: &str| -> Option<i128> {
        let (whole, part) = text.split_once('.').unwrap_or((text, ""));
        format!("{whole}{part:0<scale$}").parse().ok()
    };
    let (Some(one), Some(other)) = (digits(one), digits(other)) else {
        return Err(Error::data("the revision before has an amount that is no number")
            .hint("remove that revision, and build the statement again"));
    };
    Ok(super::cell::plain(one - other, scale))
}
