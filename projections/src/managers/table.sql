create table {schema}.managers (
    id uuid primary key,
    workspace_id uuid not null,
    person_id uuid not null,
    name text,
    email text,
    team text,
    skills jsonb not null,
    capacity bigint not null,
    availability text not null,
    active boolean not null,
    external_references jsonb not null,
    open_consultation_count integer not null,
    open_handover_count integer not null,
    resolved_count integer not null,
    first_seen_at timestamptz not null,
    registered_at timestamptz,
    deactivated_at timestamptz,
    erased_at timestamptz,
    last_position bigint not null
);

create index on {schema}.managers (workspace_id, first_seen_at, id);
create index on {schema}.managers (workspace_id, open_consultation_count, id);
create index on {schema}.managers (workspace_id, resolved_count, id);
