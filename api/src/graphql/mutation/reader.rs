//! Turns what an input says into what a command says: opaque ids into ids, and new ids.

use async_graphql::ID;
use ledgerdesk_domain::{
    consultation::Party,
    context::{Actor, ActorKind},
    id::{
        CallId, CatalogEntryId, ClientId, ConsultationId, HandoverId, ManagerId, MessageId, NoteId, PersonId,
        RatingId, RedateId, ViewId, WorkspaceId,
    },
    stream::{StreamId, StreamType},
};
use ledgerdesk_infrastructure::clock::IdSource;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::{
    graphql::{
        caller::{Caller, Language},
        global_id::{self, NodeKind},
        user_error::UserError,
    },
    i18n::Refusal,
};

/// An id that inputs name.
pub(crate) trait Named: From<Uuid> {
    /// What its opaque form says.
    const KIND: NodeKind;
    /// The stream that must exist, and what to say if it does not; nothing for parts of a consultation, whose own
    /// rules know them.
    const STREAM: Option<(StreamType, Refusal)> = None;
}

impl Named for ConsultationId {
    const KIND: NodeKind = NodeKind::Consultation;
    const STREAM: Option<(StreamType, Refusal)> =
        Some((StreamType::Consultation, Refusal::ConsultationNotFound));
}

impl Named for ClientId {
    const KIND: NodeKind = NodeKind::Client;
    const STREAM: Option<(StreamType, Refusal)> = Some((StreamType::Client, Refusal::ClientNotFound));
}

impl Named for ManagerId {
    const KIND: NodeKind = NodeKind::Manager;
    const STREAM: Option<(StreamType, Refusal)> = Some((StreamType::Manager, Refusal::ManagerNotFound));
}

impl Named for MessageId {
    const KIND: NodeKind = NodeKind::Message;
}

impl Named for NoteId {
    const KIND: NodeKind = NodeKind::Note;
}

impl Named for CallId {
    const KIND: NodeKind = NodeKind::Call;
}

impl Named for RedateId {
    const KIND: NodeKind = NodeKind::Redate;
}

impl Named for HandoverId {
    const KIND: NodeKind = NodeKind::Handover;
}

impl Named for RatingId {
    const KIND: NodeKind = NodeKind::Rating;
}

impl Named for ViewId {
    const KIND: NodeKind = NodeKind::View;
}

/// Something that a command names and that must exist in the caller's workspace.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reference {
    pub(super) stream: StreamId,
    pub(super) field: &'static str,
    pub(super) unknown: Refusal,
}

/// Reads one input.
pub(crate) struct Reader<'a> {
    caller: &'a Caller,
    idempotency_key: Option<&'a str>,
    ids: &'a dyn IdSource,
    references: Vec<Reference>,
    created: Option<(NodeKind, Uuid)>,
    stream: Uuid,
    erased: Vec<PersonId>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(caller: &'a Caller, idempotency_key: Option<&'a str>, ids: &'a dyn IdSource) -> Self {
        Self {
            caller,
            idempotency_key,
            ids,
            references: Vec::new(),
            created: None,
            stream: Uuid::nil(),
            erased: Vec::new(),
        }
    }

    pub(crate) fn language(&self) -> Language {
        self.caller.language
    }

    pub(super) fn workspace(&self) -> WorkspaceId {
        self.caller.workspace_id
    }

    /// Marks the stream and these persons for erasure, and returns all of them, for the command.
    pub(crate) fn erase(&mut self, persons: Vec<PersonId>) -> Vec<PersonId> {
        self.erased = persons;
        self.erased.push(PersonId(self.stream));
        self.erased.clone()
    }

    pub(super) fn take_erased(&mut self) -> Vec<PersonId> {
        std::mem::take(&mut self.erased)
    }

    /// The stream that the command goes to.
    pub(crate) fn stream(&self) -> Uuid {
        self.stream
    }

    pub(super) fn aim_at(&mut self, stream: Uuid) {
        self.stream = stream;
    }

    /// An id of this kind.
    pub(super) fn decode(&self, field: &str, kind: NodeKind, id: &ID) -> Result<Uuid, UserError> {
        global_id::decode_kind(id, kind)
            .map_err(|_| UserError::refused(Refusal::InvalidId, Some(field), self.language()))
    }

    /// An id that a field holds. What has a stream is checked to exist before the command runs.
    pub(crate) fn id<T: Named>(&mut self, field: &'static str, id: &ID) -> Result<T, UserError> {
        let uuid = self.decode(field, T::KIND, id)?;
        if let Some((stream_type, unknown)) = T::STREAM {
            self.references.push(Reference { stream: StreamId::new(stream_type, uuid), field, unknown });
        }
        Ok(uuid.into())
    }

    /// An id that a field may hold.
    pub(crate) fn optional<T: Named>(
        &mut self,
        field: &'static str,
        id: Option<&ID>,
    ) -> Result<Option<T>, UserError> {
        id.map(|id| self.id(field, id)).transpose()
    }

    /// A new id. It follows from the idempotency key where there is one, so that a repeat of the request is the
    /// same command and not another one.
    pub(crate) fn new_id<T: Named>(&mut self) -> T {
        self.new_uuid(T::KIND).into()
    }

    pub(super) fn new_uuid(&mut self, kind: NodeKind) -> Uuid {
        let id = match self.idempotency_key {
            Some(key) => derived(self.caller, key, kind),
            None => self.ids.next_id(),
        };
        self.created.get_or_insert((kind, id));
        id
    }

    /// The id of an entry of a catalog. It follows from what the entry is called, whether there is one or not.
    pub(super) fn catalog_entry(&mut self, kind: &str, external_id: &str) -> Uuid {
        let id = CatalogEntryId::of(self.workspace(), kind, external_id).uuid();
        self.created.get_or_insert((NodeKind::CatalogEntry, id));
        id
    }

    /// The id of a view: of the one that is named, or a new one.
    pub(super) fn view(&mut self, id: Option<&ID>) -> Result<ViewId, UserError> {
        let Some(id) = id else { return Ok(self.new_id()) };
        let id: ViewId = self.id("viewId", id)?;
        self.created.get_or_insert((NodeKind::View, id.uuid()));
        Ok(id)
    }

    /// Who the caller is as a party to a consultation.
    pub(crate) fn caller_as_party(&self) -> Party {
        let Actor { kind, id } = &self.caller.actor;
        match (kind, id) {
            (ActorKind::Manager, Some(id)) => Party::Manager(ManagerId(*id)),
            (ActorKind::Client, id) => Party::Client(id.map(ClientId)),
            (ActorKind::Bot, _) => Party::Bot,
            _ => Party::System,
        }
    }

    /// The manager that the field names, or the caller if it is one.
    pub(crate) fn manager_or_caller(
        &mut self,
        field: &'static str,
        id: Option<&ID>,
    ) -> Result<ManagerId, UserError> {
        let named = self.optional(field, id)?.or_else(|| self.caller.actor.as_manager());
        named.ok_or_else(|| UserError::refused(Refusal::ManagerMissing, Some(field), self.language()))
    }

    pub(super) fn references(&self) -> &[Reference] {
        &self.references
    }

    /// The first new id, in its opaque form.
    pub(super) fn created(&self) -> Option<ID> {
        self.created.map(|(kind, id)| global_id::encode(kind, id).into())
    }
}

/// Every part is of fixed length but the last, so that no two requests share the bytes.
fn derived(caller: &Caller, key: &str, kind: NodeKind) -> Uuid {
    let digest = Sha256::new()
        .chain_update(b"ledgerdesk id 1")
        .chain_update(caller.workspace_id.uuid())
        .chain_update(caller.actor.id.unwrap_or(caller.key_id))
        .chain_update(global_id::encode(kind, Uuid::nil()))
        .chain_update(key)
        .finalize();
    let mut bytes = [0_u8; 16];
    bytes.copy_from_slice(&digest[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

#[cfg(test)]
mod tests {
    use ledgerdesk_infrastructure::clock::SystemIds;

    use super::*;
    use crate::graphql::caller::Role;

    fn caller(workspace: u128, actor: Actor) -> Caller {
        Caller {
            workspace_id: WorkspaceId(Uuid::from_u128(workspace)),
            key_id: Uuid::from_u128(9),
            access: Role::Manager.into(),
            credential: crate::graphql::caller::Credential::Key,
            actor,
            request_id: Uuid::nil(),
            language: Language::En,
        }
    }

    fn bot(workspace: u128) -> Caller {
        caller(workspace, Actor::bot(Uuid::from_u128(9)))
    }

    fn new_message(caller: &Caller, key: Option<&str>) -> Uuid {
        Reader::new(caller, key, &SystemIds).new_id::<MessageId>().uuid()
    }

    #[test]
    fn the_same_key_makes_the_same_id_and_nothing_else_does() {
        let same = new_message(&bot(1), Some("a"));
        assert_eq!(new_message(&bot(1), Some("a")), same);
        assert_ne!(new_message(&bot(1), Some("b")), same);
        assert_ne!(new_message(&bot(2), Some("a")), same);
        assert_ne!(new_message(&bot(1), None), new_message(&bot(1), None));
        let note = Reader::new(&bot(1), Some("a"), &SystemIds).new_id::<NoteId>().uuid();
        assert_ne!(note, same);
    }

    #[test]
    fn an_id_of_another_kind_is_refused_with_its_field() {
        let caller = bot(1);
        let mut reader = Reader::new(&caller, None, &SystemIds);
        let client = ID::from(global_id::encode(NodeKind::Client, Uuid::from_u128(3)));
        assert_eq!(reader.id::<ClientId>("clientId", &client), Ok(ClientId(Uuid::from_u128(3))));
        assert_eq!(reader.references().len(), 1);
        let refused = UserError::refused(Refusal::InvalidId, Some("managerId"), Language::En);
        assert_eq!(reader.id::<ManagerId>("managerId", &client), Err(refused));
    }

    #[test]
    fn who_is_no_manager_must_name_one() {
        let manager = caller(1, Actor::manager(ManagerId(Uuid::from_u128(5))));
        let mut reader = Reader::new(&manager, None, &SystemIds);
        assert_eq!(reader.manager_or_caller("managerId", None), Ok(ManagerId(Uuid::from_u128(5))));
        let caller = bot(1);
        assert!(Reader::new(&caller, None, &SystemIds).manager_or_caller("managerId", None).is_err());
    }
}
