//! What is written for each engine, and what BI tools get.

use std::collections::BTreeMap;

use super::template::{Column, File, Table, render};
use super::{Reader, add_account_names, dated};
use crate::common::data_type::DataType;
use crate::common::error::ErrorKind;
use crate::common::s3::S3Options;
use crate::storage::Location;

const ALL: [Reader; 5] = [Reader::Athena, Reader::Dbt, Reader::DuckDb, Reader::Spark, Reader::Trino];

fn columns(names: &[&str]) -> Vec<Column> {
    names.iter().map(|name| Column::new(name, "string".to_owned(), "what it's for")).collect()
}

fn table(name: &str, names: &[&str]) -> Table {
    let columns = columns(names);
    let (name, description) = (name.to_owned(), "what it holds".to_owned());
    Table { folders: vec![name.clone()], bi: dated(&columns), name, description, columns }
}

fn written(reader: Reader, tables: Vec<Table>) -> String {
    let runs = columns(&["table_name", "run_id"]);
    let file = File {
        location: "s3://bucket/it's".to_owned(),
        runs,
        text_type: reader.text(),
        tables,
        registered: BTreeMap::new(),
    };
    render(reader, &file).unwrap()
}

fn bi(tables: &[Table], name: &str) -> Vec<(String, Option<String>)> {
    let table = tables.iter().find(|table| table.name == name).unwrap();
    table.bi.iter().map(|column| (column.name.clone(), column.account.clone())).collect()
}

#[test]
fn every_engine_is_given_views_of_every_table_and_of_what_is_published() {
    for reader in ALL.into_iter().filter(|reader| *reader != Reader::Dbt) {
        let text = written(reader, vec![table("costs", &["billing_period"]), table("order", &["billing_period"])]);
        let quote = if reader == Reader::Spark { '`' } else { '"' };
        for name in ["costs", "order", "bi_costs", "bi_order"] {
            let view = format!("\ncreate or replace view {quote}{name}{quote} as\nselect\n");
            assert_eq!(text.matches(&view).count(), 1, "{reader:?}: {name}\n{text}");
        }
        assert_eq!(text.matches("\ncreate or replace view published_runs as\n").count(), 1, "{reader:?}\n{text}");
        assert!(text.ends_with(";\n"), "{reader:?}\n{text}");
    }
}

#[test]
fn a_comment_ends_no_statement_and_a_path_no_text() {
    for reader in ALL {
        let text = written(reader, vec![table("costs", &["billing_period"])]);
        assert!(!text.lines().any(|line| line.trim_start().starts_with("--") && line.ends_with(';')), "{text}");
        assert!(!text.contains("'s3://bucket/it's"), "{reader:?}\n{text}");
    }
}

#[test]
fn months_under_an_old_name_count_where_there_are_none_under_the_new_one() {
    for reader in ALL.into_iter().filter(|reader| *reader != Reader::Dbt) {
        let renamed = Table { folders: vec!["new".to_owned(), "old".to_owned()], ..table("new", &["billing_period"]) };
        let text = written(reader, vec![renamed]);
        let of_old = text.split_once("\nunion all\nselect\n").unwrap().1;
        let condition = "published.table_name = 'old'\n    and published.billing_period = files.billing_period\n    \
             and published.run_id = files.run_id\nwhere files.billing_period not in (\n    \
             select billing_period from published_runs\n    where table_name in ('new')\n);\n";
        assert!(of_old.contains(condition), "{reader:?}\n{text}");
    }
}

#[test]
fn a_date_comes_first_and_is_made_up_where_there_is_none() {
    let tables = [
        table("days", &["billing_period", "period_start", "usage_date"]),
        table("months", &["billing_period", "period_start"]),
        table("neither", &["billing_period"]),
    ];
    let first = |name| bi(&tables, name)[0].0.clone();
    assert_eq!([first("days"), first("months"), first("neither")], ["usage_date", "period_start", "period_start"]);
    let text = written(Reader::DuckDb, tables.into());
    assert_eq!(
        text.matches("\n    cast(t.billing_period || '-01' as date) as \"period_start\",\n").count(),
        1,
        "{text}"
    );
}

#[test]
fn account_ids_get_names_where_there_are_any() {
    let costs = ["billing_period", "payer_account_id", "account_id", "lender_account_id", "lender_account_name"];
    let own = ["billing_period", "account_id"];
    let of_accounts = ["billing_period", "payer_account_id", "account_id", "account_name", "account_group"];
    let mut tables = vec![table("costs", &costs), table("own", &own)];
    add_account_names(&mut tables);
    assert!(bi(&tables, "costs").iter().all(|(_, account)| account.is_none()));
    tables.push(table("accounts", &of_accounts));
    add_account_names(&mut tables);
    let named = |name| bi(&tables, name).into_iter().filter_map(|(_, account)| account).collect::<Vec<_>>();
    assert_eq!(named("costs"), ["payer_account", "account"]);
    assert_eq!(named("own"), [""; 0], "whose accounts they are is not known");
    assert_eq!(named("accounts"), ["payer_account"]);
}

#[test]
fn types_are_called_as_the_engine_calls_them() {
    let types = [DataType::String, DataType::Decimal(28, 10), DataType::Integer, DataType::TimestampMillis];
    let called = |reader: Reader| types.map(|data_type| reader.type_of(data_type));
    assert_eq!(called(Reader::Athena), ["string", "decimal(28,10)", "int", "timestamp"]);
    assert_eq!(called(Reader::Dbt), ["string", "decimal(28,10)", "integer", "timestamp(3)"]);
    assert_eq!(called(Reader::DuckDb), ["varchar", "decimal(28,10)", "integer", "timestamp"]);
    assert_eq!(called(Reader::Spark), ["string", "decimal(28,10)", "integer", "timestamp_ntz"]);
    assert_eq!(called(Reader::Trino), ["varchar", "decimal(28,10)", "integer", "timestamp(3)"]);
}

#[tokio::test]
async fn engines_that_read_no_folders_refuse_them() {
    let folder = Location::open("out", std::path::Path::new("/data"), &S3Options::default()).await.unwrap();
    assert_eq!(Reader::DuckDb.location(&folder).unwrap(), "/data/out");
    assert_eq!(Reader::Spark.location(&folder).unwrap(), "file:///data/out");
    for reader in [Reader::Athena, Reader::Trino] {
        assert_eq!(reader.location(&folder).unwrap_err().kind(), ErrorKind::User);
    }
}

#[test]
fn tables_with_registered_partitions_are_made_before_the_views_over_them() {
    let tables = vec![table("costs", &["billing_period", "account_id"])];
    let runs = columns(&["table_name", "run_id"]);
    let registered = [("costs", "costs_files_1"), (crate::publish::TABLE, "published_runs_files_1")];
    let registered = registered.map(|(folder, name)| (folder.to_owned(), name.to_owned())).into();
    let file = File { location: "s3://b/out".to_owned(), runs, text_type: "string".to_owned(), tables, registered };
    let statements = super::template::registered(&file).unwrap();
    let starts: Vec<&str> = statements.iter().filter_map(|statement| statement.lines().next()).collect();
    let wanted = [
        "create external table if not exists `published_runs_files_1` (",
        "create external table if not exists `costs_files_1` (",
        "create or replace view published_runs as",
        "create or replace view \"costs\" as",
        "create or replace view \"bi_costs\" as",
    ];
    assert_eq!(starts, wanted, "{statements:#?}");
    assert!(statements[1].contains("partitioned by (`billing_period` string, `run_id` string)"), "{}", statements[1]);
    assert!(statements[1].contains("    `account_id` string\n)"), "{}", statements[1]);
    assert!(statements[3].contains("select * from \"costs_files_1\""), "{}", statements[3]);
}
