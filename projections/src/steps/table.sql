create table {schema}.steps (
    id uuid primary key,
    workspace_id uuid not null,
    consultation_id uuid not null,
    position bigint not null,
    activity text not null,
    resource_kind text,
    resource_id uuid,
    says_team boolean not null,
    team text,
    occurred_at timestamptz not null
);

-- The steps of some consultations, each in order.
create index on {schema}.steps (workspace_id, consultation_id, occurred_at, position);
