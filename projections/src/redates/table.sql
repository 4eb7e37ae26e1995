create table {schema}.redates (
    id uuid primary key,
    workspace_id uuid not null,
    person_id uuid not null,
    consultation_id uuid not null,
    number integer not null,
    redated_at timestamptz not null,
    moved_from timestamptz not null,
    moved_to timestamptz not null,
    lead_seconds bigint not null,
    initiator_kind text not null,
    initiator_id uuid,
    reason text,
    assignee uuid,
    call_count integer not null,
    answered_at timestamptz,
    redated_position bigint,
    last_position bigint not null
);

create index on {schema}.redates (workspace_id, redated_at, id);
create index on {schema}.redates (workspace_id, moved_to, id);
create index on {schema}.redates (workspace_id, consultation_id, redated_at, id);
create index on {schema}.redates (workspace_id, assignee, redated_at, id) where assignee is not null;
