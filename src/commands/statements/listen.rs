//! What SES tells of letters that were sent: read from its queue, kept, and then removed there.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use chrono::Utc;

use crate::common::error::Result;
use crate::common::period::Period;
use crate::events::Author;
use crate::mail::{Feedback, Notice, NoticeKind};
use crate::planned_run::Workspace;

use super::ledger::{Ledger, period_of};
use super::paper::{Paper, notice_name};

/// Keeps what the queue has on deliveries of this output; how many messages are of no such delivery, and are left there.
///
/// # Errors
/// When the store or the queue does not answer.
pub(super) async fn listen(workspace: &Workspace) -> Result<usize> {
    let target = workspace.target()?;
    let Some(ses) = &target.mail.ses else { return Ok(0) };
    let Some(feedback) = Feedback::open(ses, &target.s3).await else { return Ok(0) };
    let mut ledgers: BTreeMap<Period, Ledger> = BTreeMap::new();
    let mut foreign = 0;
    for received in feedback.receive().await? {
        let Some((notice, period)) =
            received.notice.as_ref().and_then(|notice| Some((notice, period_of(&notice.delivery)?)))
        else {
            foreign += 1;
            continue;
        };
        let ledger = match ledgers.entry(period) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(unknown) => unknown.insert(Ledger::read(&workspace.output, period).await?),
        };
        let Some((paper, number)) = ledger.find(notice) else {
            foreign += 1;
            continue;
        };
        // First it is kept, then it may go.
        keep(workspace, &paper, number, notice).await?;
        feedback.remove(&received).await?;
    }
    Ok(foreign)
}

/// Keeps one notice; somebody is told of what has come to nothing.
async fn keep(workspace: &Workspace, paper: &Paper, number: u64, notice: &Notice) -> Result<()> {
    let has_failed = notice.is_permanent || notice.kind == NoticeKind::Rejected;
    let why = match notice.kind {
        NoticeKind::Complained => "a recipient has complained",
        NoticeKind::Rejected => "SES has found something harmful in it",
        _ => "it came back",
    };
    let why = format!("{why}: {}", notice.detail);
    let path = paper.notice(number, notice);
    // Several notices of one delivery are as many events.
    let key = format!("{}-{}", notice.delivery, notice_name(notice));
    let event = |author: &Author| {
        let of = author.of_statement(paper.period, &paper.customer, paper.revision, Utc::now());
        has_failed.then(|| of.failed(&notice.delivery, &key, &why))
    };
    // One that was told before is told no more.
    if workspace.output.get(&path).await?.is_some() {
        return Ok(());
    }
    let teller = workspace.teller()?;
    let note = teller.promise(paper.period, &key, &path, event).await?;
    paper.keep(&workspace.output, number, notice).await?;
    match note {
        Some(note) => note.free(&workspace.output).await,
        None => Ok(()),
    }
}
