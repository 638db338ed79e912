//! A letter as bytes: RFC 5322 and MIME, by lettre. Nothing that stands in a value becomes a header.

use std::time::SystemTime;

use lettre::Address;
use lettre::message::header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue};
use lettre::message::{self, Body, Mailbox, Message, MultiPart};

use crate::common::error::{Error, Result};

/// Has no mailbox answer by itself that its owner is away
/// ([RFC 3834](https://www.rfc-editor.org/rfc/rfc3834#section-5)).
const BY_ITSELF: [&str; 2] = ["Auto-Submitted", "auto-generated"];
/// The most characters of an address ([RFC 5321](https://www.rfc-editor.org/rfc/rfc5321#section-4.5.3.1)).
const LONGEST: usize = 254;

/// What is sent to one customer.
#[derive(Debug, Clone)]
pub struct Letter {
    /// Who sends it.
    pub from: Mailbox,
    /// Where answers go, if not there.
    pub reply_to: Option<Mailbox>,
    /// Who gets it.
    pub to: Vec<Address>,
    /// A line.
    pub subject: String,
    /// What it says, as text.
    pub text: String,
    /// The same as a page.
    pub html: String,
    /// Its files.
    pub attachments: Vec<Attachment>,
    /// Tells it from all others.
    pub id: String,
    /// When it is written.
    pub at: SystemTime,
}

/// A file of a letter.
#[derive(Debug, Clone)]
pub struct Attachment {
    /// Its name, as the recipient sees it.
    pub name: String,
    /// What is in it.
    pub bytes: Vec<u8>,
}

impl Letter {
    /// The letter as it is sent.
    ///
    /// # Errors
    /// When a file's type is not known, or the letter has no recipient.
    pub fn bytes(&self) -> Result<Vec<u8>> {
        let [name, value] = BY_ITSELF;
        let name = HeaderName::new_from_ascii(name.to_owned()).map_err(|error| no_letter(&error))?;
        let mut message = Message::builder()
            .from(one_line_mailbox(&self.from))
            .subject(one_line(&self.subject))
            .date(self.at)
            .message_id(Some(format!("<{}@{}>", self.id, self.from.email.domain())))
            .raw_header(HeaderValue::new(name, value.to_owned()));
        for address in &self.to {
            message = message.to(Mailbox::new(None, address.clone()));
        }
        if let Some(reply_to) = &self.reply_to {
            message = message.reply_to(one_line_mailbox(reply_to));
        }
        let said = MultiPart::alternative_plain_html(self.text.clone(), self.html.clone());
        let mut parts = MultiPart::mixed().multipart(said);
        for Attachment { name, bytes } in &self.attachments {
            let kind = ContentType::parse(content_type(name)).map_err(|error| no_letter(&error))?;
            // As text its line ends could change on the way.
            let body = Body::new_with_encoding(bytes.clone(), ContentTransferEncoding::Base64)
                .map_err(|_| no_letter(&"a file cannot be written as text"))?;
            parts = parts.singlepart(message::Attachment::new(one_line(name)).body(body, kind));
        }
        Ok(message.multipart(parts).map_err(|error| no_letter(&error))?.formatted())
    }
}

/// The address that `text` is, and nothing beside it.
///
/// # Errors
/// When it is none, several, or not ASCII.
pub fn address(text: &str) -> Result<Address> {
    // A quoted local part may have anything in it; nobody who gets statements has one.
    let is_plain = |character: char| character.is_ascii_graphic() && !"\"(),:;<>[]\\".contains(character);
    let parsed = text.parse::<Address>().ok();
    let fits = text.chars().all(is_plain) && text.matches('@').count() == 1 && text.len() <= LONGEST;
    parsed.filter(|_| fits).ok_or_else(|| {
        let error = Error::user(format!("`{}` is no address for mail", text.escape_default()));
        if text.is_ascii() {
            error.hint("write one address as in name@example.com; several have `|` between them")
        } else {
            error.hint("write a domain of other letters as its ASCII form: xn--...")
        }
    })
}

/// Who sends: `name@example.com`, or `Name <name@example.com>`.
///
/// # Errors
/// When it is neither.
pub fn sender(text: &str) -> Result<Mailbox> {
    let (name, inner) = match text.trim().strip_suffix('>').and_then(|text| text.rsplit_once('<')) {
        Some((name, inner)) => (Some(name.trim().trim_matches('"')).filter(|name| !name.is_empty()), inner),
        None => (None, text.trim()),
    };
    if name.is_some_and(|name| name.chars().any(char::is_control)) {
        return Err(Error::user(format!("`{}` has a line break in it", text.escape_default())));
    }
    Ok(Mailbox::new(name.map(str::to_owned), address(inner)?))
}

/// What stands in a header has no line breaks: lettre takes none.
fn one_line(text: &str) -> String {
    text.replace(|character: char| character.is_control(), " ")
}

fn one_line_mailbox(mailbox: &Mailbox) -> Mailbox {
    Mailbox::new(mailbox.name.as_deref().map(one_line), mailbox.email.clone())
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit_once('.') {
        Some((_, "pdf")) => "application/pdf",
        Some((_, "xlsx")) => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        Some((_, "csv")) => "text/csv; charset=utf-8",
        Some((_, "html")) => "text/html; charset=utf-8",
        Some((_, "json")) => "application/json",
        _ => "application/octet-stream",
    }
}

fn no_letter(cause: &dyn std::fmt::Display) -> Error {
    Error::data("a letter cannot be written").caused_by(cause)
}

#[cfg(test)]
mod tests;
