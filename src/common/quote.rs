//! Names and texts as SQL takes them, whatever is in them.

/// `name` as an identifier.
pub fn identifier(name: &str) -> String {
    quoted(name, '"')
}

/// `name` as an identifier of Spark.
pub fn backticked(name: &str) -> String {
    quoted(name, '`')
}

/// `text` as a literal.
pub fn literal(text: &str) -> String {
    quoted(text, '\'')
}

fn quoted(text: &str, quote: char) -> String {
    format!("{quote}{}{quote}", text.replace(quote, &format!("{quote}{quote}")))
}
