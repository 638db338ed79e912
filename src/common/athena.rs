//! How a target runs on Amazon Athena.

use std::num::NonZeroUsize;

const MEGABYTE: u64 = 1 << 20;
const TERABYTE: f64 = (1_u64 << 40) as f64;

/// `athena:` of a target.
#[derive(Debug, Clone, PartialEq)]
pub struct AthenaOptions {
    /// The workgroup whose settings and limits hold.
    pub workgroup: String,
    /// The database in which tables are made.
    pub database: String,
    /// How many queries run at the same time; 10 if absent.
    pub concurrency: Option<NonZeroUsize>,
    /// Where Athena writes what queries answer, `s3://bucket/prefix`; where the workgroup says if absent.
    pub results: Option<String>,
    /// Up to how many bytes a result is written, and tables are read, in this process; 256 MiB if absent.
    pub local_limit: Option<u64>,
    /// US dollars for a terabyte that is scanned; 5 if absent.
    pub price_per_tb: Option<f64>,
}

impl AthenaOptions {
    /// How many queries run at the same time.
    pub fn concurrency(&self) -> usize {
        self.concurrency.map_or(10, NonZeroUsize::get)
    }

    /// Up to how many bytes a result is written, and tables are read, in this process.
    pub fn local_limit(&self) -> u64 {
        self.local_limit.unwrap_or(256 * MEGABYTE)
    }

    /// What a query costs that has scanned `bytes`, in US dollars: they are counted in whole megabytes, ten at least
    /// (<https://aws.amazon.com/athena/pricing/>).
    pub fn cost(&self, bytes: u64) -> f64 {
        let billed = bytes.div_ceil(MEGABYTE).max(10) * MEGABYTE;
        billed as f64 / TERABYTE * self.price_per_tb.unwrap_or(5.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn megabytes_are_paid_for_and_ten_at_least() {
        let mut options = AthenaOptions {
            workgroup: String::new(),
            database: String::new(),
            concurrency: None,
            results: None,
            local_limit: None,
            price_per_tb: None,
        };
        assert_eq!(options.cost(0), options.cost(10 * MEGABYTE));
        assert!(options.cost(10 * MEGABYTE) < options.cost(10 * MEGABYTE + 1));
        assert_eq!(options.cost(1 << 40), 5.0);
        options.price_per_tb = Some(6.5);
        assert_eq!(options.cost(1 << 40), 6.5);
    }
}
