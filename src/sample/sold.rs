//! How usage is sold.

use super::exact::Exact;

/// A meter's entries in the dictionary.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sold {
    /// The product.
    pub(super) product: u32,
    /// The price on demand; the first paid tier's where there are tiers.
    pub(super) price: u32,
    /// Its tier meter, or `NONE`.
    pub(super) tier: u32,
    /// Rates of an EC2 Instance and a Compute Savings Plan; 0 where they do not cover it.
    pub(super) plan_rates: (Exact, Exact),
}
