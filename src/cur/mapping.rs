//! Which columns of a file hold a declared column, and how their values become its type: as data, for whoever reads.
//!
//! `engine/datafusion` makes expressions of it, [`super::sql`] text.

use arrow::datatypes::{DataType as Arrow, Field, Schema};

use crate::common::data_type::DataType;
use crate::common::types;

/// What CUR 2.0 keeps in maps.
const MAPS: [&str; 4] = ["product", "discount", "resource_tags", "cost_category"];

/// A column that SQL may read from the report, and where its values come from.
#[derive(Debug, Clone)]
pub struct SourceColumn {
    /// The name in SQL.
    pub name: String,
    /// The type in SQL, whatever the file has.
    pub data_type: DataType,
    /// Whether results would be wrong without it.
    pub required: bool,
    /// What is lost without it.
    pub without: Option<String>,
    /// What its values are.
    pub kind: Kind,
    /// Physical columns in order of preference, `map.key` for the values of a map.
    pub from: Vec<String>,
}

/// What the values of a column are, besides their type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Kind {
    /// What the file has.
    #[default]
    Plain,
    /// Account ids, which have twelve digits.
    AccountId,
    /// All keys of a map with their values, or all columns whose names begin with that of the map, as one JSON text.
    Json,
    /// What the user names in `vars: dimensions:`.
    Dimension,
}

/// A column of a file, or a key of one that is a map.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhysicalColumn {
    /// The column as the file spells it.
    pub column: String,
    /// The key, if the column is a map.
    pub key: Option<String>,
    /// The type of the values.
    pub data_type: Arrow,
}

/// How a value of a file becomes one of the declared type. Empty texts are null in every case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Conversion {
    /// It is of that type.
    Keep,
    /// A map becomes a JSON text.
    Json,
    /// A text stays a text.
    Text,
    /// A text or a number becomes the twelve digits of an account id.
    AccountId,
    /// A text or a double becomes the decimal that its shortest text says, rounded half away from zero.
    Decimal(u8, i8),
    /// An instant with a zone becomes the same instant in UTC, without one.
    Utc,
    /// Everything else is cast; a value of another form is an error.
    Cast,
}

/// The values of one physical column, on their way to the declared type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MappedValue {
    /// Where they are.
    pub physical: PhysicalColumn,
    /// What is done with them.
    pub conversion: Conversion,
    /// The declared type.
    pub data_type: DataType,
}

/// A declared column in files of one schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnMapping {
    /// The name in SQL.
    pub name: String,
    /// The type in SQL.
    pub data_type: DataType,
    /// In order of preference: the first that is not null counts. Null where there is none.
    pub values: Vec<MappedValue>,
    /// Whether the values are members of one JSON text instead, by [`PhysicalColumn::member`].
    pub is_object: bool,
}

impl SourceColumn {
    /// An optional column that is read under its own name.
    pub fn plain(name: &str, data_type: DataType) -> Self {
        let name = name.to_owned();
        Self { name, data_type, required: false, without: None, kind: Kind::Plain, from: Vec::new() }
    }

    /// Where files of `schema` hold the column, and how it is read from there.
    pub fn mapping(&self, schema: &Schema) -> ColumnMapping {
        let values: Vec<MappedValue> =
            self.physical(schema).into_iter().map(|physical| self.mapped(physical)).collect();
        let is_object = self.kind == Kind::Json && values.iter().any(|value| value.conversion != Conversion::Json);
        ColumnMapping { name: self.name.clone(), data_type: self.data_type, values, is_object }
    }

    fn mapped(&self, physical: PhysicalColumn) -> MappedValue {
        let conversion = match self.kind {
            Kind::AccountId => Conversion::AccountId,
            Kind::Json if is_map(&physical.data_type) => Conversion::Json,
            _ => Conversion::of(&physical.data_type, &types::to_arrow(self.data_type)),
        };
        MappedValue { physical, conversion, data_type: self.data_type }
    }

    /// The physical columns that files of `schema` have for it, in order of preference; of JSON all that it is made of,
    /// by their names.
    pub fn physical(&self, schema: &Schema) -> Vec<PhysicalColumn> {
        if self.kind == Kind::Json {
            return members(&self.name, schema);
        }
        self.names().iter().filter_map(|name| PhysicalColumn::find(name, schema)).collect()
    }

    /// The names of columns of a file that this one could be read from, where there are several for one name.
    pub fn twice<'a>(&self, schema: &'a Schema) -> Option<Vec<&'a str>> {
        self.names().iter().find_map(|name| {
            let (column, _) = split(name, schema);
            let found: Vec<&str> = named(schema, column).map(|field| field.name().as_str()).collect();
            (found.len() > 1).then_some(found)
        })
    }

    /// The names that it may have in a file, in order of preference.
    fn names(&self) -> &[String] {
        if self.from.is_empty() { std::slice::from_ref(&self.name) } else { &self.from }
    }
}

impl PhysicalColumn {
    /// The column of `schema` that `name` stands for.
    fn find(name: &str, schema: &Schema) -> Option<Self> {
        let (column, key) = split(name, schema);
        let field = named(schema, column).next()?;
        let data_type = match key {
            Some(_) => map_value(field.data_type())?,
            None => field.data_type(),
        };
        Some(Self { column: field.name().clone(), key: key.map(str::to_owned), data_type: data_type.clone() })
    }

    /// The column of `field`, as a whole.
    fn of(field: &Field) -> Self {
        Self { column: field.name().clone(), key: None, data_type: field.data_type().clone() }
    }

    /// What follows the name of the map in a column that stands for one of its keys: `user_team` of
    /// `resource_tags_user_team`.
    pub fn member(&self, map: &str) -> String {
        self.column.get(map.len() + 1..).unwrap_or_default().to_lowercase()
    }

    /// `column`, or `map.key`.
    pub fn path(&self) -> String {
        match &self.key {
            Some(key) => format!("{}.{key}", self.column),
            None => self.column.clone(),
        }
    }
}

impl MappedValue {
    /// The values of `physical` as `data_type`.
    pub fn new(physical: PhysicalColumn, data_type: DataType) -> Self {
        let conversion = Conversion::of(&physical.data_type, &types::to_arrow(data_type));
        Self { physical, conversion, data_type }
    }

    /// The values of `physical` as account ids.
    pub fn account_id(physical: PhysicalColumn) -> Self {
        Self { physical, conversion: Conversion::AccountId, data_type: DataType::String }
    }

    /// The instants of the column `field`.
    pub fn instant(field: &Field) -> Self {
        Self::new(PhysicalColumn::of(field), DataType::Timestamp)
    }
}

impl Conversion {
    /// How a value of type `from` becomes one of type `to`; of a dictionary, by the type of its values.
    fn of(from: &Arrow, to: &Arrow) -> Self {
        match (from, to) {
            (Arrow::Dictionary(_, values), to) => Self::of(values, to),
            (from, Arrow::Decimal128(precision, scale)) if types::is_string(from) || is_double(from) => {
                Self::Decimal(*precision, *scale)
            }
            (from, to) if types::is_string(from) && types::is_string(to) => Self::Text,
            (from, to) if from == to => Self::Keep,
            (Arrow::Timestamp(_, Some(_)), Arrow::Timestamp(_, None)) => Self::Utc,
            _ => Self::Cast,
        }
    }
}

fn is_double(kind: &Arrow) -> bool {
    matches!(kind, Arrow::Float32 | Arrow::Float64)
}

/// The columns of `schema` that the JSON text `name` is made of: a map, or else what a legacy report has in its place.
fn members(name: &str, schema: &Schema) -> Vec<PhysicalColumn> {
    if let Some(map) = named(schema, name).find(|field| is_map(field.data_type())) {
        return vec![PhysicalColumn::of(map)];
    }
    let prefix = format!("{name}_");
    let mut found: Vec<PhysicalColumn> = schema
        .fields()
        .iter()
        .filter(|field| field.name().get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(&prefix)))
        .map(|field| PhysicalColumn::of(field))
        .collect();
    found.sort_by_key(|column| column.member(name));
    found
}

/// The column that `name` stands for in `schema`, and the key where that is a map: `map.key`, or `map_key` where there
/// is no column of that name. Where a report has no such map, `map.key` is its column `map_key`.
fn split<'a>(name: &'a str, schema: &'a Schema) -> (&'a str, Option<&'a str>) {
    let found = match name.split_once('.') {
        None if named(schema, name).next().is_none() => in_map(name),
        Some((map, key)) if named(schema, map).next().is_none() => {
            let column = format!("{map}_{key}");
            return (named(schema, &column).next().map_or(name, |field| field.name()), None);
        }
        written => written,
    };
    found.map_or((name, None), |(map, key)| (map, Some(key)))
}

/// The columns called `name`, in capitals or not.
pub fn named<'a>(schema: &'a Schema, name: &str) -> impl Iterator<Item = &'a Field> {
    schema.fields().iter().map(AsRef::as_ref).filter(move |field: &&Field| field.name().eq_ignore_ascii_case(name))
}

/// The layout of files of `schema`, by columns that only one of the two has.
pub fn layout(schema: &Schema) -> &'static str {
    let names = MAPS.into_iter().chain(["bill_payer_account_name"]);
    if names.into_iter().any(|name| named(schema, name).next().is_some()) { "CUR 2.0" } else { "legacy CUR" }
}

/// The map and the key of a column that CUR 2.0 keeps in a map.
fn in_map(name: &str) -> Option<(&'static str, &str)> {
    MAPS.into_iter().find_map(|map| Some((map, name.strip_prefix(map)?.strip_prefix('_')?)))
}

fn is_map(kind: &Arrow) -> bool {
    matches!(kind, Arrow::Map(..))
}

/// The type of the values of a map.
fn map_value(kind: &Arrow) -> Option<&Arrow> {
    let Arrow::Map(entries, _) = kind else { return None };
    let Arrow::Struct(fields) = entries.data_type() else { return None };
    fields.get(1).map(|field| field.data_type())
}
