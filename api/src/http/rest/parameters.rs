//! Parameters that several paths have, as the document describes them. They are read in `extract`.

use utoipa::IntoParams;

/// One consultation.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "described here, read by the extractor")]
pub(super) struct OfConsultation {
    /// The consultation: an id as the API answered it, or a bare UUID.
    id: String,
}

/// How a command on it is carried out.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "described here, read by the extractor")]
pub(super) struct Conditionally {
    /// A key of your own. Sent again with the same body it returns the first result instead of acting twice.
    #[param(rename = "Idempotency-Key", min_length = 1, max_length = 200)]
    idempotency_key: Option<String>,
    /// The `ETag` of the consultation that you have seen, or its version in quotes. If it has another one, nothing happens.
    #[param(rename = "If-Match")]
    if_match: Option<String>,
}
