//! `statements send`: each approved revision goes out once, to its own customer.
//!
//! A claim is written before a letter is sent, and how it ended after it. What ends in between leaves the claim alone:
//! nobody knows whether the letter was sent, and it is not sent again until somebody does.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::Utc;

use crate::common::error::{Error, ErrorKind, Result};
use crate::common::period::Period;
use crate::common::secrets::masked;
use crate::common::settings;
use crate::events::Author;
use crate::mail::{Letter, NoticeKind, Outcome, Sender};
use crate::planned_run::Workspace;
use crate::statements::Templates;

use super::StatementJob;
use super::approve::provisional;
use super::ledger::{DeliveryState, Entry, Ledger};
use super::letters::letter;
use super::listen::listen;
use super::month::{Current, Month, all_known, publications};
use super::paper::{Approval, Claim, Ended, Ending, Paper, mark};
use super::revisions::{Newest, sha256};

/// The setting that approves what is not provisional.
const AUTO_APPROVE: &str = "vars.statements.auto_approve";

/// What is sent, and how.
#[derive(Debug, Clone, Default)]
pub struct SendJob {
    /// Which statements.
    pub statements: StatementJob,
    /// Whether provisional ones may go.
    pub provisional: bool,
    /// Whether they go to addresses that mail came back from, too.
    pub bounced: bool,
    /// The folder that letters are written to in the place of being sent.
    pub into: Option<PathBuf>,
}

/// What `send` has done with a statement.
#[derive(Debug, Clone)]
pub enum Step {
    /// SES has it now.
    Sent,
    /// Its letter is this file.
    Written(PathBuf),
    /// It has been sent before, or is being sent.
    Already(DeliveryState),
    /// It is not built.
    Missing,
    /// Nobody has approved it.
    Unapproved,
    /// It is not sent, and would not be another time; why.
    Held(Error),
    /// SES has refused it.
    Refused(Error),
    /// It is not known whether SES has it.
    Unknown(Option<Error>),
    /// SES takes nothing more for now.
    Later(Error),
}

/// A statement, and what has been done with it.
#[derive(Debug, Clone)]
pub struct SentStatement {
    /// The month.
    pub period: Period,
    /// The customer.
    pub customer: String,
    /// The revision; none if none is built.
    pub revision: Option<u64>,
    /// What has been done.
    pub step: Step,
    /// Who it is for.
    pub to: Vec<String>,
}

/// Sends what is approved and was not sent yet.
///
/// # Errors
/// When a statement is provisional, without leave; when SES cannot be reached, or does not know the sender: then none is
/// sent. What becomes of each statement is in what is returned.
pub async fn send(workspace: &Workspace, job: &SendJob) -> Result<Vec<SentStatement>> {
    let publications = publications(workspace).await?;
    let templates = Arc::new(Templates::read(&workspace.project.root)?);
    if job.into.is_none() {
        // What came back, and what was sent after all.
        listen(workspace).await?;
    }
    // What refuses all does so before anything is sent.
    let mut known = BTreeSet::new();
    let mut months = Vec::new();
    for publication in &publications {
        let month = Month { workspace, templates: &templates, publication };
        let current = month.current(&job.statements, &mut known).await?;
        let ledger = Ledger::read(&workspace.output, month.period()).await?;
        months.push(Pile { month, ledger, current });
    }
    all_known(&job.statements, &known)?;
    if !job.provisional && job.into.is_none() {
        Error::many(months.iter().flat_map(Pile::provisional).collect()).map_or(Ok(()), Err)?;
    }
    let mut round = Round { workspace, job, sender: None, has_begun: false, is_over: None };
    let mut all = Vec::new();
    for pile in &months {
        for one in &pile.current {
            let (step, to) = match &one.newest {
                Some(newest) => round.send(pile, one, newest).await?,
                None => (Step::Missing, Vec::new()),
            };
            let (period, customer) = (pile.month.period(), one.customer.clone());
            let revision = one.newest.as_ref().map(|newest| newest.number);
            all.push(SentStatement { period, customer, revision, step, to });
        }
    }
    Ok(all)
}

/// The statements of a month, and what is known of their deliveries.
struct Pile<'a> {
    month: Month<'a>,
    ledger: Ledger,
    current: Vec<Current>,
}

impl Pile<'_> {
    /// Why those are not sent that are approved and provisional.
    fn provisional(&self) -> Vec<Error> {
        let wrong = self.current.iter().filter(|current| {
            let newest = current.newest.as_ref();
            newest.is_some_and(|newest| {
                let state = self.ledger.of(&self.paper(current, newest)).state(Utc::now());
                newest.manifest.is_provisional && state == DeliveryState::Approved
            })
        });
        wrong.map(|current| provisional(&self.month, &current.customer)).collect()
    }

    fn paper(&self, current: &Current, newest: &Newest) -> Paper {
        Paper { period: self.month.period(), customer: current.customer.clone(), revision: newest.number }
    }
}

/// One walk over all that is to be sent.
struct Round<'a> {
    workspace: &'a Workspace,
    job: &'a SendJob,
    sender: Option<Sender>,
    /// Whether a letter was to be sent by now.
    has_begun: bool,
    /// Why nothing more is sent.
    is_over: Option<Error>,
}

impl Round<'_> {
    /// Sends one statement, or says why not; and who gets it.
    async fn send(&mut self, pile: &Pile<'_>, current: &Current, newest: &Newest) -> Result<(Step, Vec<String>)> {
        let paper = pile.paper(current, newest);
        let entry = pile.ledger.of(&paper);
        let state = entry.state(Utc::now());
        let Some(number) = entry.next(Utc::now()) else {
            let to = entry.last(Utc::now()).map(|(_, attempt)| attempt.claim.to.clone()).unwrap_or_default();
            return Ok((if state == DeliveryState::Unknown { Step::Unknown(None) } else { Step::Already(state) }, to));
        };
        if let Some(error) = &self.is_over {
            return Ok((Step::Later(error.clone()), Vec::new()));
        }
        let had_begun = self.has_begun;
        match self.try_to_send(&paper, &entry, number, current, newest).await {
            // What went before is told all the same.
            Err(error) if had_begun => {
                self.is_over = Some(error.clone());
                Ok((Step::Later(error), Vec::new()))
            }
            answer => answer,
        }
    }

    async fn try_to_send(
        &mut self,
        paper: &Paper,
        entry: &Entry,
        number: u64,
        current: &Current,
        newest: &Newest,
    ) -> Result<(Step, Vec<String>)> {
        if current.paper().is_none() {
            let error = Error::data("it says something else than the tables do by now")
                .hint(format!("run `apportion statements build --period {}`", paper.period));
            return Ok((Step::Held(error), Vec::new()));
        }
        if self.job.into.is_none() && !self.is_approved(paper, entry, newest).await? {
            return Ok((Step::Unapproved, Vec::new()));
        }
        let options = &self.workspace.target()?.mail;
        let id = paper.delivery(number, rand::random());
        let letter = match letter(self.workspace, options, current, newest, &id).await {
            Ok(letter) => letter,
            Err(error) if error.kind() == ErrorKind::Data => return Ok((Step::Held(error), Vec::new())),
            Err(error) => return Err(error),
        };
        let to: Vec<String> = letter.to.iter().map(ToString::to_string).collect();
        if let Some(folder) = &self.job.into {
            return Ok((Step::Written(write(folder, paper, &letter)?), to));
        }
        if let Some(error) = self.marked(&to).await? {
            return Ok((Step::Held(error), to));
        }
        Ok((self.claim_and_send(paper, number, &letter).await?, to))
    }

    /// Claims a try, sends the letter, and keeps what became of it.
    async fn claim_and_send(&mut self, paper: &Paper, number: u64, letter: &Letter) -> Result<Step> {
        let output = &self.workspace.output;
        let bytes = letter.bytes()?;
        let sender = self.sender(letter).await?;
        self.has_begun = true;
        let claim = Claim {
            customer: paper.customer.clone(),
            delivery: letter.id.clone(),
            run_id: self.workspace.job.run_id.clone(),
            at: Utc::now(),
            to: letter.to.iter().map(ToString::to_string).collect(),
            subject: letter.subject.clone(),
            files: letter.attachments.iter().map(|attachment| attachment.name.clone()).collect(),
            sha256: sha256(&bytes),
        };
        if !paper.claim(output, number, &claim).await? {
            self.sender = Some(sender);
            return Ok(Step::Already(DeliveryState::Sending));
        }
        let (ended, message_id, reason) = match sender.send(&bytes, &letter.to, &letter.id).await {
            Outcome::Sent(message_id) => (Ended::Sent, Some(message_id), None),
            Outcome::Refused(error) => (Ended::Refused, None, Some(error)),
            Outcome::Later(error) => (Ended::Released, None, Some(error)),
            // SES is looked at anew before the next claim: were it gone, all others would be unknown, too.
            Outcome::Unknown(error) => return Ok(Step::Unknown(Some(error))),
        };
        self.sender = Some(sender);
        let said = reason.as_ref().map(|error| masked(&in_one_line(error)).into_owned());
        let ending = Ending { ended, at: Utc::now(), message_id, reason: said, by: None };
        self.end(paper, number, &claim, &ending).await?;
        Ok(match (ended, reason) {
            (Ended::Refused, Some(error)) => Step::Refused(error),
            (Ended::Released, Some(error)) => {
                self.is_over = Some(error.clone());
                Step::Later(error)
            }
            _ => Step::Sent,
        })
    }

    /// Keeps how a try has ended, and has the event of it be told.
    async fn end(&self, paper: &Paper, number: u64, claim: &Claim, ending: &Ending) -> Result<()> {
        let output = &self.workspace.output;
        let event = |author: &Author| {
            let of = author.of_statement(paper.period, &paper.customer, paper.revision, ending.at);
            match ending.ended {
                Ended::Sent => Some(of.sent(&claim.delivery, claim.to.len())),
                Ended::Refused => {
                    Some(of.failed(&claim.delivery, &claim.delivery, ending.reason.as_deref().unwrap_or_default()))
                }
                Ended::Released => None,
            }
        };
        let teller = self.workspace.teller()?;
        let note = teller.promise(paper.period, &claim.delivery, &paper.ending(number), event).await?;
        paper.end(output, number, ending).await?;
        match note {
            Some(note) => note.free(output).await,
            None => Ok(()),
        }
    }

    /// What sends the letters, which SES has to know.
    async fn sender(&mut self, letter: &Letter) -> Result<Sender> {
        if let Some(sender) = self.sender.take() {
            return Ok(sender);
        }
        let target = self.workspace.target()?;
        let ses = target.mail.ses.as_ref().ok_or_else(|| Error::bug("a letter is sent without SES"))?;
        Sender::open(ses, &target.s3, &letter.from.email).await
    }

    /// Whether somebody has approved the revision, or the settings do.
    async fn is_approved(&self, paper: &Paper, entry: &Entry, newest: &Newest) -> Result<bool> {
        if let Some(approval) = &entry.approval {
            return Ok(approval.manifest == newest.hash);
        }
        let is_usual = settings::is_true(self.workspace.vars.get("statements"), "auto_approve");
        if !is_usual || newest.manifest.is_provisional {
            return Ok(false);
        }
        let (customer, manifest) = (paper.customer.clone(), newest.hash.clone());
        let approval = Approval { customer, by: AUTO_APPROVE.to_owned(), at: Utc::now(), manifest };
        paper.approve(&self.workspace.output, &approval).await?;
        Ok(true)
    }

    /// Why nothing goes to one of the addresses, if mail came back from it.
    async fn marked(&self, to: &[String]) -> Result<Option<Error>> {
        if self.job.bounced {
            return Ok(None);
        }
        for address in to {
            if let Some(mark) = mark(&self.workspace.output, address).await? {
                let what = if mark.notice.kind == NoticeKind::Complained { "complained" } else { "sent mail back" };
                let error = Error::data(format!("{address} has {what} on {}", day(&mark.notice.at)))
                    .hint("mend the address in `data/seeds/customers.csv`, build the month and its statements again")
                    .hint("or, if it works again: send with `--bounced`");
                return Ok(Some(error));
            }
        }
        Ok(None)
    }
}

/// What has gone wrong and why, without what to do.
fn in_one_line(error: &Error) -> String {
    let alone = error.alone();
    let lines = alone.lines().map(str::trim).filter(|line| !line.starts_with("hint: "));
    let words = lines.map(|line| line.trim_start_matches("error: ").trim_start_matches("cause: "));
    words.collect::<Vec<_>>().join(": ")
}

fn day(at: &str) -> &str {
    at.get(..10).unwrap_or(at)
}

/// Writes a letter into `folder`, as a file that mail programs open.
fn write(folder: &Path, paper: &Paper, letter: &Letter) -> Result<PathBuf> {
    fs::create_dir_all(folder).map_err(|error| Error::io("make", folder, &error))?;
    let path = folder.join(format!("{}-{}-{}.eml", paper.period, paper.customer, paper.revision));
    fs::write(&path, letter.bytes()?).map_err(|error| Error::io("write", &path, &error))?;
    Ok(path)
}
