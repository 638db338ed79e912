//! Floor 2: project to Jinja to SQL to graph. Pure: it opens no file and no engine.

pub mod assemble;
mod data_tests;
pub mod ephemeral;
pub mod functions;
pub mod graph;
pub mod jinja;
pub mod line_map;
pub mod macros;
pub mod node;
pub mod scope;
pub mod select;
pub mod tables;

pub use assemble::{Assembly, compile};
pub use jinja::Renderer;
pub use node::{Compiled, DataTest, Materialization, ModelNode, Question, Severity, UnitTestNode};
pub use scope::Scope;
