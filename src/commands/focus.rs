//! `focus`: what a month's bill is, as data sets of FOCUS, a file for each customer and version.
//!
//! Which tables are data sets, and what their columns are called there, stands in the YAML of their models:
//! `meta: { focus_version: "1.4" }`, and `meta: { name: BilledCost }` of a column.

use std::collections::BTreeMap;
use std::path::PathBuf;

use arrow::record_batch::RecordBatch;
use chrono::SecondsFormat;
use futures::TryStreamExt;
use serde_json::{Value, json};

use crate::common::error::{Error, Result};
use crate::common::period::Period;
use crate::common::quote::{identifier, literal};
use crate::common::version::VERSION;
use crate::engine::{Questions, rows};
use crate::planned_run::Workspace;
use crate::project::Model;
use crate::publish::{Publication, RunRecord};
use crate::storage::write_whole;
use file::{Form, write};

mod file;

pub use file::Form as FocusForm;

/// The key under `meta:` of a model that is a data set, and that of a column's name in it.
const VERSION_KEY: &str = "focus_version";
const NAME_KEY: &str = "name";
/// The table of what customers are charged, which data sets are summed against.
const CHARGES: &str = "customer_charges";
/// The columns by which rows are somebody's.
const CUSTOMER: &str = "customer";
const GROUP: &str = "account_group";

/// What is to be written.
#[derive(Debug, Clone)]
pub struct FocusJob {
    /// Whose accounts.
    pub receiver: FocusReceiver,
    /// As what.
    pub form: Form,
    /// Where to: each receiver has a folder in it.
    pub folder: PathBuf,
}

/// Whose accounts are in a data set.
#[derive(Debug, Clone)]
pub enum FocusReceiver {
    /// Those of each customer, in one for each.
    Customers,
    /// Those of one customer.
    Customer(String),
    /// Those of a group.
    Group(String),
}

impl FocusReceiver {
    /// The column by which rows are theirs.
    fn column(&self) -> &'static str {
        match self {
            Self::Customers | Self::Customer(_) => CUSTOMER,
            Self::Group(_) => GROUP,
        }
    }

    /// The folder of all of its kind.
    fn folder(&self) -> &'static str {
        match self {
            Self::Customers | Self::Customer(_) => "customers",
            Self::Group(_) => "groups",
        }
    }
}

/// What was written.
#[derive(Debug)]
pub struct DataSets {
    /// The month.
    pub period: Period,
    /// The files, by receiver and version.
    pub written: Vec<DataSet>,
    /// How many accounts are charged something and are no customer's.
    pub left_out: usize,
}

/// A file that was written.
#[derive(Debug)]
pub struct DataSet {
    /// The customer or group.
    pub receiver: String,
    /// The version of FOCUS.
    pub version: String,
    /// How many rows it has.
    pub rows: usize,
    /// The file.
    pub path: PathBuf,
}

/// Writes the data sets of the one wanted month, or of the newest.
///
/// # Errors
/// When nothing is published, or no data set is; when there is no such customer or group; when the folder cannot be
/// written. Files that are there already are replaced whole, or stay as they are.
pub async fn focus(workspace: &Workspace, job: &FocusJob) -> Result<DataSets> {
    let publication = Publication::of_one(&workspace.output, &workspace.job.periods).await?;
    publication.check_whole("data sets")?;
    let period = publication.period;
    let tables = workspace.project.models.values().filter_map(|model| Table::of(model, &publication));
    let tables: Vec<Table<'_>> = tables.collect();
    if tables.is_empty() {
        return Err(Error::data(format!("no data set of FOCUS is published for {period}")).hint(
            "say which versions, [\"1.2\", \"1.4\"], under `vars: focus: versions:` in `config.yaml`, and run `apportion build`",
        ));
    }
    let charged = publication.tables().find(|table| table.table == CHARGES).map(|table| &table.run.run_id);
    if let Some(table) = tables.iter().find(|table| charged.is_some_and(|run| *run != table.run.run_id)) {
        return Err(Error::data(format!("`{}` of {period} is of another run than `{CHARGES}`", table.model.name))
            .hint("it may not be what customers are charged now: run `apportion build --full-refresh`"));
    }
    let mut published = workspace.published_tables(&publication)?;
    let mut written = Vec::new();
    for table in &tables {
        let receivers = receivers(&mut published, table, period, job).await?;
        let folder = job.folder.join(period.to_string()).join(job.receiver.folder());
        for (receiver, name) in folders(receivers)? {
            let rows = published.query(&table.select(period, &job.receiver, &receiver)).await?;
            let path = folder.join(&name).join(format!("focus-{}.{}", table.version, job.form.ending()));
            let found = write(&path, job.form, rows).await?;
            let about = serde_json::to_string_pretty(&table.metadata(period))
                .map_err(|e| Error::bug("metadata is no JSON").caused_by(&e))?;
            write_whole(&folder.join(name).join(format!("focus-{}.json", table.version)), about.as_bytes())?;
            written.push(DataSet { receiver, version: table.version.clone(), rows: found, path });
        }
    }
    written.sort_by(|one, other| (&one.receiver, &one.version).cmp(&(&other.receiver, &other.version)));
    let left_out = match job.receiver {
        FocusReceiver::Customers => nobodys(&mut published, &tables[0], period).await?,
        _ => 0,
    };
    Ok(DataSets { period, written, left_out })
}

/// How many accounts are no customer's.
async fn nobodys(published: &mut Questions, table: &Table<'_>, period: Period) -> Result<usize> {
    let sql = format!(
        "select distinct account_id from {} where billing_period = '{period}' and coalesce({CUSTOMER}, '') = ''",
        table.model.name
    );
    let batches: Vec<_> = published.query(&sql).await?.batches.try_collect().await?;
    Ok(batches.iter().map(RecordBatch::num_rows).sum())
}

/// Who gets a data set, of those that have rows.
async fn receivers(
    published: &mut Questions,
    table: &Table<'_>,
    period: Period,
    job: &FocusJob,
) -> Result<Vec<String>> {
    let column = job.receiver.column();
    let wanted = match &job.receiver {
        FocusReceiver::Customers => None,
        FocusReceiver::Customer(name) | FocusReceiver::Group(name) => Some(name),
    };
    let sql = format!(
        "select distinct {column} from {} where billing_period = '{period}' and {column} <> '' order by {column}",
        table.model.name
    );
    let batches: Vec<_> = published.query(&sql).await?.batches.try_collect().await?;
    let known: Vec<String> = rows::texts(&batches)?.into_iter().flatten().flatten().collect();
    match wanted {
        Some(name) if !known.contains(name) => {
            let what = if column == CUSTOMER { "customer" } else { "group" };
            Err(Error::user(format!("no account of the {what} `{name}` is charged anything in {period}"))
                .did_you_mean(name, known.iter().map(String::as_str)))
        }
        Some(name) => Ok(vec![name.clone()]),
        None if known.is_empty() => Err(Error::user(format!("no account of {period} is a customer's"))
            .hint("say whose accounts are whose in the seeds `customers` and `customer_accounts`, or name a --group")),
        None => Ok(known),
    }
}

/// Each receiver with its folder's name.
///
/// # Errors
/// When two would have one folder: each would find what is the other's.
fn folders(receivers: Vec<String>) -> Result<Vec<(String, String)>> {
    let mut taken: BTreeMap<String, String> = BTreeMap::new();
    let named = receivers.into_iter().map(|receiver| {
        let name = folder_name(&receiver);
        match taken.insert(name.to_lowercase(), receiver.clone()) {
            Some(other) => Err(Error::user(format!("`{other}` and `{receiver}` would have one folder, `{name}`"))
                .hint("write each by its own, with --customer and another --out")),
            None => Ok((receiver, name)),
        }
    });
    named.collect()
}

/// A name as that of a folder: a group may be a path.
fn folder_name(receiver: &str) -> String {
    let is_plain = |c: char| !c.is_control() && !"/\\:".contains(c);
    let name: String = receiver.chars().map(|c| if is_plain(c) { c } else { '_' }).collect();
    if name.starts_with('.') { format!("_{name}") } else { name }
}

/// A table that is a data set.
struct Table<'a> {
    model: &'a Model,
    version: String,
    /// The run that it is of.
    run: &'a RunRecord,
    /// Its columns: names in the table, names in the data set, and types.
    columns: Vec<(&'a str, &'a str, &'a str)>,
}

impl<'a> Table<'a> {
    /// The model as a data set, if it is one and is published.
    fn of(model: &'a Model, publication: &'a Publication) -> Option<Self> {
        let properties = &model.properties;
        let run = &publication.tables().find(|table| table.table == model.name)?.run;
        let version = properties.meta_names(VERSION_KEY).into_iter().next()?;
        let columns = properties.columns.iter().filter_map(|column| {
            let name = column.meta.get(NAME_KEY).and_then(Value::as_str)?;
            Some((column.name.as_str(), name, column.data_type.as_deref().unwrap_or_default()))
        });
        Some(Self { model, version, run, columns: columns.collect() })
    }

    /// The rows of `receiver`, in the same order each time.
    fn select(&self, period: Period, kind: &FocusReceiver, receiver: &str) -> String {
        let column = kind.column();
        let selected: Vec<String> =
            self.columns.iter().map(|(own, name, _)| format!("{} as {}", identifier(own), identifier(name))).collect();
        let sorted = self.model.properties.meta_names("sort_by");
        let order: Vec<String> = sorted.iter().map(|name| identifier(name)).collect();
        let rest = (1..=selected.len()).map(|position| position.to_string());
        format!(
            "select {} from {} where billing_period = '{period}' and {column} = {} order by {}",
            selected.join(", "),
            self.model.name,
            literal(receiver),
            order.into_iter().chain(rest).collect::<Vec<_>>().join(", ")
        )
    }

    /// What is said of the data set beside it (<https://focus.finops.org/focus-specification/>, metadata).
    fn metadata(&self, period: Period) -> Value {
        let columns = self.columns.iter().map(|(_, name, kind)| json!({ "ColumnName": name, "DataType": kind }));
        json!({
            "DataGenerator": { "DataGenerator": format!("apportion {VERSION}") },
            "FocusVersion": self.version,
            "CreationDate": self.run.published_at.to_rfc3339_opts(SecondsFormat::Secs, true),
            "BillingPeriod": period.to_string(),
            "RunId": self.run.run_id,
            "ColumnDefinition": columns.collect::<Vec<_>>(),
        })
    }
}
