//! What stands where in a template: its macros, and the texts in calls.

use std::borrow::Cow;
use std::ops::Range;

use minijinja::machinery::{Token, tokenize};
use minijinja::syntax::SyntaxConfig;

/// The tokens of `text` up to the first that is none; whoever renders the text says what is wrong with it.
fn tokens(text: &str) -> impl Iterator<Item = (Token<'_>, Range<usize>)> {
    let found = tokenize(text, false, SyntaxConfig::default()).map_while(Result::ok);
    found.map(|(token, span)| (token, span.start_offset as usize..span.end_offset as usize))
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

/// The names of the macros of `text`, and their bytes; macros in others are theirs alone.
pub(super) fn macros(text: &str) -> Vec<(&str, Range<usize>)> {
    let mut found = Vec::new();
    let mut depth = 0_usize;
    let mut before = [Token::BlockEnd, Token::BlockEnd];
    for (token, at) in tokens(text) {
        match (&before, &token) {
            ([Token::BlockStart, Token::Ident("macro")], Token::Ident(name)) => {
                if depth == 0 {
                    found.push((*name, at));
                }
                depth += 1;
            }
            ([_, Token::BlockStart], Token::Ident("endmacro")) => depth = depth.saturating_sub(1),
            _ => {}
        }
        let [_, last] = before;
        before = [last, token];
    }
    found
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
