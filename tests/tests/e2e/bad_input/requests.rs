//! Requests that are no requests, and documents that are meant to do harm.

use ledgerdesk_tests::{server::OWNER_KEY, socket::Socket};
use serde_json::{Value, json};

use super::Target;

/// Status and code of a body as it is.
async fn refused(target: &Target, body: impl Into<Vec<u8>>) -> (u16, String) {
    let (status, answer) = target.server.send(body.into()).await;
    let answer: Value = serde_json::from_str(&answer).expect(&answer);
    assert!(answer.get("data").is_none_or(Value::is_null), "{answer}");
    (status, answer["errors"][0]["extensions"]["code"].as_str().unwrap_or_default().to_owned())
}

#[tokio::test]
async fn what_is_no_request_is_refused_with_a_status_and_a_code() {
    let target = Target::new().await;
    let bodies: [(&[u8], &str); 12] = [
        (b"", "BAD_REQUEST"),
        (b"{", "BAD_REQUEST"),
        (b"null", "BAD_REQUEST"),
        (b"[]", "BAD_REQUEST"),
        (b"{}", "BAD_REQUEST"),
        (b"\xff\xfe", "BAD_REQUEST"),
        (b"{\"query\": 1}", "BAD_REQUEST"),
        (b"{\"query\": \"{ me { role } }\", \"variables\": []}", "BAD_REQUEST"),
        (b"{\"query\": \"\"}", "BAD_REQUEST"),
        (b"{\"query\": \"{ me\"}", "GRAPHQL_PARSE_FAILED"),
        (b"{\"query\": \"{ nothing }\"}", "GRAPHQL_VALIDATION_FAILED"),
        (b"{\"query\": \"query A { me { role } } query B { me { role } }\"}", "OPERATION_RESOLUTION_FAILURE"),
    ];
    for (body, code) in bodies {
        let shown = String::from_utf8_lossy(body);
        let (status, found) = refused(&target, body).await;
        assert!((400..500).contains(&status) || status == 200, "{shown}: {status}");
        assert_eq!(found, code, "{shown}");
    }
    target.assert_unharmed().await;
}

#[tokio::test]
async fn a_text_of_ten_megabytes_is_refused_and_its_sender_learns_why() {
    let target = Target::new().await;
    let text = "я".repeat(5 << 20);
    let body = json!({ "query": "mutation($t: String!) { addNote(input: { text: $t }) { position } }",
                       "variables": { "t": text } });
    assert_eq!(refused(&target, body.to_string()).await, (413, "BAD_REQUEST".to_owned()));
    target.assert_unharmed().await;
}

/// Documents of a few kilobytes that cost a careless server its stack or its day.
fn harmful() -> Vec<(&'static str, String)> {
    let doubling = (0..40).map(|n| format!("fragment f{n} on Query {{ ...f{} ...f{} }}", n + 1, n + 1));
    let fragments = doubling.collect::<String>() + "fragment f40 on Query { me { role } }";
    let aliases = (0..500).map(|n| format!("a{n}:me{{role}}")).collect::<Vec<_>>().join(" ");
    let deep =
        |open: &str, close: &str, times| format!("{{ a{}{} }}", open.repeat(times), close.repeat(times));
    vec![
        ("fields", deep("{a", "}", 1_500)),
        ("fields without an end", format!("{{ a{}", "{a".repeat(1_500))),
        ("lists", deep("(x:[", "])", 700)),
        ("open lists", format!("{{ a(x:{}", "[".repeat(3_000))),
        ("objects", format!("{{ a(x:{}1{}) }}", "{y:".repeat(700), "}".repeat(700))),
        (
            "list types",
            format!("query($x: {}Int{}) {{ me {{ role }} }}", "[".repeat(1_400), "]".repeat(1_400)),
        ),
        ("inline fragments", deep("{... on Query", "{me{role}}}", 150)),
        ("aliases", format!("{{ {aliases} }}")),
        ("directives", format!("{{ me{} {{ role }} }}", " @skip(if:false)".repeat(180))),
        ("fragments that double", format!("{{ ...f0 }} {fragments}")),
        (
            "a fragment in itself",
            "{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }".to_owned(),
        ),
        (
            "pages in pages",
            "{ clients(first: 100) { nodes { name } } consultations(first: 100) { nodes {
            handovers(last: 100) { nodes { consultation { messages(last: 100) { nodes { text } } } } } } } }"
                .to_owned(),
        ),
        ("a long name", format!("{{ {} }}", "a".repeat(3_000))),
        ("a long text", format!("{{ node(id: \"{}\") {{ id }} }}", "a".repeat(3_000))),
        ("brackets in a text without an end", format!("{{ node(id: \"{}", "{".repeat(3_000))),
    ]
}

#[tokio::test]
async fn a_document_that_would_exhaust_the_server_is_refused_on_every_transport() {
    let target = Target::new().await;
    for (what, document) in harmful() {
        let code = match what {
            "a fragment in itself" | "a long name" => "GRAPHQL_VALIDATION_FAILED",
            "a long text" => "BAD_USER_INPUT",
            "brackets in a text without an end" => "GRAPHQL_PARSE_FAILED",
            _ => "QUERY_TOO_COMPLEX",
        };
        let started = std::time::Instant::now();
        assert_eq!(refused(&target, json!({ "query": document }).to_string()).await.1, code, "{what}");
        assert!(started.elapsed().as_secs() < 5, "{what} took {:?}", started.elapsed());
        let mut socket =
            Socket::subscribe(&target.server.address, OWNER_KEY, &document, json!({})).await.unwrap();
        let message = socket.next().await.unwrap();
        // An operation that began answers with a result, one that did not with an error.
        let errors =
            if message["type"] == "next" { &message["payload"]["errors"] } else { &message["payload"] };
        assert_eq!(errors[0]["extensions"]["code"], code, "{what}: {message}");
    }
    target.assert_unharmed().await;
}

#[tokio::test]
async fn variables_that_nest_without_an_end_are_refused() {
    let target = Target::new().await;
    let query = "mutation($input: AddNoteInput!) { addNote(input: $input) { position } }";
    let nested = format!("{}1{}", "[".repeat(3_000), "]".repeat(3_000));
    let body = format!("{{\"query\": \"{query}\", \"variables\": {{\"input\": {nested}}}}}");
    assert_eq!(refused(&target, body).await, (400, "BAD_REQUEST".to_owned()));
    target.assert_unharmed().await;
}

#[tokio::test]
async fn a_key_that_opens_nothing_is_told_so_alike_whatever_it_is() {
    let target = Target::new().await;
    let mut answers = Vec::new();
    for key in ["", "nonsense", "ldk_short", "ldk_BBECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"] {
        let (status, answer) = target.server.client(key).send("{\"query\": \"{ me { role } }\"}").await;
        assert_eq!(status, 401, "{key}: {answer}");
        answers.push(answer);
    }
    answers.dedup();
    let [answer] = answers.as_slice() else { panic!("they differ: {answers:?}") };
    assert!(answer.contains("UNAUTHENTICATED"), "{answer}");
    target.assert_unharmed().await;
}
