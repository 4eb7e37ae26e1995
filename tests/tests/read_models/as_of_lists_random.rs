//! Whatever happens, in whatever order it is recorded: a list of the past has what its consultations were, one by one.

use std::collections::BTreeMap;

use chrono::{DateTime, SecondsFormat, Utc};
use ledgerdesk_domain::{
    consultation::{
        Cancel, ChangePriority, Consultation, ConsultationCommand as C, Hold, Merge, OpenConsultation,
        Priority, Status, Unassign, Unmerge, WaitForClient,
    },
    manager::{ManagerCommand, RegisterManager},
    stream::Position,
};
use ledgerdesk_infrastructure::command::Envelope;
use ledgerdesk_projections::{
    consultation_list::{self, Order},
    consultation_versions::{self, Filter, Moment, Sums},
    read::Reach,
};
use serde_json::Value;
use uuid::Uuid;

use crate::{
    as_of_random::{Dice, WHOLE, any},
    support::{Desk, at, consultation_id, manager_id, new_id, open, opening},
};

const CONSULTATIONS: usize = 9;
const TRIES: i64 = 330;
const MOMENTS: usize = 36;
/// How many weeks before it is told each is opened: the first weeks are known last.
const WEEKS_AGO: [i64; CONSULTATIONS] = [0, 0, 3, 0, 1, 5, 0, 2, 4];
/// Minutes between what happens: the whole of it takes more than a day.
const STEP: i64 = 7;

/// A desk with a past in which every fourth fact is late; the positions of all events.
async fn with_a_past() -> (Desk, Vec<Uuid>, i64) {
    let desk = Desk::open().await;
    for number in 70..73 {
        let register = RegisterManager {
            name: format!("manager {number}"),
            email: None,
            team: None,
            skills: Vec::new(),
            capacity: 5,
            references: Vec::new(),
        };
        desk.manager(Uuid::from_u128(number), ManagerCommand::RegisterManager(register)).await;
    }
    let ids: Vec<Uuid> = (0..CONSULTATIONS).map(|_| new_id()).collect();
    let mut dice = Dice(20_260_215);
    let mut parts: Vec<[Vec<Uuid>; 2]> = vec![[Vec::new(), Vec::new()]; CONSULTATIONS];
    let (mut begun, mut head) = (0, 0);
    for minute in 0..TRIES {
        if minute % 8 == 0 && begun < CONSULTATIONS {
            let opening = OpenConsultation { team: Some("first".to_owned()), ..opening("Printer") };
            let opened_at = at(minute * STEP - WEEKS_AGO[begun] * 7 * 24 * 60);
            head = desk.consultation(ids[begun], opened_at, open(opening)).await.0;
            begun += 1;
        }
        let one = usize::try_from(dice.below(begun as u64)).unwrap();
        let command = more(&mut dice, &mut parts[one], (minute, one, &ids[..begun]));
        // Some before everything, the opening included.
        let late = if dice.below(4) == 0 { i64::try_from(dice.below(60)).unwrap() } else { 0 };
        let time = at((minute - late).max(-5) / 2 * 2 * STEP);
        let envelope = Envelope { occurred_at: Some(time), ..desk.node.envelope(ids[one], command) };
        // Most rules refuse most commands.
        if let Ok(done) = desk.node.executor.execute::<Consultation>(envelope).await {
            head = done.position.0;
        }
    }
    desk.settled().await;
    (desk, ids, head)
}

fn more(dice: &mut Dice, parts: &mut [Vec<Uuid>; 2], (minute, one, ids): (i64, usize, &[Uuid])) -> C {
    let other = ids[usize::try_from(dice.below(ids.len() as u64)).unwrap()];
    let priorities = [Priority::Low, Priority::Normal, Priority::High, Priority::Urgent];
    match dice.below(16) {
        0 => C::Hold(Hold { reason: None, until: None }),
        1 => C::WaitForClient(WaitForClient { reason: None }),
        2 => C::Cancel(Cancel { reason: None }),
        3 => C::Unassign(Unassign { reason: None }),
        4 if dice.below(3) == 0 => C::Merge(Merge { consultation_id: ids[one].into(), into: other.into() }),
        5 => C::Unmerge(Unmerge),
        6 | 7 => {
            let priority = priorities[usize::try_from(dice.below(4)).unwrap()];
            C::ChangePriority(ChangePriority { priority })
        }
        _ => any(dice, parts, minute),
    }
}

/// A time at which something may have happened.
fn time(dice: &mut Dice) -> DateTime<Utc> {
    at((i64::try_from(dice.below(u64::try_from(TRIES + 10).unwrap())).unwrap() - 6) * STEP)
}

/// A moment, as an argument.
fn moment(dice: &mut Dice, head: i64) -> String {
    let position = 1 + i64::try_from(dice.below(head.unsigned_abs())).unwrap();
    let time = text(time(dice));
    match dice.below(4) {
        0 => format!("asOf: {{ position: {position} }}"),
        1 => format!("asKnownAt: {{ position: {position} }}"),
        2 => format!("asOf: {{ time: {time} }}"),
        _ => format!("asOf: {{ time: {time} }}, asKnownAt: {{ position: {position} }}"),
    }
}

fn text(time: DateTime<Utc>) -> String {
    format!("{:?}", time.to_rfc3339_opts(SecondsFormat::Micros, true))
}

/// Every consultation as it was, one by one; those that had not begun are absent.
async fn one_by_one(desk: &Desk, ids: &[Uuid], moment: &str) -> Vec<Value> {
    let mut shown = Vec::new();
    for id in ids {
        let id = consultation_id(*id);
        let query = format!(
            "{{ consultation(id: {id:?}, {moment}) {{ {WHOLE} mergedInto {{ id }} assignee {{ id }} }} }}"
        );
        let caller =
            crate::support::caller(desk.node.workspace, ledgerdesk_api::graphql::caller::Role::Owner);
        let response = desk.respond(&query, caller, desk.database.pool()).await;
        if response.errors.is_empty() {
            shown.push(crate::support::data(response)["consultation"].take());
        } else {
            assert_eq!(crate::support::codes(&response), ["AS_OF_TOO_EARLY"]);
        }
    }
    shown
}

/// Tells whether a consultation is wanted.
type Wanted = Box<dyn Fn(&Value) -> bool>;

fn wanted(filter: &str, is_wanted: impl Fn(&Value) -> bool + 'static) -> (String, Wanted) {
    (filter.to_owned(), Box::new(is_wanted))
}

fn stands(shown: &Value) -> bool {
    shown["mergedInto"].is_null()
}

fn has(shown: &Value, name: &str, values: &[&str]) -> bool {
    stands(shown) && values.iter().any(|value| shown[name] == *value)
}

fn holds_it(shown: &Value) -> bool {
    shown["assignee"]["id"] == manager_id(Uuid::from_u128(71))
}

fn filters() -> Vec<(String, Wanted)> {
    let manager = manager_id(Uuid::from_u128(71));
    vec![
        wanted("{}", stands),
        wanted("{ includeMerged: true }", |_| true),
        wanted("{ status: [QUEUED, IN_PROGRESS, WAITING_FOR_CLIENT, ON_HOLD] }", |shown| {
            has(shown, "status", &["QUEUED", "IN_PROGRESS", "WAITING_FOR_CLIENT", "ON_HOLD"])
        }),
        wanted("{ status: [ON_HOLD] }", |shown| has(shown, "status", &["ON_HOLD"])),
        wanted("{ status: [RESOLVED, CLOSED] }", |shown| has(shown, "status", &["RESOLVED", "CLOSED"])),
        wanted("{ where: { status: { in: [QUEUED, RESOLVED] }, priority: { not: LOW } } }", |shown| {
            has(shown, "status", &["QUEUED", "RESOLVED"]) && shown["priority"] != "LOW"
        }),
        wanted("{ priority: [HIGH, URGENT] }", |shown| has(shown, "priority", &["HIGH", "URGENT"])),
        wanted(&format!("{{ assignee: [{manager:?}] }}"), |shown| stands(shown) && holds_it(shown)),
        wanted(&format!("{{ assignee: [{manager:?}], status: [IN_PROGRESS, QUEUED] }}"), |shown| {
            has(shown, "status", &["IN_PROGRESS", "QUEUED"]) && holds_it(shown)
        }),
        wanted("{ unassigned: true }", |shown| stands(shown) && shown["assignee"].is_null()),
        wanted("{ tags: [\"tag 1\"] }", |shown| {
            stands(shown) && shown["tags"].as_array().unwrap().iter().any(|tag| tag == "tag 1")
        }),
        wanted("{ hasOpenHandover: true }", |shown| stands(shown) && !shown["openHandoverPhase"].is_null()),
    ]
}

/// A place in an order, and the id that breaks ties; nothing for what is left out.
fn place(shown: &Value, field: &str) -> Option<(i64, Uuid)> {
    use ledgerdesk_api::graphql::global_id::{NodeKind, decode_kind};
    let id = decode_kind(shown["id"].as_str().unwrap(), NodeKind::Consultation).unwrap();
    let time = |name: &str| {
        let time = shown[name].as_str()?.parse::<DateTime<Utc>>().unwrap();
        Some(time.timestamp_micros())
    };
    let rank = ["LOW", "NORMAL", "HIGH", "URGENT"].iter().position(|name| shown["priority"] == *name);
    let value = match field {
        "OPENED_AT" => time("openedAt"),
        "APPOINTED_FOR" => time("appointedFor"),
        "CLOSED_AT" => time("closedAt"),
        _ => rank.map(|rank| i64::try_from(rank).unwrap()),
    };
    value.map(|value| (value, id))
}

/// The whole list, page by page, from one of its ends.
async fn listed(desk: &Desk, arguments: &str, from_end: bool) -> Vec<Value> {
    let mut found: Vec<Value> = Vec::new();
    let mut cursor = String::new();
    loop {
        let (size, bound, more) =
            if from_end { ("last", "before", "hasPreviousPage") } else { ("first", "after", "hasNextPage") };
        let place = if cursor.is_empty() { String::new() } else { format!(", {bound}: {cursor}") };
        let query = format!(
            "{{ consultations({arguments}, {size}: 4{place}) {{ totalCount nodes {{ {WHOLE} mergedInto {{ id }} \
             assignee {{ id }} }} pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }} }} }}"
        );
        let mut page = desk.ask(&query).await["consultations"].take();
        let Value::Array(nodes) = page["nodes"].take() else { panic!("{page}") };
        if from_end {
            found.splice(0..0, nodes);
        } else {
            found.extend(nodes);
        }
        let info = &page["pageInfo"];
        if info[more] == false {
            assert_eq!(page["totalCount"], found.len(), "{arguments}");
            return found;
        }
        cursor = info[if from_end { "startCursor" } else { "endCursor" }].to_string();
    }
}

async fn counted(desk: &Desk, arguments: &str) -> BTreeMap<String, i64> {
    let found = desk.ask(&format!("{{ consultationCounts({arguments}) {{ status count }} }}")).await;
    let counts = found["consultationCounts"].as_array().unwrap().iter();
    counts
        .map(|count| (count["status"].as_str().unwrap().to_owned(), count["count"].as_i64().unwrap()))
        .filter(|(_, count)| *count > 0)
        .collect()
}

#[tokio::test]
async fn a_list_has_at_every_moment_what_its_consultations_were_one_by_one() {
    let (desk, ids, head) = with_a_past().await;
    let mut dice = Dice(7);
    let orders = ["OPENED_AT", "PRIORITY", "OPENED_AT", "PRIORITY", "APPOINTED_FOR", "CLOSED_AT"];
    let (mut seen, mut empty) = (0, 0);
    for number in 0..MOMENTS {
        let moment = moment(&mut dice, head);
        let shown = one_by_one(&desk, &ids, &moment).await;
        for (filter, is_wanted) in filters() {
            let order = orders[usize::try_from(dice.below(6)).unwrap()];
            let descending = dice.below(2) == 0;
            let mut expected: Vec<&Value> = shown.iter().filter(|shown| is_wanted(shown)).collect();
            let mut counts: BTreeMap<String, i64> = BTreeMap::new();
            for shown in &expected {
                *counts.entry(shown["status"].as_str().unwrap().to_owned()).or_default() += 1;
            }
            expected.retain(|shown| place(shown, order).is_some());
            expected.sort_by_key(|shown| place(shown, order));
            if descending {
                expected.reverse();
            }
            let direction = if descending { "DESC" } else { "ASC" };
            let narrowed = format!("filter: {filter}, {moment}");
            let arguments = format!("{narrowed}, orderBy: {{ field: {order}, direction: {direction} }}");
            let found = listed(&desk, &arguments, number % 2 == 0).await;
            assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{arguments}");
            assert_eq!(counted(&desk, &narrowed).await, counts, "{narrowed}");
            seen += found.len();
            empty += usize::from(found.is_empty());
        }
    }
    assert!(seen > 500 && empty > 20, "{seen} and {empty}");
    let comparison = desk.read_side.equals_rebuild("consultation_versions", |_| {}).await.unwrap();
    assert!(comparison.is_equal(), "{comparison:?}");
    desk.close().await;
}

#[tokio::test]
async fn sums_tell_what_is_counted_one_by_one() {
    let (desk, _, head) = with_a_past().await;
    let mut dice = Dice(11);
    let (pool, reach) = (desk.database.pool(), Reach::whole(desk.node.workspace));
    let none = Sums::new(pool.clone());
    let sums = none.clone().of_any_size();
    let filters = [
        consultation_list::Filter::default(),
        consultation_list::Filter { merged: Some(false), ..<_>::default() },
        consultation_list::Filter { statuses: vec![Status::Queued, Status::Closed], ..<_>::default() },
    ];
    // Made from nothing, brought up to date, and made once more as was known before.
    for made in [head / 5, head / 5 + 1, head / 2, head, head / 3] {
        sums.make(desk.node.workspace, Position(made)).await.unwrap();
        for _ in 0..60 {
            let position = Position(1 + i64::try_from(dice.below(head.unsigned_abs())).unwrap());
            let moments = [
                Moment::at_position(position),
                Moment::at_time(time(&mut dice), position),
                Moment::at_time_as_known_now(time(&mut dice), Position(head)),
            ];
            for (moment, filter) in moments.iter().flat_map(|moment| filters.iter().map(move |f| (moment, f)))
            {
                let filter = Filter::new(*moment, filter.clone(), None).unwrap();
                let told = consultation_versions::count_by_status(pool, &sums, reach, &filter).await.unwrap();
                let counted =
                    consultation_versions::count_by_status(pool, &none, reach, &filter).await.unwrap();
                assert_eq!(told, counted, "made at {made}: {filter:?}");
                let keyset = Order::Priority.keyset(true);
                let total = consultation_versions::count(pool, &sums, reach, &filter, keyset).await.unwrap();
                assert_eq!(total, counted.iter().map(|counted| counted.count).sum::<i64>());
            }
        }
    }
    desk.close().await;
}
