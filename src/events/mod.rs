//! Floor 4: what others are told of a month and its statements: small events in the past tense, each at least once and always with the same
//! id. `docs/events.md` has them; before they are told they lie in the outbox (`publish::outbox`).

mod bus;
mod month;
#[cfg(feature = "statements")]
mod statement;
mod teller;

pub use month::{Author, Event};
pub use teller::Teller;
