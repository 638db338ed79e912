//! Floor 4: project to Jinja to SQL to graph. Pure: it opens no file and no engine.

mod assemble;
mod context;
mod data_tests;
mod declared;
mod dimensions;
mod ephemeral;
mod functions;
mod graph;
mod hash;
mod jinja;
pub mod node;
mod origin;
pub mod select;
mod shape;
mod state;
mod tables;
mod tokens;

pub use assemble::{compile, explanations};
pub use context::TemplateContext;
pub use declared::{declared_columns, schema};
pub use dimensions::{DIMENSIONS, Dimension, dimensions, taken};
pub use hash::hash;
pub use jinja::macros;
pub use node::{Compiled, DataTest, GenericTest, Materialization, ModelNode, Question, Severity, Sql, UnitTestNode};
pub use state::{Modified, Part, ProjectState};
