//! What the organisation bought.

use super::commitments::Reservation;
use super::plans::Plan;

/// Everything that was bought.
#[derive(Debug)]
pub(super) struct Commitments {
    /// Reserved Instances.
    pub(super) reservations: Vec<Reservation>,
    /// Savings Plans.
    pub(super) plans: Vec<Plan>,
}
