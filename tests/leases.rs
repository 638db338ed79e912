//! Every order in which the requests of two runs on one period can reach a bucket, when a lease may run out at any
//! moment: what is named as published is always there.
//!
//! This is a model of `docs/publication.md`, not of the code; it says why each of its rules is needed.

use std::collections::BTreeSet;

use libtest_mimic::Trial;

use crate::harness::Outcome;

/// Which rules are kept.
#[derive(Clone, Copy)]
struct Rules {
    /// Whoever claims marks what names the published files.
    marks: bool,
    /// Nobody puts a mark over that of a later claim.
    has_turns: bool,
    /// Nothing is removed that is newer than one's own lease.
    spares_newer: bool,
}

pub(crate) fn trials() -> Vec<Trial> {
    let kept = Rules { marks: true, has_turns: true, spares_newer: true };
    let trial = |name: &str, rules: Rules, is_safe: bool| {
        Trial::test(format!("leases::{name}"), move || explore(rules, is_safe))
    };
    vec![
        trial("with_all_rules_what_is_published_is_there", kept, true),
        trial("without_marks_it_may_be_gone", Rules { marks: false, ..kept }, false),
        trial("where_marks_have_no_turns_it_may_be_gone", Rules { has_turns: false, ..kept }, false),
        trial("where_newer_files_are_removed_it_may_be_gone", Rules { spares_newer: false, ..kept }, false),
    ]
}

/// What a run does next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Next {
    Claim,
    Read,
    Mark,
    TidyBefore,
    Write,
    Publish,
    TidyAfter,
    Release,
    Done,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Run {
    next: Next,
    /// The version of the pointer that it knows, the files that this names, and the turn of its mark.
    version: u8,
    named: u8,
    turn: u8,
    /// How many leases there were before its own.
    lease: u8,
}

/// Files are told by the run that wrote them; those of 0 were published before.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Bucket {
    version: u8,
    named: u8,
    /// The turn of the last mark.
    turn: u8,
    files: BTreeSet<u8>,
    /// Who holds the lease, if anybody does.
    holder: Option<u8>,
    leases: u8,
    runs: [Run; 2],
}

fn explore(rules: Rules, is_safe: bool) -> Outcome {
    let run = Run { next: Next::Claim, version: 0, named: 0, turn: 0, lease: 0 };
    let first = Bucket { version: 0, named: 0, turn: 0, files: [0].into(), holder: None, leases: 0, runs: [run, run] };
    let (mut seen, mut open) = (BTreeSet::new(), vec![first]);
    let mut lost = None;
    while let Some(bucket) = open.pop() {
        if !bucket.files.contains(&bucket.named) {
            lost.get_or_insert(bucket);
            continue;
        }
        if seen.insert(bucket.clone()) {
            open.extend((0..2).filter_map(|who| step(&bucket, who, rules)));
            // A lease runs out, and its holder does not know.
            open.extend(bucket.holder.map(|_| Bucket { holder: None, ..bucket }));
        }
    }
    if seen.len() < 100 {
        return Err(format!("only {} states were seen", seen.len()).into());
    }
    match (lost, is_safe) {
        (Some(bucket), true) => Err(format!("what is published is gone: {bucket:?}").into()),
        (None, false) => Err("nothing was lost, so the rule would not be needed".into()),
        _ => Ok(()),
    }
}

/// The bucket after the next request of run `who`; nothing if it has none, or has to wait.
fn step(before: &Bucket, who: usize, rules: Rules) -> Option<Bucket> {
    let mut bucket = before.clone();
    let own = who as u8 + 1;
    let mut run = bucket.runs[who];
    run.next = match run.next {
        Next::Claim if bucket.holder.is_some() => return None,
        Next::Claim => {
            bucket.leases += 1;
            (bucket.holder, run.lease) = (Some(own), bucket.leases);
            Next::Read
        }
        Next::Read => {
            (run.version, run.named, run.turn) = (bucket.version, bucket.named, bucket.turn);
            if rules.marks { Next::Mark } else { Next::TidyBefore }
        }
        Next::Mark if bucket.version != run.version => Next::Read,
        Next::Mark if rules.has_turns && run.turn > run.lease => Next::Release,
        Next::Mark => {
            bucket.version += 1;
            bucket.turn = run.lease;
            run.version = bucket.version;
            Next::TidyBefore
        }
        Next::TidyBefore => {
            tidy(&mut bucket, &run, own, rules);
            Next::Write
        }
        Next::Write => {
            bucket.files.insert(own);
            Next::Publish
        }
        Next::Publish if bucket.version != run.version => Next::Release,
        Next::Publish => {
            bucket.version += 1;
            (bucket.named, run.version, run.named) = (own, bucket.version, own);
            Next::TidyAfter
        }
        Next::TidyAfter => {
            tidy(&mut bucket, &run, own, rules);
            Next::Release
        }
        Next::Release => {
            bucket.holder = bucket.holder.filter(|holder| *holder != own);
            Next::Done
        }
        Next::Done => return None,
    };
    bucket.runs[who] = run;
    Some(bucket)
}

/// Removes what `run` takes for unneeded: files that it does not know as published, and that are not its own.
fn tidy(bucket: &mut Bucket, run: &Run, own: u8, rules: Rules) {
    let leases = bucket.runs.map(|run| run.lease);
    let is_newer = |file: u8| file > 0 && leases[usize::from(file) - 1] > run.lease;
    bucket.files.retain(|file| *file == run.named || *file == own || rules.spares_newer && is_newer(*file));
}
