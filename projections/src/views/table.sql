create table {schema}.views (
    id uuid primary key,
    workspace_id uuid not null,
    person_id uuid not null,
    name text not null,
    owner uuid,
    filter text not null,
    order_by text,
    columns jsonb not null,
    saved_at timestamptz not null,
    last_position bigint not null
);

create index on {schema}.views (workspace_id, saved_at, id);
