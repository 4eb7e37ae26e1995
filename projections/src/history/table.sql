create table {schema}.history (
    event_id uuid primary key,
    workspace_id uuid not null,
    person_id uuid not null,
    consultation_id uuid not null,
    kind text not null,
    event_type text not null,
    actor_kind text not null,
    actor_id uuid,
    from_value text,
    to_value text,
    body text,
    details jsonb not null,
    occurred_at timestamptz not null,
    recorded_at timestamptz not null,
    position bigint not null,
    version integer not null,
    source_system text not null,
    source_reference text,
    correlation_id uuid not null,
    causation_id uuid
);

-- The timeline of one consultation, both directions.
create index on {schema}.history (workspace_id, consultation_id, position, event_id);
