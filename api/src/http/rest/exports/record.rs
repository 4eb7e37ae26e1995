//! The one place that every export passes before its first byte: who takes what out.

use super::file::About;
use crate::graphql::caller::Caller;

/// An export begins.
pub(super) fn begun(caller: &Caller, about: &About) {
    tracing::info!(
        workspace_id = %caller.workspace_id.uuid(),
        key_id = %caller.key_id,
        request_id = %caller.request_id,
        what = about.what,
        position = about.position.0,
        definitions = about.definitions(),
        "an export begins"
    );
}
