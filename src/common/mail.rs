//! How a target sends mail.

/// The most bytes of files that go out with a letter, if the target does not say otherwise: written as text they are a
/// third longer, and above 10 MB SES slows down (<https://docs.aws.amazon.com/ses/latest/dg/quotas.html>).
const ATTACH_LIMIT: u64 = 7_000_000;
/// How long links to files work, in days.
const LINK_DAYS: u64 = 7;

/// `mail:` of a target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailOptions {
    /// Who sends, as `Name <name@example.com>`; the issuer if absent.
    pub from: Option<String>,
    /// Where answers go, if not there.
    pub reply_to: Option<String>,
    /// The domains that mail goes to; all if there are none.
    pub domains: Vec<String>,
    /// The files of a statement that go out with it.
    pub attach: Vec<String>,
    /// The most bytes of these; above, letters have links.
    pub attach_limit: u64,
    /// How long these links work, in days.
    pub link_days: u64,
    /// What takes the letters; they become files if absent.
    pub ses: Option<SesOptions>,
}

/// `ses:` of it: Amazon SES.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SesOptions {
    /// Its region, if not that of the buckets.
    pub region: Option<String>,
    /// The configuration set, whose events are told to the queue.
    pub configuration_set: Option<String>,
    /// The URL of a queue of SQS with what SES tells of letters.
    pub queue: Option<String>,
}

impl Default for MailOptions {
    fn default() -> Self {
        Self {
            from: None,
            reply_to: None,
            domains: Vec::new(),
            attach: ["statement.pdf", "statement.xlsx"].map(str::to_owned).to_vec(),
            attach_limit: ATTACH_LIMIT,
            link_days: LINK_DAYS,
            ses: None,
        }
    }
}
