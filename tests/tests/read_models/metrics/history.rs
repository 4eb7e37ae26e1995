//! Random histories: commands in any order, many of them told late, most of what can happen among them.

use chrono::{DateTime, TimeDelta, Utc};
use ledgerdesk_domain::{
    consultation::{
        AcceptHandover, Answer, Appoint, Assign, Attributes, CallDirection, CallOutcome, Cancel,
        CatalogReference, ChangePriority, ChangeTags, Channel, Close, Consultation, ConsultationCommand as C,
        DeclineHandover, ExpireHandover, Hold, LogCall, OfferHandover, OpenConsultation, Party, Priority,
        ReceiveMessage, Redate, Reopen, ReopenTo, RequestHandover, RequestRating, Resolve, ResolveHandover,
        Resume, ReturnHandover, ReviseRating, SendMessage, Start, SubmitRating, Unassign, WaitForClient,
    },
    id::{ConsultationId, ManagerId},
    workspace::PublishCalendar,
};
use ledgerdesk_infrastructure::command::Envelope;
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use uuid::Uuid;

use super::offices;
use crate::support::{Desk, new_id, opening};

/// Where clocks change on 29 March 2026.
pub(crate) const ZONE: chrono_tz::Tz = chrono_tz::Europe::Berlin;

/// The beginning of the histories: two days before that.
pub(crate) fn begin() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(20_539)
}

pub(crate) fn managers() -> [ManagerId; 3] {
    [1, 2, 3].map(|number| ManagerId(Uuid::from_u128(0x77_00 + number)))
}

struct Telling<'d> {
    desk: &'d Desk,
    random: StdRng,
    consultation: Uuid,
    now: DateTime<Utc>,
    handover: Option<Uuid>,
    /// Which step of it comes next.
    step: u32,
    offered: ManagerId,
    rating: Option<Uuid>,
    accepted: u32,
}

/// Tells so many consultations, and answers how many commands were accepted, and the versions of the default calendar.
/// Calendars and tables of service levels are published before, and others when most has been told.
pub(crate) async fn tell(desk: &Desk, seed: u64, consultations: u32) -> (u32, Vec<PublishCalendar>) {
    let mut random = StdRng::seed_from_u64(seed);
    let mut accepted = 0;
    let mut told = Vec::new();
    offices::create(desk).await;
    // What is published draws from a chance of its own, so that a seed keeps its history.
    let mut of_offices = StdRng::seed_from_u64(seed ^ 0xCA1E);
    let mut calendars = offices::publish(desk, &mut of_offices, 2).await;
    for number in 0..consultations {
        if number == consultations / 2 {
            calendars.extend(offices::publish(desk, &mut of_offices, 2).await);
        }
        let now = begin() + TimeDelta::seconds(random.random_range(0..300_000));
        let random = StdRng::seed_from_u64(random.random());
        let consultation = new_id();
        let (handover, rating, offered) = (None, None, managers()[0]);
        let mut telling =
            Telling { desk, random, consultation, now, handover, step: 0, offered, rating, accepted: 0 };
        telling.all().await;
        accepted += telling.accepted;
        told.push(consultation);
    }
    // Some turn out to be the same; one of them is taken apart again.
    for (place, pair) in told.chunks(7).filter(|pair| pair.len() > 1).enumerate() {
        let at = begin() + TimeDelta::days(8);
        let (one, into) = (ConsultationId(pair[0]), ConsultationId(pair[1]));
        let merge = ledgerdesk_domain::consultation::Merge { consultation_id: one, into };
        accepted += u32::from(send(desk, pair[0], at, C::Merge(merge)).await);
        if place % 2 == 0 {
            let unmerge = C::Unmerge(ledgerdesk_domain::consultation::Unmerge);
            accepted += u32::from(send(desk, pair[0], at + TimeDelta::hours(1), unmerge).await);
        }
    }
    (accepted, calendars)
}

/// What the rules refuse did not happen.
async fn send(desk: &Desk, consultation: Uuid, at: DateTime<Utc>, command: C) -> bool {
    let envelope = Envelope { occurred_at: Some(at), ..desk.node.envelope(consultation, command) };
    desk.node.executor.execute::<Consultation>(envelope).await.is_ok()
}

impl Telling<'_> {
    async fn all(&mut self) {
        let open = self.open();
        self.accepted += u32::from(send(self.desk, self.consultation, self.now, open).await);
        for _ in 0..self.random.random_range(3..40) {
            self.now += TimeDelta::milliseconds(self.random.random_range(0..20_000_000));
            // Every fourth is told late: it happened up to two days ago, perhaps before everything else.
            let late = self.random.random_range(0..4) == 0;
            let ago = if late { self.random.random_range(0..172_800_000) } else { 0 };
            let at = self.now - TimeDelta::milliseconds(ago);
            let command = self.command(at);
            self.accepted += u32::from(send(self.desk, self.consultation, at, command).await);
        }
    }

    fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.random.random_range(0..of.len())]
    }

    fn manager(&mut self) -> ManagerId {
        self.one(&managers())
    }

    fn team(&mut self) -> Option<String> {
        self.one(&[None, Some("first"), Some("second")]).map(str::to_owned)
    }

    fn open(&mut self) -> C {
        let tags: &[&[&str]] = &[&[], &["a"], &["a", "b"]];
        let section = self.one(&["17", "18"]).to_owned();
        C::OpenConsultation(OpenConsultation {
            channel: self.one(&[Channel::Site, Channel::Telegram, Channel::Email]),
            priority: self.one(&[Priority::Low, Priority::Urgent]),
            team: self.team(),
            tags: self.one(tags).iter().map(|tag| (*tag).to_owned()).collect(),
            catalog: vec![CatalogReference { catalog: "section".to_owned(), key: section }],
            attributes: Attributes::new(),
            ..opening("random")
        })
    }

    fn command(&mut self, at: DateTime<Utc>) -> C {
        match self.random.random_range(0..34) {
            0..3 => C::ReceiveMessage(ReceiveMessage {
                message_id: new_id().into(),
                channel: Channel::Site,
                text: "still there?".to_owned(),
                attachments: Vec::new(),
                in_reply_to: None,
            }),
            3..7 => {
                let manager = Party::Manager(self.manager());
                C::SendMessage(SendMessage {
                    message_id: new_id().into(),
                    channel: Channel::Site,
                    author: self.one(&[manager, manager, Party::Bot, Party::System]),
                    text: "we are".to_owned(),
                    attachments: Vec::new(),
                    in_reply_to: None,
                })
            }
            7..9 => C::Assign(Assign { assignee: Some(self.manager()), team: self.team(), reason: None }),
            9 => C::Unassign(Unassign { reason: None }),
            10 => C::Start(Start),
            11 => C::WaitForClient(WaitForClient { reason: None }),
            12 => C::Hold(Hold { reason: None, until: None }),
            13 => C::Resume(Resume),
            14 | 15 => C::Resolve(Resolve { resolution: None, code: None }),
            16 => {
                let to = self.one(&[None, Some(ReopenTo::Queued), Some(ReopenTo::InProgress)]);
                C::Reopen(Reopen { to, reason: None })
            }
            17 => self.end(),
            18 => C::Appoint(Appoint {
                appointed_for: at + TimeDelta::minutes(self.random.random_range(1..600)),
                appointed_until: None,
            }),
            19 => {
                let appointed_for = at + TimeDelta::minutes(self.random.random_range(1..600));
                let until = appointed_for + TimeDelta::minutes(self.random.random_range(1..300));
                C::Appoint(Appoint { appointed_for, appointed_until: Some(until) })
            }
            20 => C::Redate(Redate {
                redate_id: new_id().into(),
                to: at + TimeDelta::minutes(self.random.random_range(1..2_000)),
                reason: None,
                initiator: self.one(&[Party::Client(None), Party::Bot]),
            }),
            21..24 => self.call(at),
            24..30 => self.hand_over(),
            30..32 => self.rate(),
            32 => {
                C::ChangePriority(ChangePriority { priority: self.one(&[Priority::High, Priority::Normal]) })
            }
            _ => C::ChangeTags(ChangeTags { add: vec!["c".to_owned()], remove: vec!["a".to_owned()] }),
        }
    }

    fn end(&mut self) -> C {
        if self.random.random_range(0..4) == 0 { C::Cancel(Cancel { reason: None }) } else { C::Close(Close) }
    }

    fn call(&mut self, at: DateTime<Utc>) -> C {
        let outcome = self.one(&[CallOutcome::Answered, CallOutcome::NoAnswer, CallOutcome::Failed]);
        let manager = self.manager();
        C::LogCall(LogCall {
            call_id: new_id().into(),
            direction: self.one(&[CallDirection::Outbound, CallDirection::Outbound, CallDirection::Inbound]),
            outcome,
            started_at: at - TimeDelta::seconds(self.random.random_range(0..900)),
            wait_seconds: self.one(&[None, Some(7), Some(40)]),
            duration_seconds: (outcome == CallOutcome::Answered).then_some(self.random.random_range(1..600)),
            manager_id: self.one(&[None, Some(manager)]),
            phone: None,
            recording: None,
            redate_id: None,
        })
    }

    /// The next step of a handover, more often than not.
    fn hand_over(&mut self) -> C {
        let handover_id = self.handover.unwrap_or_default().into();
        let step =
            if self.random.random_range(0..5) == 0 { self.random.random_range(0..4) } else { self.step };
        let manager_id = if step == 1 { self.manager() } else { self.offered };
        self.step = (step + 1) % 4;
        match (step, self.random.random_range(0..6)) {
            (0, _) => {
                let handover = new_id();
                self.handover = Some(handover);
                C::RequestHandover(RequestHandover {
                    handover_id: handover.into(),
                    requested_by: Party::Bot,
                    reason: None,
                    to_team: self.team(),
                    to_manager: None,
                })
            }
            (1, _) => {
                self.offered = manager_id;
                C::OfferHandover(OfferHandover { handover_id, manager_id, expires_at: None })
            }
            (2, 0) => {
                // Somebody else is asked.
                self.step = 1;
                C::DeclineHandover(DeclineHandover { handover_id, manager_id, reason: None })
            }
            (2, 1) => {
                self.step = 0;
                C::ExpireHandover(ExpireHandover { handover_id })
            }
            (2, _) => C::AcceptHandover(AcceptHandover { handover_id, manager_id }),
            (_, 0..2) => C::ReturnHandover(ReturnHandover { handover_id, reason: None }),
            _ => C::ResolveHandover(ResolveHandover { handover_id }),
        }
    }

    fn rate(&mut self) -> C {
        let answers = |score| vec![Answer { question: "tone".to_owned(), score: Some(score), comment: None }];
        let score = self.random.random_range(1..6);
        let rating_id = self.rating.unwrap_or_else(new_id).into();
        match self.random.random_range(0..3) {
            0 => {
                let rating = new_id();
                self.rating = Some(rating);
                C::RequestRating(RequestRating {
                    rating_id: rating.into(),
                    questionnaire: "service".to_owned(),
                    questionnaire_version: 1,
                    channel: Channel::Site,
                })
            }
            1 => {
                let speed = Answer { question: "speed".to_owned(), score: Some(6 - score), comment: None };
                C::SubmitRating(SubmitRating {
                    rating_id,
                    questionnaire: "service".to_owned(),
                    questionnaire_version: 1,
                    answers: [answers(score), vec![speed]].concat(),
                })
            }
            _ => C::ReviseRating(ReviseRating { rating_id, answers: answers(score) }),
        }
    }
}
