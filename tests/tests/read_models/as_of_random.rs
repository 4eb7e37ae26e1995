//! Whatever happens to consultations, a position shows what was shown when the log ended there.

use ledgerdesk_domain::{
    consultation::{
        AcceptHandover, Answer, Appoint, Assign, CallDirection, CallOutcome, ChangeTags, Channel, Close,
        Consultation, ConsultationCommand as C, LogCall, OfferHandover, Party, ReceiveMessage, Redate,
        Reopen, ReopenTo, RequestHandover, Resolve, ResolveHandover, SendMessage, Start, SubmitRating,
    },
    id::ManagerId,
};
use ledgerdesk_infrastructure::command::Envelope;
use serde_json::Value;
use uuid::Uuid;

use crate::support::{Desk, at, consultation_id, new_id, open, opening};

/// Everything that a consultation shows of itself.
pub(crate) const WHOLE: &str = "
    id topic status statusSince priority channel language team tags openedAt updatedAt holdUntil waitingSince
    appointedFor appointedUntil redateCount messageCount noteCount callCount handoverCount reopenCount firstReplyAt
    firstResponseAt resolvedAt closedAt openHandoverPhase ratingScore version position
    detail { description attributes externalReferences { system } statusReason resolution resolutionCode }
    openHandover { id state consultation { version } }
    handovers { totalCount nodes { id state requestedAt reason offerCount acceptedAt resolvedAt position } }
    redates { nodes { number movedFrom movedTo reason callCount answeredAt position } }
    calls(filter: { outcome: [ANSWERED, NO_ANSWER] }) {
        totalCount pageInfo { hasPreviousPage hasNextPage }
        nodes { attempt outcome startedAt redate { callCount } consultation { callCount } }
    }
    ratings { nodes { state score answers { question score comment } revision } }
    messages(last: 3) {
        totalCount pageInfo { hasPreviousPage } nodes { direction text sentAt handover { state } }
    }
    history(last: 5) { totalCount nodes { eventType from to text position } }";

async fn shown(desk: &Desk, id: Uuid, as_of: &str) -> Value {
    let id = consultation_id(id);
    desk.ask(&format!("{{ consultation(id: {id:?}{as_of}) {{ {WHOLE} }} }}")).await["consultation"].take()
}

/// Numbers that look random and are the same every time.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

/// Any command; most are refused, depending on what came before.
pub(crate) fn any(dice: &mut Dice, parts: &mut [Vec<Uuid>; 2], minute: i64) -> C {
    let [handovers, redates] = parts;
    let manager = ManagerId(Uuid::from_u128(u128::from(70 + dice.below(3))));
    let handover = handovers.last().copied().unwrap_or_default().into();
    match dice.below(19) {
        0 => C::Assign(Assign { assignee: Some(manager), team: Some("first".to_owned()), reason: None }),
        1 => C::Start(Start),
        2 => C::Resolve(Resolve { resolution: Some("done".to_owned()), code: Some("fixed".to_owned()) }),
        3 => C::Close(Close),
        4 => C::Reopen(Reopen { to: Some(ReopenTo::InProgress), reason: Some("not yet".to_owned()) }),
        5 | 6 => C::ReceiveMessage(ReceiveMessage {
            message_id: new_id().into(),
            channel: Channel::Email,
            text: format!("question {minute}"),
            attachments: Vec::new(),
            in_reply_to: None,
        }),
        7 | 8 => C::SendMessage(SendMessage {
            message_id: new_id().into(),
            channel: Channel::Email,
            author: Party::Manager(manager),
            text: format!("answer {minute}"),
            attachments: Vec::new(),
            in_reply_to: None,
        }),
        9 => C::Appoint(Appoint::at(at(minute + 100))),
        10 => {
            redates.push(new_id());
            C::Redate(Redate {
                redate_id: redates[redates.len() - 1].into(),
                to: at(minute + 200),
                reason: Some("no car".to_owned()),
                initiator: Party::Client(None),
            })
        }
        11 | 12 => C::LogCall(LogCall {
            call_id: new_id().into(),
            direction: CallDirection::Outbound,
            outcome: if dice.below(2) == 0 { CallOutcome::Answered } else { CallOutcome::NoAnswer },
            started_at: at(minute),
            wait_seconds: Some(5),
            duration_seconds: None,
            manager_id: Some(manager),
            phone: None,
            recording: None,
            redate_id: redates.last().copied().filter(|_| dice.below(2) == 0).map(Into::into),
        }),
        13 => {
            handovers.push(new_id());
            C::RequestHandover(RequestHandover {
                handover_id: handovers[handovers.len() - 1].into(),
                requested_by: Party::Bot,
                reason: Some("a person is needed".to_owned()),
                to_team: Some("second".to_owned()),
                to_manager: None,
            })
        }
        14 => {
            C::OfferHandover(OfferHandover { handover_id: handover, manager_id: manager, expires_at: None })
        }
        15 => C::AcceptHandover(AcceptHandover { handover_id: handover, manager_id: manager }),
        16 => C::ResolveHandover(ResolveHandover { handover_id: handover }),
        17 => C::SubmitRating(SubmitRating {
            rating_id: new_id().into(),
            questionnaire: "csat".to_owned(),
            questionnaire_version: 1,
            answers: vec![Answer { question: "overall".to_owned(), score: Some(4), comment: None }],
        }),
        _ => C::ChangeTags(ChangeTags { add: vec![format!("tag {}", dice.below(4))], remove: Vec::new() }),
    }
}

#[tokio::test]
async fn a_position_shows_what_was_shown_when_the_log_ended_there() {
    let desk = Desk::open().await;
    let ids = [new_id(), new_id()];
    let mut seen: Vec<(i64, Uuid, Value)> = Vec::new();
    let mut dice = Dice(20_260_101);
    let mut parts = [[Vec::new(), Vec::new()], [Vec::new(), Vec::new()]];
    for (id, topic) in ids.into_iter().zip(["Printer", "Scanner"]) {
        desk.consultation(id, at(0), open(opening(topic))).await;
    }
    for minute in 1..160 {
        let one = usize::from(dice.below(3) == 0);
        let command = any(&mut dice, &mut parts[one], minute);
        let envelope = Envelope { occurred_at: Some(at(minute)), ..desk.node.envelope(ids[one], command) };
        // Most rules refuse most commands.
        let Ok(done) = desk.node.executor.execute::<Consultation>(envelope).await else { continue };
        desk.settled().await;
        seen.push((done.position.0, ids[one], shown(&desk, ids[one], "").await));
    }
    assert!(seen.len() > 30, "the story is too short: {}", seen.len());
    for (position, id, then) in &seen {
        let now = shown(&desk, *id, &format!(", asOf: {{ position: {position} }}")).await;
        assert_eq!(&now, then, "at position {position}");
        let known = shown(&desk, *id, &format!(", asKnownAt: {{ position: {position} }}")).await;
        assert_eq!(&known, then, "as known at position {position}");
    }
    // Nothing was late, so a time shows what was shown at that time.
    for (_, id, then) in &seen {
        let time = then["updatedAt"].as_str().unwrap();
        let last = seen.iter().rfind(|(_, of, then)| of == id && then["updatedAt"] == time).unwrap();
        let now = shown(&desk, *id, &format!(", asOf: {{ time: {time:?} }}")).await;
        assert_eq!(&now, &last.2, "at {time}");
    }
    // Between two steps of one consultation there may be others of the other; it stays as it was.
    let between = shown(&desk, seen[0].1, &format!(", asOf: {{ position: {} }}", seen[0].0 + 1)).await;
    let next = seen.iter().rfind(|(position, id, _)| *id == seen[0].1 && *position <= seen[0].0 + 1).unwrap();
    assert_eq!(between, next.2);
    desk.close().await;
}
