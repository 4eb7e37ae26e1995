//! Messages, notes, promises, calls and ratings.

use chrono::TimeDelta;
use ledgerdesk_domain::{
    consultation::{
        AddNote, Answer, Appoint, AttributeValue, CallOutcome, ConsultationCommand as Command, LogCall,
        ReceiveMessage, Redate, SendMessage, SubmitRating,
    },
    id::{CallId, MessageId, NoteId, RatingId, RedateId},
};

use super::Story;
use crate::import::{ids, mapping::Field};

impl Story<'_> {
    fn channel(&self) -> ledgerdesk_domain::consultation::Channel {
        let channel = self.meaning.channel.get(self.row.index).copied();
        channel.unwrap_or(self.meaning.mapping.defaults.channel)
    }

    fn part(&self, kind: &str) -> uuid::Uuid {
        ids::part(self.id, kind, self.row.index)
    }

    pub(super) fn receive(&mut self) {
        let command = ReceiveMessage {
            message_id: MessageId(self.part("message")),
            channel: self.channel(),
            text: self.words(),
            attachments: Vec::new(),
            in_reply_to: None,
        };
        self.act(Command::ReceiveMessage(command));
    }

    pub(super) fn send(&mut self) {
        let command = SendMessage {
            message_id: MessageId(self.part("message")),
            channel: self.channel(),
            author: self.party(),
            text: self.words(),
            attachments: Vec::new(),
            in_reply_to: None,
        };
        self.act(Command::SendMessage(command));
    }

    pub(super) fn note(&mut self) {
        let command =
            AddNote { note_id: NoteId(self.part("note")), author: self.party(), text: self.words() };
        self.act(Command::AddNote(command));
    }

    /// Promises a time; while an earlier promise stands, moves it.
    pub(super) fn appoint(&mut self) {
        let Some(to) = self.meaning.appointed_for.get(self.row.index).copied() else {
            return self.refuse("missing_time");
        };
        let command = match self.appointed_for() {
            Some(promised) if promised != to && self.now <= promised => Command::Redate(Redate {
                redate_id: RedateId(self.part("redate")),
                to,
                reason: None,
                initiator: self.party(),
            }),
            _ => Command::Appoint(Appoint::at(to)),
        };
        self.act(command);
    }

    /// Records a call. What the row says beyond it happens at the end of the call.
    pub(super) fn call(&mut self) {
        let (meaning, row) = (self.meaning, self.row.index);
        let Some(outcome) = meaning.call_outcome.get(row).copied() else {
            return self.refuse("unknown_call_outcome");
        };
        let wait_seconds = meaning.call_wait.get(row).copied();
        let duration = meaning.call_duration.get(row).copied();
        let duration_seconds = duration.filter(|_| outcome == CallOutcome::Answered);
        let direction = meaning.call_direction.get(row).copied();
        let command = LogCall {
            call_id: CallId(self.part("call")),
            direction: direction.unwrap_or(meaning.mapping.defaults.call_direction),
            outcome,
            started_at: self.now,
            wait_seconds,
            duration_seconds,
            manager_id: self.person(),
            phone: meaning.owned(Field::CallPhone, row),
            recording: None,
            redate_id: None,
        };
        if self.act(Command::LogCall(command)) {
            let lasted = i64::from(wait_seconds.unwrap_or(0)) + i64::from(duration_seconds.unwrap_or(0));
            self.now += TimeDelta::seconds(lasted);
        }
    }

    /// Records the rating, if the row has one.
    pub(super) fn rate(&mut self) {
        let (meaning, row) = (self.meaning, self.row.index);
        let Some(score) = meaning.rating.get(row).copied() else { return };
        let defaults = &meaning.mapping.defaults;
        let command = SubmitRating {
            rating_id: RatingId(self.part("rating")),
            questionnaire: defaults.questionnaire.clone(),
            questionnaire_version: 1,
            answers: vec![Answer {
                question: defaults.question.clone(),
                score: Some(score),
                comment: meaning.owned(Field::RatingComment, row),
            }],
        };
        if !self.act(Command::SubmitRating(command)) && self.was_refused() {
            self.keep_refused(&defaults.question, AttributeValue::Integer(i64::from(score)));
        }
    }
}
