//! Where a target's events go.

/// `events:` of a target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventsOptions {
    /// The name or ARN of an event bus of Amazon EventBridge.
    pub eventbridge: String,
}
