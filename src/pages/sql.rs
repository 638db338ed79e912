//! SQL with Jinja as HTML: comments, texts and words of SQL told apart, models and seeds as links.

use std::collections::BTreeSet;

/// Words of SQL that a reader looks for.
const WORDS: [&str; 46] = [
    "all",
    "and",
    "any",
    "as",
    "asc",
    "between",
    "by",
    "case",
    "cast",
    "coalesce",
    "cross",
    "desc",
    "distinct",
    "else",
    "end",
    "except",
    "exists",
    "false",
    "from",
    "full",
    "group",
    "having",
    "in",
    "inner",
    "intersect",
    "is",
    "join",
    "left",
    "like",
    "limit",
    "not",
    "null",
    "on",
    "or",
    "order",
    "outer",
    "over",
    "partition",
    "right",
    "select",
    "then",
    "true",
    "union",
    "values",
    "when",
    "where",
];

/// `text` as HTML, in which the `names` of models and seeds are links to `#NAME` where Jinja names them.
pub fn highlighted(text: &str, names: &BTreeSet<&str>) -> String {
    let mut made = String::with_capacity(text.len() * 2);
    let mut rest = text;
    while !rest.is_empty() {
        let (class, length) = token(rest);
        let (token, behind) = rest.split_at(length);
        match class {
            Some("i") => jinja(token, names, &mut made),
            Some("q") => literal(token, names, &mut made),
            Some(tag) => {
                made.push_str(&format!("<{tag}>"));
                escape(token, &mut made);
                made.push_str(&format!("</{tag}>"));
            }
            None => escape(token, &mut made),
        }
        rest = behind;
    }
    made
}

/// The element that the next token of `text` stands in, and its length in bytes.
fn token(text: &str) -> (Option<&'static str>, usize) {
    let until = |end: &str| text.find(end).map_or(text.len(), |at| at + end.len());
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    if text.starts_with("--") {
        return (Some("em"), text.find('\n').unwrap_or(text.len()));
    }
    if text.starts_with("{#") {
        return (Some("em"), until("#}"));
    }
    if text.starts_with("{{") {
        return (Some("i"), until("}}"));
    }
    if text.starts_with("{%") {
        return (Some("i"), until("%}"));
    }
    if let Some(behind) = text.strip_prefix('\'') {
        return (Some("q"), 1 + literal_length(behind));
    }
    if text.starts_with(is_word) {
        let length = text.find(|c: char| !is_word(c)).unwrap_or(text.len());
        let is_known = WORDS.contains(&text[..length].to_ascii_lowercase().as_str());
        return (is_known.then_some("b"), length);
    }
    // At least one character, up to what may begin another token.
    let first = text.chars().next().map_or(1, char::len_utf8);
    let more = text[first..].find(|c: char| is_word(c) || "-{'".contains(c));
    (None, more.map_or(text.len(), |at| first + at))
}

/// The length of what stands between quotes of SQL, with the second of them; quotes inside of Jinja are Jinja's.
fn literal_length(text: &str) -> usize {
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        let next = rest.find(['\'', '{']).unwrap_or(rest.len());
        match &rest.as_bytes()[next..] {
            [b'\'', ..] => return at + next + 1,
            [b'{', b'{' | b'%' | b'#', ..] => at += next + token(&rest[next..]).1,
            _ => at += next + 1,
        }
    }
    text.len()
}

/// A text of SQL, in which Jinja may stand.
fn literal(text: &str, names: &BTreeSet<&str>, made: &mut String) {
    made.push_str("<q>");
    let mut rest = text;
    while let Some(start) = rest.find("{{").into_iter().chain(rest.find("{%")).min() {
        escape(&rest[..start], made);
        let length = token(&rest[start..]).1;
        jinja(&rest[start..start + length], names, made);
        rest = &rest[start + length..];
    }
    escape(rest, made);
    made.push_str("</q>");
}

/// Jinja, in which names in quotes are links.
fn jinja(text: &str, names: &BTreeSet<&str>, made: &mut String) {
    made.push_str("<i>");
    let mut rest = text;
    while let Some(start) = rest.find(['\'', '"']) {
        let quote = &rest[start..=start];
        let Some(length) = rest[start + 1..].find(quote) else { break };
        let name = &rest[start + 1..start + 1 + length];
        escape(&rest[..=start], made);
        if names.contains(name) {
            made.push_str(&format!("<a href=\"#{name}\">{name}</a>"));
        } else {
            escape(name, made);
        }
        escape(quote, made);
        rest = &rest[start + length + 2..];
    }
    escape(rest, made);
    made.push_str("</i>");
}

fn escape(text: &str, made: &mut String) {
    for c in text.chars() {
        match c {
            '&' => made.push_str("&amp;"),
            '<' => made.push_str("&lt;"),
            '>' => made.push_str("&gt;"),
            '"' => made.push_str("&quot;"),
            c => made.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_told_apart_and_models_are_links() {
        let names = BTreeSet::from(["costs"]);
        for (sql, wanted) in [
            ("-- why\nselect a<b", "<em>-- why</em>\n<b>select</b> a&lt;b"),
            ("{{ ref('costs') }} x", "<i>{{ ref('<a href=\"#costs\">costs</a>') }}</i> x"),
            ("'{{ var(\"x\") }}-1', 'it''s'", "<q>'<i>{{ var(&quot;x&quot;) }}</i>-1'</q>, <q>'it'</q><q>'s'</q>"),
            ("{% if a == 'b' %}", "<i>{% if a == 'b' %}</i>"),
            ("{# no #}{", "<em>{# no #}</em>{"),
            ("'open {{ never", "<q>'open <i>{{ never</i></q>"),
            ("a - b é'", "a - b é<q>'</q>"),
        ] {
            assert_eq!(highlighted(sql, &names), wanted);
        }
    }
}
