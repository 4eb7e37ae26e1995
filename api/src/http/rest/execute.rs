//! Carries an operation out: a document over the schema, in this process, with the caller's own rights.

use async_graphql::{Request, Variables};
use ledgerdesk_domain::stream::StreamVersion;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{extract::Options, problem::Problem};
use crate::{
    graphql::{caller::Entrance, global_id},
    http::{
        auth::Session,
        graphql::{
            prepare::{Kind, Prepared},
            run,
        },
        state::SharedState,
    },
};

/// Reads with one of our documents. The data come with their ids spelled out: see [`shape`].
pub(super) async fn read(
    state: &SharedState,
    session: &Session,
    document: &'static str,
    variables: Value,
) -> Result<Value, Problem> {
    execute(state, session, (Kind::Query, document.to_owned()), variables).await
}

/// What a command did.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Done {
    /// What it made, if it made something.
    pub(super) created_id: Option<String>,
    pub(super) position: i64,
    pub(super) version: i32,
}

/// Asks for one verb of the schema.
pub(super) async fn command(
    state: &SharedState,
    session: &Session,
    verb: &'static str,
    mut input: Value,
    options: Options,
) -> Result<Done, Problem> {
    if let Value::Object(input) = &mut input {
        options.add_to(input);
    }
    let type_name = format!("{}{}Input", verb[..1].to_uppercase(), &verb[1..]);
    let document = format!(
        "mutation($input: {type_name}!) {{ \
         {verb}(input: $input) {{ createdId position version userErrors {{ code message field }} }} }}"
    );
    let mut data = execute(state, session, (Kind::Mutation, document), json!({ "input": input })).await?;
    let mut payload = data[verb].take();
    if let Some(refusal) = payload["userErrors"].as_array_mut().and_then(Vec::pop) {
        return Err(Problem::refused(&refusal));
    }
    typed(payload)
}

async fn execute(
    state: &SharedState,
    session: &Session,
    (kind, document): (Kind, String),
    variables: Value,
) -> Result<Value, Problem> {
    let request = Request::new(document).variables(Variables::from_json(variables)).data(Entrance("rest"));
    let prepared = Prepared::of_our_own(request, kind, session);
    let response = run::once(state, prepared).await.map_err(Problem::of_edge)?;
    if let Some(error) = response.errors.into_iter().next() {
        return Err(error.into());
    }
    let mut data = response.data.into_json().map_err(|error| Problem::internal(&error))?;
    shape(&mut data);
    Ok(data)
}

/// What the schema answered, as one of our bodies.
pub(super) fn typed<T: serde::de::DeserializeOwned>(data: Value) -> Result<T, Problem> {
    serde_json::from_value(data).map_err(|error| Problem::internal(&error))
}

/// From the schema's form to ours: `{"assignee": {"id": …}}` becomes `{"assigneeId": …}`, and beside an opaque `id`
/// stands the bare `uuid`.
fn shape(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for (name, field) in std::mem::take(fields) {
                add(fields, name, field);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(shape),
        _ => {}
    }
}

fn add(fields: &mut Map<String, Value>, name: String, mut field: Value) {
    if let Value::Object(inner) = &mut field
        && inner.len() == 1
        && let Some(id) = inner.remove("id")
    {
        fields.insert(format!("{name}Id"), id);
        return;
    }
    // What a workspace keeps under names of its own stays as it is.
    if name != "attributes" && name != "details" {
        shape(&mut field);
    }
    if name == "id"
        && let Some((_, uuid)) = field.as_str().and_then(|id| global_id::decode(id).ok())
    {
        fields.insert("uuid".to_owned(), Value::from(uuid.to_string()));
    }
    fields.insert(name, field);
}

impl Options {
    fn add_to(self, input: &mut Map<String, Value>) {
        if let Some(key) = self.idempotency_key {
            input.insert("idempotencyKey".to_owned(), key.into());
        }
        if let Some(StreamVersion(version)) = self.expected_version {
            input.insert("expectedVersion".to_owned(), version.into());
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::graphql::global_id::NodeKind;

    #[test]
    fn what_refers_to_something_is_told_by_its_id() {
        let id = global_id::encode(NodeKind::Call, Uuid::from_u128(7));
        let mut data = json!({
            "items": [{ "id": id, "manager": { "id": "m" }, "redate": null, "actor": { "id": null, "kind": "BOT" } }],
            "attributes": { "a": { "id": 1 } },
        });
        shape(&mut data);
        let expected = json!({
            "items": [{
                "id": id, "uuid": Uuid::from_u128(7), "managerId": "m", "redate": null,
                "actor": { "id": null, "kind": "BOT" },
            }],
            "attributes": { "a": { "id": 1 } },
        });
        assert_eq!(data, expected);
    }
}
