//! Who may ask for what: every operation names its permission in [`operations`], and [`Guarded`] looks before
//! anything of the operation runs.

pub mod operations;
#[cfg(test)]
mod page;

use std::{borrow::Cow, pin::Pin};

use async_graphql::{
    Context, ContextSelectionSet, ObjectType, OutputType, Positioned, Response, ServerError, ServerResult,
    SubscriptionType, Value,
    parser::types::Field,
    registry::Registry,
    resolver_utils::{ContainerType, resolve_container},
};
use futures_util::{Stream, stream};
use ledgerdesk_infrastructure::auth::Permission;

use self::operations::{Kind, Need};
use super::{caller::Caller, error::Fault, loaders::Loaders};

/// A root of the schema whose fields run only for callers who may ask for them.
pub struct Guarded<T>(T);

impl<T: Default> Default for Guarded<T> {
    fn default() -> Self {
        Self(T::default())
    }
}

impl Caller {
    /// Refuses who does not have the permission.
    pub fn require(&self, permission: Permission) -> Result<(), Fault> {
        if self.may(permission) { Ok(()) } else { Err(Fault::MissingPermission { permission }) }
    }
}

/// What a row of this table of a read model needs to be seen, on whatever way one comes to it.
pub(super) fn of_read_model(table: &str) -> Permission {
    match table {
        "read.clients" => Permission::ClientsRead,
        "read.managers" => Permission::ManagersRead,
        "read.catalogs" => Permission::CatalogsRead,
        "read.configuration" => Permission::AccessRead,
        _ => Permission::ConsultationsRead,
    }
}

/// Whether the caller may ask for this field of a root.
fn check(ctx: &Context<'_>, kind: Kind) -> Result<(), ServerError> {
    let name = ctx.item.node.name.node.as_str();
    allowed(ctx, operations::need(kind, name)).map_err(|fault| {
        let error = async_graphql::Error::from(fault).into_server_error(ctx.item.pos);
        ctx.set_error_path(error)
    })
}

fn allowed(ctx: &Context<'_>, need: Option<Need>) -> Result<(), Fault> {
    let caller = ctx.data::<Caller>()?;
    if let Some(loaders) = ctx.data_opt::<Loaders>() {
        loaders.reading().asked(&ctx.item.node.name.node);
    }
    match need {
        Some(Need::KeyInForce | Need::OfTheThing) => Ok(()),
        Some(Need::One(permission)) => caller.require(permission),
        None => Err(Fault::Forbidden {
            message: "this operation names no permission, so nobody may use it; this is a fault of the program",
        }),
    }
}

impl<T: ObjectType> ContainerType for Guarded<T> {
    async fn resolve_field(&self, ctx: &Context<'_>) -> ServerResult<Option<Value>> {
        let kind = if T::type_name() == "Mutation" { Kind::Mutation } else { Kind::Query };
        check(ctx, kind)?;
        self.0.resolve_field(ctx).await
    }
}

impl<T: ObjectType> OutputType for Guarded<T> {
    fn type_name() -> Cow<'static, str> {
        T::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        T::create_type_info(registry)
    }

    async fn resolve(&self, ctx: &ContextSelectionSet<'_>, _: &Positioned<Field>) -> ServerResult<Value> {
        resolve_container(ctx, self).await
    }
}

impl<T: ObjectType> ObjectType for Guarded<T> {}

impl<T: SubscriptionType> SubscriptionType for Guarded<T> {
    fn type_name() -> Cow<'static, str> {
        T::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        T::create_type_info(registry)
    }

    fn create_field_stream<'a>(
        &'a self,
        ctx: &'a Context<'_>,
    ) -> Option<Pin<Box<dyn Stream<Item = Response> + Send + 'a>>> {
        match check(ctx, Kind::Subscription) {
            Ok(()) => self.0.create_field_stream(ctx),
            Err(error) => {
                let refused = Response::from_errors(vec![error]);
                Some(Box::pin(stream::once(std::future::ready(refused))))
            }
        }
    }
}
