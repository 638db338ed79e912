//! What DataFusion says, in apportion's words and with the place in the SQL.

use std::collections::BTreeSet;

use datafusion::arrow::error::ArrowError;
use datafusion::common::{DataFusionError, SchemaError};

use crate::common::error::{Error, ErrorKind, Place};
use crate::storage::{causes, cure};

/// An engine error with the line and column of the SQL, if it knows them.
pub(super) fn explain(error: DataFusionError) -> Error {
    if let Some(store) = of_store(&error) {
        return explain_store(store);
    }
    let span = error.diagnostic().and_then(|diagnostic| diagnostic.span);
    let said = error.diagnostic().map(|diagnostic| diagnostic.message.clone());
    let explained = explain_root(error.find_root(), said);
    match span {
        Some(span) => {
            let (line, column) = (span.start.line as usize, span.start.column as usize);
            explained.at(Place { file: "".into(), line, column, text: None })
        }
        None => explained,
    }
}

fn explain_root(root: &DataFusionError, said: Option<String>) -> Error {
    match root {
        DataFusionError::SchemaError(schema, _) => explain_schema(schema),
        DataFusionError::ArrowError(arrow, _) => explain_arrow(arrow),
        DataFusionError::ParquetError(parquet) => Error::data("a Parquet file cannot be read").caused_by(parquet),
        DataFusionError::IoError(io) => {
            let error = Error::environment("reading or writing failed").caused_by(io);
            if io.kind() == std::io::ErrorKind::StorageFull { full(error) } else { error }
        }
        DataFusionError::ResourcesExhausted(words) => Error::environment("there is not enough memory")
            .caused_by(words)
            .hint("raise --memory-limit, or use fewer --threads; every thread needs a share of it"),
        DataFusionError::Plan(words) | DataFusionError::Execution(words) => {
            no_such_function(words).unwrap_or_else(|| Error::user(said.unwrap_or_else(|| tidy(words))))
        }
        DataFusionError::SQL(parser, _) => explain_syntax(&parser.to_string()),
        DataFusionError::NotImplemented(words) => Error::user(format!("the engine cannot do this: {}", tidy(words))),
        other => {
            let words = other.strip_backtrace();
            no_such_function(&words).unwrap_or_else(|| Error::user(said.unwrap_or_else(|| tidy(&words))))
        }
    }
}

/// `No function matches the given name and argument types 'sum(Utf8View)'`, with a list of what there is.
fn no_such_function(words: &str) -> Option<Error> {
    let (_, rest) = words.split_once("No function matches the given name and argument types '")?;
    let (call, rest) = rest.split_once('\'')?;
    let (name, types) = call.strip_suffix(')')?.split_once('(')?;
    let candidates = rest.split_once("Candidate functions:").map_or("", |(_, candidates)| candidates);
    let lines = candidates.lines().map(|line| in_sql(line.trim())).filter(|line| !line.is_empty());
    let known: BTreeSet<String> = lines.collect();
    let error = Error::user(format!("`{name}` does not take {}", in_sql(types)));
    Some(
        error
            .hint(format!("candidates: {}", known.into_iter().collect::<Vec<_>>().join(", ")))
            .hint("cast its arguments"),
    )
}

/// Names of Arrow's types as SQL has them.
fn in_sql(words: &str) -> String {
    let names = [
        ("LargeUtf8", "string"),
        ("Utf8View", "string"),
        ("Utf8", "string"),
        ("UInt64", "bigint"),
        ("Int64", "bigint"),
        ("Int32", "integer"),
        ("Float64", "double"),
        ("Decimal128", "decimal"),
        ("Decimal", "decimal"),
        ("Boolean", "boolean"),
        ("Date32", "date"),
        ("Duration", "interval"),
        ("Interval", "interval"),
    ];
    names.iter().fold(words.to_owned(), |words, (arrow, sql)| words.replace(arrow, sql))
}

/// The store's own error that lies beneath `error`, if one does.
pub(super) fn of_store<'a>(error: &'a (dyn std::error::Error + 'static)) -> Option<&'a object_store::Error> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref() {
            return Some(found);
        }
        // What is within an I/O error is no source of it.
        let within = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        next = within.map(|within| within as _).or_else(|| error.source());
    }
    None
}

fn explain_store(store: &object_store::Error) -> Error {
    let words = causes(store);
    let error = Error::environment("the store did not return a file").caused_by(&words);
    if words.contains("No space left") {
        full(error)
    } else if words.contains(" S3 ") {
        error.of_kind(ErrorKind::Later).hint(cure(&words))
    } else {
        error
    }
}

fn full(error: Error) -> Error {
    error.hint("the disk is full: free some space and run again; what was published is untouched")
}

fn explain_schema(schema: &SchemaError) -> Error {
    match schema {
        SchemaError::FieldNotFound { field, valid_fields } => {
            let names: BTreeSet<&str> = valid_fields.iter().map(|column| column.name()).collect();
            let error = Error::user(format!("there is no column `{}`", field.flat_name()))
                .did_you_mean(field.name(), names.iter().copied());
            if names.is_empty() || names.len() > 40 {
                error
            } else {
                error.hint(format!("columns here: {}", names.into_iter().collect::<Vec<_>>().join(", ")))
            }
        }
        SchemaError::AmbiguousReference { field } => {
            Error::user(format!("`{}` could be a column of several tables", field.name()))
                .hint("write the table's name before it")
                .hint("if two columns of the result have this name, give one of them another with `as`")
        }
        other => Error::user(tidy(&other.to_string())),
    }
}

/// An error of the SQL parser, for instance `sql parser error: Expected: ... at Line: 3, Column: 7`.
fn explain_syntax(said: &str) -> Error {
    let said = said.trim_start_matches("sql parser error: ");
    let (words, place) = said.rsplit_once(" at Line: ").unwrap_or((said, ""));
    let error = Error::user(format!("this is not SQL: {words}"));
    match place.split_once(", Column: ").map(|(line, column)| (line.trim().parse(), column.trim().parse())) {
        Some((Ok(line), Ok(column))) => error.at(Place { file: "".into(), line, column, text: None }),
        _ => error,
    }
}

fn explain_arrow(arrow: &ArrowError) -> Error {
    let words = match arrow {
        ArrowError::ComputeError(words) | ArrowError::CastError(words) | ArrowError::InvalidArgumentError(words) => {
            words.clone()
        }
        ArrowError::ArithmeticOverflow(words) => {
            return Error::data("a number is out of range").caused_by(words).hint(
                "decimal(28,10) holds up to 18 digits before the point; cast a narrower result, or find the wrong value",
            );
        }
        ArrowError::DivideByZero => return Error::data("division by zero").hint("guard the divisor with nullif(x, 0)"),
        ArrowError::ExternalError(inner) => inner.to_string(),
        other => other.to_string(),
    };
    if words.contains("too large to store") || words.contains("Overflow") || words.contains("overflow") {
        return Error::data("a number is out of range")
            .caused_by(&words)
            .hint("decimal(28,10) holds up to 18 digits before the point; find the wrong value");
    }
    Error::data(tidy(&words))
}

/// DataFusion's sentences without their trailing stop and capital.
fn tidy(words: &str) -> String {
    let words = words.trim().trim_end_matches('.');
    let mut letters = words.chars();
    match letters.next() {
        Some(first) if letters.clone().next().is_some_and(char::is_lowercase) => {
            first.to_lowercase().chain(letters).collect()
        }
        _ => words.to_owned(),
    }
}
