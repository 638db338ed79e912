//! The only writer to stdout and stderr: data to the one, talk to the other.

use std::io::{IsTerminal, Write};
use std::sync::Mutex;

use chrono::{SecondsFormat, Utc};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};

use super::args::LogLevel;
use super::invocation::RUN;
use crate::common::error::Error;
use crate::common::secrets::masked;

/// Says things to people and to logs.
#[derive(Debug)]
pub(super) struct Printer {
    json: bool,
    level: LogLevel,
    bar: Mutex<Option<ProgressBar>>,
}

impl Printer {
    /// A printer that logs text, or JSON lines, of `level` and worse.
    pub(super) fn new(json: bool, level: LogLevel) -> Self {
        Self { json, level, bar: Mutex::new(None) }
    }

    /// Data, to stdout. A reader that went away is no error.
    pub(super) fn data(&self, text: &str) {
        let mut out = std::io::stdout().lock();
        let _ = out.write_all(masked(text).as_bytes());
        let _ = out.flush();
    }

    /// Something for people, to stderr; `fields` go into the JSON log.
    pub(super) fn say(&self, text: &str, fields: Value) {
        self.line(LogLevel::Info, text, fields);
    }

    /// A warning, to stderr.
    pub(super) fn warn(&self, text: &str) {
        let shown = if self.json { text.to_owned() } else { format!("warning: {text}") };
        self.line(LogLevel::Warning, &shown, Value::Null);
    }

    /// An error with all that is known of it, to stderr.
    pub(super) fn error(&self, error: &Error) {
        if !self.json {
            return self.line(LogLevel::Error, &error.to_string(), Value::Null);
        }
        for one in error.each() {
            let place = one.place();
            let fields = json!({
                "kind": one.kind().name(),
                "file": place.map(|place| &place.file),
                "line": place.map(|place| place.line).filter(|line| *line > 0),
                "column": place.map(|place| place.column).filter(|column| *column > 0),
                "hint": (!one.hints().is_empty()).then(|| one.hints().join("; ")),
                "detail": one.alone(),
            });
            self.line(LogLevel::Error, one.message(), fields);
        }
    }

    /// What only those want to know who look for a fault, to stderr.
    pub(super) fn debug(&self, text: &str, fields: Value) {
        let shown = if self.json { text.to_owned() } else { format!("debug: {text}") };
        self.line(LogLevel::Debug, &shown, fields);
    }

    fn line(&self, level: LogLevel, text: &str, fields: Value) {
        if level > self.level {
            return;
        }
        let line = if self.json {
            let message: Vec<&str> = text.split_whitespace().collect();
            let mut object = json!({
                "time": Utc::now().to_rfc3339_opts(SecondsFormat::Millis, true),
                "run_id": RUN.id,
                "level": level.name(),
                "message": message.join(" "),
            });
            if let (Some(object), Value::Object(fields)) = (object.as_object_mut(), fields) {
                object.extend(fields);
            }
            object.to_string()
        } else {
            text.to_owned()
        };
        match self.bar.lock().as_deref() {
            Ok(Some(bar)) => bar.suspend(|| to_stderr(&line)),
            _ => to_stderr(&line),
        }
    }

    /// Whether machines read what is printed.
    pub(super) fn is_json(&self) -> bool {
        self.json
    }

    /// Whether somebody sits before stderr.
    pub(super) fn is_terminal(&self) -> bool {
        !self.json && std::io::stderr().is_terminal()
    }

    /// Shows a bar of `length` steps, on a terminal only.
    pub(super) fn start_bar(&self, length: u64) {
        if !self.is_terminal() {
            return;
        }
        let style = ProgressStyle::with_template("{bar:30} {pos}/{len}  {wide_msg}");
        let bar = ProgressBar::new(length);
        if let Ok(style) = style {
            bar.set_style(style);
        }
        if let Ok(mut slot) = self.bar.lock() {
            *slot = Some(bar);
        }
    }

    /// Moves the bar to `position` and shows `message` beside it.
    pub(super) fn move_bar(&self, position: u64, message: &str) {
        if let Ok(slot) = self.bar.lock()
            && let Some(bar) = slot.as_ref()
        {
            bar.set_position(position);
            bar.set_message(masked(message).into_owned());
        }
    }

    /// Takes the bar away.
    pub(super) fn end_bar(&self) {
        if let Ok(mut slot) = self.bar.lock()
            && let Some(bar) = slot.take()
        {
            bar.finish_and_clear();
        }
    }
}

fn to_stderr(line: &str) {
    let mut err = std::io::stderr().lock();
    let _ = writeln!(err, "{}", masked(line));
}
