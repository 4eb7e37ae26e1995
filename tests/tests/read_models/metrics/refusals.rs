//! What cannot be asked, each with its code and with what would be right.

use async_graphql::Response;
use ledgerdesk_api::graphql::caller::Role;

use crate::support::{Desk, caller, codes};

async fn refused(desk: &Desk, field: &str) -> (Vec<String>, String) {
    let query = format!("{{ analytics {{ {field} }} }}");
    let response: Response =
        desk.respond(&query, caller(desk.node.workspace, Role::Analyst), desk.database.pool()).await;
    let message = response.errors.first().map(|error| error.message.clone()).unwrap_or_default();
    (codes(&response), message)
}

fn report(input: &str) -> String {
    format!("report(input: {{ {input} }}) {{ position }}")
}

const YEAR: &str = "from: \"2026-01-01T00:00:00Z\", to: \"2027-01-01T00:00:00Z\"";
const FIRST: &str = "metrics: [{ name: \"first_response\" }]";

#[tokio::test]
async fn what_cannot_be_asked_is_refused_with_what_would_be_right() {
    let desk = Desk::open().await;
    desk.settled().await;
    let backwards = "from: \"2027-01-01T00:00:00Z\", to: \"2026-01-01T00:00:00Z\"";
    let decade = "from: \"2016-01-01T00:00:00Z\", to: \"2026-01-01T00:00:00Z\"";
    let never = "from: \"1912-01-01T00:00:00Z\", to: \"2026-01-01T00:00:00Z\"";
    let many = "{ name: \"opened\" }, ".repeat(21);
    let difference = |metric: &str, other: u8| {
        format!("difference(metric: \"{metric}\", one: 1, other: {other}, {YEAR}) {{ totals {{ same }} }}")
    };
    for (asked, code, says) in [
        (
            report(&format!("metrics: [{{ name: \"first_respons\" }}], {YEAR}")),
            "UNKNOWN_METRIC",
            "`first_response`",
        ),
        (
            report(&format!("metrics: [{{ name: \"one_touch\", version: 3 }}], {YEAR}")),
            "UNKNOWN_METRIC_VERSION",
            "[1, 2]",
        ),
        (report(&format!("{FIRST}, dimensions: [\"manger\"], {YEAR}")), "UNKNOWN_DIMENSION", "`manager`"),
        (
            report(&format!("{FIRST}, dimensions: [\"outcome\"], {YEAR}")),
            "DIMENSION_NOT_OF_METRIC",
            "manager",
        ),
        (
            report(&format!("metrics: [{{ name: \"backlog\" }}], dimensions: [\"hour\"], {YEAR}")),
            "DIMENSION_NOT_OF_METRIC",
            "time",
        ),
        (
            report(&format!("{FIRST}, timeZone: \"Europe/Moskow\", {YEAR}")),
            "UNKNOWN_TIME_ZONE",
            "`Europe/Moscow`",
        ),
        (report(&format!("{FIRST}, {backwards}")), "RANGE_ENDS_BEFORE_IT_BEGINS", "after"),
        (report(&format!("{FIRST}, {never}")), "RANGE_OUT_OF_TIME", "1970"),
        (report(&format!("{FIRST}, bucket: HOUR, {decade}")), "TOO_MANY_BUCKETS", "larger"),
        (report(&format!("{FIRST}, dimensions: [\"time\"], {YEAR}")), "CONTRADICTION", "bucket"),
        (
            report(&format!("{FIRST}, dimensions: [\"tag\", \"catalog\"], {YEAR}")),
            "CONTRADICTION",
            "only one",
        ),
        (report(&format!("metrics: [], {YEAR}")), "BAD_COUNT", "1 to 20"),
        (report(&format!("metrics: [{many}], {YEAR}")), "BAD_COUNT", "1 to 20"),
        (difference("one_touch", 7), "UNKNOWN_METRIC_VERSION", "[1, 2]"),
        (difference("backlog", 1), "METRIC_WITHOUT_FACTS", "level"),
        (difference("sla_met", 1), "METRIC_WITHOUT_VERSIONS", "facts"),
        (difference("first_response_business", 1), "NO_CALENDAR", "publishCalendar"),
        (
            format!(
                "facts(metric: {{ name: \"opened\" }}, {YEAR}, bucket: DAY, group: {{ dimension: \"time\", \
                 value: \"2026-03-01T00:00:01Z\" }}) {{ position }}"
            ),
            "CONTRADICTION",
            "begins",
        ),
        (
            format!("facts(metric: {{ name: \"opened\" }}, {YEAR}, after: \"x\") {{ position }}"),
            "BAD_USER_INPUT",
            "cursor",
        ),
        (
            // Who may not see words may not look for them.
            report(&format!("{FIRST}, {YEAR}, filter: {{ text: \"secret\" }}")),
            "FORBIDDEN",
            "personal:read",
        ),
    ] {
        let (codes, message) = refused(&desk, &asked).await;
        assert_eq!(codes, [code], "{asked}: {message}");
        assert!(message.contains(says), "{asked}: {message}");
    }
    desk.close().await;
}
