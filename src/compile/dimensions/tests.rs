use serde_json::json;

use super::*;

fn read(value: Value) -> Result<Vec<Dimension>> {
    let mut vars = Settings::new();
    vars.insert(DIMENSIONS.to_owned(), value);
    dimensions(&vars)
}

#[test]
fn they_come_in_the_order_in_which_they_are_written() {
    let read = read(json!({"team": "resource_tags.user_team", "account_tag": "cost_category_x"})).unwrap();
    let names: Vec<&str> = read.iter().map(|dimension| dimension.name.as_str()).collect();
    assert_eq!(names, ["team", "account_tag"]);
    assert_eq!(read[0].column, "resource_tags.user_team");
}

#[test]
fn there_may_be_none() {
    assert_eq!(dimensions(&Settings::new()).unwrap(), []);
    assert_eq!(read(json!({})).unwrap(), []);
    assert_eq!(read(Value::Null).unwrap(), []);
}

#[test]
fn what_is_no_name_or_no_column_is_refused_with_the_way_to_write_it() {
    for (value, wrong) in [
        (json!(["team"]), "`vars: dimensions:` is `[\"team\"]`, not a mapping"),
        (json!({"Team": "x"}), "`Team` under `vars: dimensions:` cannot be the name of a column"),
        (json!({"1team": "x"}), "`1team` under `vars: dimensions:` cannot be the name of a column"),
        (json!({"a\"b": "x"}), "`a\"b` under `vars: dimensions:` cannot be the name of a column"),
        (json!({"": "x"}), "`` under `vars: dimensions:` cannot be the name of a column"),
        (json!({"team": ""}), "the dimension `team` names no column of the report"),
        (json!({"team": 7}), "the dimension `team` names no column of the report"),
    ] {
        assert_eq!(read(value).unwrap_err().message(), wrong);
    }
}

#[test]
fn a_name_that_a_column_has_is_refused() {
    let team = read(json!({"team": "resource_tags.user_team"})).unwrap();
    assert!(taken(&team, ["region", "account_id"], "daily_costs").is_none());
    let error = taken(&team, ["region", "team"], "daily_costs").unwrap();
    assert_eq!(error.message(), "the dimension `team` has the name of a column of `daily_costs`");
}
