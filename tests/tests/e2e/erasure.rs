//! An erased person is nowhere: no table, no log line, no answer; and every count stays.

use ledgerdesk_tests::{
    TestDatabase,
    server::{Server, run},
    wait_until,
};
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, PgPool};

const NAME: &str = "Евлампия Стираемая";
const PHONE: &str = "+79995554433";
const WORDS: &str = "Мой секретный вопрос про колибри";

/// The tables in which any of the words stands in clear.
async fn tables_with(pool: &PgPool, words: &[&str]) -> Vec<String> {
    let tables: Vec<String> = sqlx::query_scalar(
        "select format('%I.%I', schemaname, tablename) from pg_tables \
         where schemaname in ('ledgerdesk', 'read', 'rebuild', 'previous')",
    )
    .fetch_all(pool)
    .await
    .unwrap();
    let mut found = Vec::new();
    for table in tables {
        for word in words {
            // A row as text shows bytes as hexadecimal digits.
            let hits: i64 = sqlx::query_scalar(AssertSqlSafe(format!(
                "select count(*) from {table} t where t::text ilike '%' || $1 || '%' \
                 or t::text like '%' || encode(convert_to($1, 'UTF8'), 'hex') || '%'"
            )))
            .bind(word)
            .fetch_one(pool)
            .await
            .unwrap();
            if hits > 0 {
                found.push(format!("{word} in {table}"));
            }
        }
    }
    found
}

/// Everything that is counted or timed, per read model.
async fn counts(pool: &PgPool) -> Vec<(String, i64)> {
    sqlx::query_as(
        "select 'status ' || status, count(*) from read.consultation_list group by status \
         union all select 'messages', count(*) from read.messages \
         union all select 'calls', coalesce(sum(duration_seconds), 0)::bigint from read.calls \
         union all select 'handovers', count(*) from read.handovers \
         union all select 'history', count(*) from read.history \
         union all select 'clients', coalesce(sum(consultations), 0)::bigint from read.clients order by 1",
    )
    .fetch_all(pool)
    .await
    .unwrap()
}

#[tokio::test]
async fn an_erased_client_is_nowhere_and_every_count_stays() {
    let database = TestDatabase::new().await;
    let mut server = Server::start(&database.url());
    let contact = json!([{ "kind": "PHONE", "value": PHONE }]);
    let client = json!({ "kind": "PERSON", "name": NAME, "contacts": contact });
    let client = server.mutate("registerClient", client).await["createdId"].clone();
    let opening = json!({ "topic": WORDS, "channel": "SITE", "clientId": client });
    let id = server.mutate("openConsultation", opening).await["createdId"].clone();
    let on = |mut input: Value| {
        input["consultationId"] = id.clone();
        input
    };
    server
        .mutate("receiveMessage", on(json!({ "channel": "SITE", "text": format!("{WORDS}. {NAME}") })))
        .await;
    server.mutate("addNote", on(json!({ "text": format!("{NAME} просит перезвонить на {PHONE}") }))).await;
    server.mutate("requestHandover", on(json!({ "reason": format!("просит {NAME}") }))).await;
    let call =
        on(json!({ "direction": "INBOUND", "outcome": "ANSWERED", "startedAt": "2026-01-02T10:00:00Z",
        "durationSeconds": 77, "phone": PHONE }));
    let last = server.mutate("logCall", call).await["position"].clone();
    let shown =
        "query($id: ID!, $min: Position) { consultation(id: $id, minPosition: $min) { topic client { name }
        history(first: 50) { nodes { text } } messages(first: 10) { nodes { text } } calls { phone } } }";
    let before = server.query(shown, json!({ "id": id, "min": last })).await.to_string();
    assert!(before.contains(NAME) && before.contains(PHONE) && before.contains(WORDS), "{before}");
    let caught_up = "select count(*) from ledgerdesk.projections where build = 'live' and position < \
                     (select max(position) from ledgerdesk.events)";
    let all_caught_up =
        async || sqlx::query_scalar::<_, i64>(caught_up).fetch_one(database.pool()).await.unwrap() == 0;
    wait_until("every read model has caught up", &all_caught_up).await;
    let counted = counts(database.pool()).await;

    let erased = server.mutate("eraseClient", json!({ "clientId": client })).await["position"].clone();
    let after = server.query(shown, json!({ "id": id, "min": erased })).await.to_string();
    wait_until("every read model has caught up", &all_caught_up).await;
    let words = [NAME, PHONE, WORDS, "Евлампия", "колибри"];
    for word in words {
        assert!(!after.contains(word), "{word} in an answer: {after}");
        assert!(!server.log().contains(word), "{word} in a log line");
    }
    assert_eq!(tables_with(database.pool(), &words).await, Vec::<String>::new());
    assert_eq!(counts(database.pool()).await, counted, "all counts and durations stay");
    let search = "query($text: String!) { searchConsultations(text: $text) { nodes { id } } }";
    let hits = server.query(search, json!({ "text": "колибри" })).await;
    assert_eq!(hits["searchConsultations"]["nodes"], json!([]));
    assert_eq!(server.stop(rustix::process::Signal::TERM), Some(0));
    assert!(run(&database.url(), &["log", "verify"]).status.success());
    let checked = run(&database.url(), &["projections", "check"]);
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stdout));
}
