//! The one place that every export passes before its first byte: who takes what out, kept for good.

use std::sync::Arc;

use ledgerdesk_infrastructure::{
    auth::{Disclosure, DisclosureKind, Disclosures, Whose},
    clock::Clock,
};
use serde_json::Value;

use super::{Format, file::About};
use crate::{
    graphql::{caller::Caller, error::Fault},
    http::rest::problem::Problem,
};

/// Where exports are kept in mind.
#[derive(Clone)]
pub(crate) struct Record {
    disclosures: Disclosures,
    clock: Arc<dyn Clock>,
}

impl Record {
    pub(crate) fn new(disclosures: Disclosures, clock: Arc<dyn Clock>) -> Self {
        Self { disclosures, clock }
    }

    /// An export begins. Nothing leaves unless that is kept. How many rows it will have nobody knows yet.
    pub(super) async fn begun(&self, caller: &Caller, format: Format, about: &About) -> Result<(), Problem> {
        let details = about.details().into_iter().map(|(name, value)| (name.to_owned(), Value::from(value)));
        let disclosure = Disclosure {
            kind: DisclosureKind::Export,
            workspace_id: caller.workspace_id,
            at: self.clock.now(),
            by_key: Some(caller.key_id),
            actor: caller.actor.clone(),
            request_id: Some(caller.request_id),
            action: format!("export:{}:{}", about.what, format.name()),
            operations: Vec::new(),
            personal: false,
            whose: Whose::default(),
            position: about.position,
            rows: None,
            details: Value::Object(details.collect()),
        };
        self.disclosures.keep(disclosure).await.map_err(Fault::from)?;
        Ok(())
    }
}
