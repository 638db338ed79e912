//! The tables that SQL reads: the second witness of a model's dependencies.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{ObjectName, Query, Spanned, Statement, Visit, Visitor};
use datafusion::sql::sqlparser::dialect::{self, DuckDbDialect, GenericDialect};
use datafusion::sql::sqlparser::parser::{Parser, ParserError};
use datafusion::sql::sqlparser::tokenizer::{Location as SqlLocation, Tokenizer};

use super::node::Sql;
use crate::words::dialect::Dialect;
use crate::words::error::{Error, Place, Result};

impl Sql {
    /// The analyst's line and column for a line and column of the compiled text.
    pub fn place(&self, line: usize, column: usize) -> Place {
        let Some(mapped) = self.lines.line(line) else { return Place::file(&self.file.path) };
        let nth = |text: &str, n: usize| text.lines().nth(n.saturating_sub(1)).unwrap_or("").to_owned();
        let (compiled, written) = (nth(&self.text, line), nth(&self.file.text, mapped));
        if compiled == written {
            return self.file.place_at(mapped, column);
        }
        let tail: String = compiled.chars().skip(column.saturating_sub(1)).collect();
        let word: String = tail.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
        let found = written.find(word.as_str()).filter(|_| !word.is_empty());
        let column = found.map_or(0, |at| written[..at].chars().count() + 1);
        self.file.place_at(mapped, column)
    }

    /// The place of `word` in the analyst's file.
    pub fn place_of(&self, word: &str) -> Place {
        self.file.place_of(word)
    }
}

/// Checks that `sql` is one query and reads exactly what `ref` and `source` say. Returns the query.
///
/// # Errors
/// SQL that does not parse, statements other than a query, a table without `ref`, a `ref` without its table.
pub fn check(sql: &Sql, schema: &str, dialect: Dialect) -> Result<Box<Query>> {
    let mut statements = parse(&sql.text, dialect).map_err(|error| syntax(sql, &error.to_string()))?;
    let query = match (statements.pop(), statements.is_empty()) {
        (Some(Statement::Query(query)), true) => query,
        (None, _) => {
            return Err(Error::user(format!("`{}` holds no SQL", sql.file.path))
                .at(Place::file(&sql.file.path))
                .hint("a model is one select"));
        }
        (_, true) => {
            return Err(Error::user("only a select is allowed here")
                .at(Place::file(&sql.file.path))
                .hint("the runner creates tables and writes files; a model says only what is in them"));
        }
        (_, false) => {
            return Err(Error::user("there is more than one statement here")
                .at(Place::file(&sql.file.path))
                .hint("a model is one select; split it into models"));
        }
    };
    let mut tables = Tables::default();
    let _ = query.visit(&mut tables);
    compare(sql, schema, &tables)?;
    Ok(query)
}

fn parse(text: &str, dialect: Dialect) -> Result<Vec<Statement>, ParserError> {
    let dialect: &dyn dialect::Dialect = match dialect {
        Dialect::DataFusion => &GenericDialect {},
        // Lambdas are Trino's as they are DuckDB's.
        Dialect::Athena | Dialect::DuckDb => &DuckDbDialect {},
    };
    // Every blank is a token; with room for all at once, the list is not copied over and over as it grows.
    let mut tokens = Vec::with_capacity(text.len() / 2);
    Tokenizer::new(dialect, text).tokenize_with_location_into_buf(&mut tokens)?;
    Parser::new(dialect).with_recursion_limit(200).with_tokens_with_locations(tokens).parse_statements()
}

fn compare(sql: &Sql, schema: &str, tables: &Tables) -> Result<()> {
    let mut declared: BTreeSet<String> = sql.refs.iter().map(|name| format!("{schema}.{name}")).collect();
    declared.extend(sql.sources.iter().map(|(source, table)| format!("{source}.{table}")));
    for (table, at) in &tables.read {
        if !declared.contains(table) {
            let bare = table.rsplit('.').next().unwrap_or(table);
            return Err(Error::user(format!("`{table}` is read without ref() or source()"))
                .at(sql.place(at.line as usize, at.column as usize))
                .hint(format!("write {{{{ ref('{bare}') }}}}, so that apportion knows the order")));
        }
    }
    if let Some(unread) = declared.iter().find(|name| !tables.read.contains_key(*name)) {
        let bare = unread.rsplit('.').next().unwrap_or(unread);
        return Err(Error::user(format!("`{bare}` is named by ref() or source() but no table of the SQL is it"))
            .at(sql.place_of(bare))
            .hint("read it after `from` or `join`, or remove it (also from comments: Jinja runs in them)"));
    }
    Ok(())
}

/// An error of the SQL parser at its line, for instance `sql parser error: Expected: ... at Line: 3, Column: 7`.
fn syntax(sql: &Sql, message: &str) -> Error {
    let position = message.rsplit_once(" at Line: ");
    let numbers = position.and_then(|(_, tail)| tail.split_once(", Column: "));
    let (line, column) =
        numbers.map_or((0, 0), |(line, column)| (line.trim().parse().unwrap_or(0), column.trim().parse().unwrap_or(0)));
    let words = position.map_or(message, |(words, _)| words);
    let words = words.trim_start_matches("sql parser error: ");
    Error::user(format!("this is not SQL: {words}")).at(sql.place(line, column))
}

/// Collects qualified names, and bare names that no `with` in scope defines, with the first place of each.
#[derive(Default)]
struct Tables {
    read: BTreeMap<String, SqlLocation>,
    scopes: Vec<BTreeSet<String>>,
}

impl Visitor for Tables {
    type Break = ();

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        let names = query.with.iter().flat_map(|with| &with.cte_tables);
        self.scopes.push(names.map(|cte| cte.alias.name.value.to_lowercase()).collect());
        ControlFlow::Continue(())
    }

    fn post_visit_query(&mut self, _query: &Query) -> ControlFlow<()> {
        self.scopes.pop();
        ControlFlow::Continue(())
    }

    fn pre_visit_relation(&mut self, relation: &ObjectName) -> ControlFlow<()> {
        let name = relation.to_string().replace('"', "").to_lowercase();
        if name.contains('.') || !self.scopes.iter().any(|scope| scope.contains(&name)) {
            self.read.entry(name).or_insert(relation.span().start);
        }
        ControlFlow::Continue(())
    }
}
