create table {schema}.catalogs (
    id uuid primary key,
    workspace_id uuid not null,
    kind text not null,
    external_id text not null,
    title text not null,
    parent_kind text,
    parent_external_id text,
    active boolean not null,
    attributes jsonb not null,
    defined_at timestamptz not null,
    changed_at timestamptz not null,
    retired_at timestamptz,
    version integer not null,
    last_position bigint not null
);

-- The two orders of a catalog; the second one also knows its revision.
create index on {schema}.catalogs (workspace_id, kind, defined_at, id);
create index on {schema}.catalogs (workspace_id, kind, last_position, id);
-- What lies below an entry.
create index on {schema}.catalogs (workspace_id, parent_kind, parent_external_id) where parent_kind is not null;
create index on {schema}.catalogs using gin (
    (to_tsvector('russian', title) || to_tsvector('english', title))
);
