//! `calendars`, `slaTables`: what the workspace published for its service levels, all versions of it. Read from the
//! log, so never behind.

use async_graphql::{
    Context, Object,
    connection::{Connection, CursorType, Edge},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use ledgerdesk_infrastructure::service_levels::ServiceLevels;

use crate::graphql::{
    caller::Caller,
    error::Fault,
    model::service_level::{BusinessCalendar, SlaTable},
    paging,
};

/// A place in a list of versions, opaque to clients, and good for its own list only.
pub(super) struct VersionCursor<const LIST: char> {
    key: String,
    version: u32,
}

impl<const LIST: char> CursorType for VersionCursor<LIST> {
    type Error = &'static str;

    fn decode_cursor(text: &str) -> Result<Self, Self::Error> {
        const REFUSED: &str = "this is not a cursor of this list; pass one that it returned, unchanged";
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| REFUSED)?;
        let text = String::from_utf8(bytes).map_err(|_| REFUSED)?;
        let rest = text.strip_prefix(LIST).ok_or(REFUSED)?;
        let (version, key) = rest.split_once(':').ok_or(REFUSED)?;
        let version = version.parse().map_err(|_| REFUSED)?;
        Ok(Self { key: key.to_owned(), version })
    }

    fn encode_cursor(&self) -> String {
        URL_SAFE_NO_PAD.encode(format!("{LIST}{}:{}", self.version, self.key))
    }
}

type CalendarCursor = VersionCursor<'c'>;
type TableCursor = VersionCursor<'t'>;

#[derive(Default)]
pub(super) struct CalendarsQuery;

#[Object]
impl CalendarsQuery {
    /// The versions of the business calendars, by key, the newest first.
    async fn calendars(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those of this calendar.")] key: Option<String>,
        #[graphql(desc = "How many, 1 to 100; 20 if not given.")] first: Option<i32>,
        #[graphql(desc = "Only after this cursor.")] after: Option<String>,
    ) -> Result<Connection<CalendarCursor, BusinessCalendar>, Fault> {
        let rules = ctx.data::<ServiceLevels>()?.rules(ctx.data::<Caller>()?.workspace_id).await?;
        let mut found: Vec<_> = rules
            .calendars()
            .filter(|calendar| key.as_ref().is_none_or(|key| calendar.version.key == *key))
            .collect();
        found.sort_by(|a, b| {
            let (a, b) = (&a.version, &b.version);
            a.key.cmp(&b.key).then(b.version.cmp(&a.version))
        });
        let place = |one: &&_| {
            let calendar: &ledgerdesk_domain::service_level::Published<
                ledgerdesk_domain::calendar::Calendar,
            > = one;
            CalendarCursor { key: calendar.version.key.clone(), version: calendar.version.version }
        };
        page(found, first, after.as_deref(), place, |one| one.clone().into())
    }
}

#[derive(Default)]
pub(super) struct SlaTablesQuery;

#[Object]
impl SlaTablesQuery {
    /// The versions of the decision table for service levels, the newest first. Before the first holds what
    /// `docs/service-levels.md` says.
    async fn sla_tables(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, 1 to 100; 20 if not given.")] first: Option<i32>,
        #[graphql(desc = "Only after this cursor.")] after: Option<String>,
    ) -> Result<Connection<TableCursor, SlaTable>, Fault> {
        let rules = ctx.data::<ServiceLevels>()?.rules(ctx.data::<Caller>()?.workspace_id).await?;
        let found: Vec<_> = rules.tables().iter().rev().collect();
        let place = |one: &&ledgerdesk_domain::service_level::Published<_>| {
            let table: &ledgerdesk_domain::service_level::SlaTable = &one.version;
            TableCursor { key: String::new(), version: table.version }
        };
        page(found, first, after.as_deref(), place, |one| one.clone().into())
    }
}

/// A page of what is in memory.
fn page<T, N: async_graphql::OutputType, const LIST: char>(
    found: Vec<T>,
    first: Option<i32>,
    after: Option<&str>,
    place: impl Fn(&T) -> VersionCursor<LIST>,
    node: impl Fn(T) -> N,
) -> Result<Connection<VersionCursor<LIST>, N>, Fault> {
    let size = usize::from(paging::size("first", first)?);
    let after = after.map(VersionCursor::<LIST>::decode_cursor).transpose();
    let after = after.map_err(|error| Fault::bad_input(format!("`after`: {error}")))?;
    let begin = match &after {
        None => 0,
        // A place that is gone cannot be: versions stay. One of another key begins behind it.
        Some(after) => found
            .iter()
            .position(|one| {
                let place = place(one);
                (&place.key, std::cmp::Reverse(place.version))
                    > (&after.key, std::cmp::Reverse(after.version))
            })
            .unwrap_or(found.len()),
    };
    let mut connection = Connection::new(begin > 0, found.len() > begin + size);
    connection
        .edges
        .extend(found.into_iter().skip(begin).take(size).map(|one| Edge::new(place(&one), node(one))));
    Ok(connection)
}
