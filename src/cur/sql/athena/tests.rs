//! What Athena is told of columns of every kind. That the values are right is for `tests/athena/source.py`.

use std::sync::Arc;

use arrow::datatypes::{DataType as Arrow, Field, Schema, TimeUnit};

use super::{FilesInTable, Place, TableName, create_table, hive_columns, select, symlinks};
use crate::common::data_type::DataType;
use crate::common::error::ErrorKind;
use crate::cur::mapping::{Kind, MappedValue, SourceColumn};
use crate::cur::sql::MappedFiles;

fn map(values: Arrow) -> Arrow {
    let entry = Arrow::Struct(vec![Field::new("key", Arrow::Utf8, false), Field::new("value", values, true)].into());
    Arrow::Map(Arc::new(Field::new("entries", entry, false)), false)
}

/// A file with one column called `name`.
fn schema(name: &str, kind: Arrow) -> Schema {
    Schema::new(vec![Field::new(name, kind, true)])
}

fn files(columns: &[SourceColumn], schema: &Schema) -> MappedFiles {
    MappedFiles {
        files: vec!["s3://bucket/report/a.parquet".to_owned(), "s3://bucket/report/b.parquet".to_owned()],
        columns: columns.iter().map(|column| column.mapping(schema)).collect(),
        period: "2026-12".parse().unwrap(),
        period_start: None,
    }
}

/// Files with one column of `kind`, of which a plain column of the declared type is made.
fn of_kind(kind: Arrow, data_type: DataType) -> MappedFiles {
    files(&[SourceColumn::plain("a", data_type)], &schema("a", kind))
}

fn table() -> TableName {
    TableName { database: "cur".to_owned(), table: "lines_1".to_owned() }
}

fn select_from(files: &MappedFiles) -> String {
    select(&[FilesInTable { files, table: &table() }]).unwrap()
}

/// The value of the one column of `files`.
fn value(files: &MappedFiles) -> String {
    let text = select_from(files);
    let line = text.lines().nth(1).unwrap();
    line.trim().trim_end_matches(',').rsplit_once(" as ").unwrap().0.to_owned()
}

fn types(files: &MappedFiles) -> Vec<(String, String)> {
    hive_columns(files).unwrap().into_iter().map(|column| (column.name, column.data_type)).collect()
}

#[test]
fn columns_are_declared_by_the_types_that_hive_has_for_them() {
    let utc = Some("UTC".into());
    for (kind, expected) in [
        (Arrow::Utf8View, "string"),
        (Arrow::LargeUtf8, "string"),
        (Arrow::Dictionary(Box::new(Arrow::Int32), Box::new(Arrow::Utf8)), "string"),
        (Arrow::BinaryView, "binary"),
        (Arrow::Boolean, "boolean"),
        (Arrow::Int8, "tinyint"),
        (Arrow::UInt8, "smallint"),
        (Arrow::UInt16, "int"),
        (Arrow::UInt32, "bigint"),
        (Arrow::UInt64, "bigint"),
        (Arrow::Float32, "float"),
        (Arrow::Float64, "double"),
        (Arrow::Decimal128(20, 3), "decimal(20,3)"),
        (Arrow::Date32, "date"),
        (Arrow::Timestamp(TimeUnit::Nanosecond, None), "timestamp"),
        (Arrow::Timestamp(TimeUnit::Microsecond, utc), "timestamp"),
    ] {
        let files = of_kind(kind.clone(), DataType::String);
        assert_eq!(types(&files), [("a".to_owned(), expected.to_owned())], "{kind}");
    }
}

#[test]
fn what_is_read_is_declared_once_and_nothing_else_is() {
    let schema = Schema::new(vec![
        Field::new("Id", Arrow::Utf8, true),
        Field::new("unread", Arrow::Float16, true),
        Field::new("product", map(Arrow::Utf8), true),
        Field::new("start", Arrow::Date32, true),
    ]);
    let product = SourceColumn { kind: Kind::Json, ..SourceColumn::plain("product", DataType::String) };
    let columns =
        ["id", "product_sku", "product_region", "absent"].map(|name| SourceColumn::plain(name, DataType::String));
    let mut files = files(&[columns.as_slice(), &[product]].concat(), &schema);
    files.period_start = Some(MappedValue::instant(schema.field_with_name("start").unwrap()));
    let expected = [("Id", "string"), ("product", "map<string,string>"), ("start", "date")];
    assert_eq!(types(&files), expected.map(|(name, kind)| (name.to_owned(), kind.to_owned())));
}

#[test]
fn a_type_that_hive_does_not_have_is_an_error_with_column_and_file() {
    let rates = SourceColumn { kind: Kind::Dimension, ..SourceColumn::plain("a", DataType::String) };
    for (files, path) in [
        (of_kind(Arrow::Float16, DataType::Double), "`a`"),
        (of_kind(Arrow::Decimal256(60, 10), DataType::Decimal(28, 10)), "`a`"),
        (files(&[SourceColumn { from: vec!["m.b".into()], ..rates }], &schema("m", map(Arrow::Float16))), "`m.b`"),
    ] {
        let error = hive_columns(&files).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Data);
        let text = error.to_string();
        assert!(text.contains(path) && text.contains("`s3://bucket/report/a.parquet`"), "{text}");
    }
}

#[test]
fn two_columns_that_only_capitals_tell_apart_are_an_error() {
    let schema = Schema::new(vec![
        Field::new("resource_tags_user_team", Arrow::Utf8, true),
        Field::new("resource_tags_user_Team", Arrow::Utf8, true),
    ]);
    let tags = SourceColumn { kind: Kind::Json, ..SourceColumn::plain("resource_tags", DataType::String) };
    assert_eq!(hive_columns(&files(&[tags], &schema)).unwrap_err().kind(), ErrorKind::Data);
}

#[test]
fn files_without_any_declared_column_are_no_table() {
    let files = files(&[SourceColumn::plain("b", DataType::String)], &schema("a", Arrow::Utf8));
    assert_eq!(hive_columns(&files).unwrap_err().kind(), ErrorKind::Data);
}

#[test]
fn a_table_is_a_folder_or_what_a_list_names() {
    let files = files(&[SourceColumn::plain("a`b", DataType::String)], &schema("a`b", Arrow::Utf8));
    let head = "create external table `cur`.`lines_1` (\n    `a``b` string\n)\n";
    let folder = create_table(&files, &table(), &Place::Folder("s3://bucket/it's".to_owned())).unwrap();
    assert_eq!(folder, format!("{head}stored as parquet\nlocation 's3://bucket/it\\'s/'"));
    let list = create_table(&files, &table(), &Place::Symlinks("s3://bucket/list/".to_owned())).unwrap();
    assert_eq!(
        list,
        format!(
            "{head}row format serde 'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe'\n\
             stored as inputformat 'org.apache.hadoop.hive.ql.io.SymlinkTextInputFormat'\n\
             outputformat 'org.apache.hadoop.hive.ql.io.IgnoreKeyTextOutputFormat'\n\
             location 's3://bucket/list/'"
        )
    );
    assert_eq!(symlinks(&files), "s3://bucket/report/a.parquet\ns3://bucket/report/b.parquet\n");
}

#[test]
fn a_select_has_all_columns_the_period_and_only_its_rows() {
    let schema = schema("start", Arrow::Timestamp(TimeUnit::Millisecond, None));
    let order = SourceColumn { from: vec!["start".into()], ..SourceColumn::plain("order", DataType::TimestampMillis) };
    let mut files = files(&[order], &schema);
    files.period_start = Some(MappedValue::instant(schema.field(0)));
    let expected = "select\n    \"start\" as \"order\",\n    cast('2026-12' as varchar) as billing_period\n\
                    from \"cur\".\"lines_1\"\n\
                    where \"start\" >= timestamp '2026-12-01 00:00:00' and \"start\" < timestamp '2027-01-01 00:00:00'";
    assert_eq!(select_from(&files), expected);
    let group = FilesInTable { files: &files, table: &table() };
    assert_eq!(select(&[group, group]).unwrap(), format!("{expected}\nunion all\n{expected}"));
    assert_eq!(select(&[]).unwrap_err().kind(), ErrorKind::Data);
}

#[test]
fn binary_numbers_become_what_their_shortest_texts_say_and_texts_are_held_against_a_form() {
    assert_eq!(value(&of_kind(Arrow::Float64, DataType::Decimal(28, 10))), "cast(\"a\" as decimal(28,10))");
    let text = value(&of_kind(Arrow::Utf8, DataType::Decimal(28, 10)));
    assert!(text.starts_with("cast(coalesce(regexp_extract(\"a\", '\\A[\\s"), "{text}");
    let refusal = "'`' || nullif(\"a\", '') || '` in column `a` is not a valid decimal(28,10)') as decimal(28,10))";
    assert!(text.ends_with(refusal), "{text}");
}

#[test]
fn numbers_lose_what_stands_behind_the_point_before_they_become_whole() {
    for kind in [Arrow::Float64, Arrow::Decimal128(9, 2)] {
        assert_eq!(value(&of_kind(kind, DataType::BigInt)), "cast(truncate(\"a\") as bigint)");
    }
    assert_eq!(value(&of_kind(Arrow::Int64, DataType::Integer)), "cast(\"a\" as integer)");
}

#[test]
fn numbers_without_a_sign_get_back_what_trino_takes_for_one() {
    assert_eq!(
        value(&of_kind(Arrow::UInt32, DataType::BigInt)),
        "cast((case when \"a\" < 0 then \"a\" + 4294967296 else \"a\" end) as bigint)"
    );
}

#[test]
fn the_first_of_several_columns_that_is_there_counts_and_none_is_null() {
    let from = vec!["product.region".to_owned(), "absent".to_owned(), "region".to_owned()];
    let column = SourceColumn { from, ..SourceColumn::plain("place", DataType::String) };
    let schema = Schema::new(vec![
        Field::new("product", map(Arrow::Utf8), true),
        Field::new("region", Arrow::Utf8, true),
        Field::new("nothing", Arrow::Null, true),
    ]);
    let expected = "coalesce(nullif(element_at(\"product\", 'region'), ''), nullif(\"region\", ''))";
    assert_eq!(value(&files(&[column], &schema)), expected);
    for name in ["absent", "nothing"] {
        let null = value(&files(&[SourceColumn::plain(name, DataType::Decimal(9, 2))], &schema));
        assert_eq!(null, "cast(null as decimal(9,2))", "{name}");
    }
}

#[test]
fn a_kind_that_cannot_become_the_declared_type_is_an_error() {
    let id = SourceColumn { kind: Kind::AccountId, ..SourceColumn::plain("a", DataType::String) };
    for files in [
        of_kind(Arrow::Timestamp(TimeUnit::Millisecond, None), DataType::BigInt),
        of_kind(Arrow::Int32, DataType::Date),
        files(std::slice::from_ref(&id), &schema("a", Arrow::Boolean)),
        files(std::slice::from_ref(&id), &schema("a", Arrow::Null)),
    ] {
        let error = select(&[FilesInTable { files: &files, table: &table() }]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Data);
        assert!(error.to_string().contains("`a` in `s3://bucket/report/a.parquet`"), "{error}");
    }
}

#[test]
fn tags_are_one_json_text_of_a_map_or_of_columns_by_their_names() {
    let tags = [SourceColumn { kind: Kind::Json, ..SourceColumn::plain("resource_tags", DataType::String) }];
    let of_map = value(&files(&tags, &schema("resource_tags", map(Arrow::Utf8))));
    let sorted = "array_sort(filter(map_entries(\"resource_tags\"), e -> e[2] <> ''))";
    assert!(of_map.contains(sorted), "{of_map}");
    let legacy = Schema::new(vec![
        Field::new("resource_tags_user_team", Arrow::Utf8, true),
        Field::new("resource_tags_aws_created_by", Arrow::Utf8, true),
    ]);
    let of_columns = value(&files(&tags, &legacy));
    let members = "zip(array['aws_created_by', 'user_team'], \
                   array[\"resource_tags_aws_created_by\", \"resource_tags_user_team\"])";
    assert!(of_columns.contains(members), "{of_columns}");
}
