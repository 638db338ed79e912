//! What the libraries underneath say of their work, at debug level: requests to S3 that are sent again.

use std::fmt::{self, Write};
use std::sync::Arc;

use serde_json::{Map, Value};
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Metadata, Subscriber};
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::{Context, Layer};
use tracing_subscriber::registry::LookupSpan;

use super::print::Printer;

/// Whose words are passed on; others say more than anybody wants to read.
const HEARD: [&str; 2] = ["apportion", "object_store"];

/// What has `printer` say at debug level what is heard.
pub(super) fn layer<S>(printer: Arc<Printer>) -> impl Layer<S>
where
    S: Subscriber + for<'span> LookupSpan<'span>,
{
    DebugLog { printer }.with_filter(filter_fn(is_heard))
}

fn is_heard(metadata: &Metadata<'_>) -> bool {
    let whose = metadata.target().split("::").next().unwrap_or_default();
    *metadata.level() <= Level::DEBUG && HEARD.contains(&whose)
}

struct DebugLog {
    printer: Arc<Printer>,
}

impl<S: Subscriber> Layer<S> for DebugLog {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut words = EventText::default();
        event.record(&mut words);
        self.printer.debug(&words.message, Value::Object(words.fields));
    }
}

/// The words of an event, and what comes with them.
#[derive(Default)]
struct EventText {
    message: String,
    fields: Map<String, Value>,
}

impl Visit for EventText {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() == "message" {
            // A text takes whatever is written to it.
            let _ = write!(self.message, "{value:?}");
        } else {
            self.fields.insert(field.name().to_owned(), Value::from(format!("{value:?}")));
        }
    }
}
