//! A walk along the log: every event is where it belongs and follows from the one before it.

use std::collections::HashMap;

use ledgerdesk_domain::stream::Position;
use uuid::Uuid;

use super::Finding;
use crate::event_store::{
    canonical::{GENESIS, Hash},
    stored::{OwnedEvent, Place, RawEvent, Scratch},
};

/// The last sequence number and hash of a workspace.
pub(in crate::event_store) type End = (i64, Hash);

/// A stream, and which of the walk's stream types it has.
type Stream = (Uuid, u8);

/// What has been walked over.
#[derive(Debug)]
pub(in crate::event_store) struct Walk {
    /// The last position.
    pub position: i64,
    /// How many events.
    pub events: u64,
    ends: HashMap<Uuid, End>,
    streams: HashMap<Stream, i32>,
    types: Vec<String>,
    mode: Mode,
    /// The first event of each workspace and stream of a stretch: checked when the stretch is joined to what
    /// is before it.
    openings: Vec<Opening>,
    scratch: Scratch,
}

/// What is known at the beginning, and what is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::event_store) enum Mode {
    /// From the first event on.
    Whole,
    /// A stretch of the log; what lies before it is walked elsewhere.
    Stretch,
    /// A selection: positions rise, with gaps; streams are not followed, so that memory does not grow.
    Selection,
    /// From the first event on, but streams are not followed, so that memory does not grow.
    ChainOnly,
}

#[derive(Debug)]
enum Opening {
    Workspace(OwnedEvent),
    Stream { stream: Stream, version: i32, position: i64, event_id: Uuid },
}

impl Opening {
    fn position(&self) -> i64 {
        match self {
            Self::Workspace(event) => event.as_raw().position,
            Self::Stream { position, .. } => *position,
        }
    }
}

impl Walk {
    /// A walk that begins after `position`.
    pub(in crate::event_store) fn after(position: i64, mode: Mode) -> Self {
        Self {
            position,
            events: 0,
            ends: HashMap::new(),
            streams: HashMap::new(),
            types: Vec::new(),
            mode,
            openings: Vec::new(),
            scratch: Scratch::default(),
        }
    }

    /// Tells where a workspace stands.
    pub(in crate::event_store) fn stand(&mut self, workspace: Uuid, end: End) {
        self.ends.insert(workspace, end);
    }

    /// Where a workspace stands, if it was met.
    pub(in crate::event_store) fn end(&self, workspace: Uuid) -> Option<End> {
        self.ends.get(&workspace).copied()
    }

    /// Where every workspace stands that was met.
    pub(in crate::event_store) fn ends(&self) -> &HashMap<Uuid, End> {
        &self.ends
    }

    /// How many workspaces were met.
    pub(in crate::event_store) fn workspaces(&self) -> usize {
        self.ends.len()
    }

    /// The version of a stream; 0 if it was not met.
    pub(in crate::event_store) fn version(&self, stream_id: Uuid, stream_type: &str) -> i32 {
        let known = self.types.iter().position(|known| known == stream_type);
        let index = known.and_then(|index| u8::try_from(index).ok());
        index.and_then(|index| self.streams.get(&(stream_id, index)).copied()).unwrap_or(0)
    }

    /// Goes one event on; stays where it is if that event is not right.
    pub(in crate::event_store) fn step(&mut self, event: &RawEvent<'_>) -> Result<(), Finding> {
        self.check_position(event)?;
        let first = self.mode == Mode::Stretch && !self.ends.contains_key(&event.workspace_id);
        if first {
            self.openings.push(Opening::Workspace(event.copied()));
        } else {
            self.check_link(event)?;
        }
        if matches!(self.mode, Mode::Whole | Mode::Stretch) {
            self.step_stream(event)?;
        }
        let hash = event.hash.try_into().unwrap_or(GENESIS);
        self.ends.insert(event.workspace_id, (event.workspace_sequence, hash));
        self.position = event.position;
        self.events += 1;
        Ok(())
    }

    fn check_position(&self, event: &RawEvent<'_>) -> Result<(), Finding> {
        let expected = self.position + 1;
        if event.position < expected {
            return Err(out_of_place(event, "its position", expected, event.position));
        }
        if event.position > expected && self.mode != Mode::Selection {
            return Err(Finding::Gap { expected: Position(expected), found: Position(event.position) });
        }
        Ok(())
    }

    fn check_link(&mut self, event: &RawEvent<'_>) -> Result<(), Finding> {
        let place = self.place(event.position, event.workspace_id);
        if event.workspace_sequence != place.sequence {
            let (expected, found) = (place.sequence, event.workspace_sequence);
            return Err(out_of_place(event, "its number in the workspace", expected, found));
        }
        if event.belongs_at(&place, &mut self.scratch) {
            return Ok(());
        }
        Err(Finding::Changed {
            position: Position(event.position),
            event_id: event.event_id,
            event_type: event.event_type.to_owned(),
        })
    }

    fn step_stream(&mut self, event: &RawEvent<'_>) -> Result<(), Finding> {
        let stream = (event.stream_id, self.type_index(event.stream_type));
        match self.streams.get_mut(&stream) {
            Some(version) if event.stream_version == *version + 1 => *version = event.stream_version,
            Some(version) => return Err(wrong_version(event.position, event.event_id, *version, event)),
            None if self.mode == Mode::Stretch => {
                self.openings.push(Opening::Stream {
                    stream,
                    version: event.stream_version,
                    position: event.position,
                    event_id: event.event_id,
                });
                self.streams.insert(stream, event.stream_version);
            }
            None if event.stream_version == 1 => drop(self.streams.insert(stream, 1)),
            None => return Err(wrong_version(event.position, event.event_id, 0, event)),
        }
        Ok(())
    }

    fn type_index(&mut self, stream_type: &str) -> u8 {
        let index = self.types.iter().position(|known| known == stream_type).unwrap_or_else(|| {
            self.types.push(stream_type.to_owned());
            self.types.len() - 1
        });
        // There is a handful of types. A forged log of hundreds would share the last index, and be found out
        // by its hashes.
        u8::try_from(index).unwrap_or(u8::MAX)
    }

    /// Where the next event of a workspace would stand.
    pub(in crate::event_store) fn place(&self, position: i64, workspace: Uuid) -> Place {
        let (sequence, previous) = self.end(workspace).unwrap_or((0, GENESIS));
        Place { position, sequence: sequence + 1, previous }
    }

    /// Joins the stretch that comes next, of which `finding` says how its own walk ended; answers the first
    /// thing that is wrong with it.
    pub(in crate::event_store) fn join(
        &mut self,
        mut stretch: Self,
        finding: Option<Finding>,
    ) -> Option<Finding> {
        for opening in std::mem::take(&mut stretch.openings) {
            let at = opening.position();
            if finding.as_ref().and_then(Finding::position).is_some_and(|found| found.0 < at) {
                break;
            }
            if let Err(found) = self.check_opening(&opening, &stretch) {
                self.events += u64::try_from(at - self.position - 1).unwrap_or(0);
                return Some(found);
            }
        }
        self.events += stretch.events;
        self.position = stretch.position;
        if finding.is_none() {
            self.ends.extend(stretch.ends);
            for ((id, index), version) in stretch.streams {
                let index = self.index_in(&stretch.types, index);
                self.streams.insert((id, index), version);
            }
        }
        finding
    }

    fn check_opening(&mut self, opening: &Opening, stretch: &Self) -> Result<(), Finding> {
        match opening {
            Opening::Workspace(event) => self.check_link(&event.as_raw()),
            Opening::Stream { stream: (id, index), version, position, event_id } => {
                let index = self.index_in(&stretch.types, *index);
                let before = self.streams.get(&(*id, index)).copied().unwrap_or(0);
                if *version == before + 1 {
                    return Ok(());
                }
                Err(Finding::OutOfPlace {
                    position: Position(*position),
                    event_id: *event_id,
                    what: VERSION,
                    expected: i64::from(before) + 1,
                    found: i64::from(*version),
                })
            }
        }
    }

    /// The index here of a type that has another one in a stretch.
    fn index_in(&mut self, types: &[String], index: u8) -> u8 {
        types.get(usize::from(index)).map_or(index, |name| self.type_index(name))
    }

    /// A closer look at an event that stands where `position` is expected and is not right, with the event
    /// behind it. Whatever is found is proven by hashes.
    pub(in crate::event_store) fn look_closer(
        &mut self,
        bad: &RawEvent<'_>,
        next: &RawEvent<'_>,
    ) -> Option<Finding> {
        let position = self.position + 1;
        let here = self.place(position, next.workspace_id);
        if !next.belongs_at(&here, &mut self.scratch) {
            return None;
        }
        let behind = if bad.workspace_id == next.workspace_id {
            let previous = next.hash.try_into().ok()?;
            Place { position: position + 1, sequence: here.sequence + 1, previous }
        } else {
            self.place(position + 1, bad.workspace_id)
        };
        let (position, event_id) = (Position(position), bad.event_id);
        Some(if bad.belongs_at(&behind, &mut self.scratch) {
            Finding::Swapped { position, event_id, other: next.event_id }
        } else {
            Finding::Inserted { position, event_id, event_type: bad.event_type.to_owned() }
        })
    }
}

const VERSION: &str = "its version in the stream";

fn wrong_version(position: i64, event_id: Uuid, before: i32, event: &RawEvent<'_>) -> Finding {
    Finding::OutOfPlace {
        position: Position(position),
        event_id,
        what: VERSION,
        expected: i64::from(before) + 1,
        found: i64::from(event.stream_version),
    }
}

fn out_of_place(event: &RawEvent<'_>, what: &'static str, expected: i64, found: i64) -> Finding {
    let position = Position(event.position);
    Finding::OutOfPlace { position, event_id: event.event_id, what, expected, found }
}
