//! Tags as a JSON text: of a map, or of the columns that a legacy report has in its place.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, MapArray, StringViewArray, StringViewBuilder};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use datafusion::common::{DataFusionError, Result, exec_err};
use datafusion::functions::utils::make_scalar_function;
use datafusion::logical_expr::{
    ColumnarValue, Expr, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};

/// The map `value` as a JSON text, in the order of its keys. Keys without a value are left out; null if none is left.
pub(super) fn json_of_map(value: Expr) -> Expr {
    call(None, vec![value])
}

/// The texts `values` as a JSON text, under the sorted names `members`. Those that are null or empty are left out; null
/// if none is left.
pub(super) fn json_of_columns(members: Vec<String>, values: Vec<Expr>) -> Expr {
    call(Some(members), values)
}

fn call(members: Option<Vec<String>>, values: Vec<Expr>) -> Expr {
    let signature = Signature::variadic_any(Volatility::Immutable);
    ScalarUDF::new_from_impl(JsonObject { members, signature }).call(values)
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct JsonObject {
    /// Names of the arguments; none for a map.
    members: Option<Vec<String>>,
    signature: Signature,
}

impl ScalarUDFImpl for JsonObject {
    fn name(&self) -> &'static str {
        "json_object"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Utf8View)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        make_scalar_function(|values| self.objects(values), Vec::new())(&args.args)
    }
}

impl JsonObject {
    fn objects(&self, values: &[ArrayRef]) -> Result<ArrayRef> {
        let texts = match (&self.members, values) {
            (Some(members), values) => of_columns(members, values)?,
            (None, [map]) => match map.as_map_opt() {
                Some(map) => of_map(map)?,
                None => return exec_err!("json_object takes a map, not {}", map.data_type()),
            },
            (None, _) => return exec_err!("json_object takes one map"),
        };
        Ok(Arc::new(texts))
    }
}

fn of_map(map: &MapArray) -> Result<StringViewArray> {
    let keys = cast(map.keys(), &DataType::Utf8View)?;
    let values = cast(map.values(), &DataType::Utf8View)?;
    let (keys, values) = (keys.as_string_view(), values.as_string_view());
    let mut objects = Objects::new(map.len());
    let mut members = Vec::new();
    for (row, ends) in map.offsets().windows(2).enumerate() {
        members.clear();
        if !map.is_null(row) {
            let entries = (ends[0] as usize..ends[1] as usize).filter(|entry| !values.is_null(*entry));
            members.extend(entries.map(|entry| (keys.value(entry), values.value(entry))));
            members.sort_unstable();
        }
        objects.push(members.iter().copied())?;
    }
    Ok(objects.texts.finish())
}

fn of_columns(members: &[String], values: &[ArrayRef]) -> Result<StringViewArray> {
    let arrays = values.iter().map(|values| cast(values, &DataType::Utf8View));
    let arrays = arrays.collect::<Result<Vec<_>, _>>()?;
    let columns: Vec<&StringViewArray> = arrays.iter().map(|values| values.as_string_view()).collect();
    let rows = columns.first().map_or(0, |values| values.len());
    let mut objects = Objects::new(rows);
    for row in 0..rows {
        let filled = members.iter().zip(&columns).filter(|(_, values)| !values.is_null(row));
        objects.push(filled.map(|(member, values)| (member.as_str(), values.value(row))))?;
    }
    Ok(objects.texts.finish())
}

/// JSON texts that are being written.
struct Objects {
    texts: StringViewBuilder,
    text: Vec<u8>,
}

impl Objects {
    fn new(rows: usize) -> Self {
        Self { texts: StringViewBuilder::with_capacity(rows), text: Vec::new() }
    }

    /// Adds an object of the `members` that are not empty, or null if none is.
    fn push<'a>(&mut self, members: impl Iterator<Item = (&'a str, &'a str)>) -> Result<()> {
        self.text.clear();
        for (name, value) in members.filter(|(_, value)| !value.is_empty()) {
            self.text.push(if self.text.is_empty() { b'{' } else { b',' });
            self.write(name)?;
            self.text.push(b':');
            self.write(value)?;
        }
        if self.text.is_empty() {
            self.texts.append_null();
            return Ok(());
        }
        self.text.push(b'}');
        let text = std::str::from_utf8(&self.text).map_err(|error| DataFusionError::External(Box::new(error)))?;
        self.texts.append_value(text);
        Ok(())
    }

    fn write(&mut self, text: &str) -> Result<()> {
        serde_json::to_writer(&mut self.text, text).map_err(|error| DataFusionError::External(Box::new(error)))
    }
}

#[cfg(test)]
mod tests {
    use arrow::array::{MapBuilder, StringBuilder};

    use super::*;

    /// A key and its value.
    type Entry<'a> = (&'a str, Option<&'a str>);

    /// A map for each row, none for null.
    fn maps(rows: &[Option<&[Entry<'_>]>]) -> MapArray {
        let mut maps = MapBuilder::new(None, StringBuilder::new(), StringBuilder::new());
        for row in rows {
            for (key, value) in row.unwrap_or_default() {
                maps.keys().append_value(key);
                maps.values().append_option(*value);
            }
            maps.append(row.is_some()).unwrap();
        }
        maps.finish()
    }

    #[test]
    fn keys_are_in_order_and_what_has_no_value_is_left_out() {
        let maps = maps(&[
            Some(&[("user_team", Some("a")), ("aws_created_by", Some("b")), ("user_x", Some("")), ("user_y", None)]),
            Some(&[("user_team", None)]),
            Some(&[]),
            None,
            Some(&[("user_team", Some("say \"hi\", \\ und Grüße"))]),
        ]);
        let texts: Vec<_> = of_map(&maps).unwrap().iter().map(|text| text.map(str::to_owned)).collect();
        assert_eq!(texts[0].as_deref(), Some(r#"{"aws_created_by":"b","user_team":"a"}"#));
        assert_eq!(texts[1..4], [None, None, None]);
        assert_eq!(texts[4].as_deref(), Some(r#"{"user_team":"say \"hi\", \\ und Grüße"}"#));
    }

    #[test]
    fn columns_give_what_a_map_of_them_gives() {
        let team: ArrayRef = Arc::new(StringViewArray::from(vec![Some("a"), None, Some("")]));
        let created: ArrayRef = Arc::new(StringViewArray::from(vec![Some("b"), None, Some("c")]));
        let members = ["aws_created_by".to_owned(), "user_team".to_owned()];
        let texts = of_columns(&members, &[created, team]).unwrap();
        let texts: Vec<_> = texts.iter().collect();
        assert_eq!(texts, [Some(r#"{"aws_created_by":"b","user_team":"a"}"#), None, Some(r#"{"aws_created_by":"c"}"#)]);
    }

    #[test]
    fn sliced_maps_give_their_own_rows() {
        let maps = maps(&[Some(&[("a", Some("1"))]), Some(&[("b", Some("2"))]), Some(&[("c", Some("3"))])]);
        let texts = of_map(&maps.slice(1, 2)).unwrap();
        assert_eq!(texts.iter().collect::<Vec<_>>(), [Some(r#"{"b":"2"}"#), Some(r#"{"c":"3"}"#)]);
    }
}
