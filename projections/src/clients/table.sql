create table {schema}.clients (
    id uuid primary key,
    workspace_id uuid not null,
    person_id uuid not null,
    kind text,
    name text,
    company text,
    contacts jsonb,
    language text,
    external_references jsonb not null,
    consultation_count integer not null,
    open_consultation_count integer not null,
    first_seen_at timestamptz not null,
    registered_at timestamptz,
    last_contact_at timestamptz,
    erased_at timestamptz,
    last_position bigint not null
);

create index on {schema}.clients (workspace_id, first_seen_at, id);
create index on {schema}.clients (workspace_id, last_contact_at, id) where last_contact_at is not null;
create index on {schema}.clients (workspace_id, consultation_count, id);
create index on {schema}.clients (workspace_id, open_consultation_count, id);
-- Words of names in any language: no stemming.
create index on {schema}.clients using gin (
    to_tsvector('simple', coalesce(name, '') || ' ' || coalesce(company, ''))
);
create index on {schema}.clients using gin (contacts jsonb_path_ops);
