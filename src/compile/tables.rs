//! The tables that SQL reads: the second witness of a model's dependencies.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use sqlparser::ast::{
    Expr, ObjectName, Query, Select, SelectItem, SelectItemQualifiedWildcardKind, SetExpr, Spanned, Statement,
    TableFactor, Visit, Visitor,
};
use sqlparser::dialect::{self, DuckDbDialect, GenericDialect};
use sqlparser::keywords::Keyword;
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::{Location as SqlLocation, Token, TokenWithSpan, Tokenizer};

use super::node::Sql;
use super::shape::{Position, Shape, TableUse};
use crate::common::dialect::Dialect;
use crate::common::error::{Error, Place, Result};
use crate::common::query_text::Naming;

/// How deeply SQL may be nested.
const DEPTH: usize = 200;
/// How much may be left open for the parser to say where something else was expected.
const OPEN: usize = 8;

/// Checks that `sql` is one query and reads exactly what `ref` and `source` say. Keeps its shape.
///
/// # Errors
/// SQL that does not parse, statements other than a query, a table without `ref`, a `ref` without its table.
pub(super) fn check(sql: &mut Sql, schema: &str, dialect: Dialect) -> Result<()> {
    let (mut statements, shape) = parse(&sql.text, dialect).map_err(|error| syntax(sql, &error.to_string()))?;
    let query = match (statements.pop(), statements.is_empty()) {
        (Some(Statement::Query(query)), true) => query,
        (None, _) => {
            return Err(Error::user(format!("`{}` contains no SQL", sql.file.path))
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
    let mut tables = TableNames::default();
    let _ = query.visit(&mut tables);
    tables.qualified.sort();
    sql.shape = Shape { tables: tables.qualified, columns: named_columns(&query.body), ..shape };
    compare(sql, schema, &tables.read)
}

fn parse(text: &str, dialect: Dialect) -> Result<(Vec<Statement>, Shape), ParserError> {
    let dialect: &dyn dialect::Dialect = match dialect {
        Dialect::DataFusion => &GenericDialect {},
        // Lambdas are Trino's as they are DuckDB's.
        Dialect::Athena | Dialect::DuckDb => &DuckDbDialect {},
    };
    // Every blank is a token; with room for all at once, the list is not copied over and over as it grows.
    let mut tokens = Vec::with_capacity(text.len() / 2);
    Tokenizer::new(dialect, text).tokenize_with_location_into_buf(&mut tokens)?;
    if let Some((at, words)) = unreadable(&tokens) {
        return Err(ParserError::ParserError(format!("{words} at Line: {}, Column: {}", at.line, at.column)));
    }
    let shape = beginning(&tokens);
    let parser = Parser::new(dialect).with_recursion_limit(DEPTH).with_tokens_with_locations(tokens);
    Ok(({ parser }.parse_statements()?, shape))
}

/// Why no parser should try `tokens`, and where: it calls itself for some of what is nested without counting, and tries
/// what is left open in ever more ways.
fn unreadable(tokens: &[TokenWithSpan]) -> Option<(SqlLocation, String)> {
    let (mut brackets, mut cases, mut types): (Vec<SqlLocation>, Vec<SqlLocation>, usize) = (Vec::new(), Vec::new(), 0);
    let mut last: Option<&TokenWithSpan> = None;
    let mut alike = 0;
    for token in tokens.iter().filter(|token| !matches!(token.token, Token::Whitespace(_))) {
        let at = token.span.start;
        match &token.token {
            Token::LParen | Token::LBracket | Token::LBrace => brackets.push(at),
            Token::RParen | Token::RBracket | Token::RBrace => drop(brackets.pop()),
            Token::Lt if matches!(keyword(last), Keyword::ARRAY | Keyword::STRUCT) => types += 1,
            Token::Gt => types = types.saturating_sub(1),
            Token::ShiftRight => types = types.saturating_sub(2),
            Token::Word(word) if word.keyword == Keyword::CASE => cases.push(at),
            Token::Word(word) if word.keyword == Keyword::END => drop(cases.pop()),
            _ => {}
        }
        let is_word_again = matches!(token.token, Token::Word(_)) && last.is_some_and(|last| last.token == token.token);
        alike = if is_word_again { alike + 1 } else { 0 };
        if brackets.len().max(cases.len()).max(types).max(alike) > DEPTH {
            return Some((at, format!("it is nested more than {DEPTH} levels deep")));
        }
        last = Some(token);
    }
    left_open("(", &brackets).or_else(|| left_open("case", &cases))
}

fn left_open(word: &str, open: &[SqlLocation]) -> Option<(SqlLocation, String)> {
    let first = open.first().filter(|_| open.len() > OPEN)?;
    Some((*first, format!("this `{word}` is never closed, and neither are {} after it", open.len() - 1)))
}

/// How the query of `tokens` begins.
fn beginning(tokens: &[TokenWithSpan]) -> Shape {
    let mut words = tokens.iter().filter(|token| !matches!(token.token, Token::Whitespace(_)));
    let (first, second) = (words.next(), words.next());
    let is_with = keyword(first) == Keyword::WITH;
    let is_recursive = is_with && keyword(second) == Keyword::RECURSIVE;
    let last = if is_recursive { second } else { first };
    Shape {
        start: first.map(|token| position(token.span.start)),
        after_with: last.filter(|_| is_with).map(|token| position(token.span.end)),
        is_recursive,
        ..Shape::default()
    }
}

fn keyword(token: Option<&TokenWithSpan>) -> Keyword {
    match token.map(|token| &token.token) {
        Some(Token::Word(word)) => word.keyword,
        _ => Keyword::NoKeyword,
    }
}

fn position(at: SqlLocation) -> Position {
    (at.line as usize, at.column as usize)
}

/// The columns of the first select of `body` that have a name in the text.
fn named_columns(body: &SetExpr) -> BTreeMap<String, Position> {
    let items = match body {
        SetExpr::Select(select) => &select.projection,
        SetExpr::SetOperation { left, .. } => return named_columns(left),
        SetExpr::Query(query) => return named_columns(&query.body),
        _ => return BTreeMap::new(),
    };
    let named = items.iter().filter_map(|item| match item {
        SelectItem::ExprWithAlias { alias, .. } => Some(alias),
        SelectItem::UnnamedExpr(Expr::Identifier(name)) => Some(name),
        SelectItem::UnnamedExpr(Expr::CompoundIdentifier(names)) => names.last(),
        _ => None,
    });
    named.map(|name| (name.value.clone(), position(name.span.start))).collect()
}

fn compare(sql: &Sql, schema: &str, read: &BTreeMap<String, SqlLocation>) -> Result<()> {
    let mut declared: BTreeSet<String> = sql.refs.iter().map(|name| format!("{schema}.{name}")).collect();
    declared.extend(sql.sources.iter().map(|(source, table)| format!("{source}.{table}")));
    for (table, at) in read {
        if !declared.contains(table) {
            let bare = table.rsplit('.').next().unwrap_or(table);
            return Err(Error::user(format!("`{table}` is read without ref() or source()"))
                .at(sql.place(at.line as usize, at.column as usize))
                .hint(format!("write {{{{ ref('{bare}') }}}}, so that apportion knows the order")));
        }
    }
    if let Some(unread) = declared.iter().find(|name| !read.contains_key(*name)) {
        let bare = unread.rsplit('.').next().unwrap_or(unread);
        let function = if sql.refs.contains(bare) { "ref" } else { "source" };
        return Err(Error::user(format!("`{bare}` is named by ref() or source() but the SQL does not read it"))
            .at(sql.place_of_argument(function, bare))
            .hint("read it after `from` or `join`, or remove it (also from comments: Jinja runs in them)"));
    }
    Ok(())
}

/// A name as it is compared: without quotes, in small letters.
fn name_of(relation: &ObjectName) -> String {
    relation.to_string().replace('"', "").to_lowercase()
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
struct TableNames {
    read: BTreeMap<String, SqlLocation>,
    /// Every use of a name with its schema, also before columns.
    qualified: Vec<TableUse>,
    /// Where tables without an alias are read.
    bare: BTreeSet<Position>,
    scopes: Vec<BTreeSet<String>>,
}

impl Visitor for TableNames {
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

    fn pre_visit_select(&mut self, select: &Select) -> ControlFlow<()> {
        for item in &select.projection {
            if let SelectItem::QualifiedWildcard(SelectItemQualifiedWildcardKind::ObjectName(of), _) = item
                && let [_, _] = of.0.as_slice()
            {
                let (start, end) = (position(of.span().start), position(of.span().end));
                self.qualified.push(TableUse { start, end, name: name_of(of), naming: Naming::Qualifier });
            }
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_table_factor(&mut self, factor: &TableFactor) -> ControlFlow<()> {
        if let TableFactor::Table { name, alias: None, .. } = factor {
            self.bare.insert(position(name.span().start));
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_relation(&mut self, relation: &ObjectName) -> ControlFlow<()> {
        let name = name_of(relation);
        let span = relation.span();
        if name.contains('.') {
            let (start, end) = (position(span.start), position(span.end));
            let naming = if self.bare.contains(&start) { Naming::Bare } else { Naming::Aliased };
            self.qualified.push(TableUse { start, end, name: name.clone(), naming });
        }
        if name.contains('.') || !self.scopes.iter().any(|scope| scope.contains(&name)) {
            self.read.entry(name).or_insert(span.start);
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<()> {
        if let Expr::CompoundIdentifier(names) = expr
            && let [schema, table, _] = names.as_slice()
        {
            let (start, end) = (position(schema.span.start), position(table.span.end));
            let name = format!("{}.{}", schema.value, table.value).to_lowercase();
            self.qualified.push(TableUse { start, end, name, naming: Naming::Qualifier });
        }
        ControlFlow::Continue(())
    }
}

#[cfg(test)]
mod tests;
