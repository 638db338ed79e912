//! The letter that a revision goes out with: to its own customer, with its own files, as they were built.

use std::time::SystemTime;

use serde_json::Value;

use crate::common::error::{Error, ErrorKind, Result};
use crate::common::mail::MailOptions;
use crate::mail::{Attachment, Letter, Mailbox, address, sender};
use crate::planned_run::Workspace;
use crate::statements::{mail_parts, with_links};

use super::month::Current;
use super::revisions::Newest;

/// A day.
const DAY: u64 = 24 * 60 * 60;

/// Writes the letter of the revision `newest` of a statement.
///
/// # Errors
/// When the customer has no contacts, one of them is no address or not where mail may go; when a file is not what was
/// built, or is too large and cannot be linked to.
pub(super) async fn letter(
    workspace: &Workspace,
    options: &MailOptions,
    current: &Current,
    newest: &Newest,
    id: &str,
) -> Result<Letter> {
    let of_manifest = (newest.manifest.customer.as_str(), newest.statement["customer"].as_str());
    if of_manifest != (current.customer.as_str(), Some(current.customer.as_str())) {
        return Err(Error::data(format!("the revision of `{}` is another customer's", current.customer))
            .hint("remove that revision, and build the statement again"));
    }
    let contacts: Vec<&str> =
        newest.statement["contacts"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    if contacts.is_empty() {
        return Err(Error::data(format!("`{}` has no contacts", current.customer))
            .hint("write them into `data/seeds/customers.csv`, build the month and its statements again"));
    }
    let mut to = Vec::new();
    for contact in contacts {
        let address = address(contact).map_err(|error| error.of_kind(ErrorKind::Data))?;
        let domain = address.domain().to_lowercase();
        if !options.domains.is_empty() && !options.domains.iter().any(|allowed| allowed.to_lowercase() == domain) {
            return Err(Error::data(format!("`{address}` of `{}` is not where mail may go", current.customer)).hint(
                format!("add `{domain}` to `mail: {{ domains: [...] }}` of the target, or mend the seed `customers`"),
            ));
        }
        if !to.contains(&address) {
            to.push(address);
        }
    }
    let from = from(options, &newest.statement)?;
    let reply_to = options.reply_to.as_deref().map(sender).transpose()?;
    let output = &workspace.output;
    let text_of = |bytes: bytes::Bytes| String::from_utf8_lossy(&bytes).into_owned();
    let text = text_of(newest.file(output, "mail.txt").await?);
    let html = text_of(newest.file(output, "mail.html").await?);
    let (subject, text) = mail_parts(&text)?;
    let mut attachments = Vec::new();
    for name in &options.attach {
        let bytes = newest.file(output, name).await?.to_vec();
        let (stem, kind) = name.rsplit_once('.').unwrap_or((name, ""));
        // What lies in a folder with others says whose it is.
        let name = if stem == "statement" { format!("{}.{kind}", newest.manifest.number) } else { name.clone() };
        attachments.push(Attachment { name, bytes });
    }
    let size: usize = attachments.iter().map(|attachment| attachment.bytes.len()).sum();
    let (text, html) = if size as u64 > options.attach_limit {
        attachments.clear();
        let mut links = Vec::new();
        for name in &options.attach {
            let link = output.link(&newest.path(name), options.link_days * DAY).await?;
            let link = link.ok_or_else(|| {
                Error::data(format!("the files for `{}` are too large for mail: {size} bytes", current.customer))
                    .hint("links to files need an output in S3; or attach fewer: `mail: { attach: [statement.pdf] }`")
            })?;
            links.push((name.clone(), link));
        }
        with_links(&text, &html, &links)
    } else {
        (text, html)
    };
    Ok(Letter { from, reply_to, to, subject, text, html, attachments, id: id.to_owned(), at: SystemTime::now() })
}

/// Who sends: the target says it, else the issuer that the statement has.
///
/// # Errors
/// When neither has an address.
fn from(options: &MailOptions, statement: &Value) -> Result<Mailbox> {
    if let Some(from) = &options.from {
        return sender(from);
    }
    let issuer = &statement["issuer"];
    let email = issuer["email"].as_str().ok_or_else(|| {
        Error::user("nobody is named who sends mail")
            .hint("write `mail: { from: \"Name <name@example.com>\" }` into the target, or `email` into `statements/issuer.yaml`")
    })?;
    let mut from = sender(email)?;
    from.name = issuer["name"].as_str().map(str::to_owned);
    Ok(from)
}
