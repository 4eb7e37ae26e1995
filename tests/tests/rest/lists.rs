use serde_json::{Value, json};

use crate::http::{Rest, path};

/// A consultation with an appointment, assigned to a manager.
async fn appointed(rest: &Rest) -> (Value, Value) {
    let made = rest.open("a").await;
    let manager = json!({ "name": "Anna", "capacity": 5 });
    let manager = rest.mutate("registerManager", manager).await["createdId"].clone();
    let on = |more: Value| {
        let mut input = json!({ "consultationId": made["id"] });
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        input
    };
    rest.mutate("assignConsultation", on(json!({ "assignee": manager }))).await;
    rest.mutate("appointConsultation", on(json!({ "appointedFor": "2030-01-01T10:00:00Z" }))).await;
    (made, manager)
}

fn under(made: &Value, rest: &str) -> String {
    format!("/api/consultations/{}{rest}", made["id"].as_str().unwrap())
}

/// Every page of a list, following `next` and checking that the links say the same.
async fn walk(rest: &Rest, start: &str) -> Vec<Value> {
    let mut items = Vec::new();
    let mut place = start.to_owned();
    for _ in 0..50 {
        let answer = rest.get(&place).await;
        assert_eq!(answer.status, 200, "{place}: {answer:?}");
        items.extend(answer.body["items"].as_array().unwrap().clone());
        let links: Vec<&str> = answer.header("link").split(", ").collect();
        let next = links.iter().find_map(|link| link.strip_suffix(">; rel=\"next\"")?.strip_prefix('<'));
        assert_eq!(next.is_some(), answer.body["next"].is_string(), "{answer:?}");
        match next {
            Some(next) => next.clone_into(&mut place),
            None => return items,
        }
    }
    panic!("{start} has no end");
}

fn texts(items: &[Value], member: &str) -> Vec<String> {
    items.iter().map(|item| item[member].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_timeline_is_read_from_either_end_and_narrowed() {
    let rest = Rest::start().await;
    let (made, manager) = appointed(&rest).await;
    let mut last = json!(0);
    for text in ["one", "two", "three"] {
        let note = json!({ "consultationId": made["id"], "text": text });
        last = rest.mutate("addNote", note).await["position"].clone();
    }
    let all = under(&made, &format!("/history?limit=2&minPosition={last}"));
    let forward = walk(&rest, &all).await;
    assert_eq!(forward.len(), 6);
    assert_eq!(forward[0]["eventType"], "ConsultationOpened");
    assert_eq!(
        (&forward[0]["source"]["system"], &forward[0]["consultationId"]),
        (&json!("rest"), &made["id"])
    );
    let mut backward = walk(&rest, &format!("{all}&order=desc")).await;
    backward.reverse();
    assert_eq!(backward, forward);

    let notes = walk(&rest, &under(&made, "/history?kind=NOTE,APPOINTMENT&limit=2")).await;
    assert_eq!(texts(&notes, "kind"), ["APPOINTMENT", "NOTE", "NOTE", "NOTE"]);
    let by_manager =
        rest.found(&under(&made, &format!("/history?actor={}", manager.as_str().unwrap()))).await;
    assert_eq!(by_manager["items"], json!([]));
    let by_bots = walk(&rest, &under(&made, "/history?actorKind=BOT")).await;
    assert_eq!(by_bots.len(), 6);
    let before = rest.found(&under(&made, "/history?occurredBefore=2020-01-01T00:00:00Z")).await;
    assert_eq!(before["items"], json!([]));
    let since = walk(&rest, &under(&made, "/history?occurredFrom=2020-01-01T00:00:00%2B03:00")).await;
    assert_eq!(since.len(), 6);
    rest.app.stop().await;
}

#[tokio::test]
async fn promised_times_move_and_are_listed() {
    let rest = Rest::start().await;
    let (made, manager) = appointed(&rest).await;
    let redate = json!({ "to": "2030-01-02T10:00:00+03:00", "reason": "away", "initiator": { "kind": "MANAGER", "id": manager } });
    let first = rest.post(&under(&made, "/redates"), redate).await;
    assert_eq!(first.status, 201, "{first:?}");
    let headers = [("idempotency-key", "again")];
    let body = json!({ "to": "2030-01-03T10:00:00Z", "initiator": { "kind": "CLIENT" } }).to_string();
    let second = rest.send("POST", &under(&made, "/redates"), &headers, Some(body.clone())).await;
    let repeated = rest.send("POST", &under(&made, "/redates"), &headers, Some(body)).await;
    assert_eq!(second.body, repeated.body);

    let shown = under(&made, &format!("/redates?limit=1&minPosition={}", second.body["position"]));
    let newest_first = walk(&rest, &shown).await;
    assert_eq!(texts(&newest_first, "movedTo"), ["2030-01-03T10:00:00Z", "2030-01-02T07:00:00Z"]);
    assert_eq!((&newest_first[1]["id"], &newest_first[1]["reason"]), (&first.body["id"], &json!("away")));
    assert_eq!((&newest_first[1]["assigneeId"], &newest_first[1]["initiator"]["id"]), (&manager, &manager));
    let oldest_first = walk(&rest, &format!("{shown}&order=asc")).await;
    assert_eq!(texts(&oldest_first, "movedTo"), ["2030-01-02T07:00:00Z", "2030-01-03T10:00:00Z"]);

    let unplanned = rest.open("b").await;
    let refused = rest.post(&under(&unplanned, "/redates"), json!({ "to": "2030-01-02T10:00:00Z" })).await;
    assert_eq!(refused.refusal().0, 409, "{refused:?}");
    let id = json!({ "kind": "BOT", "id": manager });
    let refused =
        rest.post(&under(&made, "/redates"), json!({ "to": "2030-01-09T10:00:00Z", "initiator": id })).await;
    assert_eq!(refused.refusal(), (422, "party_without_id"));
    rest.app.stop().await;
}

#[tokio::test]
async fn what_clients_think_is_recorded_and_listed() {
    let rest = Rest::start().await;
    let (made, manager) = appointed(&rest).await;
    let rating = json!({
        "questionnaire": "support", "questionnaireVersion": 1,
        "answers": [{ "question": "overall", "score": 5, "comment": "Quick" }],
    });
    let early = rest.post(&under(&made, "/ratings"), rating.clone()).await;
    assert_eq!(early.refusal().0, 409, "{early:?}");
    rest.mutate("startConsultation", json!({ "consultationId": made["id"] })).await;
    rest.mutate("resolveConsultation", json!({ "consultationId": made["id"] })).await;
    let rated = rest.post(&under(&made, "/ratings"), rating.clone()).await;
    assert_eq!(rated.status, 201, "{rated:?}");
    let list = rest.found(&under(&made, &format!("/ratings?minPosition={}", rated.body["position"]))).await;
    let shown = &list["items"][0];
    assert_eq!((&shown["id"], &shown["state"]), (&rated.body["id"], &json!("SUBMITTED")));
    assert_eq!((&shown["score"], &shown["attributedToId"]), (&json!(500), &manager));
    assert_eq!(shown["answers"], json!([{ "question": "overall", "score": 5, "comment": "Quick" }]));
    let wrong = json!({ "questionnaire": "support", "questionnaireVersion": 1, "answers": [{ "question": "overall", "score": 11 }] });
    let refused = rest.post(&under(&made, "/ratings"), wrong).await;
    assert!([409, 422].contains(&refused.refusal().0), "{refused:?}");
    rest.app.stop().await;
}

#[tokio::test]
async fn calls_are_listed_by_date_and_manager() {
    let rest = Rest::start().await;
    let (made, manager) = appointed(&rest).await;
    let other = rest.open("b").await;
    let mut last = json!(0);
    for (consultation, day, outcome, by) in [
        (&made, 1, "BUSY", Some(&manager)),
        (&made, 2, "ANSWERED", None),
        (&other, 3, "BUSY", Some(&manager)),
    ] {
        let call = json!({
            "consultationId": consultation["id"], "direction": "OUTBOUND", "outcome": outcome,
            "startedAt": format!("2026-01-0{day}T09:00:00Z"), "managerId": by, "phone": "+7 495 1234567",
        });
        last = rest.mutate("logCall", call).await["position"].clone();
    }
    let of = async |path: &str| {
        let mark = if path.contains('?') { '&' } else { '?' };
        texts(&walk(&rest, &format!("{path}{mark}limit=1&minPosition={last}")).await, "startedAt")
    };
    let (first, second, third) = ("2026-01-01T09:00:00Z", "2026-01-02T09:00:00Z", "2026-01-03T09:00:00Z");
    assert_eq!(of(&under(&made, "/calls")).await, [second, first]);
    assert_eq!(of("/api/calls?order=asc").await, [first, second, third]);
    let manager = manager.as_str().unwrap();
    assert_eq!(of(&format!("/api/calls?manager={manager}")).await, [third, first]);
    assert_eq!(of(&under(&made, &format!("/calls?manager={manager}"))).await, [first]);
    assert_eq!(of(&format!("/api/calls?startedFrom={second}&startedBefore={third}")).await, [second]);
    assert_eq!(of("/api/calls?outcome=ANSWERED,FAILED").await, [second]);
    assert_eq!(of("/api/calls?direction=INBOUND").await, Vec::<String>::new());
    let shown = rest.found(&under(&made, "/calls?limit=1")).await["items"][0].clone();
    assert_eq!((&shown["consultationId"], &shown["phone"]), (&made["id"], &json!("+7 495 1234567")));
    rest.app.stop().await;
}

#[tokio::test]
async fn parts_of_what_is_not_there_are_not_there_either() {
    let rest = Rest::start().await;
    let nobody = json!({ "id": "00000000-0000-4000-8000-000000000000", "position": 0 });
    for part in ["", "/history", "/redates", "/ratings", "/calls"] {
        let answer = rest.get(&path(&nobody, part)).await;
        assert_eq!(answer.refusal(), (404, "NOT_FOUND"), "{part}");
    }
    rest.app.stop().await;
}
