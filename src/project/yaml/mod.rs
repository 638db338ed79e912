//! YAML in which everything knows its line and column, nothing stands twice, and numbers keep their digits.

mod fields;
mod node;

pub(super) use fields::Fields;
pub(super) use node::{Key, ValueKind, read};
pub use node::{Node, Span, settings};
