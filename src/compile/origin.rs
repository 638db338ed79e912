//! Where in the analyst's file a place of the compiled SQL comes from.

use std::ops::Range;
use std::sync::Arc;

use minijinja::{OutputSpan, OutputSpanKind};

/// The pieces of a rendered text, in order, each with what it was made from; none where that is not known.
#[derive(Debug, Clone, Default)]
pub(super) struct Origin(Arc<[Piece]>);

#[derive(Debug)]
struct Piece {
    output: Range<usize>,
    source: Range<usize>,
    /// Whether the piece stands in the file as it is.
    is_raw: bool,
}

impl Piece {
    fn of(span: &OutputSpan) -> Self {
        let is_raw = span.kind() == OutputSpanKind::Raw;
        Self { output: span.output_range(), source: span.source_range(), is_raw }
    }
}

impl Origin {
    /// The pieces that `spans` tell.
    pub(super) fn new(spans: &[OutputSpan]) -> Self {
        Self(spans.iter().map(Piece::of).collect())
    }

    /// The byte of the file that the byte `at` of the rendered text comes from; of an expression, its first.
    pub(super) fn of(&self, at: usize) -> Option<usize> {
        let index = self.0.partition_point(|piece| piece.output.end <= at);
        let piece = self.0.get(index).filter(|piece| piece.output.contains(&at))?;
        Some(piece.source.start + if piece.is_raw { at - piece.output.start } else { 0 })
    }
}

/// The byte at which `line` and `column` of `text` are, both from 1; the end of the line if it is shorter.
pub(super) fn offset(text: &str, line: usize, column: usize) -> Option<usize> {
    let mut start = 0;
    for (index, content) in text.split_inclusive('\n').enumerate() {
        if index + 1 == line {
            let inside = content.char_indices().nth(column.saturating_sub(1));
            return Some(start + inside.map_or(content.trim_end_matches('\n').len(), |(at, _)| at));
        }
        start += content.len();
    }
    None
}

/// The line and column of the byte `at` of `text`, both from 1.
pub(super) fn line_and_column(text: &str, at: usize) -> (usize, usize) {
    let head = text.get(..at).unwrap_or(text);
    let line = head.matches('\n').count() + 1;
    let last = head.rsplit('\n').next().unwrap_or_default();
    (line, last.chars().count() + 1)
}

#[cfg(test)]
mod tests;
