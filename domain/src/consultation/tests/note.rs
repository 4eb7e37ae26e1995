use super::*;
use crate::consultation::{AddNote, NoteAdded};

fn note(text: &str) -> Command {
    Command::AddNote(AddNote { note_id: id(1), author: Party::Manager(ANNA), text: text.into() })
}

#[test]
fn somebody_notes_something_once() {
    given::<Consultation>(queued())
        .when(note("Smells of toner."))
        .then([Event::NoteAdded(NoteAdded {
            note_id: id(1),
            author: Party::Manager(ANNA),
            text: "Smells of toner.".into(),
        })])
        .when(note("Smells of toner."))
        .then_nothing();
}

#[test]
fn notes_are_allowed_whatever_the_status() {
    needs_a_consultation(&note("Smells of toner."));
    for (_, events) in each_status() {
        given::<Consultation>(events).when(note("Smells of toner.")).then_something();
    }
    given::<Consultation>(merged()).when(note("Smells of toner.")).then_something();
}

#[test]
fn a_note_says_something_within_its_limit() {
    given::<Consultation>(queued())
        .when(note(" "))
        .then_rejected_at("empty", "text")
        .when(note("a\0"))
        .then_rejected_at("nul_character", "text")
        .when(note(&"a".repeat(50_001)))
        .then_rejected_at("too_long", "text");
}
