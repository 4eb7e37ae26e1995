//! Random commands over few ids, so that they meet each other.

use proptest::prelude::*;

use super::*;
use crate::consultation::*;

fn small_id<T: From<Uuid> + std::fmt::Debug>() -> impl Strategy<Value = T> {
    (1_u128..4).prop_map(id)
}

fn manager() -> impl Strategy<Value = ManagerId> {
    prop_oneof![Just(ANNA), Just(BORIS), Just(ACTING_MANAGER)]
}

fn maybe<T: Clone + std::fmt::Debug>(strategy: impl Strategy<Value = T>) -> impl Strategy<Value = Option<T>> {
    proptest::option::of(strategy)
}

fn words() -> impl Strategy<Value = String> {
    prop_oneof![Just("fire"), Just("smoke"), Just("дым"), Just(" "), Just("a\0")].prop_map(str::to_owned)
}

fn time() -> impl Strategy<Value = DateTime<Utc>> {
    prop_oneof![9 => (-3_i64..4).prop_map(hours), 1 => Just(year_9999())]
}

fn party() -> impl Strategy<Value = Party> {
    prop_oneof![
        manager().prop_map(Party::Manager),
        Just(Party::Client(Some(CLIENT))),
        Just(Party::Bot),
        Just(Party::System)
    ]
}

fn attributes() -> impl Strategy<Value = Attributes> {
    proptest::collection::btree_map(words(), (0_i64..3).prop_map(AttributeValue::Integer), 0..3)
}

fn list<T: std::fmt::Debug>(strategy: impl Strategy<Value = T>) -> impl Strategy<Value = Vec<T>> {
    proptest::collection::vec(strategy, 0..3)
}

fn reopen_to() -> impl Strategy<Value = ReopenTo> {
    prop_oneof![Just(ReopenTo::Queued), Just(ReopenTo::InProgress)]
}

fn answers() -> impl Strategy<Value = Vec<Answer>> {
    list((words(), maybe(0_u8..12), maybe(words()))).prop_map(|answers| {
        answers.into_iter().map(|(question, score, comment)| Answer { question, score, comment }).collect()
    })
}

fn open() -> BoxedStrategy<Command> {
    (maybe(small_id()), words(), list(words()), attributes())
        .prop_map(|(client_id, topic, tags, attributes)| {
            Command::OpenConsultation(OpenConsultation {
                client_id,
                topic,
                description: None,
                channel: Channel::Site,
                priority: Priority::Normal,
                language: None,
                team: None,
                tags,
                catalog: vec![],
                attributes,
            })
        })
        .boxed()
}

fn labels() -> BoxedStrategy<Command> {
    let details =
        (maybe(words()), maybe(words()), maybe(small_id())).prop_map(|(topic, description, client_id)| {
            Command::ChangeDetails(ChangeDetails {
                topic,
                description,
                client_id,
                language: None,
                catalog: None,
            })
        });
    let priority = prop_oneof![Just(Priority::Low), Just(Priority::Urgent)]
        .prop_map(|priority| Command::ChangePriority(ChangePriority { priority }));
    prop_oneof![
        details,
        priority,
        (list(words()), list(words()))
            .prop_map(|(add, remove)| Command::ChangeTags(ChangeTags { add, remove })),
        (attributes(), list(words()))
            .prop_map(|(set, remove)| Command::SetCustomAttributes(SetCustomAttributes { set, remove })),
        words().prop_map(|id| Command::LinkExternalReference(LinkExternalReference {
            reference: ExternalReference { system: "crm".into(), kind: "case".into(), id }
        })),
        words().prop_map(|activity| Command::ImportFact(ImportFact {
            activity,
            status: None,
            code: "no_change".into(),
            manager_id: None,
            team: None,
            attributes: Attributes::new(),
        })),
    ]
    .boxed()
}

fn lifecycle() -> BoxedStrategy<Command> {
    prop_oneof![
        (maybe(manager()), maybe(words())).prop_map(|(assignee, team)| Command::Assign(Assign {
            assignee,
            team,
            reason: None
        })),
        Just(Command::Unassign(Unassign { reason: None })),
        Just(Command::Start(Start)),
        maybe(words()).prop_map(|reason| Command::WaitForClient(WaitForClient { reason })),
        maybe(time()).prop_map(|until| Command::Hold(Hold { reason: None, until })),
        Just(Command::Resume(Resume)),
        maybe(words()).prop_map(|resolution| Command::Resolve(Resolve { resolution, code: None })),
        maybe(reopen_to()).prop_map(|to| Command::Reopen(Reopen { to, reason: None })),
        Just(Command::Close(Close)),
        maybe(words()).prop_map(|reason| Command::Cancel(Cancel { reason })),
        small_id().prop_map(|into| Command::Merge(Merge { consultation_id: id(1), into })),
        Just(Command::Unmerge(Unmerge)),
    ]
    .boxed()
}

fn parts() -> BoxedStrategy<Command> {
    let message =
        (small_id(), words(), party(), any::<bool>()).prop_map(|(message_id, text, author, received)| {
            let (channel, attachments, in_reply_to) = (Channel::Email, vec![], None);
            if received {
                Command::ReceiveMessage(ReceiveMessage {
                    message_id,
                    channel,
                    text,
                    attachments,
                    in_reply_to,
                })
            } else {
                Command::SendMessage(SendMessage {
                    message_id,
                    channel,
                    author,
                    text,
                    attachments,
                    in_reply_to,
                })
            }
        });
    let outcome = prop_oneof![Just(CallOutcome::Answered), Just(CallOutcome::Busy)];
    let call = (small_id(), outcome, maybe(small_id()), maybe(0_u32..9)).prop_map(
        |(call_id, outcome, redate_id, duration_seconds)| {
            Command::LogCall(LogCall {
                call_id,
                direction: CallDirection::Outbound,
                outcome,
                started_at: MONDAY_NINE,
                wait_seconds: None,
                duration_seconds,
                manager_id: None,
                phone: None,
                recording: None,
                redate_id,
            })
        },
    );
    prop_oneof![
        message,
        call,
        (small_id(), party(), words()).prop_map(|(note_id, author, text)| Command::AddNote(AddNote {
            note_id,
            author,
            text
        })),
        (time(), prop::option::of(time())).prop_map(|(appointed_for, appointed_until)| {
            Command::Appoint(Appoint { appointed_for, appointed_until })
        }),
        (small_id(), time(), party()).prop_map(|(redate_id, to, initiator)| Command::Redate(Redate {
            redate_id,
            to,
            reason: None,
            initiator
        })),
    ]
    .boxed()
}

fn handovers() -> BoxedStrategy<Command> {
    prop_oneof![
        (small_id(), party(), maybe(words()), maybe(manager())).prop_map(
            |(handover_id, requested_by, to_team, to_manager)| {
                let reason = None;
                Command::RequestHandover(RequestHandover {
                    handover_id,
                    requested_by,
                    reason,
                    to_team,
                    to_manager,
                })
            }
        ),
        (small_id(), manager(), maybe(time())).prop_map(|(handover_id, manager_id, expires_at)| {
            Command::OfferHandover(OfferHandover { handover_id, manager_id, expires_at })
        }),
        (small_id(), manager()).prop_map(|(handover_id, manager_id)| Command::AcceptHandover(
            AcceptHandover { handover_id, manager_id }
        )),
        (small_id(), manager()).prop_map(|(handover_id, manager_id)| Command::DeclineHandover(
            DeclineHandover { handover_id, manager_id, reason: None }
        )),
        small_id().prop_map(|handover_id| Command::ExpireHandover(ExpireHandover { handover_id })),
        small_id().prop_map(|handover_id| Command::ResolveHandover(ResolveHandover { handover_id })),
        small_id()
            .prop_map(|handover_id| Command::ReturnHandover(ReturnHandover { handover_id, reason: None })),
    ]
    .boxed()
}

fn ratings() -> BoxedStrategy<Command> {
    let questionnaire = || "support".to_owned();
    prop_oneof![
        small_id().prop_map(move |rating_id| Command::RequestRating(RequestRating {
            rating_id,
            questionnaire: questionnaire(),
            questionnaire_version: 1,
            channel: Channel::Email
        })),
        (small_id(), answers()).prop_map(move |(rating_id, answers)| Command::SubmitRating(SubmitRating {
            rating_id,
            questionnaire: questionnaire(),
            questionnaire_version: 1,
            answers
        })),
        (small_id(), answers())
            .prop_map(|(rating_id, answers)| Command::ReviseRating(ReviseRating { rating_id, answers })),
    ]
    .boxed()
}

/// Any command.
pub(super) fn command() -> BoxedStrategy<Command> {
    prop_oneof![
        1 => open(),
        3 => labels(),
        8 => lifecycle(),
        4 => parts(),
        8 => handovers(),
        3 => ratings(),
    ]
    .boxed()
}

/// Who acts and when.
pub(super) fn context() -> impl Strategy<Value = crate::context::Context> {
    use crate::context::{Actor, Context};
    let actor = prop_oneof![manager().prop_map(Actor::manager), Just(Actor::SYSTEM)];
    ((-3_i64..4).prop_map(hours), actor).prop_map(|(occurred_at, actor)| Context { occurred_at, actor })
}
