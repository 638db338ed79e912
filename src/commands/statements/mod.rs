//! What customers get of their months: built, approved, sent, and what became of it.

mod approve;
mod build;
mod ledger;
mod letters;
mod listen;
mod month;
mod paper;
mod resolve;
mod revisions;
mod rows;
mod send;
mod status;

pub use approve::{Approved, approve};
pub use build::{BuiltStatement, build};
pub use ledger::DeliveryState;
pub use resolve::{Resolved, resolve};
pub use send::{SendJob, SentStatement, Step, send};
pub use status::{StatementStatus, StatusReport, status};

/// Which statements.
#[derive(Debug, Clone, Default)]
pub struct StatementJob {
    /// The customers; none are all.
    pub customers: Vec<String>,
}

impl StatementJob {
    fn is_wanted(&self, customer: &str) -> bool {
        self.customers.is_empty() || self.customers.iter().any(|name| name == customer)
    }
}
