//! Floor 2: project to Jinja to SQL to graph. Pure: it opens no file and no engine.

pub mod assemble;
mod data_tests;
pub mod ephemeral;
pub mod functions;
pub mod graph;
mod hash;
pub mod jinja;
pub mod node;
mod origin;
pub mod scope;
pub mod select;
mod shape;
pub mod tables;
mod tokens;

pub use assemble::{Assembly, compile};
pub use hash::hash;
pub use jinja::Renderer;
pub use node::{Compiled, DataTest, Materialization, ModelNode, Question, Severity, UnitTestNode};
pub use scope::TemplateContext;
pub use tables::query_of;
