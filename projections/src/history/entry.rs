//! What an event says in a timeline: its kind, from what, to what, and the words.

use chrono::{DateTime, SecondsFormat, Utc};
use ledgerdesk_domain::{
    consultation::{CatalogReference, ConsultationEvent, DetailsChanged, Party},
    id::ManagerId,
};
use serde::{Deserialize, Serialize};

use crate::{
    personal::{known, known_if_any},
    ratings::average_score,
    read::wire,
};

/// What an entry is about. The stored text is permanent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Kind {
    /// Opened, or the stage changed.
    Status,
    /// The responsible manager or team changed.
    Assignment,
    /// A handover was asked for, went on or ended.
    Handover,
    /// A time was promised.
    Appointment,
    /// The promised time moved.
    Redate,
    /// A call was attempted.
    Call,
    /// A rating was asked for, given or revised.
    Rating,
    /// A message from or to the client.
    Message,
    /// An internal note.
    Note,
    /// Topic, description, client, language or catalog references changed.
    Details,
    /// The urgency changed.
    Priority,
    /// Tags came or went.
    Tags,
    /// Custom attributes changed.
    Attributes,
    /// The same thing in another system became known.
    External,
    /// Went into another consultation, or came back.
    Merge,
    /// A fact of another system, kept as it was.
    ImportedFact,
    /// A deadline came near or passed.
    Sla,
}

/// From what to what, and the words. Ids are plain UUIDs, enum values wire texts, times RFC 3339 in UTC.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Change {
    pub(super) from: Option<String>,
    pub(super) to: Option<String>,
    /// Personal.
    pub(super) body: Option<String>,
}

impl Change {
    fn between(from: Option<String>, to: Option<String>) -> Self {
        Self { from, to, body: None }
    }

    fn saying(self, body: Option<String>) -> Self {
        Self { body, ..self }
    }
}

impl Kind {
    /// The kind of entry that the event makes.
    pub const fn of(event: &ConsultationEvent) -> Self {
        use ConsultationEvent as E;
        match event {
            E::ConsultationOpened(_)
            | E::Started(_)
            | E::WaitingForClientStarted(_)
            | E::PutOnHold(_)
            | E::Resumed(_)
            | E::Resolved(_)
            | E::Reopened(_)
            | E::Closed(_)
            | E::Cancelled(_) => Self::Status,
            E::DetailsChanged(_) => Self::Details,
            E::PriorityChanged(_) => Self::Priority,
            E::TagsChanged(_) => Self::Tags,
            E::CustomAttributesChanged(_) => Self::Attributes,
            E::Assigned(_) | E::Unassigned(_) => Self::Assignment,
            E::MessageReceived(_) | E::MessageSent(_) => Self::Message,
            E::NoteAdded(_) => Self::Note,
            E::Appointed(_) => Self::Appointment,
            E::Redated(_) => Self::Redate,
            E::CallLogged(_) => Self::Call,
            E::HandoverRequested(_)
            | E::HandoverOffered(_)
            | E::HandoverAccepted(_)
            | E::HandoverDeclined(_)
            | E::HandoverExpired(_)
            | E::HandoverResolved(_)
            | E::HandoverReturned(_) => Self::Handover,
            E::RatingRequested(_) | E::RatingSubmitted(_) | E::RatingRevised(_) => Self::Rating,
            E::ExternalReferenceLinked(_) => Self::External,
            E::Merged(_) | E::Unmerged(_) => Self::Merge,
            E::FactImported(_) => Self::ImportedFact,
            E::ServiceLevelWarned(_) | E::ServiceLevelBreached(_) => Self::Sla,
        }
    }
}

/// What the event changed.
pub(super) fn change(event: &ConsultationEvent) -> Change {
    match Kind::of(event) {
        Kind::Status => status(event),
        Kind::Handover => handover(event),
        Kind::Rating => rating(event),
        _ => content(event),
    }
}

fn status(event: &ConsultationEvent) -> Change {
    use ConsultationEvent as E;
    let to = |from: Option<String>, to: &str| Change::between(from, Some(to.to_owned()));
    match event {
        E::ConsultationOpened(opened) => to(None, "QUEUED").saying(known(&opened.topic)),
        E::Started(started) => to(Some(wire(&started.from)), "IN_PROGRESS"),
        E::WaitingForClientStarted(waiting) => {
            to(Some(wire(&waiting.from)), "WAITING_FOR_CLIENT").saying(known_if_any(waiting.reason.as_ref()))
        }
        E::PutOnHold(held) => {
            to(Some(wire(&held.from)), "ON_HOLD").saying(known_if_any(held.reason.as_ref()))
        }
        E::Resumed(resumed) => to(Some(wire(&resumed.from)), "IN_PROGRESS"),
        E::Resolved(resolved) => {
            to(Some(wire(&resolved.from)), "RESOLVED").saying(known_if_any(resolved.resolution.as_ref()))
        }
        E::Reopened(reopened) => Change::between(Some(wire(&reopened.from)), Some(wire(&reopened.to)))
            .saying(known_if_any(reopened.reason.as_ref())),
        E::Closed(_) => to(Some("RESOLVED".to_owned()), "CLOSED"),
        E::Cancelled(cancelled) => {
            to(Some(wire(&cancelled.from)), "CANCELLED").saying(known_if_any(cancelled.reason.as_ref()))
        }
        _ => Change::default(),
    }
}

fn handover(event: &ConsultationEvent) -> Change {
    use ConsultationEvent as E;
    match event {
        E::HandoverRequested(requested) => Change::between(
            manager(requested.from_assignee),
            manager(requested.to_manager).or_else(|| requested.to_team.clone()),
        )
        .saying(known_if_any(requested.reason.as_ref())),
        E::HandoverOffered(offered) => Change::between(None, manager(Some(offered.manager_id))),
        E::HandoverAccepted(accepted) => Change::between(None, manager(Some(accepted.manager_id))),
        E::HandoverDeclined(declined) => Change::between(manager(Some(declined.manager_id)), None)
            .saying(known_if_any(declined.reason.as_ref())),
        E::HandoverExpired(expired) => Change::between(manager(expired.offered_to), None),
        E::HandoverResolved(resolved) => {
            Change::between(manager(resolved.accepted_by), Some(wire(&resolved.outcome)))
        }
        E::HandoverReturned(returned) => Change::between(manager(returned.accepted_by), None)
            .saying(known_if_any(returned.reason.as_ref())),
        _ => Change::default(),
    }
}

fn rating(event: &ConsultationEvent) -> Change {
    use ConsultationEvent as E;
    let answers = match event {
        E::RatingSubmitted(submitted) => &submitted.answers,
        E::RatingRevised(revised) => &revised.answers,
        _ => return Change::default(),
    };
    let comments: Vec<_> =
        answers.iter().filter_map(|answer| known_if_any(answer.comment.as_ref())).collect();
    Change::between(None, average_score(answers).map(|hundredths| hundredths.to_string()))
        .saying((!comments.is_empty()).then(|| comments.join("\n")))
}

fn content(event: &ConsultationEvent) -> Change {
    use ConsultationEvent as E;
    match event {
        E::DetailsChanged(changed) => details(changed),
        E::PriorityChanged(changed) => Change::between(Some(wire(&changed.from)), Some(wire(&changed.to))),
        E::TagsChanged(changed) => Change::between(list(&changed.removed), list(&changed.added)),
        E::CustomAttributesChanged(changed) => {
            let set: Vec<_> = changed.set.keys().cloned().collect();
            Change::between(list(&changed.removed), list(&set))
        }
        E::Assigned(assigned) => Change::between(
            manager(assigned.from_assignee).or_else(|| assigned.from_team.clone()),
            manager(assigned.assignee).or_else(|| assigned.team.clone()),
        )
        .saying(known_if_any(assigned.reason.as_ref())),
        E::Unassigned(unassigned) => Change::between(manager(Some(unassigned.from_assignee)), None)
            .saying(known_if_any(unassigned.reason.as_ref())),
        E::MessageReceived(received) => {
            Change::between(Some(wire(&received.channel)), None).saying(known(&received.text))
        }
        E::MessageSent(sent) => Change::between(None, Some(wire(&sent.channel))).saying(known(&sent.text)),
        E::NoteAdded(note) => Change::between(party(note.author), None).saying(known(&note.text)),
        E::Appointed(appointed) => {
            Change::between(appointed.previous.map(time), Some(time(appointed.appointed_for)))
        }
        E::Redated(redated) => Change::between(Some(time(redated.from)), Some(time(redated.to)))
            .saying(known_if_any(redated.reason.as_ref())),
        E::CallLogged(call) => Change::between(Some(wire(&call.direction)), Some(wire(&call.outcome))),
        E::ExternalReferenceLinked(linked) => {
            let reference = &linked.reference;
            let text = format!("{}/{}/{}", reference.system, reference.kind, reference.id);
            Change::between(None, Some(text))
        }
        E::Merged(merged) => Change::between(Some(wire(&merged.from)), Some(merged.into.to_string())),
        E::Unmerged(unmerged) => {
            Change::between(Some(unmerged.from.to_string()), Some(wire(&unmerged.status)))
        }
        E::FactImported(fact) => Change::between(Some(fact.activity.clone()), fact.status.clone()),
        E::ServiceLevelWarned(warned) => {
            Change::between(Some(wire(&warned.clock)), Some(time(warned.due_at)))
        }
        E::ServiceLevelBreached(breached) => {
            Change::between(Some(wire(&breached.clock)), Some(time(breached.due_at)))
        }
        _ => Change::default(),
    }
}

/// The client, or else the language, or else the catalog references; the new topic or description as words.
fn details(changed: &DetailsChanged) -> Change {
    let body = known_if_any(changed.topic.as_ref()).or_else(|| known_if_any(changed.description.as_ref()));
    let client = changed.client_id.map(|id| id.to_string());
    let catalog = changed.catalog.as_ref().and_then(|references| {
        list(
            &references
                .iter()
                .map(|CatalogReference { catalog, key }| format!("{catalog}/{key}"))
                .collect::<Vec<_>>(),
        )
    });
    let previous = changed.previous_client_id.map(|id| id.to_string());
    Change::between(previous, client.or_else(|| changed.language.clone()).or(catalog)).saying(body)
}

fn list(texts: &[String]) -> Option<String> {
    (!texts.is_empty()).then(|| texts.join(", "))
}

fn manager(id: Option<ManagerId>) -> Option<String> {
    id.map(|id| id.to_string())
}

fn party(party: Party) -> Option<String> {
    match party {
        Party::Manager(id) => Some(id.to_string()),
        Party::Client(id) => id.map(|id| id.to_string()),
        Party::Bot | Party::System => None,
    }
}

fn time(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}
