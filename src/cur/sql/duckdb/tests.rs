//! What DuckDB is told of columns of every kind.

use std::sync::Arc;

use arrow::datatypes::{DataType as Arrow, Field, Schema, TimeUnit};

use super::{MappedFiles, select};
use crate::common::data_type::DataType;
use crate::cur::mapping::{Kind, MappedValue, SourceColumn};

/// A report with text, doubles, instants, numbers and maps.
fn schema() -> Schema {
    let entry =
        Arrow::Struct(vec![Field::new("key", Arrow::Utf8, false), Field::new("value", Arrow::Utf8, true)].into());
    let map = Arrow::Map(Arc::new(Field::new("entries", entry, false)), false);
    Schema::new(vec![
        Field::new("id", Arrow::Utf8View, true),
        Field::new("Cost", Arrow::Float64, true),
        Field::new("rate", Arrow::Utf8, true),
        Field::new("count", Arrow::Int64, true),
        Field::new("start", Arrow::Timestamp(TimeUnit::Millisecond, Some("UTC".into())), true),
        Field::new("end", Arrow::Timestamp(TimeUnit::Nanosecond, None), true),
        Field::new("account", Arrow::Int64, true),
        Field::new("product", map, true),
    ])
}

fn text_of(column: SourceColumn) -> String {
    super::value_of(&column.mapping(&schema()))
}

fn plain(name: &str, data_type: DataType) -> String {
    text_of(SourceColumn::plain(name, data_type))
}

#[test]
fn texts_that_are_empty_are_null() {
    assert_eq!(plain("id", DataType::String), "nullif(\"id\", '')");
    assert_eq!(plain("rate", DataType::Decimal(28, 10)), "cast(nullif(\"rate\", '') as decimal(28,10))");
}

#[test]
fn columns_are_found_in_any_spelling_and_written_as_the_file_has_them() {
    assert!(plain("cost", DataType::Decimal(28, 10)).contains("cast(\"Cost\" as decimal(28,10))"));
}

#[test]
fn doubles_near_a_half_of_the_last_digit_go_by_their_text() {
    let text = plain("cost", DataType::Decimal(28, 10));
    assert!(text.contains("not between 0.49 and 0.51"), "{text}");
    assert!(text.ends_with("else cast(cast(\"Cost\" as varchar) as decimal(28,10)) end"), "{text}");
}

#[test]
fn instants_are_in_utc() {
    assert_eq!(plain("start", DataType::Timestamp), "make_timestamp(epoch_us(\"start\"))");
    assert_eq!(plain("end", DataType::Timestamp), "\"end\"");
}

#[test]
fn numbers_become_account_ids_with_their_zeros() {
    let column = SourceColumn { kind: Kind::AccountId, ..SourceColumn::plain("account", DataType::String) };
    assert_eq!(text_of(column), "lpad(cast(cast(\"account\" as bigint) as varchar), 12, '0')");
}

#[test]
fn what_no_file_has_is_null_of_its_type() {
    assert_eq!(plain("tax", DataType::Decimal(28, 10)), "cast(null as decimal(28,10))");
}

#[test]
fn the_first_of_several_columns_that_is_there_counts_also_in_maps() {
    let from = vec!["product_region_code".to_owned(), "absent".to_owned(), "id".to_owned()];
    let column = SourceColumn { from, ..SourceColumn::plain("region", DataType::String) };
    let expected = "coalesce(nullif(map_extract(\"product\", 'region_code')[1], ''), nullif(\"id\", ''))";
    assert_eq!(text_of(column), expected);
}

#[test]
fn a_map_and_the_columns_in_its_place_become_one_json_text() {
    let tags = |name: &str| SourceColumn { kind: Kind::Json, ..SourceColumn::plain(name, DataType::String) };
    let json = |entries: &str| {
        format!(
            "nullif(cast(to_json(map_from_entries(list_sort(list_filter({entries}, lambda entry: entry.value <> '')))) \
             as varchar), '{{}}')"
        )
    };
    assert_eq!(text_of(tags("product")), json("map_entries(\"product\")"));
    let legacy = Schema::new(vec![
        Field::new("resource_tags_user_team", Arrow::Utf8, true),
        Field::new("resource_tags_aws_created_by", Arrow::Utf8, true),
        Field::new("resource_tagsuser", Arrow::Utf8, true),
    ]);
    let expected = json(
        "[{'key': 'aws_created_by', 'value': nullif(\"resource_tags_aws_created_by\", '')}, \
         {'key': 'user_team', 'value': nullif(\"resource_tags_user_team\", '')}]",
    );
    assert_eq!(super::value_of(&tags("resource_tags").mapping(&legacy)), expected);
    assert_eq!(super::value_of(&tags("absent").mapping(&legacy)), "cast(null as varchar)");
}

#[test]
fn a_dimension_is_a_key_of_a_map_or_the_column_in_its_place() {
    let named = |from: &str| SourceColumn {
        from: vec![from.to_owned()],
        kind: Kind::Dimension,
        ..SourceColumn::plain("team", DataType::String)
    };
    let map = "nullif(map_extract(\"product\", 'team')[1], '')";
    assert_eq!(text_of(named("product.team")), map);
    assert_eq!(text_of(named("product_team")), map);
    let legacy = Schema::new(vec![Field::new("Product_Team", Arrow::Utf8, true)]);
    for from in ["product.team", "product_team"] {
        assert_eq!(super::value_of(&named(from).mapping(&legacy)), "nullif(\"Product_Team\", '')");
    }
    assert_eq!(super::value_of(&named("product.other").mapping(&legacy)), "cast(null as varchar)");
}

#[test]
fn a_select_has_all_columns_the_period_and_only_its_rows() {
    let schema = schema();
    let files = MappedFiles {
        files: vec!["/a/it's.parquet".to_owned()],
        columns: vec![SourceColumn::plain("id", DataType::String).mapping(&schema)],
        period: "2026-12".parse().unwrap(),
        period_start: Some(MappedValue::instant(schema.field_with_name("end").unwrap())),
    };
    let expected = "select\n    nullif(\"id\", '') as id,\n    '2026-12' as billing_period\n\
                    from read_parquet([\n    '/a/it''s.parquet'\n], hive_partitioning = false)\n\
                    where \"end\" >= timestamp '2026-12-01 00:00:00' and \"end\" < timestamp '2027-01-01 00:00:00'";
    assert_eq!(select(std::slice::from_ref(&files)), expected);
    assert_eq!(select(&[files.clone(), files]), format!("{expected}\nunion all\n{expected}"));
}
