//! Every offered filter in every order is read from an index, a few rows for a page, however many there are.

use std::fmt::Write as _;

use chrono::{DateTime, TimeDelta, Utc};
use ledgerdesk_domain::{
    client::{ClientCommand, ClientKind, RegisterClient},
    consultation::{Channel, Priority, Status},
    id::{ClientId, ConsultationId, ManagerId},
    stream::Position,
};
use ledgerdesk_projections::{
    consultation_list::{Filter, Order, Row},
    consultation_versions::{self, Moment, Sums},
    read::{self, Condition, PageRequest, Reach, Test, TimeRange},
};
use ledgerdesk_tests::fill;
use serde_json::Value;
use sqlx::{Connection as _, PgPool, types::Json};
use uuid::Uuid;

use crate::support::{Desk, new_id};

const ORDERS: [Order; 6] = [
    Order::OpenedAt,
    Order::UpdatedAt,
    Order::Priority,
    Order::AppointedFor,
    Order::ClosedAt,
    Order::WaitingSince,
];
const PAGE: u8 = 20;
/// Rows of the table.
const ROWS: i64 = 40_000;
/// Rows that one page may look at: of seven stages of four urgencies, a page and one of each, and as much again that
/// another condition leaves out.
const FEW: f64 = 2.0 * 28.0 * 21.0;

async fn filled() -> Desk {
    let desk = Desk::open().await;
    // Something in the log, so that there is a moment when every table is there.
    let register = RegisterClient {
        kind: ClientKind::Person,
        name: "somebody".to_owned(),
        company: None,
        contacts: Vec::new(),
        language: None,
        references: Vec::new(),
    };
    desk.client(new_id(), ClientCommand::RegisterClient(register)).await;
    desk.settled().await;
    let mut owner = desk.database.owner().await;
    fill::consultations(&mut owner, desk.node.workspace, ROWS).await.unwrap();
    sqlx::query("vacuum analyze read.consultation_list").execute(&mut owner).await.unwrap();
    owner.close().await.unwrap();
    desk
}

/// As the table is filled: the kind in the fourth group of digits, the number in the last one.
fn manager(number: u128) -> ManagerId {
    ManagerId(Uuid::from_u128((2 << 48) + hex_of_decimal(number)))
}

fn client(number: u128) -> ClientId {
    ClientId(Uuid::from_u128((1 << 48) + hex_of_decimal(number)))
}

/// The number that is written in hexadecimal digits as this one is in decimal digits.
fn hex_of_decimal(number: u128) -> u128 {
    u128::from_str_radix(&number.to_string(), 16).unwrap()
}

/// The filters that a list of consultations offers by values.
fn filters() -> Vec<(&'static str, Filter)> {
    let any = || Filter { merged: Some(false), ..Filter::default() };
    let is = |column, test| Some(Condition::All(vec![Condition::Is(column, test)]));
    vec![
        ("everything", any()),
        ("one stage", Filter { statuses: vec![Status::OnHold], ..any() }),
        ("two stages", Filter { statuses: vec![Status::Closed, Status::Queued], ..any() }),
        ("open work", Filter { statuses: open(), ..any() }),
        ("one urgency", Filter { priorities: vec![Priority::Urgent], ..any() }),
        ("two urgencies", Filter { priorities: vec![Priority::Urgent, Priority::Low], ..any() }),
        (
            "a stage and an urgency",
            Filter { statuses: vec![Status::Queued], priorities: vec![Priority::Urgent], ..any() },
        ),
        ("a busy manager", Filter { assignees: vec![manager(39)], ..any() }),
        ("an idle manager", Filter { assignees: vec![manager(2)], ..any() }),
        ("two managers", Filter { assignees: vec![manager(1), manager(30)], ..any() }),
        ("nobody's", Filter { unassigned: Some(true), ..any() }),
        ("a team", Filter { teams: vec!["team 3".to_owned()], ..any() }),
        ("a team's open work", Filter { teams: vec!["team 3".to_owned()], statuses: open(), ..any() }),
        ("a client", Filter { clients: vec![client(77)], ..any() }),
        ("an entrance", Filter { channels: vec![Channel::Telegram], ..any() }),
        ("a rare entrance", Filter { channels: vec![Channel::Whatsapp], ..any() }),
        ("opened in some days", Filter { opened: days(), ..any() }),
        ("open work of these days", Filter { opened: days(), statuses: open(), ..any() }),
        ("opened since a day", Filter { opened: TimeRange { from: Some(day(60)), before: None }, ..any() }),
        ("changed in some days", Filter { updated: days(), ..any() }),
        (
            "a view of these days",
            Filter { also: Some(Box::new(Filter { opened: days(), ..any() })), ..Filter::default() },
        ),
        (
            "a stage by condition",
            Filter { condition: is("t.status", Test::Texts(vec!["ON_HOLD".to_owned()])), ..any() },
        ),
        (
            "a manager by condition",
            Filter { condition: is("t.assignee", Test::Ids(vec![manager(5).uuid()])), ..any() },
        ),
    ]
}

/// So many days after the first consultation of the table.
fn day(number: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(18_262 + number)
}

fn days() -> TimeRange {
    TimeRange { from: Some(day(100)), before: Some(day(105)) }
}

fn open() -> Vec<Status> {
    Status::ALL.into_iter().filter(|status| status.is_open()).collect()
}

/// Combinations that look at more: the least of what was opened since long ago is behind all that was opened before.
fn is_exempt(filter: &str, order: Order) -> bool {
    filter == "opened since a day" && order != Order::OpenedAt
}

async fn plan(pool: &PgPool, reach: Reach, filter: &Filter, order: Order, request: PageRequest) -> Value {
    read::explain::<Row>(pool, reach, filter, order.keyset(true), &request).await.unwrap()[0]["Plan"].take()
}

/// Rows that the scans of a plan touched, and what was done that should not be.
fn look(plan: &Value, touched: &mut f64, wrong: &mut Vec<String>) {
    look_into("consultation_list", plan, touched, wrong);
}

fn look_into(table: &str, plan: &Value, touched: &mut f64, wrong: &mut Vec<String>) {
    let node = plan["Node Type"].as_str().unwrap_or_default();
    let number = |field: &str| plan[field].as_f64().unwrap_or_default();
    if node.contains("Scan") && plan["Relation Name"] == table {
        *touched += number("Actual Loops") * (number("Actual Rows") + number("Rows Removed by Filter"));
        if node == "Seq Scan" {
            wrong.push("a scan of the whole table".to_owned());
        }
        // A range of one value that is entered at its beginning, wherever the page is.
        let condition = plan["Index Cond"].as_str().unwrap_or_default();
        let placed = condition.split("ROW(").nth(1).and_then(|place| place.split(',').next());
        if placed.is_some_and(|column| condition.contains(&format!("({column} = "))) {
            wrong.push(format!("a place behind a value: {condition}"));
        }
    }
    for child in plan["Plans"].as_array().into_iter().flatten() {
        look_into(table, child, touched, wrong);
    }
}

#[tokio::test]
async fn a_page_of_every_filter_in_every_order_looks_at_few_rows_at_any_depth() {
    let desk = filled().await;
    let (pool, reach) = (desk.database.pool(), Reach::whole(desk.node.workspace));
    let mut combinations = 0;
    let mut table = String::new();
    for (name, filter) in filters() {
        for order in ORDERS {
            let deep = middle(pool, reach, &filter, order).await;
            let mut line = format!("{name:>24} by {order:?}:");
            for (after, from_end) in [(None, false), (None, true), (deep, false), (deep, true)] {
                let (after, before) = if from_end { (None, after) } else { (after, None) };
                let request = PageRequest { size: PAGE, from_end, after, before };
                let plan = plan(pool, reach, &filter, order, request).await;
                let (mut touched, mut wrong) = (0.0, Vec::new());
                look(&plan, &mut touched, &mut wrong);
                write!(line, " {touched}").unwrap();
                let few = touched <= FEW || is_exempt(name, order);
                assert!(few && (wrong.is_empty() || is_exempt(name, order)), "{line} {wrong:?}\n{plan:#}");
                combinations += 1;
            }
            table.push_str(&line);
            table.push('\n');
        }
    }
    println!("{table}{combinations} plans over {ROWS} rows");
    desk.close().await;
}

/// A place in the middle of the list.
async fn middle(pool: &PgPool, reach: Reach, filter: &Filter, order: Order) -> Option<read::Key> {
    let keyset = order.keyset(true);
    let count = read::count::<Row>(pool, reach, filter, keyset).await.unwrap();
    let mut after = None;
    for _ in 0..(count / 200).min(5) {
        let request = PageRequest { size: 100, from_end: false, after, before: None };
        let page = read::page::<Row>(pool, reach, filter, keyset, &request).await.unwrap();
        after = page.rows.last().map(|(key, _)| *key);
    }
    after
}

/// What is read range by range is the same list as what PostgreSQL sorts.
#[tokio::test]
async fn ranges_put_together_are_the_list() {
    let desk = filled().await;
    let (pool, reach) = (desk.database.pool(), Reach::whole(desk.node.workspace));
    let all: Vec<Json<Row>> =
        sqlx::query_scalar("select to_jsonb(t) from read.consultation_list t").fetch_all(pool).await.unwrap();
    for (name, filter) in filters() {
        for order in ORDERS {
            let sorted = sorted(&all, &filter, order);
            for (descending, from_end) in [(true, false), (false, true)] {
                let keyset = order.keyset(descending);
                let mut read_here = Vec::new();
                let mut place = None;
                for _ in 0..3 {
                    let (after, before) = if from_end { (None, place) } else { (place, None) };
                    let request = PageRequest { size: 30, from_end, after, before };
                    let mut page =
                        read::page::<Row>(pool, reach, &filter, keyset, &request).await.unwrap().rows;
                    if from_end {
                        page.reverse();
                    }
                    place = page.last().map(|(key, _)| *key).or(place);
                    read_here.extend(page.into_iter().map(|(_, row)| row.id));
                }
                let expected: Vec<_> = sorted.iter().copied().take(90).collect();
                assert_eq!(read_here, expected, "{name} by {order:?}, {descending}");
            }
        }
    }
    desk.close().await;
}

fn is_within(time: DateTime<Utc>, span: TimeRange) -> bool {
    span.from.is_none_or(|from| time >= from) && span.before.is_none_or(|before| time < before)
}

/// The newest or highest first.
fn sorted(all: &[Json<Row>], filter: &Filter, order: Order) -> Vec<ConsultationId> {
    let place = |row: &Row| match order {
        Order::OpenedAt => Some(row.opened_at.timestamp_micros()),
        Order::UpdatedAt => Some(row.updated_at.timestamp_micros()),
        Order::Priority => Some(row.priority_rank.into()),
        Order::AppointedFor => row.appointed_for.map(|at| at.timestamp_micros()),
        Order::ClosedAt => row.closed_at.map(|at| at.timestamp_micros()),
        Order::WaitingSince => row.waiting_since.map(|at| at.timestamp_micros()),
    };
    let by_condition = |row: &Row| match &filter.condition {
        Some(Condition::All(parts)) => parts.iter().all(|part| match part {
            Condition::Is("t.status", Test::Texts(texts)) => texts.contains(&read::wire(&row.status)),
            Condition::Is("t.assignee", Test::Ids(ids)) => {
                row.assignee.is_some_and(|id| ids.contains(&id.uuid()))
            }
            other => panic!("{other:?} is not known here"),
        }),
        _ => true,
    };
    let wanted = |row: &Row| {
        (filter.statuses.is_empty() || filter.statuses.contains(&row.status))
            && (filter.priorities.is_empty() || filter.priorities.contains(&row.priority))
            && (filter.channels.is_empty() || filter.channels.contains(&row.channel))
            && (filter.assignees.is_empty() || row.assignee.is_some_and(|id| filter.assignees.contains(&id)))
            && (filter.unassigned != Some(true) || row.assignee.is_none())
            && (filter.teams.is_empty() || row.team.as_ref().is_some_and(|team| filter.teams.contains(team)))
            && (filter.clients.is_empty() || row.client_id.is_some_and(|id| filter.clients.contains(&id)))
            && by_condition(row)
            && [Some(filter), filter.also.as_deref()].into_iter().flatten().all(|filter| {
                is_within(row.opened_at, filter.opened) && is_within(row.updated_at, filter.updated)
            })
    };
    let mut found: Vec<_> = all
        .iter()
        .map(|Json(row)| row)
        .filter(|row| wanted(row))
        .filter_map(|row| place(row).map(|place| (place, row.id)))
        .collect();
    found.sort_unstable_by(|one, other| other.cmp(one));
    found.into_iter().map(|(_, id)| id).collect()
}

/// Rows that a page of the past may look at: some versions of each consultation that it shows, what came in the week in
/// which it begins, and twice what was open, which is looked up for each of its stages.
const FEW_OF_THE_PAST: f64 = 6_000.0;

/// A consultation that was recorded before all others and opened years after them, as where a past is moved in beside
/// work that goes on.
const OPENED_AFTERWARDS: &str = "
    insert into read.consultation_versions
    select (jsonb_populate_record(v, jsonb_build_object(
               'id', md5('now')::uuid, 'consultation_id', md5('now')::uuid, 'opened_at', now, 'from_at', now,
               'opened_week', floor(extract(epoch from now) / 604800), 'opened_position', 0, 'from_position', 0,
               'until_at', null, 'until_position', 9223372036854775807, 'span', 99, 'stay', 99,
               'closed_at', null))).*
      from read.consultation_versions v, (select timestamptz '2031-01-01 12:00:00Z' as now) n
     where v.id = v.consultation_id and v.status = 'QUEUED' limit 1";

/// Long ago, in the middle and at the end, by time and by position.
fn moments(positions: i64) -> Vec<Moment> {
    let at = |day: i64| DateTime::UNIX_EPOCH + TimeDelta::days(18_262 + day);
    let head = Position(positions);
    let mut moments: Vec<Moment> =
        [20, 170, 340].map(|day| Moment::at_time_as_known_now(at(day), head)).to_vec();
    moments.extend([20, 2, 1].map(|share| Moment::at_position(Position(positions / share))));
    moments.push(Moment::at_time(at(200), Position(positions / 2)));
    moments
}

/// What lists of the past are narrowed by here.
fn filters_of_the_past() -> Vec<(&'static str, Filter, Order)> {
    let any = || Filter { merged: Some(false), ..Filter::default() };
    let team = || vec!["team 3".to_owned()];
    let by_opening = |name, filter| (name, filter, Order::OpenedAt);
    vec![
        by_opening("everything", any()),
        by_opening("open work", Filter { statuses: open(), ..any() }),
        by_opening("a team's open work", Filter { teams: team(), statuses: open(), ..any() }),
        by_opening("a team", Filter { teams: team(), ..any() }),
        by_opening("a manager", Filter { assignees: vec![manager(39)], ..any() }),
        by_opening("a client", Filter { clients: vec![client(77)], ..any() }),
        ("an urgency", Filter { priorities: vec![Priority::Urgent], ..any() }, Order::Priority),
        ("what is closed", Filter { statuses: vec![Status::Closed], ..any() }, Order::Priority),
        ("a manager's closed", Filter { assignees: vec![manager(39)], ..any() }, Order::ClosedAt),
        ("an urgency closed", Filter { priorities: vec![Priority::Urgent], ..any() }, Order::ClosedAt),
        ("whatever was closed", any(), Order::ClosedAt),
    ]
}

#[tokio::test]
async fn a_page_of_the_past_looks_at_few_versions_however_long_ago_it_is() {
    let desk = filled().await;
    let mut owner = desk.database.owner().await;
    let positions = fill::versions(&mut owner, desk.node.workspace).await.unwrap();
    sqlx::query(OPENED_AFTERWARDS).execute(&mut owner).await.unwrap();
    owner.close().await.unwrap();
    let (pool, reach) = (desk.database.pool(), Reach::whole(desk.node.workspace));
    let sums = Sums::new(pool.clone());
    let (mut table, mut shown) = (String::new(), 0);
    for moment in moments(positions) {
        for (name, filter, order) in filters_of_the_past() {
            let keyset = order.keyset(true);
            let filter = consultation_versions::Filter::new(moment, filter, Some(keyset)).unwrap();
            let mut line = format!("{moment:?} {name:>20}:");
            let first = PageRequest { size: PAGE, from_end: false, after: None, before: None };
            let page = consultation_versions::page(pool, reach, &filter, keyset, &first).await.unwrap();
            let after = page.rows.last().map(|(key, _)| *key);
            for request in [first, PageRequest { from_end: true, ..first }, PageRequest { after, ..first }] {
                let plan =
                    consultation_versions::explain(pool, reach, &filter, keyset, &request).await.unwrap();
                let (mut touched, mut wrong) = (0.0, Vec::new());
                look_into("consultation_versions", &plan[0]["Plan"], &mut touched, &mut wrong);
                write!(line, " {touched}").unwrap();
                assert!(touched <= FEW_OF_THE_PAST && wrong.is_empty(), "{line} {wrong:?}\n{plan:#}");
            }
            let counted = consultation_versions::count(pool, &sums, reach, &filter, keyset).await.unwrap();
            assert_eq!(counted == 0, page.rows.is_empty(), "{line}");
            shown += usize::from(counted > 0);
            table.push_str(&line);
            table.push('\n');
        }
    }
    println!("{table}{positions} versions");
    assert!(shown > 66, "of 77 lists, {shown} have anything");
    desk.close().await;
}
