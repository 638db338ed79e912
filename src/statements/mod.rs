//! Floor 2: the paper that a customer gets, of rows that tables have. It prints amounts and computes none.

mod cell;
mod details;
mod document;
mod folder;
mod mail;
mod page;
mod pdf;
mod sheet;
mod words;

use std::collections::BTreeSet;
use std::sync::Arc;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Map, Value, json};

use crate::common::error::{Error, Place, Result};
use crate::project::yaml;

pub use cell::{Cell, Form, MONEY_SCALE, Row, flag, text};
pub use document::{HEAD, Issue, Origin, Statement};
pub use folder::{FOLDER, Templates};
pub use mail::{mail_parts, with_links};
pub use pdf::Typesetter;
pub use words::Words;

use sheet::{SheetLayout, workbook};

/// Who sends statements.
const ISSUER: &str = "issuer.yaml";
/// What templates may ask of it, and what it is if it is not said: a list without entries, or nothing.
const ISSUER_FIELDS: [(&str, Option<[&str; 0]>); 8] = [
    ("name", None),
    ("tax_id", None),
    ("address", Some([])),
    ("email", None),
    ("phone", None),
    ("website", None),
    ("bank", Some([])),
    ("logo", None),
];
/// How many digits the id of an account has.
const ID: usize = 12;
/// The layout of the spreadsheet, in a template.
const SHEET: &str = "sheet.yaml";

/// A file of a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatementFile {
    /// Its name.
    pub name: &'static str,
    /// What is in it.
    pub bytes: Vec<u8>,
}

/// All files of a statement, and what is in none of them: the `foreign` accounts, which are other customers'.
///
/// # Errors
/// What is wrong with a template, with its place; when a foreign account is named.
pub fn render(
    typesetter: &Typesetter,
    templates: &Arc<Templates>,
    statement: &Statement,
    issue: &Issue,
    foreign: &BTreeSet<String>,
) -> Result<Vec<StatementFile>> {
    let head = statement.head()?;
    let (template, words) = (text(head, "template"), Words::read(templates, text(head, "language"))?);
    if !templates.names().contains(&template) {
        return Err(Error::user(format!("there is no template `{template}` in `{FOLDER}`"))
            .did_you_mean(template, templates.names()));
    }
    let exact = statement.view(issue, Form::Exact)?;
    let mut shown = statement.view(issue, Form::Shown(&words))?;
    show_logo(templates, &mut shown["issuer"]);
    let number = exact["number"].as_str().unwrap_or_default();
    let page = |file: &str| page::render(templates, template, file, &shown, &words.all);

    let pdf = typesetter.render(template, number, &shown, &words.all)?;
    let html = page("page.html")?;
    let json = serde_json::to_string_pretty(&exact).map_err(|e| Error::bug("a statement is no JSON").caused_by(&e))?;
    let csv = details::csv(statement)?;
    let sheet = spreadsheet(templates, template, &statement.view(issue, Form::Named(&words))?, &words.all)?;
    let (mail_text, mail_html) = (page("mail.txt.j2")?, page("mail.html.j2")?);
    mail_parts(&mail_text)
        .map_err(|error| error.at(Place::file(templates.name(&format!("{template}/mail.txt.j2")))))?;

    let texts = [
        ("statement.pdf", &pdf.text),
        ("statement.html", &html),
        ("statement.json", &json),
        ("statement.csv", &csv),
        ("words", &words.all.to_string()),
        ("mail.txt", &mail_text),
        ("mail.html", &mail_html),
    ];
    for (name, found) in texts {
        if let Some(account) = named(found, foreign) {
            return Err(Error::data(format!("`{name}` of `{}` names the account {account}", text(head, "customer")))
                .hint("that account is another customer's, or nobody's: nothing of it may be in this statement")
                .hint("look for it in the templates, in names of accounts, and in custom line items"));
        }
    }
    Ok(vec![
        StatementFile { name: "mail.html", bytes: mail_html.into_bytes() },
        StatementFile { name: "mail.txt", bytes: mail_text.into_bytes() },
        StatementFile { name: "statement.csv", bytes: csv.into_bytes() },
        StatementFile { name: "statement.html", bytes: html.into_bytes() },
        StatementFile { name: "statement.json", bytes: json.into_bytes() },
        StatementFile { name: "statement.pdf", bytes: pdf.bytes },
        StatementFile { name: "statement.xlsx", bytes: sheet },
    ])
}

/// The sheet, as the template lays it out; its texts are those of `statement` and `words`.
fn spreadsheet(templates: &Templates, template: &str, statement: &Value, words: &Value) -> Result<Vec<u8>> {
    let path = format!("{template}/{SHEET}");
    let name = templates.name(&path);
    let text = templates.text(&path)?;
    let text = text.ok_or_else(|| Error::user(format!("there is no `{name}`")).hint("it lays out the spreadsheet"))?;
    let layout = SheetLayout::parse(text)
        .map_err(|error| error.relocate(|at| Place::in_text(&name, text, at.line, at.column)))?;
    workbook(&layout, statement, words).map_err(|error| error.while_doing(format!("laying out `{name}`")))
}

/// The first of the `foreign` accounts that a text names.
fn named<'a>(text: &str, foreign: &'a BTreeSet<String>) -> Option<&'a str> {
    // Other digits may stand right beside it.
    let numbers = text.split(|character: char| !character.is_ascii_digit());
    let mut ids = numbers.flat_map(|number| (ID..=number.len()).map(move |end| &number[end - ID..end]));
    ids.find_map(|id| foreign.get(id)).map(String::as_str)
}

/// Has templates find the logo: papers by its path in the folder, and pages in themselves.
fn show_logo(templates: &Templates, issuer: &mut Value) {
    let logo = issuer["logo"].as_str().and_then(|name| Some((name.to_owned(), templates.get(name)?)));
    let kind = |name: &str| match name.rsplit_once('.') {
        Some((_, "svg")) => "svg+xml",
        Some((_, "jpg" | "jpeg")) => "jpeg",
        _ => "png",
    };
    issuer["logo_data"] = logo.as_ref().map_or(Value::Null, |(name, bytes)| {
        json!(format!("data:image/{};base64,{}", kind(name), BASE64_STANDARD.encode(bytes)))
    });
    issuer["logo"] = logo.map_or(Value::Null, |(name, _)| json!(format!("/{name}")));
}

/// Who sends statements.
///
/// # Errors
/// When the file is missing or no YAML mapping, or names a logo that is not there.
pub fn issuer(templates: &Templates) -> Result<Map<String, Value>> {
    let name = templates.name(ISSUER);
    let text = templates.text(ISSUER)?.ok_or_else(|| {
        Error::user(format!("there is no `{name}`")).hint("it says who sends statements: name, tax_id, address, bank")
    })?;
    let written =
        yaml::settings(text).map_err(|error| error.relocate(|at| Place::in_text(&name, text, at.line, at.column)))?;
    let mut issuer = Map::from_iter(ISSUER_FIELDS.map(|(field, value)| (field.to_owned(), json!(value))));
    issuer.extend(written);
    if let Some(logo) = issuer.get("logo").and_then(Value::as_str)
        && templates.get(logo).is_none()
    {
        return Err(Error::user(format!("there is no `{}`", templates.name(logo)))
            .at(Place::file(name))
            .hint("put the logo there, or leave `logo` empty"));
    }
    Ok(issuer)
}

#[cfg(test)]
mod tests;
