//! The mail that a statement goes out with: its subject is the first line of its text.

use super::page::link;
use crate::common::error::{Error, Result};

/// What the first line begins with.
const SUBJECT: &str = "Subject:";

/// The subject and the rest of a mail's `text`.
///
/// # Errors
/// When the first line is no subject.
pub fn mail_parts(text: &str) -> Result<(String, String)> {
    let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
    let subject = first.strip_prefix(SUBJECT).map(str::trim).filter(|subject| !subject.is_empty());
    let subject = subject.ok_or_else(|| {
        Error::user("the mail has no subject").hint("begin `mail.txt.j2` of the template with `Subject: ...`")
    })?;
    Ok((subject.to_owned(), rest.trim_start_matches(['\r', '\n']).to_owned()))
}

/// A mail whose files are behind `links`, each with its name: below the text, and at the end of the page.
pub fn with_links(text: &str, html: &str, links: &[(String, String)]) -> (String, String) {
    let lines: String = links.iter().map(|(name, link)| format!("\n{name}: {link}\n")).collect();
    let items = links.iter().map(|(name, target)| format!("<p>{}</p>", link(name, target)));
    let items: String = items.collect();
    let end = html.rfind("</body>").unwrap_or(html.len());
    let (before, after) = html.split_at(end);
    (format!("{}\n{lines}", text.trim_end()), format!("{before}{items}{after}"))
}
