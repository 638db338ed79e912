//! What was published before, and how to bring it back.

use chrono::{DateTime, Utc};

use super::{PRIVATE, Publication, file};
use crate::common::error::{Error, Result};
use crate::common::period::Period;
use crate::storage::Location;

/// How many publications of a period can be brought back.
const KEPT: usize = 5;

/// A publication of the past, or the one that readers see.
#[derive(Debug, Clone)]
pub struct Past {
    /// When it was published.
    pub at: DateTime<Utc>,
    /// What was published.
    pub publication: Publication,
    /// Where it is kept.
    pub(super) path: String,
}

impl Publication {
    /// All publications of `period` that can be brought back, oldest first; the last one is what readers see, also if its
    /// run was killed before it could note it.
    ///
    /// # Errors
    /// When the store does not answer, or a file is damaged.
    pub async fn history(output: &Location, period: Period) -> Result<Vec<Past>> {
        let mut past = Vec::new();
        for object in output.list(&folder(period)).await? {
            let name = object.location.filename().unwrap_or_default();
            let millis = name.split('-').next().and_then(|digits| digits.parse().ok());
            let at = millis.and_then(DateTime::from_timestamp_millis);
            let path = format!("{}/{name}", folder(period));
            if let (Some(at), Some((bytes, _))) = (at, output.get(&path).await?) {
                let pointer =
                    file::decode(bytes).map_err(|e| e.while_doing(format!("reading `{}`", output.at(&path))))?;
                past.push(Past { at, publication: Self::new(period, pointer, None), path });
            }
        }
        let seen = Self::read_unless_damaged(output, period).await?;
        if !seen.is_empty() && past.last().is_none_or(|last| !last.publication.is_same(&seen)) {
            let path = format!("{}/{}", folder(period), seen.note_name());
            past.push(Past { at: seen.seen_at(), publication: seen, path });
        }
        Ok(past)
    }

    /// The name of the note of this.
    fn note_name(&self) -> String {
        let run = self.newest().map_or("", |run| &run.run_id);
        format!("{:013}-{run}.parquet", self.seen_at().timestamp_millis())
    }

    /// Notes down that this is what readers see, and forgets notes that are too old. The name of a note tells what it is
    /// of, so that whoever notes the same a second time changes nothing.
    ///
    /// # Errors
    /// When the store does not answer.
    pub(super) async fn note(&self, output: &Location) -> Result<()> {
        if self.is_empty() {
            return Ok(());
        }
        let name = self.note_name();
        let notes = output.list(&folder(self.period)).await?;
        let mut names: Vec<String> =
            notes.iter().filter_map(|note| note.location.filename().map(str::to_owned)).collect();
        if self.seen_at.is_none() && self.is_noted_by_an_earlier_version(output, names.last()).await? {
            return Ok(());
        }
        if !names.contains(&name) {
            output.put(&format!("{}/{name}", folder(self.period)), self.encoded()?).await?;
            names.push(name);
            names.sort();
        }
        let forgotten = names.len().saturating_sub(KEPT);
        for gone in &names[..forgotten] {
            output.delete(&output.path(&format!("{}/{gone}", folder(self.period)))).await?;
        }
        Ok(())
    }

    /// Earlier versions named notes by when they were written.
    async fn is_noted_by_an_earlier_version(&self, output: &Location, last: Option<&String>) -> Result<bool> {
        let Some(last) = last else { return Ok(false) };
        let found = output.get(&format!("{}/{last}", folder(self.period))).await?;
        let noted = found.map(|(bytes, _)| file::decode(bytes)).transpose()?;
        Ok(noted.is_some_and(|pointer| Self::new(self.period, pointer, None).is_same(self)))
    }

    /// If this was brought back, the publication that it took the place of: the one of the latest run.
    ///
    /// # Errors
    /// When the store does not answer, or a file is damaged.
    pub async fn rolled_back_from(&self, output: &Location) -> Result<Option<Self>> {
        let past = Self::history(output, self.period).await?;
        let last = past.into_iter().map(|past| past.publication).max_by_key(Self::published_at);
        Ok(last.filter(|last| last.published_at() > self.published_at()))
    }
}

impl Past {
    /// The run that gave this publication its newest tables.
    ///
    /// # Errors
    /// When it holds no table.
    pub fn run_id(&self) -> Result<&str> {
        let newest = self.publication.newest().map(|run| run.run_id.as_str());
        newest.ok_or_else(|| Error::data(format!("`{}` names no table", self.path)))
    }
}

fn folder(period: Period) -> String {
    format!("{PRIVATE}/history/{period}")
}

#[cfg(test)]
mod tests;
