create table {schema}.consultation_detail (
    id uuid primary key,
    workspace_id uuid not null,
    person_id uuid not null,
    description text,
    attributes jsonb not null,
    catalog jsonb not null,
    external_references jsonb not null,
    opened_by_kind text not null,
    opened_by_id uuid,
    source_system text not null,
    source_reference text,
    status_reason text,
    resolution text,
    resolution_code text,
    resolved_by uuid,
    merged_from jsonb not null,
    imported_facts integer not null,
    last_position bigint not null
);

create index on {schema}.consultation_detail using gin (external_references jsonb_path_ops);
