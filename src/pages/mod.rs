//! Floor 2: pages that people look at: what a project is made of, and how the cost of an account came about.
//!
//! What they look like is in `docs/templates/`, which a project may have its own of. Nothing on them is fetched, and
//! nothing on them runs.

mod diagram;
mod lineage;
mod page;
mod sql;
mod template;

pub use diagram::{Flow, Step, diagram};
pub use lineage::{Graph, Kind};
pub use page::{
    Attached, ColumnView, LastRun, LayerView, Link, ModelView, Page, QuestionsView, SeedView, SettingView, SourceView,
    TestView, Verdict, page,
};
pub use sql::highlighted;
pub use template::Templates;
