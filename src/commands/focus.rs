//! `focus`: what a month's bill is, as data sets of FOCUS, a file for each customer and version.
//!
//! Which tables are data sets, and what their columns are called there, stands in the YAML of their models:
//! `meta: { focus_version: "1.4" }`, and `meta: { name: BilledCost }` of a column.

use std::path::{Path, PathBuf};

use chrono::SecondsFormat;
use futures::TryStreamExt;
use serde_json::{Value, json};

use crate::common::error::{Error, Result};
use crate::common::period::Period;
use crate::common::quote::{identifier, literal};
use crate::common::version::VERSION;
use crate::engine::rows;
use crate::planned_run::Workspace;
use crate::project::Model;
use crate::publish::{Publication, nothing};
use file::{Form, write};

mod file;

pub use file::Form as FocusForm;

/// The key under `meta:` of a model that is a data set, and that of a column's name in it.
const VERSION_KEY: &str = "focus_version";
const NAME_KEY: &str = "name";
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
pub async fn focus(workspace: &Workspace, job: &FocusJob) -> Result<(Period, Vec<DataSet>)> {
    let publication = published(workspace).await?;
    let period = publication.period;
    let is_there = |model: &Model| publication.tables().any(|table| table.table == model.name);
    let tables = workspace.project.models.values().filter_map(Table::of);
    let tables: Vec<Table<'_>> = tables.filter(|table| is_there(table.model)).collect();
    if tables.is_empty() {
        return Err(Error::data(format!("no data set of FOCUS is published for {period}")).hint(
            "say which versions under `vars: focus: versions:` in `config.yaml`, and run `apportion build --full-refresh`",
        ));
    }
    let mut written = Vec::new();
    for table in &tables {
        for receiver in receivers(workspace, table, period, job).await? {
            let sql = table.select(period, &job.receiver, &receiver);
            let rows = workspace.query(&sql).await?;
            let folder = job.folder.join(folder_name(&receiver));
            let path = folder.join(format!("focus-{}.{}", table.version, job.form.ending()));
            let found = write(&path, job.form, rows).await?;
            let about = table.metadata(&publication);
            let text =
                serde_json::to_string_pretty(&about).map_err(|e| Error::bug("metadata is no JSON").caused_by(&e))?;
            file::put(&folder.join(format!("focus-{}.json", table.version)), text.as_bytes())?;
            written.push(DataSet { receiver, version: table.version.clone(), rows: found, path });
        }
    }
    Ok((period, written))
}

async fn published(workspace: &Workspace) -> Result<Publication> {
    let present = Publication::periods(&workspace.output).await?;
    if present.is_empty() {
        return Err(nothing(&workspace.output));
    }
    let wanted = workspace.job.periods.pick(&present)?;
    let [period] = wanted[..] else {
        return Err(Error::user("a data set is of one month").hint("name it with --period YYYY-MM"));
    };
    let publication = Publication::read(&workspace.output, period).await?;
    if publication.is_empty() { Err(nothing(&workspace.output)) } else { Ok(publication) }
}

/// Who gets a data set, of those that have rows.
async fn receivers(workspace: &Workspace, table: &Table<'_>, period: Period, job: &FocusJob) -> Result<Vec<String>> {
    let (column, wanted) = match &job.receiver {
        FocusReceiver::Customers => (CUSTOMER, None),
        FocusReceiver::Customer(name) => (CUSTOMER, Some(name)),
        FocusReceiver::Group(name) => (GROUP, Some(name)),
    };
    let sql = format!(
        "select distinct {column} from {} where billing_period = '{period}' and {column} <> '' order by {column}",
        table.model.name
    );
    let batches: Vec<_> = workspace.query(&sql).await?.batches.try_collect().await?;
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
    /// Its columns: names in the table, names in the data set, and types.
    columns: Vec<(&'a str, &'a str, &'a str)>,
}

impl<'a> Table<'a> {
    /// The model as a data set, if it is one.
    fn of(model: &'a Model) -> Option<Self> {
        let properties = &model.properties;
        let version = properties.meta_names(VERSION_KEY).into_iter().next()?;
        let columns = properties.columns.iter().filter_map(|column| {
            let name = column.meta.get(NAME_KEY).and_then(Value::as_str)?;
            Some((column.name.as_str(), name, column.data_type.as_deref().unwrap_or_default()))
        });
        Some(Self { model, version, columns: columns.collect() })
    }

    /// The rows of `receiver`, in the same order each time.
    fn select(&self, period: Period, kind: &FocusReceiver, receiver: &str) -> String {
        let column = if matches!(kind, FocusReceiver::Group(_)) { GROUP } else { CUSTOMER };
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
    fn metadata(&self, publication: &Publication) -> Value {
        let run = publication.newest();
        let published = run.map(|run| run.published_at.to_rfc3339_opts(SecondsFormat::Secs, true));
        let columns = self.columns.iter().map(|(_, name, kind)| json!({ "ColumnName": name, "DataType": kind }));
        json!({
            "DataGenerator": { "DataGenerator": format!("apportion {VERSION}") },
            "FocusVersion": self.version,
            "CreationDate": published,
            "BillingPeriod": publication.period.to_string(),
            "RunId": run.map(|run| run.run_id.as_str()),
            "ColumnDefinition": columns.collect::<Vec<_>>(),
        })
    }
}

impl DataSet {
    /// The file as one would write it.
    pub fn shown(&self) -> String {
        Path::new(&self.path).display().to_string()
    }
}
