//! The schema: three roots and what every resolver may reach.

use std::sync::Arc;

use async_graphql::{Request, SDLExportOptions, Schema, SchemaBuilder};
use ledgerdesk_infrastructure::{
    auth::ApiKeys,
    clock::{Clock, IdSource},
    command::CommandExecutor,
    config::ReadLogLevel,
    event_store::{Anchors, EventStore},
    service_levels::ServiceLevels,
};
use ledgerdesk_projections::{analytics::Source, consultation_versions::Sums, runtime::ReadSide};
use sqlx::PgPool;

use super::{
    caller::Caller, loaders::Loaders, mutation::MutationRoot, query::QueryRoot, read_log::ReadLog,
    reading::Reading, reads::Reads, subscription::SubscriptionRoot,
};
use crate::{
    http::{endpoint::Endpoint, metrics::HttpMetrics},
    live::{Topics, ephemeral::Ephemeral},
};

/// The schema of the API.
pub type ApiSchema = Schema<QueryRoot, MutationRoot, SubscriptionRoot>;

/// The schema without its data, enough for its SDL.
pub fn builder() -> SchemaBuilder<QueryRoot, MutationRoot, SubscriptionRoot> {
    Schema::build(QueryRoot::default(), MutationRoot::default(), SubscriptionRoot::default())
        .disable_suggestions()
}

/// What resolvers work with.
pub struct ApiParts {
    /// Read models.
    pub pool: PgPool,
    /// The log.
    pub store: EventStore,
    /// The read side, to wait for it.
    pub read_side: ReadSide,
    /// Commands.
    pub executor: CommandExecutor,
    /// Keys and roles.
    pub api_keys: ApiKeys,
    /// Checks `occurredAt`.
    pub clock: Arc<dyn Clock>,
    /// New ids.
    pub ids: Arc<dyn IdSource>,
    /// Where signed checkpoints of the log are.
    pub anchors: Anchors,
    /// Clocks of service levels.
    pub levels: ServiceLevels,
    /// Which answers with personal data are kept.
    pub read_log: ReadLogLevel,
    /// Counts commands.
    pub metrics: HttpMetrics,
}

/// The schema with its data, as the transports execute it.
pub fn endpoint(parts: ApiParts) -> Endpoint {
    let pool = parts.pool.clone();
    let (disclosures, clock) = (parts.api_keys.disclosures(), parts.clock.clone());
    let exports = Source::new(pool.clone(), ServiceLevels::new(parts.store.clone()), clock.clone());
    let read_log = parts.read_log();
    let schema = schema(parts);
    let reads = Reads::new(pool.clone());
    let furnish = move |request: Request, caller: &Caller| {
        let reading = Reading::of(&request);
        request.data(Loaders::noting(&reads, caller, reading.clone())).data(reading)
    };
    Endpoint::new(schema, furnish).with_exports(exports, disclosures, clock).with_read_log(read_log)
}

impl ApiParts {
    /// Where it is kept who read what.
    fn read_log(&self) -> ReadLog {
        ReadLog::new(self.api_keys.disclosures(), self.clock.clone(), self.store.clone(), self.read_log)
    }
}

/// The schema with its data, for whoever executes it without a transport.
pub fn schema(parts: ApiParts) -> ApiSchema {
    let ephemeral = Ephemeral::new(parts.pool.clone(), parts.ids.next_id());
    builder()
        .data(parts.read_log())
        .data(Sums::new(parts.pool.clone()))
        .data(parts.pool)
        .data(parts.levels)
        .data(parts.store)
        .data(parts.read_side)
        .data(parts.executor)
        .data(parts.api_keys)
        .data(parts.clock)
        .data(parts.ids)
        .data(parts.anchors)
        .data(parts.metrics)
        .data(Topics::default())
        .data(ephemeral)
        .finish()
}

/// The schema in its own language, as `schema.graphql` has it.
pub fn sdl() -> String {
    builder()
        .finish()
        .sdl_with_options(SDLExportOptions::new().sorted_fields().sorted_arguments().sorted_enum_items())
}

#[cfg(test)]
mod tests {
    use std::{env, fs, path::Path};

    use async_graphql::{
        Positioned,
        parser::{
            parse_schema,
            types::{InterfaceType, ObjectType, TypeKind, TypeSystemDefinition},
        },
    };

    use super::*;

    #[test]
    fn the_committed_schema_is_the_one_that_is_served() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema.graphql");
        let sdl = sdl();
        if env::var_os("LEDGERDESK_WRITE_DOCS").is_some() {
            fs::write(&path, &sdl).expect("the schema can be written");
        }
        let committed = fs::read_to_string(&path).unwrap_or_default();
        assert!(committed == sdl, "schema.graphql is stale; write it anew with LEDGERDESK_WRITE_DOCS=1");
    }

    /// What stands without a description, by its path.
    fn undescribed(sdl: &str) -> Vec<String> {
        let document = parse_schema(sdl).expect("the schema is valid");
        let mut bare = Vec::new();
        let mut look = |path: String, description: &Option<Positioned<String>>| {
            if description.as_ref().is_none_or(|description| description.node.trim().is_empty()) {
                bare.push(path);
            }
        };
        for definition in document.definitions {
            let TypeSystemDefinition::Type(definition) = definition else { continue };
            let definition = definition.node;
            let name = &definition.name.node;
            look(name.to_string(), &definition.description);
            match &definition.kind {
                TypeKind::Object(ObjectType { fields, .. })
                | TypeKind::Interface(InterfaceType { fields, .. }) => {
                    for field in fields {
                        let path = format!("{name}.{}", field.node.name.node);
                        for argument in &field.node.arguments {
                            look(format!("{path}({})", argument.node.name.node), &argument.node.description);
                        }
                        look(path, &field.node.description);
                    }
                }
                TypeKind::InputObject(input) => {
                    for field in &input.fields {
                        look(format!("{name}.{}", field.node.name.node), &field.node.description);
                    }
                }
                TypeKind::Enum(values) => {
                    for value in &values.values {
                        look(format!("{name}.{}", value.node.value.node), &value.node.description);
                    }
                }
                TypeKind::Scalar | TypeKind::Union(_) => {}
            }
        }
        bare
    }

    #[test]
    fn everything_in_the_schema_is_described() {
        let mut bare = undescribed(&sdl());
        // The one argument of every mutation, whose type says what it is; types of the specification and of Relay,
        // which come from the library, with fields that are described.
        bare.retain(|path| {
            let is_input_of_a_mutation = path.starts_with("Mutation.") && path.ends_with("(input)");
            let is_of_the_library = path == "Subscription" || path.ends_with("Connection");
            !is_input_of_a_mutation && !is_of_the_library
        });
        assert!(bare.is_empty(), "{bare:#?}");
        let found = undescribed("type A { b(c: Int): Int } enum D { E } input F { g: Int }");
        assert_eq!(found, ["A", "A.b(c)", "A.b", "D", "D.E", "F", "F.g"], "the test sees what is missing");
    }

    #[test]
    fn every_query_of_a_read_model_can_wait_for_a_position() {
        /// These read the log, the checkpoints, keys and roles, which are never behind.
        const NO_READ_MODEL: [&str; 15] = [
            "accessLog",
            "apiKeys",
            "calendars",
            "disclosures",
            "events",
            "invitations",
            "logHead",
            "me",
            "projections",
            "roles",
            "sessions",
            "slaTables",
            "verify",
            // Its fields wait.
            "analytics",
            // Relay allows it one argument; `nodes` waits.
            "node",
        ];
        let sdl = sdl();
        let (_, queries) = sdl.split_once("type Query {").expect("queries");
        let (queries, _) = queries.split_once("\n}").expect("an end");
        // Without the descriptions: what stands between every other pair of quotes.
        let bare: String = queries.split("\"\"\"").step_by(2).collect();
        let mut fields: Vec<(&str, bool)> = Vec::new();
        for line in bare.lines().filter(|line| !line.trim().is_empty()) {
            let is_field = line.starts_with('\t') && !line.starts_with("\t\t") && !line.starts_with("\t)");
            if is_field {
                let name = line.trim().split(['(', ':']).next().unwrap_or_default();
                fields.push((name, false));
            }
            if line.contains("minPosition: Position")
                && let Some((_, waits)) = fields.last_mut()
            {
                *waits = true;
            }
        }
        assert!(fields.len() >= 20, "{fields:?}");
        for (name, waits) in fields {
            assert_eq!(waits, !NO_READ_MODEL.contains(&name), "{name}");
        }
    }

    #[test]
    fn every_mutation_takes_one_input_and_answers_with_its_own_payload() {
        let sdl = sdl();
        let (_, mutations) = sdl.split_once("type Mutation {").expect("mutations");
        let (mutations, _) = mutations.split_once("\n}").expect("an end");
        let verbs: Vec<&str> =
            mutations.lines().map(str::trim).filter(|line| line.contains("(input:")).collect();
        assert!(verbs.len() >= 49, "{}", verbs.len());
        for verb in verbs {
            let (name, rest) = verb.split_once('(').expect("a name");
            let stem = format!("{}{}", name[..1].to_uppercase(), &name[1..]);
            assert_eq!(rest, format!("input: {stem}Input!): {stem}Payload!"));
        }
    }
}
