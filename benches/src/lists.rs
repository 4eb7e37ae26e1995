//! Pages of a list with a million consultations: every filter in every order, at its beginning, deep in it and at its
//! end; and a search over as many texts and twice as many messages.
//!
//! The rows are written into the read models' tables by one statement: what a page costs depends on them, and not on
//! the log that they usually come from.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use ledgerdesk_domain::id::WorkspaceId;
use ledgerdesk_tests::fill;
use serde_json::{Value, json};
use sqlx::PgPool;
use uuid::Uuid;

use crate::{
    Bench,
    asker::Asker,
    graphql::Opener,
    log::Log,
    process::{KEY, Server},
    report::{Report, number, progress},
    times::{Times, count},
};

const CONSULTATIONS: i64 = 1_000_000;
/// How often each page is asked for.
const REPEATS: usize = 20;
/// Pages of a hundred that are read to come deep into a list.
const DEEP: usize = 20;
const PATIENCE: Duration = Duration::from_mins(5);

/// A topic and two messages of each; words as they come in a help desk, some in a tenth of all, most in few.
const FILL_SEARCH: &str = "
    insert into read.search (id, workspace_id, person_id, consultation_id, source, topic, body, written_at, last_position)
    select md5(i || ' ' || n)::uuid, c.workspace_id, c.person_id, c.id,
           case when n = 0 then 'CONSULTATION' else 'MESSAGE' end,
           case when n = 0 then words end, case when n > 0 then words end,
           c.opened_at + interval '1 hour' * n, 1
      from (select *, row_number() over () as i from read.consultation_list
             where topic like 'topic %') c,
           generate_series(0, 2) n,
           lateral (select concat_ws(' ',
               (array['принтер', 'не', 'печатает', 'после', 'обновления', 'доступ', 'почта', 'password', 'ошибка',
                      'касса'])[1 + (i + n) % 10],
               (array['драйвера', 'сканер', 'invoice', 'договор', 'reset', 'смена', 'терминал'])[1 + (i * 3 + n) % 7],
               'заявка' || i % 50000, 'дом' || (i * 17 + n) % 9973, 'срочно помогите пожалуйста') as words) made";

/// How a list is narrowed.
const FILTERS: [(&str, &str); 16] = [
    ("everything", "{}"),
    ("a stage", "{ status: [ON_HOLD] }"),
    ("two stages", "{ status: [CLOSED, QUEUED] }"),
    ("open work", "{ status: [QUEUED, IN_PROGRESS, WAITING_FOR_CLIENT, ON_HOLD] }"),
    ("an urgency", "{ priority: [URGENT] }"),
    ("a stage and an urgency", "{ status: [QUEUED], priority: [URGENT] }"),
    ("a busy manager", "{ assignee: [\"MANAGER39\"] }"),
    ("an idle manager", "{ assignee: [\"MANAGER2\"] }"),
    ("nobody's", "{ unassigned: true }"),
    ("a team", "{ team: [\"team 3\"] }"),
    ("a team's open work", "{ team: [\"team 3\"], status: [QUEUED, IN_PROGRESS] }"),
    ("a client", "{ client: [\"CLIENT77\"] }"),
    ("an entrance", "{ channel: [TELEGRAM] }"),
    ("a rare entrance", "{ channel: [WHATSAPP] }"),
    ("opened in a month", "{ opened: { from: \"2022-03-01T00:00:00Z\", before: \"2022-04-01T00:00:00Z\" } }"),
    ("a stage by a condition", "{ where: { status: { eq: ON_HOLD } } }"),
];
const ORDERS: [&str; 6] =
    ["OPENED_AT", "UPDATED_AT", "PRIORITY", "APPOINTED_FOR", "CLOSED_AT", "WAITING_SINCE"];
const SEARCHES: [&str; 6] =
    ["принтер", "срочно", "заявка31415", "принтер драйвера", "\\\"не сканер\\\"", "password or reset -касса"];

pub(crate) async fn measure(bench: &Bench, report: &mut Report) -> Result<()> {
    let url = bench.database("bench_lists").await?;
    let server = Server::start(&url).await?;
    Opener::of(&server).open().await.context("a command was refused")?;
    Log::at(url.clone()).await?.caught_up(PATIENCE).await?;
    let pool = PgPool::connect(&url).await?;
    progress("filling the tables");
    let workspace: Uuid = sqlx::query_scalar("select workspace_id from read.consultation_list limit 1")
        .fetch_one(&pool)
        .await?;
    fill::consultations(&mut *pool.acquire().await?, WorkspaceId(workspace), CONSULTATIONS).await?;
    sqlx::query(FILL_SEARCH).execute(&pool).await?;
    sqlx::raw_sql("vacuum (analyze)").execute(&pool).await?;
    let mut asker = Asker::connect(&server.address, KEY).await?;
    let (mut all, mut slowest, mut over) = (Vec::new(), (String::new(), 0.0), 0);
    for (name, filter) in FILTERS {
        for order in ORDERS {
            let times = list(&mut asker, filter, order).await?;
            let p99 = Times::new(times.clone(), Duration::ZERO).percentile(99);
            over += usize::from(p99 >= 20.0);
            if p99 > slowest.1 {
                slowest = (format!("{name} by {order}"), p99);
            }
            println!("{name} by {order}: p99 {p99:.1} ms");
            all.extend(times);
        }
    }
    let combinations = FILTERS.len() * ORDERS.len();
    let all = Times::new(all, Duration::ZERO);
    report.row(
        &format!(
            "a page of 20 of {} consultations, {combinations} filters and orders, at four depths",
            number(1e6)
        ),
        format!("p50 {:.1} ms, p99 {:.1} ms", all.percentile(50), all.percentile(99)),
        format!("the slowest: {}, p99 {:.1} ms; {over} over 20 ms", slowest.0, slowest.1),
        "p99 < 20 ms",
    );
    for words in SEARCHES {
        let body = search(words);
        asker.ask(&body).await?;
        let times = timed(&mut asker, &body).await?;
        let found = found(&serde_json::from_slice(asker.ask(&body).await?)?);
        let times = Times::new(times, Duration::ZERO);
        report.row(
            &format!("search for {}", words.replace("\\\"", "\"")),
            format!("p50 {:.1} ms, p99 {:.1} ms", times.percentile(50), times.percentile(99)),
            format!("{found} on the first page, of {} texts", number(3e6)),
            "p99 < 100 ms",
        );
    }
    let rows: i64 = sqlx::query_scalar("select count(*) from read.search").fetch_one(&pool).await?;
    pool.close().await;
    ensure!(rows > CONSULTATIONS * 3, "{} texts", number(count(usize::try_from(rows)?)));
    Ok(())
}

fn search(words: &str) -> String {
    json!({ "query": format!("{{ search(text: \"{words}\") {{ nodes {{ score consultation {{ topic }} \
        matches {{ field text marks {{ start end }} }} }} }} }}") })
    .to_string()
}

fn found(answer: &Value) -> usize {
    answer["data"]["search"]["nodes"].as_array().map_or(0, Vec::len)
}

/// The times of a list's first page, of one deep in it, of the one before it, and of its last one.
async fn list(asker: &mut Asker, filter: &str, order: &str) -> Result<Vec<Duration>> {
    let mut cursor: Option<String> = None;
    for _ in 0..DEEP {
        let after = cursor.as_ref().map(|cursor| format!(", after: \"{cursor}\"")).unwrap_or_default();
        let answer: Value =
            serde_json::from_slice(asker.ask(&page(filter, order, &format!("first: 100{after}"))).await?)?;
        let info = &answer["data"]["consultations"]["pageInfo"];
        cursor = info["endCursor"].as_str().map(str::to_owned).or(cursor);
        if info["hasNextPage"] != true {
            break;
        }
    }
    let mut pages = vec!["first: 20".to_owned(), "last: 20".to_owned()];
    if let Some(cursor) = cursor {
        pages.push(format!("first: 20, after: \"{cursor}\""));
        pages.push(format!("last: 20, before: \"{cursor}\""));
    }
    let mut times = Vec::new();
    for which in pages {
        times.extend(timed(asker, &page(filter, order, &which)).await?);
    }
    Ok(times)
}

fn page(filter: &str, order: &str, which: &str) -> String {
    use ledgerdesk_api::graphql::global_id::{NodeKind, encode};
    let id = |kind, text: String| encode(kind, text.parse().unwrap_or_default());
    let mut filter = filter.to_owned();
    for number in [39, 2] {
        let manager = id(NodeKind::Manager, format!("00000000-0000-0000-0002-{number:012}"));
        filter = filter.replace(&format!("MANAGER{number}"), &manager);
    }
    let client = id(NodeKind::Client, "00000000-0000-0000-0001-000000000077".to_owned());
    let filter = filter.replace("CLIENT77", &client);
    json!({ "query": format!("{{ consultations(filter: {filter}, orderBy: {{ field: {order}, direction: DESC }}, {which}) \
        {{ nodes {{ id topic status updatedAt }} pageInfo {{ hasNextPage endCursor }} }} }}") })
    .to_string()
}

async fn timed(asker: &mut Asker, body: &str) -> Result<Vec<Duration>> {
    let mut times = Vec::new();
    for _ in 0..REPEATS {
        let sent = Instant::now();
        asker.ask(body).await?;
        times.push(sent.elapsed());
    }
    Ok(times)
}
