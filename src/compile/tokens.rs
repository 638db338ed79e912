//! What stands where in a template: its macros, and the texts in calls.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::Range;

use minijinja::machinery::{Span, Token, tokenize};
use minijinja::syntax::SyntaxConfig;

/// A macro of a template.
#[derive(Debug, Clone)]
pub(super) struct Macro<'a> {
    /// Its name.
    pub(super) name: &'a str,
    /// The bytes of its name.
    pub(super) at: Range<usize>,
    /// The bytes from `{% macro` to the end of `endmacro %}`.
    pub(super) block: Range<usize>,
    /// What is called or read in it.
    names: BTreeSet<&'a str>,
}

/// The tokens of `text` up to the first that is none; whoever renders the text says what is wrong with it.
fn tokens(text: &str) -> impl Iterator<Item = (Token<'_>, Range<usize>)> {
    let bytes = |span: Span| span.start_offset as usize..span.end_offset as usize;
    tokenize(text, false, SyntaxConfig::default()).map_while(Result::ok).map(move |(token, span)| (token, bytes(span)))
}

/// The text of a file in which dbt's `{% test x(...) %}` blocks are macros named `test_x`.
#[derive(Debug, Clone)]
pub(super) struct TestsAsMacros<'a> {
    /// The text.
    pub(super) text: Cow<'a, str>,
    /// Where words of this text end that are others in the file, and where those end.
    ends: Vec<(usize, usize)>,
}

impl TestsAsMacros<'_> {
    /// The byte of the file that the byte `at` of this text is.
    pub(super) fn in_file(&self, at: usize) -> usize {
        let before = self.ends.iter().rev().find(|(here, _)| *here <= at);
        before.map_or(at, |(here, there)| there + (at - here))
    }

    /// The same without the text.
    pub(super) fn without_text(self) -> TestsAsMacros<'static> {
        TestsAsMacros { text: Cow::Borrowed(""), ends: self.ends }
    }
}

/// Makes macros of dbt's test blocks.
pub(super) fn with_test_blocks(text: &str) -> TestsAsMacros<'_> {
    let mut ends = Vec::new();
    if !text.contains("endtest") {
        return TestsAsMacros { text: Cow::Borrowed(text), ends };
    }
    let mut out = String::with_capacity(text.len() + 64);
    let mut copied = 0;
    let mut before = [Token::BlockEnd, Token::BlockEnd];
    for (token, at) in tokens(text) {
        let written = match (&before, &token) {
            ([_, Token::BlockStart], Token::Ident("test")) => Some("macro".to_owned()),
            ([_, Token::BlockStart], Token::Ident("endtest")) => Some("endmacro".to_owned()),
            ([Token::BlockStart, Token::Ident("test")], Token::Ident(name)) => Some(format!("test_{name}")),
            _ => None,
        };
        if let Some(written) = written {
            out.push_str(&text[copied..at.start]);
            out.push_str(&written);
            copied = at.end;
            ends.push((out.len(), copied));
        }
        let [_, last] = before;
        before = [last, token];
    }
    out.push_str(&text[copied..]);
    TestsAsMacros { text: Cow::Owned(out), ends }
}

/// The macros of `text`; those in others are theirs alone.
pub(super) fn macros(text: &str) -> Vec<Macro<'_>> {
    let mut found = Vec::new();
    let mut open: Option<Macro<'_>> = None;
    let mut depth = 0_usize;
    let mut start = 0;
    let mut before = [Token::BlockEnd, Token::BlockEnd];
    for (token, at) in tokens(text) {
        if matches!(token, Token::BlockStart) {
            start = at.start;
        }
        match (&before, &token, open.as_mut()) {
            ([Token::BlockStart, Token::Ident("macro")], Token::Ident(name), None) => {
                depth = 1;
                open = Some(Macro { name, at, block: start..text.len(), names: BTreeSet::new() });
            }
            ([Token::BlockStart, Token::Ident("macro")], Token::Ident(_), Some(_)) => depth += 1,
            ([_, Token::BlockStart], Token::Ident("endmacro"), Some(_)) => depth -= 1,
            (_, Token::BlockEnd, Some(current)) if depth == 0 => {
                current.block.end = at.end;
                found.extend(open.take());
            }
            (_, Token::Ident(name), Some(current)) => {
                current.names.insert(name);
            }
            _ => {}
        }
        let [_, last] = before;
        before = [last, token];
    }
    found
}

/// `text` with only the macro `name` of its `macros` and those it may call; the others are blanks, so that what is left
/// keeps its place.
///
/// A call makes all macros of a template before it runs one.
pub(super) fn alone(text: &str, macros: &[Macro<'_>], name: &str) -> String {
    let (mut kept, mut others): (Vec<_>, Vec<_>) = macros.iter().partition(|other| other.name == name);
    let mut next = 0;
    while let Some(caller) = kept.get(next).copied() {
        kept.extend(others.extract_if(.., |other| caller.names.contains(other.name)));
        next += 1;
    }
    let mut alone = text.to_owned();
    for other in others {
        let block = text[other.block.clone()].bytes();
        let blanks: String = block.map(|byte| if byte == b'\n' { '\n' } else { ' ' }).collect();
        alone.replace_range(other.block.clone(), &blanks);
    }
    alone
}

/// The byte at which the text `word` stands in a call of `function`.
pub(super) fn argument(text: &str, function: &str, word: &str) -> Option<usize> {
    let mut depth = 0_usize;
    let mut before = Token::BlockEnd;
    for (token, at) in tokens(text) {
        match &token {
            Token::ParenOpen if depth > 0 || matches!(before, Token::Ident(name) if name == function) => depth += 1,
            Token::ParenClose => depth = depth.saturating_sub(1),
            Token::Str(found) if depth > 0 && *found == word => return Some(at.start),
            Token::String(found) if depth > 0 && &**found == word => return Some(at.start),
            _ => {}
        }
        before = token;
    }
    None
}

#[cfg(test)]
mod tests;
