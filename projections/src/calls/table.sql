create table {schema}.calls (
    id uuid primary key,
    workspace_id uuid not null,
    person_id uuid not null,
    consultation_id uuid not null,
    attempt integer not null,
    direction text not null,
    outcome text not null,
    started_at timestamptz not null,
    wait_seconds bigint,
    duration_seconds bigint,
    manager_id uuid,
    phone text,
    recording text,
    redate_id uuid,
    last_position bigint not null
);

create index on {schema}.calls (workspace_id, started_at, id);
create index on {schema}.calls (workspace_id, consultation_id, started_at, id);
create index on {schema}.calls (workspace_id, outcome, started_at, id);
create index on {schema}.calls (workspace_id, manager_id, started_at, id) where manager_id is not null;
create index on {schema}.calls (workspace_id, redate_id, started_at, id) where redate_id is not null;
