//! `docs/metrics.md`, written from the registry.

use std::fmt::Write as _;

use super::{Dimension, FACT_TABLES, MAX_BUCKETS, MAX_GROUPS, Metric, Unit, all};

const HEAD: &str = "# Metrics

<!-- Generated from projections/src/analytics; `make docs` rewrites it, a test keeps it current. -->

Every number of a report, a chart, an export or a subscription comes of one of these definitions. A definition never
changes: a better one is the next version of the metric, beside it, and both are computed over all history
(`analytics { difference }` tells where they differ). What is asked for without a version is the newest.

## Rules that hold for all

- **Dating.** A fact is dated by when it happened (`occurred_at`), whenever it was recorded. What happened in a
  consultation is folded in the order in which it happened, then of its stream; so a fact that arrives late corrects
  what was measured before. What is dated before the opening of its consultation counts as happening at the opening.
- **Durations** are whole milliseconds, cut off and not rounded: by the clock on the wall, or, where the clock is
  `CALENDAR`, as far as a business calendar was open.
- **Business time** counts each moment by the version of the calendar that was in force then, as clocks of service
  levels do: a version that is published for the past changes the answer, one for the future does not. The calendar is
  the one that `calendar` names; otherwise the one with the key `default`, or the only one. Without any, business time
  is refused with `NO_CALENDAR`, and with several of which none is `default`, with `CALENDAR_NOT_NAMED`: no calendar is
  never the same as zero, and never as all hours.
- **Service levels** are reckoned by the same fold as `Consultation.clocks`, from the journals of the consultations and
  from every version of the rules: each moment by the table and calendars in force then, so that both say the same.
  Nothing of it is kept, and what timers told is not looked at; so an imported history and a table that is published
  for the past count like anything else. What still runs counts as of `asOf`, or now if none is given.
- **Managers and teams** are those of the fact, as each metric says. Client, channel, priority, tags, catalog entries
  and custom attributes are those that the consultation has now.
- **Aggregates.** `n` is given with everything. The mean is the sum over `n`. Percentiles are by nearest rank: the
  smallest value that at least p percent of the values do not exceed, so each is a value that occurred. Of nothing there
  is no mean and no percentile: never 0.
- **Buckets** begin by local time of the zone that is asked for (IANA), closed at their beginning and open at their end;
  a day has 23 to 25 hours where clocks change. The first and the last may be cut by the range.
- **The time before** is the span of the same length that ends where the range begins; buckets are compared by their
  place.
- **Position.** An answer names the position of the log up to which everything is in it.
- **Merged.** A consultation that was merged into another has no durations of its own; what came and went counts.
";

const EXAMPLES: &str = include_str!("examples.md");

/// The page about the metrics.
pub fn markdown() -> String {
    let mut page = HEAD.to_owned();
    let _ = writeln!(
        page,
        "- **Bounds.** An answer has at most {MAX_BUCKETS} buckets and {MAX_GROUPS} groups for each metric; beyond that it is\n  \
         refused, never cut.\n\n## Dimensions\n\n| Dimension | What it is |\n|---|---|"
    );
    for name in Dimension::all() {
        let _ = writeln!(page, "| `{name}` | {} |", Dimension::about(&name));
    }
    page.push_str(
        "\nA heat map is any metric by `weekday` and `hour`; a distribution is `rating` by `score`, a mix `calls` by \
         `outcome`.\n`topic` means `catalog`, `source` means `channel`.\n",
    );
    let names: Vec<_> = FACT_TABLES.iter().map(|table| format!("`{}`", table.name)).collect();
    let _ = writeln!(page, "\nFact tables to export: {}.\n\n{}", names.join(", "), EXAMPLES.trim());
    page.push_str("\n\n## Definitions\n");
    all().for_each(|metric| write_metric(&mut page, metric));
    page
}

fn write_metric(page: &mut String, metric: &Metric) {
    let _ = writeln!(page, "\n### `{}` version {}\n", metric.key.name, metric.key.version);
    wrap(page, "", &format!("**{}** ({}). {}", metric.title.en, metric.title.ru, metric.about.en));
    page.push('\n');
    let of: Vec<_> = Dimension::of(metric).iter().map(|name| format!("`{name}`")).collect();
    for (what, text) in [
        ("Unit", metric.unit.as_str()),
        ("Start, or what is counted", metric.start),
        ("Stop", metric.stop),
        ("Stands still", metric.pause),
        ("Clock", metric.clock.as_str()),
        ("Attribution", metric.attribution),
        ("Dated by", metric.dating),
        ("Population", metric.population),
        ("Aggregates", metric.aggregates()),
        ("Dimensions", of.join(", ").as_str()),
        ("Source", metric.source),
    ] {
        // What is counted runs by no clock.
        let runs = matches!(metric.unit, Unit::Milliseconds | Unit::OpenTime) || what != "Clock";
        if !text.is_empty() && runs {
            wrap(page, "- ", &format!("{what}: {text}"));
        }
    }
}

/// Lines of at most 120 columns.
fn wrap(page: &mut String, bullet: &str, text: &str) {
    let mut width = bullet.len();
    page.push_str(bullet);
    for (number, word) in text.split_whitespace().enumerate() {
        let length = word.chars().count();
        if number > 0 && width + 1 + length > 120 {
            page.push_str(if bullet.is_empty() { "\n" } else { "\n  " });
            width = if bullet.is_empty() { 0 } else { 2 };
        } else if number > 0 {
            page.push(' ');
            width += 1;
        }
        page.push_str(word);
        width += length;
    }
    page.push('\n');
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/metrics.md");

    #[test]
    fn the_page_is_current() {
        let page = markdown();
        if std::env::var_os("LEDGERDESK_WRITE_DOCS").is_some() {
            fs::write(PAGE, &page).unwrap();
        }
        let written = fs::read_to_string(PAGE).unwrap_or_default();
        assert!(written == page, "docs/metrics.md is stale; `make docs` rewrites it");
    }
}
