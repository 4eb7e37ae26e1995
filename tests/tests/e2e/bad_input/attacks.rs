//! What takes careless servers down, by process, by memory or by time: sent many times at once to a serving process,
//! while others use it.

use std::fmt::Write as _;

use futures_util::future::join_all;
use ledgerdesk_tests::server::OWNER_KEY;
use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};

use super::Target;

/// How often each attack is sent at once.
const AT_ONCE: usize = 4;
/// How much more memory than before an attack the process may have had at its peak, in bytes; and twice as much after
/// all of them.
const GROWTH: u64 = 50 << 20;

/// How it is sent to the server at an address.
type Sending = Box<dyn Fn(&Client, &str) -> RequestBuilder>;

/// What is sent, the status and the code that answer it.
struct Attack {
    name: &'static str,
    send: Sending,
    status: u16,
    code: &'static str,
}

fn post(http: &Client, address: &str) -> RequestBuilder {
    http.post(format!("http://{address}/graphql"))
        .bearer_auth(OWNER_KEY)
        .header("content-type", "application/json")
        .header("accept", "application/graphql-response+json")
}

fn document(name: &'static str, text: &str, code: &'static str) -> Attack {
    let body = json!({ "query": text }).to_string();
    body_of(name, body, 400, code)
}

fn body_of(name: &'static str, body: String, status: u16, code: &'static str) -> Attack {
    let send = Box::new(move |http: &Client, address: &str| post(http, address).body(body.clone()));
    Attack { name, send, status, code }
}

fn nested(open: &str, inner: &str, close: &str, depth: usize) -> String {
    format!("{{ node(id: {}{inner}{}) {{ id }} }}", open.repeat(depth), close.repeat(depth))
}

fn filters(depth: usize) -> String {
    let (open, close) = ("{ not: ".repeat(depth), "}".repeat(depth));
    format!("{{ consultations(filter: {{ where: {open}{{}}{close} }}) {{ totalCount }} }}")
}

fn doubling(times: usize) -> String {
    let mut text = "{ ...F0 }".to_owned();
    for n in 0..times {
        let next = n + 1;
        write!(text, " fragment F{n} on Query {{ ...F{next} ...F{next} }}").unwrap();
    }
    text + &format!(" fragment F{times} on Query {{ __typename }}")
}

fn aliases(times: usize) -> String {
    let fields = (0..times).fold(String::new(), |mut fields, n| {
        write!(fields, " a{n}:__typename").unwrap();
        fields
    });
    format!("{{ {fields} }}")
}

fn attacks() -> Vec<Attack> {
    const TOO_COMPLEX: &str = "QUERY_TOO_COMPLEX";
    const INVALID: &str = "GRAPHQL_VALIDATION_FAILED";
    let selections = format!("{}id{}", "{ consultations { nodes ".repeat(500), "}}".repeat(500));
    let directives = |each: &str, times: usize| format!("{{ __typename {} }}", each.repeat(times));
    let batch = |times| format!("[{}]", vec![r#"{"query":"{ me { role } }"}"#; times].join(","));
    let variables = format!("{}1{}", "[".repeat(10_000), "]".repeat(10_000));
    let mutation = "mutation { addNote(input: { consultationId: \"x\", text: \"forged\" }) { position } }";
    vec![
        document("list literals, 1,554 deep", &nested("[", "", "]", 1_554), TOO_COMPLEX),
        document("list literals, 100,000 deep", &nested("[", "", "]", 100_000), TOO_COMPLEX),
        document("object literals, 1,222 deep", &nested("{a:", "1", "}", 1_222), TOO_COMPLEX),
        document("filters, 100 deep", &filters(100), TOO_COMPLEX),
        body_of(
            "filters in variables, 100 deep",
            format!(
                "{{\"query\":\"query($f: ConsultationFilter) {{ consultations(filter: $f) {{ totalCount }} }}\",\
                 \"variables\":{{\"f\":{{\"where\":{}{{}}{}}}}}}}",
                "{\"not\":".repeat(100),
                "}".repeat(100)
            ),
            400,
            TOO_COMPLEX,
        ),
        document("fragments that double 20 times", &doubling(20), TOO_COMPLEX),
        document("fragments that double 24 times", &doubling(24), TOO_COMPLEX),
        body_of("a body of 20 MB", format!("{{\"query\":\"{}\"}}", "x".repeat(20 << 20)), 413, "BAD_REQUEST"),
        body_of("a batch of 4,000", batch(4_000), 400, "BAD_REQUEST"),
        body_of("a batch of 10,000", batch(10_000), 413, "BAD_REQUEST"),
        body_of("50,000 aliases", json!({ "query": aliases(50_000) }).to_string(), 413, "BAD_REQUEST"),
        document("10,000 aliases", &aliases(10_000), TOO_COMPLEX),
        document("101 aliases", &aliases(101), TOO_COMPLEX),
        document("selections, 1,000 deep", &selections, TOO_COMPLEX),
        body_of(
            "variables, 10,000 deep",
            format!("{{\"query\":\"query($a: A) {{ __typename }}\",\"variables\":{{\"a\":{variables}}}}}"),
            400,
            "BAD_REQUEST",
        ),
        document(
            "fragments in a circle",
            "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }",
            INVALID,
        ),
        document("a directive that nobody knows", &directives("@no", 1), INVALID),
        document("ten of the same directive", &directives("@no", 10), INVALID),
        document("500 directives", &directives("@no ", 500), TOO_COMPLEX),
        document(
            "introspection in a circle",
            &format!("{{ __schema {{ types {} name {} }} }}", "{ fields { type ".repeat(12), "}}".repeat(12)),
            TOO_COMPLEX,
        ),
        Attack {
            name: "a mutation as plain text",
            send: Box::new(move |http, address| {
                let body = json!({ "query": mutation }).to_string();
                http.post(format!("http://{address}/graphql"))
                    .bearer_auth(OWNER_KEY)
                    .header("content-type", "text/plain")
                    .body(body)
            }),
            status: 415,
            code: "BAD_REQUEST",
        },
        Attack {
            name: "a mutation as a form",
            send: Box::new(move |http, address| {
                http.post(format!("http://{address}/graphql"))
                    .bearer_auth(OWNER_KEY)
                    .header("content-type", "application/x-www-form-urlencoded")
                    .body(format!("query={mutation}"))
            }),
            status: 415,
            code: "BAD_REQUEST",
        },
        Attack {
            name: "a mutation over GET",
            send: Box::new(move |http, address| {
                let url = reqwest::Url::parse_with_params(
                    &format!("http://{address}/graphql"),
                    [("query", mutation)],
                );
                http.get(url.unwrap()).bearer_auth(OWNER_KEY)
            }),
            status: 405,
            code: "BAD_REQUEST",
        },
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn what_takes_careless_servers_down_is_refused_and_costs_nobody_else_anything() {
    let mut target = Target::new().await;
    let http = Client::new();
    let address = target.server.address.clone();
    let user = target.server.client(OWNER_KEY);
    let others = async || {
        let answer = user.query("{ me { role } logHead { position } }", json!({})).await;
        assert_eq!(answer["me"]["role"], "OWNER");
    };
    // What any use costs at first: connections, buffers, caches.
    join_all((0..4 * AT_ONCE).map(|_| others())).await;
    let before = target.server.peak_memory();
    let mut peak = before;
    for Attack { name, send, status, code } in attacks() {
        let answers = (0..AT_ONCE).map(|_| async {
            let answer = send(&http, &address).send().await.unwrap_or_else(|error| panic!("{name}: {error}"));
            (answer.status().as_u16(), answer.text().await.unwrap())
        });
        let (answers, ()) = tokio::join!(join_all(answers), others());
        for (found, text) in answers {
            assert_eq!(found, status, "{name}: {text}");
            assert!(text.len() < 2_000, "{name}: {} bytes answer it", text.len());
            let answer: Value = serde_json::from_str(&text).unwrap();
            assert!(answer.get("data").is_none(), "{name}: {answer}");
            assert_eq!(answer["errors"][0]["extensions"]["code"], code, "{name}: {answer}");
        }
        assert!(target.server.is_alive(), "{name}: {}", target.server.log());
        let growth = target.server.peak_memory().saturating_sub(peak);
        peak += growth;
        assert!(growth < GROWTH, "{name}: the process has had {growth} bytes more than before");
    }
    assert!(peak - before < 2 * GROWTH, "the process has had {} bytes more than before", peak - before);
    target.assert_unharmed().await;
}
