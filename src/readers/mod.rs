//! Floor 5: how other engines find what is published: views for each of them, and Athena's tables kept up to date.
//!
//! What views say is in the templates beside this file, one for each engine; `shared.sql` is what they have in common.

use std::collections::{BTreeMap, BTreeSet};

use crate::common::error::{Error, Result};
use crate::compile::{Compiled, Materialization, ModelNode};
use crate::publish;
use crate::storage::Location;

mod athena;
mod reader;
mod template;

pub use athena::AthenaReaders;
pub use reader::Reader;
use template::{Column, Database, File, Table};

/// The table that gives accounts their names, with the columns that it takes.
const ACCOUNTS: &str = "accounts";
const OF_ACCOUNTS: [&str; 5] = ["billing_period", "payer_account_id", "account_id", "account_name", "account_group"];
/// The month of a row; in files it stands in the folder's name.
const PERIOD: &str = "billing_period";
/// What a row is dated by, the finest first. Where there is neither, the second is made up.
const DATES: [&str; 2] = ["usage_date", "period_start"];

/// A file of views.
#[derive(Debug, Clone)]
pub struct Views {
    /// The file.
    pub text: String,
    /// How many tables it has views of.
    pub tables: usize,
    /// Results that it has no view of, each with the reason, as a sentence.
    pub left_out: Vec<String>,
}

/// Views for `reader` of every result of the project that is among the `published` tables of `output` and has a contract.
///
/// # Errors
/// When the reader cannot reach the output, or there is no table to make a view of.
pub fn views(compiled: &Compiled, published: &BTreeSet<String>, output: &Location, reader: Reader) -> Result<Views> {
    let (file, left_out) = file(compiled, published, output, reader)?;
    if file.tables.is_empty() {
        let error = Error::user("there is no table to make a view of");
        return Err(left_out.into_iter().fold(error, Error::hint));
    }
    Ok(Views { text: template::render(reader, &file)?, tables: file.tables.len(), left_out })
}

/// Results as tables of PostgreSQL.
#[derive(Debug, Clone)]
pub struct DatabaseTables {
    /// What makes them, their columns and who sees which rows; to be done again and again.
    pub text: String,
    /// The columns of each in their order, by its name; [`publish::TABLE`] is among them.
    pub columns: BTreeMap<String, Vec<String>>,
    /// Results that there is no table of, each with the reason, as a sentence.
    pub left_out: Vec<String>,
}

/// Tables in the `schema` of a database, for every result of the project that is among the `published` tables and has a
/// contract.
///
/// # Errors
/// When a template is wrong, which is ours to mend.
pub fn database(compiled: &Compiled, published: &BTreeSet<String>, schema: &str) -> Result<DatabaseTables> {
    let reader = Reader::Postgres;
    let (tables, left_out) = tables(compiled, published, reader);
    let period = Column::new(PERIOD, reader.text(), "");
    let runs: Vec<Column> = std::iter::once(period).chain(runs(reader)).collect();
    let has = |table: &Table, name: &str| table.columns.iter().any(|column| column.name == name);
    let has_customers = tables.iter().any(|table| table.name == ACCOUNTS && has(table, "customer"));
    let mut columns: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, of_table) in
        tables.iter().map(|table| (table.name.as_str(), &table.columns)).chain([(publish::TABLE, &runs)])
    {
        columns.insert(name.to_owned(), of_table.iter().map(|column| column.name.clone()).collect());
    }
    let text = template::render(reader, &Database { schema, runs, tables: &tables, has_customers })?;
    Ok(DatabaseTables { text, columns, left_out })
}

/// What there is to write for `reader`, and what is left out, each with the reason.
fn file(
    compiled: &Compiled,
    published: &BTreeSet<String>,
    output: &Location,
    reader: Reader,
) -> Result<(File, Vec<String>)> {
    let location = reader.location(output)?;
    let (mut tables, left_out) = tables(compiled, published, reader);
    add_account_names(&mut tables);
    let runs = runs(reader).collect();
    let file = File { location, runs, text_type: reader.text(), tables, registered: BTreeMap::new() };
    Ok((file, left_out))
}

/// The columns of [`publish::TABLE`] in its files.
fn runs(reader: Reader) -> impl Iterator<Item = Column> {
    publish::columns().map(move |(name, data_type)| Column::new(name, reader.type_of(data_type), ""))
}

/// The results that `reader` can be given, and why it is not given others.
fn tables(compiled: &Compiled, published: &BTreeSet<String>, reader: Reader) -> (Vec<Table>, Vec<String>) {
    let (mut tables, mut left_out) = (Vec::new(), Vec::new());
    for (name, model) in compiled.models.iter().filter(|(_, model)| is_result(model)) {
        match table(model, published, reader) {
            Ok(table) => tables.push(table),
            Err(reason) => left_out.push(format!("there is no {} of `{name}`: {reason}", reader.made())),
        }
    }
    (tables, left_out)
}

/// Whether readers are given `model`: steps on the way have a schema.
fn is_result(model: &ModelNode) -> bool {
    model.materialization == Materialization::Table && model.schema.is_none()
}

/// What the views of `model` are made of, or why there are none.
fn table(model: &ModelNode, published: &BTreeSet<String>, reader: Reader) -> Result<Table, &'static str> {
    const UNKNOWN: &str = "its columns are known by `contract: { enforced: true }` and a `data_type` of each";
    let folders: Vec<String> = model.names().filter(|name| published.contains(*name)).map(str::to_owned).collect();
    if folders.is_empty() {
        return Err("no month of it is published; run `apportion build` first");
    }
    if !model.is_contract {
        return Err(UNKNOWN);
    }
    let mut columns = Vec::new();
    for column in &model.columns {
        let kind = reader.type_of(column.data_type.ok_or(UNKNOWN)?);
        columns.push(Column::new(&column.name, kind, &column.description));
    }
    if !columns.iter().any(|column| column.name == PERIOD) {
        columns.insert(0, Column::new(PERIOD, reader.text(), "Calendar month, YYYY-MM"));
    }
    Ok(Table {
        name: model.name.clone(),
        description: one_line(&model.description),
        folders,
        bi: dated(&columns),
        columns,
    })
}

/// The columns for BI tools: the date of a row first.
fn dated(columns: &[Column]) -> Vec<Column> {
    let place = DATES.iter().find_map(|date| columns.iter().position(|column| column.name == *date));
    let mut rest = columns.to_vec();
    let made_up = Column { is_made_up: true, ..Column::new(DATES[1], String::new(), "") };
    let date = place.map_or(made_up, |place| rest.remove(place));
    std::iter::once(date).chain(rest).collect()
}

/// Has every account id without a name get it, if there is a table that has names.
fn add_account_names(tables: &mut [Table]) {
    let has = |table: &Table, name: &str| table.columns.iter().any(|column| column.name == name);
    let names = tables.iter().find(|table| table.name == ACCOUNTS);
    if !names.is_some_and(|names| OF_ACCOUNTS.iter().all(|column| has(names, column))) {
        return;
    }
    for table in tables.iter_mut().filter(|table| has(table, "payer_account_id")) {
        let own: BTreeSet<String> = table.columns.iter().map(|column| column.name.clone()).collect();
        for column in &mut table.bi {
            let account = column.name.strip_suffix("_id").filter(|account| account.ends_with("account"));
            column.account = account.filter(|account| !own.contains(&format!("{account}_name"))).map(str::to_owned);
        }
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests;
