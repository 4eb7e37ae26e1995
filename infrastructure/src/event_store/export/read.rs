//! Reads an export and verifies it on the way, line by line.

use std::path::Path;

use sha2::Digest as _;

use super::{
    EXPORT_FORMAT, EXPORT_VERSION, ExportError, ExportFault, Header,
    lines::{Lines, Next},
    record::{Anchor, CommandLine, Decoded, EventLine, PersonKeyLine, Tag, Trailer},
};
use crate::event_store::{
    Checkpoint, Finding, Proof,
    canonical::{Hash, parse_hex, push_hex},
    stored::RawEvent,
    verify::{Mode, Walk},
};

/// How many lines pass between two reports of progress.
const REPORT: u64 = 4_096;

/// An export that is what was exported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// What it says of itself.
    pub header: Header,
    /// How many events.
    pub events: u64,
    /// How many workspaces they belong to.
    pub workspaces: usize,
    /// How many stored results of commands.
    pub commands: u64,
    /// How many keys of persons, destroyed ones included.
    pub person_keys: u64,
    /// What the checkpoint proves, if one was given.
    pub proof: Option<Proof>,
}

/// Verifies an export in a file, without a database. `progress` is told the position that was reached and the
/// last one.
pub fn verify_export(
    path: &Path,
    checkpoint: Option<&Checkpoint>,
    progress: impl FnMut(u64, u64),
) -> Result<Verified, ExportError> {
    read(path, checkpoint, &mut Nobody, progress)
}

/// Who is told of every record, once it is known to be right.
pub(super) trait Taker {
    fn header(&mut self, header: &Header) -> Result<(), ExportError>;
    fn event(&mut self, event: &RawEvent<'_>) -> Result<(), ExportError>;
    /// Answers nothing if the record cannot be taken.
    fn command(&mut self, command: &CommandLine) -> Result<Option<()>, ExportError>;
    /// Answers nothing if the record cannot be taken.
    fn person_key(&mut self, key: &PersonKeyLine) -> Result<Option<()>, ExportError>;
}

struct Nobody;

impl Taker for Nobody {
    fn header(&mut self, _: &Header) -> Result<(), ExportError> {
        Ok(())
    }
    fn event(&mut self, _: &RawEvent<'_>) -> Result<(), ExportError> {
        Ok(())
    }
    fn command(&mut self, _: &CommandLine) -> Result<Option<()>, ExportError> {
        Ok(Some(()))
    }
    fn person_key(&mut self, _: &PersonKeyLine) -> Result<Option<()>, ExportError> {
        Ok(Some(()))
    }
}

/// Reads an export to its end.
pub(super) fn read(
    path: &Path,
    checkpoint: Option<&Checkpoint>,
    taker: &mut impl Taker,
    mut progress: impl FnMut(u64, u64),
) -> Result<Verified, ExportError> {
    let mut lines = Lines::open(path)?;
    let header = match lines.next()? {
        Next::Line => header(&lines.line)?,
        Next::End | Next::Broken => return Err(ExportFault::Unrecognised.into()),
    };
    if checkpoint.is_some() && header.from > 1 {
        // What lies before the first event is not here, so nothing can be proven about it.
        let (from, to, of_workspace) = (header.from, header.to, header.workspace.is_some());
        return Err(ExportError::Partial { from, to, of_workspace });
    }
    taker.header(&header)?;
    let mut reading = Reading::new(lines, header, checkpoint, taker);
    loop {
        let before = reading.lines.digest.clone();
        match reading.lines.next()? {
            Next::End | Next::Broken => return Err(reading.broken_off().into()),
            Next::Line => {}
        }
        if reading.record()? == Kind::Trailer {
            return reading.finish(before.finalize().into());
        }
        if reading.lines.number.is_multiple_of(REPORT) {
            progress(reading.walk.position.unsigned_abs(), reading.header.to.unsigned_abs());
        }
    }
}

fn header(line: &[u8]) -> Result<Header, ExportFault> {
    #[derive(serde::Deserialize)]
    struct Claim {
        record: String,
        format: String,
        version: u32,
    }
    let said: Claim = serde_json::from_slice(line).map_err(|_| ExportFault::Unrecognised)?;
    if said.record != "header" || said.format != EXPORT_FORMAT {
        return Err(ExportFault::Unrecognised);
    }
    if said.version != EXPORT_VERSION {
        return Err(ExportFault::Version { found: said.version });
    }
    serde_json::from_slice(line).map_err(|_| ExportFault::Malformed { line: 1 })
}

/// The kinds of records after the header, in the order in which they come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Event,
    Command,
    PersonKey,
    Trailer,
}

struct Reading<'a, T> {
    lines: Lines,
    header: Header,
    walk: Walk,
    last: Hash,
    kind: Kind,
    commands: u64,
    person_keys: u64,
    /// The last position that a command knows of.
    known: i64,
    checkpoint: Option<&'a Checkpoint>,
    proof: Option<Proof>,
    taker: &'a mut T,
}

impl<'a, T: Taker> Reading<'a, T> {
    fn new(lines: Lines, header: Header, checkpoint: Option<&'a Checkpoint>, taker: &'a mut T) -> Self {
        let mode = match header.workspace {
            Some(_) => Mode::Selection,
            None if header.from > 1 => Mode::ChainOnly,
            None => Mode::Whole,
        };
        let walk = Walk::after(header.from - 1, mode);
        let (last, kind) = (Hash::default(), Kind::Event);
        let (commands, person_keys, known, proof) = (0, 0, 0, None);
        Self { lines, header, walk, last, kind, commands, person_keys, known, checkpoint, proof, taker }
    }

    /// Takes the record of the line that was read.
    fn record(&mut self) -> Result<Kind, ExportError> {
        let line = std::mem::take(&mut self.lines.line);
        let taken = self.take(&line);
        self.lines.line = line;
        taken
    }

    fn take(&mut self, line: &[u8]) -> Result<Kind, ExportError> {
        let malformed = ExportFault::Malformed { line: self.lines.number };
        // The usual line is known by its beginning; any other order of keys is as good.
        let is_event = line.starts_with(br#"{"record":"event","#);
        let tag = if is_event {
            None
        } else {
            Some(serde_json::from_slice::<Tag<'_>>(line).map_err(|_| malformed.clone())?.record)
        };
        let kind = match tag.as_deref() {
            None | Some("event" | "anchor") => Kind::Event,
            Some("command") => Kind::Command,
            Some("person_key") => Kind::PersonKey,
            Some("trailer") => Kind::Trailer,
            Some(_) => return Err(malformed.into()),
        };
        if kind < self.kind {
            return Err(malformed.into());
        }
        self.kind = kind;
        let known = match kind {
            Kind::Event if tag.as_deref() == Some("anchor") => self.anchor(line),
            Kind::Event => self.event(line)?,
            Kind::Command => match serde_json::from_slice::<CommandLine>(line).ok() {
                Some(command) if command.position >= 0 => {
                    self.commands += 1;
                    self.known = self.known.max(command.position);
                    self.taker.command(&command)?
                }
                _ => None,
            },
            Kind::PersonKey => match serde_json::from_slice(line) {
                Ok(key) => {
                    self.person_keys += 1;
                    self.taker.person_key(&key)?
                }
                Err(_) => None,
            },
            Kind::Trailer => Some(()),
        };
        known.map(|()| kind).ok_or_else(|| malformed.into())
    }

    /// What lies before the first event of a workspace, where the export does not begin with it.
    fn anchor(&mut self, line: &[u8]) -> Option<()> {
        let anchor: Anchor = serde_json::from_slice(line).ok()?;
        let is_whole = self.header.from == 1;
        if is_whole || anchor.workspace_sequence < 1 || self.walk.end(anchor.workspace_id).is_some() {
            return None;
        }
        self.walk.stand(anchor.workspace_id, (anchor.workspace_sequence, parse_hex(&anchor.hash)?));
        Some(())
    }

    fn event(&mut self, line: &[u8]) -> Result<Option<()>, ExportError> {
        let mut decoded = Decoded::default();
        let Ok(parsed) = serde_json::from_slice::<EventLine<'_>>(line) else { return Ok(None) };
        let Some(event) = parsed.event(&mut decoded) else { return Ok(None) };
        if self.header.workspace.is_some_and(|workspace| workspace != event.workspace_id) {
            return Ok(None);
        }
        self.prove(event.position - 1);
        if let Err(finding) = self.walk.step(&event) {
            let line = self.lines.number;
            let finding = self.look_closer(&event)?.unwrap_or(finding);
            return Err(ExportFault::Event { line, finding }.into());
        }
        self.last = event.hash.try_into().unwrap_or_default();
        self.taker.event(&event)?;
        Ok(Some(()))
    }

    /// Was the event slipped in, or put into another's place? The line behind it tells.
    fn look_closer(&mut self, bad: &RawEvent<'_>) -> Result<Option<Finding>, ExportError> {
        if self.lines.next()? != Next::Line {
            return Ok(None);
        }
        let line = std::mem::take(&mut self.lines.line);
        let mut decoded = Decoded::default();
        let Ok(parsed) = serde_json::from_slice::<EventLine<'_>>(&line) else { return Ok(None) };
        Ok(parsed.event(&mut decoded).and_then(|next| self.walk.look_closer(bad, &next)))
    }

    /// Compares the walk with the checkpoint, once it has come to it.
    fn prove(&mut self, position: i64) {
        if let (Some(checkpoint), None) = (self.checkpoint, &self.proof)
            && position >= checkpoint.statement.head.position
        {
            self.proof = Some(match self.header.workspace {
                Some(workspace) => checkpoint.compare_workspace(workspace, &self.walk),
                None => checkpoint.statement.compare(&self.walk),
            });
        }
    }

    /// The export ends before the checkpoint does; one of a workspace may end where the workspace did.
    fn unproven(&self, checkpoint: &Checkpoint) -> Proof {
        match self.header.workspace {
            Some(workspace) if self.header.to >= checkpoint.statement.head.position => {
                checkpoint.compare_workspace(workspace, &self.walk)
            }
            _ => checkpoint.statement.is_beyond(self.walk.position),
        }
    }

    fn broken_off(&self) -> ExportFault {
        let (line, position) = (self.lines.whole, self.walk.position);
        ExportFault::BrokenOff { line, position, expected: self.header.to }
    }

    /// Compares what was read with what the trailer counts.
    fn finish(mut self, digest: Hash) -> Result<Verified, ExportError> {
        let line = self.lines.number;
        let trailer: Trailer =
            serde_json::from_slice(&self.lines.line).map_err(|_| ExportFault::Malformed { line })?;
        let mut last = String::with_capacity(64);
        push_hex(&mut last, &self.last);
        let (events, position) = (self.walk.events, self.walk.position);
        if trailer.events != events || trailer.last.position != position || self.is_short() {
            return Err(ExportFault::Truncated {
                line,
                events,
                expected: trailer.events,
                position,
                expected_position: trailer.last.position.max(self.header.to).max(self.known),
                missing: position + 1,
            }
            .into());
        }
        let counts_agree = trailer.commands == self.commands && trailer.person_keys == self.person_keys;
        if trailer.last.hash != last || parse_hex(&trailer.sha256) != Some(digest) || !counts_agree {
            return Err(ExportFault::Digest { line }.into());
        }
        match self.lines.next()? {
            Next::End => {}
            Next::Broken => return Err(self.broken_off().into()),
            Next::Line => return Err(ExportFault::Malformed { line: line + 1 }.into()),
        }
        self.prove(position);
        let proof = match (self.checkpoint, self.proof.clone()) {
            (Some(checkpoint), None) => Some(self.unproven(checkpoint)),
            (_, proof) => proof,
        };
        Ok(Verified {
            events,
            workspaces: self.walk.workspaces(),
            header: self.header,
            commands: self.commands,
            person_keys: self.person_keys,
            proof,
        })
    }

    /// A stretch of the log ends where its header says; a workspace may end before. No command knows of more.
    fn is_short(&self) -> bool {
        let position = self.walk.position;
        self.known > position || (self.header.workspace.is_none() && position != self.header.to)
    }
}
