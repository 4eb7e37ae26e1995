create table {schema}.configuration (
    event_id uuid primary key,
    workspace_id uuid not null,
    subject_kind text not null,
    subject_id uuid not null,
    event_type text not null,
    actor_kind text not null,
    actor_id uuid,
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

create index on {schema}.configuration (workspace_id, position, event_id);
-- What became of one thing, or of one kind of things.
create index on {schema}.configuration (workspace_id, subject_id, position, event_id);
create index on {schema}.configuration (workspace_id, subject_kind, position, event_id);
