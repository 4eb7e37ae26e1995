//! Enums as the schema spells and describes them: one list of values for both APIs.

use std::{borrow::Cow, marker::PhantomData};

use async_graphql::{InputType, resolver_utils::EnumType};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, Schema, schema::Type},
};

use crate::graphql::model::{consultation, enums, history, proof, rating};

/// A value of one of the schema's enums, by its name.
#[derive(Debug)]
pub(super) struct Wire<E>(&'static str, PhantomData<fn() -> E>);

pub(super) type Channel = Wire<enums::Channel>;
pub(super) type Priority = Wire<enums::Priority>;
pub(super) type Status = Wire<enums::Status>;
pub(super) type HandoverPhase = Wire<consultation::HandoverPhase>;
pub(super) type ActorKind = Wire<enums::ActorKind>;
pub(super) type PartyKind = Wire<crate::graphql::mutation::PartyKind>;
pub(super) type HistoryKind = Wire<history::HistoryKind>;
pub(super) type CallDirection = Wire<enums::CallDirection>;
pub(super) type CallOutcome = Wire<enums::CallOutcome>;
pub(super) type ProofAnchor = Wire<proof::ProofAnchor>;
pub(super) type RatingState = Wire<rating::RatingState>;

impl<E> Clone for Wire<E> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<E> Copy for Wire<E> {}

impl<E> Wire<E> {
    /// Its name.
    pub(super) const fn as_str(self) -> &'static str {
        self.0
    }
}

fn names<E: EnumType>() -> impl Iterator<Item = &'static str> {
    E::items().iter().map(|item| item.name)
}

impl<E> Serialize for Wire<E> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0)
    }
}

impl<'de, E: EnumType> Deserialize<'de> for Wire<E> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let given = Cow::<'de, str>::deserialize(deserializer)?;
        let found = names::<E>().find(|name| *name == given);
        found.map(|name| Self(name, PhantomData)).ok_or_else(|| {
            let all = names::<E>().collect::<Vec<_>>().join(", ");
            D::Error::custom(format!("`{given:.50}` is none of {all}"))
        })
    }
}

impl<E: EnumType + InputType> PartialSchema for Wire<E> {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new().schema_type(Type::String).enum_values(Some(names::<E>())).into()
    }
}

impl<E: EnumType + InputType> ToSchema for Wire<E> {
    fn name() -> Cow<'static, str> {
        E::type_name()
    }
}
