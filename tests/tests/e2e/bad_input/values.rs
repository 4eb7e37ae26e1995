//! Texts, times and numbers beyond their bounds, and commands that the rules forbid.

use serde_json::{Value, json};

use super::Target;

#[tokio::test]
async fn a_text_is_neither_empty_nor_endless_nor_cut_by_a_nul() {
    let target = Target::new().await;
    let long = "я".repeat(50_001);
    for (text, code) in [("a\0b", "nul_character"), (long.as_str(), "too_long"), (" \n\t ", "empty")] {
        let note = target.on(json!({ "text": text }));
        let (found, field) = target.server.refusal("addNote", note).await;
        assert_eq!((found.as_str(), &field), (code, &json!("input.text")));
        let topic = json!({ "topic": text, "channel": "SITE" });
        let (found, field) = target.server.refusal("openConsultation", topic).await;
        assert_eq!((found.as_str(), &field), (code, &json!("input.topic")));
    }
    let nul = json!({ "text": "a\0b" });
    let search = "query($text: String!) { searchConsultations(text: $text) { nodes { id } } }";
    let answer = target.server.post(search, nul).await;
    assert_ne!(answer["errors"][0]["extensions"]["code"], "INTERNAL_SERVER_ERROR", "{answer}");
    target.assert_unharmed().await;
}

#[tokio::test]
async fn odd_but_honest_texts_come_back_as_they_were() {
    let mut target = Target::new().await;
    let texts = [
        "\u{202e}right to left\u{202c} \u{feff}",
        "👩‍👩‍👧‍👦 ﷽ Z̸̢̛a̵l̷g̶o̵",
        "'; drop table ledgerdesk.events; --",
        "\\u0000 \\0 %s {} ${x} <script>alert(1)</script>",
        "line\r\nline\u{2028}line\u{b}",
    ];
    for text in texts {
        let note = target.on(json!({ "text": text }));
        let min = target.server.mutate("addNote", note).await["position"].clone();
        let shown = "query($id: ID!, $min: Position) {
            history(consultationId: $id, last: 1, minPosition: $min) { nodes { text } } }";
        let shown = target.server.query(shown, json!({ "id": target.id, "min": min })).await;
        assert_eq!(shown["history"]["nodes"][0]["text"], text);
    }
    target.settle().await;
    target.assert_unharmed().await;
}

#[tokio::test]
async fn a_time_is_one_that_a_calendar_holds() {
    let target = Target::new().await;
    let appoint = async |time: &str| {
        let input = target.on(json!({ "appointedFor": time }));
        let mutation = ledgerdesk_tests::client::mutation("appointConsultation");
        target.server.post(&mutation, json!({ "input": input })).await
    };
    for time in
        ["9999-12-31T23:59:59Z", "2200-01-01T00:00:00Z", "1969-12-31T23:59:59Z", "1969-12-31T23:59:59-00:00"]
    {
        let answer = appoint(time).await;
        let error = &answer["data"]["appointConsultation"]["userErrors"][0];
        assert_eq!(
            (&error["code"], &error["field"]),
            (&json!("out_of_range"), &json!("input.appointedFor")),
            "{time}: {answer}"
        );
    }
    for time in [
        "",
        "tomorrow",
        "2030-02-30T00:00:00Z",
        "2030-01-01T25:00:00Z",
        "2030-01-01",
        "2030-01-01T00:00:00",
        "2030-01-01T00:00:00+99:99",
        "10000-01-01T00:00:00Z",
        "+999999-01-01T00:00:00Z",
        "2030-01-01T00:00:00[Europe/Berlin]",
    ] {
        let answer = appoint(time).await;
        let code = answer["errors"][0]["extensions"]["code"].as_str().unwrap_or_default();
        assert!(["BAD_USER_INPUT", "GRAPHQL_VALIDATION_FAILED"].contains(&code), "{time}: {answer}");
    }
    for time in ["9999-12-31T23:59:59Z", "1969-12-31T23:59:59Z", "2150-01-01T00:00:00Z"] {
        let past = target.on(json!({ "text": "when?", "occurredAt": time }));
        let (code, field) = target.server.refusal("addNote", past).await;
        assert_eq!((code.as_str(), &field), ("invalid_occurred_at", &json!("input.occurredAt")), "{time}");
    }
    target.assert_unharmed().await;
}

#[tokio::test]
async fn any_zone_of_the_earth_names_the_same_moment() {
    let mut target = Target::new().await;
    let zones = [
        ("2030-06-01T12:00:00Z", "2030-06-01T12:00:00+00:00"),
        ("2030-06-02T02:00:00+14:00", "2030-06-01T12:00:00+00:00"),
        ("2030-06-01T00:00:00-12:00", "2030-06-01T12:00:00+00:00"),
        ("2030-06-01T17:45:00+05:45", "2030-06-01T12:00:00+00:00"),
        ("2030-06-02T11:59:00+23:59", "2030-06-01T12:00:00+00:00"),
        ("2199-12-31T23:59:59.999999Z", "2199-12-31T23:59:59.999999+00:00"),
    ];
    for (typed, meant) in zones {
        let id = target.server.open(typed).await;
        let input = json!({ "consultationId": id, "appointedFor": typed });
        let min = target.server.mutate("appointConsultation", input).await["position"].clone();
        let shown =
            "query($id: ID!, $min: Position) { consultation(id: $id, minPosition: $min) { appointedFor } }";
        let shown = target.server.query(shown, json!({ "id": id, "min": min })).await;
        assert_eq!(shown["consultation"]["appointedFor"], meant, "{typed}");
    }
    target.settle().await;
    target.assert_unharmed().await;
}

#[tokio::test]
async fn what_the_rules_forbid_is_refused_with_the_rule() {
    let mut target = Target::new().await;
    let ours = target.id.clone();
    let on = |mut input: Value| {
        input["consultationId"] = ours.clone();
        input
    };
    for (verb, input, code) in [
        ("closeConsultation", on(json!({})), "illegal_transition"),
        ("resumeConsultation", on(json!({})), "illegal_transition"),
        ("reopenConsultation", on(json!({})), "illegal_transition"),
        ("redateConsultation", on(json!({ "to": "2030-01-01T00:00:00Z" })), "not_appointed"),
        ("mergeConsultation", on(json!({ "into": ours })), "merge_into_itself"),
        ("unmergeConsultation", on(json!({})), "not_merged"),
    ] {
        assert_eq!(target.server.refusal(verb, input).await.0, code, "{verb}");
    }
    let answers = json!([{ "question": "overall", "score": 5 }]);
    let rating = json!({ "questionnaire": "service", "questionnaireVersion": 1, "answers": answers });
    assert_eq!(target.server.refusal("submitRating", on(rating)).await.0, "rating_not_allowed");
    let handover = target.server.mutate("requestHandover", on(json!({}))).await["createdId"].clone();
    target.server.mutate("resolveConsultation", on(json!({}))).await;
    target.server.mutate("closeConsultation", on(json!({}))).await;
    target.settle().await;
    for (verb, input) in [
        ("startConsultation", on(json!({}))),
        ("resolveConsultation", on(json!({}))),
        ("cancelConsultation", on(json!({}))),
        ("requestHandover", on(json!({}))),
        ("returnHandover", on(json!({ "handoverId": handover }))),
        ("appointConsultation", on(json!({ "appointedFor": "2030-01-01T00:00:00Z" }))),
    ] {
        let (code, _) = target.server.refusal(verb, input).await;
        let named = ["consultation_closed", "illegal_transition", "handover_not_open"];
        assert!(named.contains(&code.as_str()), "{verb}: {code}");
    }
    // Only notes, messages and facts go on after the end; the last check writes one.
    target.assert_unharmed().await;
}

#[tokio::test]
async fn numbers_have_their_bounds() {
    let target = Target::new().await;
    let pages = "query($first: Int) { consultations(first: $first) { nodes { id } } }";
    for first in [json!(0), json!(-1), json!(101), json!(2_147_483_647)] {
        assert_eq!(target.server.fault(pages, json!({ "first": first })).await, "BAD_USER_INPUT", "{first}");
    }
    let cursors = "query($after: String) { consultations(first: 1, after: $after) { nodes { id } } }";
    for after in ["", "nonsense", "AAAA", "MjAzMA==", "\u{0}", "9".repeat(5_000).as_str()] {
        assert_eq!(
            target.server.fault(cursors, json!({ "after": after })).await,
            "BAD_USER_INPUT",
            "{after}"
        );
    }
    for (version, code) in [(json!(-1), "invalid_version")] {
        let input = target.on(json!({ "text": "which?", "expectedVersion": version }));
        assert_eq!(target.server.refusal("addNote", input).await.0, code);
    }
    let call = json!({ "direction": "INBOUND", "outcome": "NO_ANSWER", "startedAt": "2024-01-01T00:00:00Z", "durationSeconds": 5 });
    assert_eq!(target.server.refusal("logCall", target.on(call)).await.0, "duration_without_answer");
    for score in [0, 11, -5] {
        let rating = json!({ "questionnaire": "service", "questionnaireVersion": 1, "answers": [{ "question": "overall", "score": score }] });
        let mutation = ledgerdesk_tests::client::mutation("submitRating");
        let answer = target.server.post(&mutation, json!({ "input": target.on(rating) })).await;
        let refused = answer["data"]["submitRating"]["userErrors"][0]["code"].is_string()
            || answer["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT";
        assert!(refused, "{score}: {answer}");
    }
    target.assert_unharmed().await;
}
