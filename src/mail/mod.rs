//! Floor 3: mail: letters as they go out, Amazon SES that takes them, and what SES tells of them later.

mod feedback;
mod letter;
mod ses;

pub use feedback::{Feedback, Notice, NoticeKind};
pub use letter::{Attachment, Letter, address, sender};
pub use ses::{Outcome, Sender};

pub use lettre::Address;
pub use lettre::message::Mailbox;
