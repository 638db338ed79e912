//! YAML in which everything knows its line and column, nothing stands twice, and numbers keep their digits.

mod fields;
mod node;

pub use fields::Fields;
pub use node::{Key, Node, Span, ValueKind, read, settings};
