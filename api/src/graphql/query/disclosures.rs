//! `disclosures`: who took data out, and who read whose personal data.

use async_graphql::{Context, ID, InputObject, Object, connection::Connection};
use ledgerdesk_infrastructure::auth::{self, ApiKeys, Disclosed, DisclosureKind as Kind};
use uuid::Uuid;

use super::{
    access::{EntryCursor, connection, place},
    input::{self, TimeRangeInput},
};
use crate::graphql::{
    caller::Caller,
    error::Fault,
    global_id::NodeKind,
    model::disclosure::{Disclosure, DisclosureKind},
    paging,
};

/// What narrows a list of disclosures. Everything given must hold. Those of exports name nobody and no operation.
#[derive(Debug, Clone, Default, InputObject)]
pub(super) struct DisclosureFilter {
    /// Of one of these kinds.
    kind: Option<Vec<DisclosureKind>>,
    /// With this key or session, as a plain UUID.
    by_key: Option<Uuid>,
    /// By this manager.
    actor: Option<ID>,
    /// That showed personal values of this consultation.
    consultation: Option<ID>,
    /// That showed personal values of this client: as such, or with a consultation that is this client's now.
    client: Option<ID>,
    /// That showed personal values of this manager.
    manager: Option<ID>,
    /// That asked for this field of the API, such as `consultations`.
    operation: Option<String>,
    /// In this span.
    at: Option<TimeRangeInput>,
}

impl DisclosureFilter {
    fn read(self) -> Result<auth::DisclosureFilter, Fault> {
        fn one<T: From<Uuid>>(field: &str, kind: NodeKind, given: Option<ID>) -> Result<Option<T>, Fault> {
            given.map(|given| input::id(field, kind, &given)).transpose()
        }
        let kinds: Vec<Kind> = input::list("filter.kind", self.kind)?;
        let at = input::range("filter.at", self.at)?;
        Ok(auth::DisclosureFilter {
            kinds,
            by_key: self.by_key,
            actor: one("filter.actor", NodeKind::Manager, self.actor)?,
            consultation: one("filter.consultation", NodeKind::Consultation, self.consultation)?,
            client: one("filter.client", NodeKind::Client, self.client)?,
            manager: one("filter.manager", NodeKind::Manager, self.manager)?,
            operation: input::text("filter.operation", self.operation)?,
            from: at.from,
            before: at.before,
        })
    }
}

#[derive(Default)]
pub(super) struct DisclosuresQuery;

#[Object]
impl DisclosuresQuery {
    /// Everything that was disclosed of the workspace, the newest first: who took an export, and who was shown whose
    /// personal data, when, by which request, at which position of the log. An entry is written before anything
    /// leaves. Those of exports are kept for good, the others as long as the operator keeps them.
    async fn disclosures(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which ones.", default)] filter: DisclosureFilter,
        #[graphql(desc = "How many, 1 to 100; 20 if not given.")] first: Option<i32>,
        #[graphql(desc = "Only after this cursor.")] after: Option<String>,
    ) -> Result<Connection<EntryCursor, Disclosure>, Fault> {
        let size = paging::size("first", first)?;
        let after = place::<EntryCursor>(after.as_deref())?.map(|EntryCursor(id)| id);
        let (filter, workspace) = (filter.read()?, ctx.data::<Caller>()?.workspace_id);
        let disclosures = ctx.data::<ApiKeys>()?.disclosures();
        let found = disclosures.before(workspace, &filter, after, size + 1).await?;
        Ok(connection(found, size, after.is_some(), |entry: &Disclosed| EntryCursor(entry.id)))
    }
}
