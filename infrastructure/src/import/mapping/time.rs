//! The times of a source.

use chrono::{
    DateTime, FixedOffset, LocalResult, NaiveDate, NaiveDateTime, NaiveTime, TimeZone, Utc,
    format::{Item, Parsed, StrftimeItems},
};
use chrono_tz::Tz;

/// How to read a time.
#[derive(Debug, Clone)]
enum Format {
    /// RFC 3339 or ISO 8601 with an offset.
    Rfc3339,
    /// Seconds since 1970.
    Unix,
    /// A `strftime` pattern.
    Pattern(Vec<Item<'static>>),
}

/// The zone of times that name none.
#[derive(Debug, Clone, Copy)]
enum Zone {
    Fixed(FixedOffset),
    Named(Tz),
}

/// Why a text is no time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::import) enum BadTime {
    /// No format fits.
    Unreadable,
    /// The clocks of the zone skipped it.
    Skipped,
    /// Before 1970 or after 2199: a fault of the source, and no consultation takes it.
    OutOfRange,
}

impl BadTime {
    /// The permanent code of the report.
    pub(in crate::import) const fn code(self) -> &'static str {
        match self {
            Self::Unreadable => "bad_time",
            Self::Skipped => "skipped_time",
            Self::OutOfRange => "time_out_of_range",
        }
    }

    /// What is wrong with the text.
    pub(in crate::import) fn reason(self, text: &str) -> String {
        match self {
            Self::Unreadable => format!("`{text}` fits none of the mapping's time formats"),
            Self::Skipped => format!("`{text}` does not exist in the mapping's zone: its clocks skip it"),
            Self::OutOfRange => format!("`{text}` is not between 1970 and 2199"),
        }
    }
}

/// How the times of a source are read.
#[derive(Debug, Clone)]
pub(in crate::import) struct TimeRule {
    formats: Vec<Format>,
    zone: Zone,
}

impl TimeRule {
    /// The rule for these formats and this zone; the faults name the key.
    pub(super) fn new(formats: &[String], zone: &str) -> Result<Self, Vec<(&'static str, String)>> {
        let mut faults = Vec::new();
        let mut compiled = Vec::new();
        for format in formats {
            match parse_format(format) {
                Ok(format) => compiled.push(format),
                Err(fault) => faults.push(("formats", fault)),
            }
        }
        match parse_zone(zone) {
            Some(zone) if faults.is_empty() => Ok(Self { formats: compiled, zone }),
            Some(_) => Err(faults),
            None => {
                faults.push(("zone", format!("`{zone}` is no zone; say `UTC`, `+03:00` or `Europe/Moscow`")));
                Err(faults)
            }
        }
    }

    /// The time that a text tells. A time that the clocks show twice is the first of the two.
    pub(in crate::import) fn read(&self, text: &str) -> Result<DateTime<Utc>, BadTime> {
        for format in &self.formats {
            if let Some(time) = self.read_as(format, text) {
                return time.and_then(in_range);
            }
        }
        Err(BadTime::Unreadable)
    }

    fn read_as(&self, format: &Format, text: &str) -> Option<Result<DateTime<Utc>, BadTime>> {
        match format {
            Format::Rfc3339 => DateTime::parse_from_rfc3339(text).ok().map(|time| Ok(time.to_utc())),
            Format::Unix => {
                let seconds = text.parse().ok()?;
                DateTime::from_timestamp(seconds, 0).map(Ok)
            }
            Format::Pattern(items) => {
                let mut parsed = Parsed::new();
                chrono::format::parse(&mut parsed, text, items.iter()).ok()?;
                if let Ok(time) = parsed.to_datetime() {
                    return Some(Ok(time.to_utc()));
                }
                let local = local_time(&parsed)?;
                Some(self.zoned(local))
            }
        }
    }

    fn zoned(&self, local: NaiveDateTime) -> Result<DateTime<Utc>, BadTime> {
        fn first<Z: TimeZone>(result: LocalResult<DateTime<Z>>) -> Result<DateTime<Utc>, BadTime> {
            result.earliest().map(|time| time.to_utc()).ok_or(BadTime::Skipped)
        }
        match self.zone {
            Zone::Fixed(offset) => first(offset.from_local_datetime(&local)),
            Zone::Named(zone) => first(zone.from_local_datetime(&local)),
        }
    }
}

/// Date and time without a zone; a date alone is its midnight.
fn local_time(parsed: &Parsed) -> Option<NaiveDateTime> {
    if let Ok(local) = parsed.to_naive_datetime_with_offset(0) {
        return Some(local);
    }
    let date: NaiveDate = parsed.to_naive_date().ok()?;
    Some(date.and_time(NaiveTime::MIN))
}

fn in_range(time: DateTime<Utc>) -> Result<DateTime<Utc>, BadTime> {
    let year = chrono::Datelike::year(&time);
    if (1970..2200).contains(&year) { Ok(time) } else { Err(BadTime::OutOfRange) }
}

fn parse_format(text: &str) -> Result<Format, String> {
    match text {
        "rfc3339" => Ok(Format::Rfc3339),
        "unix" => Ok(Format::Unix),
        pattern if pattern.contains('%') => StrftimeItems::new(pattern)
            .parse_to_owned()
            .map(Format::Pattern)
            .map_err(|_| format!("`{pattern}` is no time pattern; see the list of chrono's strftime")),
        other => Err(format!(
            "`{other}` is no time format; say `rfc3339`, `unix` or a pattern such as `%Y-%m-%d %H:%M:%S`"
        )),
    }
}

fn parse_zone(text: &str) -> Option<Zone> {
    if let Ok(zone) = text.parse::<Tz>() {
        return Some(Zone::Named(zone));
    }
    text.parse::<FixedOffset>().ok().map(Zone::Fixed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(formats: &[&str], zone: &str) -> TimeRule {
        let formats: Vec<String> = formats.iter().map(|format| (*format).to_owned()).collect();
        TimeRule::new(&formats, zone).unwrap()
    }

    fn utc(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn days_and_months_need_no_leading_zero() {
        let rule = rule(&["%d/%m/%Y %H:%M"], "UTC");
        assert_eq!(rule.read("9/3/2016 16:03"), Ok(utc("2016-03-09T16:03:00Z")));
        assert_eq!(rule.read("29/12/2016 01:23"), Ok(utc("2016-12-29T01:23:00Z")));
    }

    #[test]
    fn the_first_fitting_format_counts() {
        let rule = rule(&["%Y/%m/%d %H:%M:%S%.f", "rfc3339", "unix", "%Y-%m-%d"], "UTC");
        assert_eq!(rule.read("2012/10/09 14:50:17.000"), Ok(utc("2012-10-09T14:50:17Z")));
        assert_eq!(rule.read("2012-10-09T14:50:17+02:00"), Ok(utc("2012-10-09T12:50:17Z")));
        assert_eq!(rule.read("0"), Ok(utc("1970-01-01T00:00:00Z")));
        assert_eq!(rule.read("2012-10-09"), Ok(utc("2012-10-09T00:00:00Z")));
    }

    #[test]
    fn local_times_follow_their_zone() {
        let moscow = rule(&["%Y-%m-%d %H:%M"], "Europe/Moscow");
        assert_eq!(moscow.read("2024-07-01 12:00"), Ok(utc("2024-07-01T09:00:00Z")));
        let offset = rule(&["%Y-%m-%d %H:%M"], "+05:30");
        assert_eq!(offset.read("2024-07-01 12:00"), Ok(utc("2024-07-01T06:30:00Z")));
        let berlin = rule(&["%Y-%m-%d %H:%M"], "Europe/Berlin");
        assert_eq!(berlin.read("2024-10-27 02:30"), Ok(utc("2024-10-27T00:30:00Z")), "the first of the two");
        assert_eq!(berlin.read("2024-03-31 02:30"), Err(BadTime::Skipped));
    }

    #[test]
    fn a_text_that_is_no_time_is_refused() {
        let rule = rule(&["%Y-%m-%d %H:%M:%S", "rfc3339"], "UTC");
        for text in ["", "yesterday", "2024-02-30 10:00:00", "2024-01-01 25:00:00", "2024-01-01T10:00:00"] {
            assert_eq!(rule.read(text), Err(BadTime::Unreadable), "{text}");
        }
        assert_eq!(rule.read("9999-12-31 23:59:59"), Err(BadTime::OutOfRange));
        assert_eq!(rule.read("1900-01-01 00:00:00"), Err(BadTime::OutOfRange));
    }

    #[test]
    fn unknown_formats_and_zones_are_all_named() {
        let formats = vec!["%Q".to_owned(), "iso".to_owned()];
        let faults = TimeRule::new(&formats, "Mars/Olympus").unwrap_err();
        let keys: Vec<_> = faults.iter().map(|(key, _)| *key).collect();
        assert_eq!(keys, ["formats", "formats", "zone"]);
    }
}
