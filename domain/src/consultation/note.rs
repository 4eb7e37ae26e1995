//! Internal notes. They are allowed at any time: after the end, and after a merge.

use serde::{Deserialize, Serialize};

use super::{ConsultationEvent, ConsultationState, Party, decide::Decision};
use crate::{
    id::NoteId,
    personal::Personal,
    text::{self, LONG_TEXT},
};

/// Adds an internal note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddNote {
    /// Which note; a repeat changes nothing.
    pub note_id: NoteId,
    /// Who.
    pub author: Party,
    /// The text.
    pub text: String,
}

/// Somebody noted something, unseen by the client.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoteAdded {
    /// Which note.
    pub note_id: NoteId,
    /// Who.
    pub author: Party,
    /// The text.
    pub text: Personal<String>,
}

pub(super) fn add(state: &ConsultationState, command: AddNote) -> Decision {
    state.opened()?;
    if state.notes.contains(&command.note_id) {
        return Ok(vec![]);
    }
    text::check_required("text", &command.text, LONG_TEXT)?;
    Ok(vec![ConsultationEvent::NoteAdded(NoteAdded {
        note_id: command.note_id,
        author: command.author,
        text: command.text.into(),
    })])
}
