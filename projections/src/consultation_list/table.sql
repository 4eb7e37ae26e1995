create table {schema}.consultation_list (
    id uuid primary key,
    workspace_id uuid not null,
    person_id uuid not null,
    client_id uuid,
    topic text,
    status text not null,
    priority text not null,
    -- 1 for the lowest; what ordering by priority means.
    priority_rank smallint not null,
    channel text not null,
    language text,
    team text,
    assignee uuid,
    tags jsonb not null,
    opened_at timestamptz not null,
    updated_at timestamptz not null,
    status_since timestamptz not null,
    hold_until timestamptz,
    waiting_since timestamptz,
    appointed_for timestamptz,
    appointed_until timestamptz,
    redate_count integer not null,
    message_count integer not null,
    note_count integer not null,
    call_count integer not null,
    handover_count integer not null,
    reopen_count integer not null,
    first_reply_at timestamptz,
    first_response_at timestamptz,
    resolved_at timestamptz,
    closed_at timestamptz,
    open_handover_id uuid,
    open_handover text,
    rating_score integer,
    merged_into uuid,
    version integer not null,
    last_position bigint not null
);

-- The orders.
create index on {schema}.consultation_list (workspace_id, opened_at, id);
create index on {schema}.consultation_list (workspace_id, updated_at, id);
-- Queues, by status, by urgency and by both: a list that names one of the two, or none where only these indexes have
-- its order, reads a range for each value of the other.
create index on {schema}.consultation_list (workspace_id, status, priority_rank, opened_at, id);
create index on {schema}.consultation_list (workspace_id, status, priority_rank, updated_at, id);
create index on {schema}.consultation_list (workspace_id, status, priority_rank, id);
create index on {schema}.consultation_list (workspace_id, status, priority_rank, appointed_for, id)
    where appointed_for is not null;
create index on {schema}.consultation_list (workspace_id, status, priority_rank, closed_at, id)
    where closed_at is not null;
create index on {schema}.consultation_list (workspace_id, status, priority_rank, waiting_since, id)
    where waiting_since is not null;
-- A manager's work.
create index on {schema}.consultation_list (workspace_id, assignee, opened_at, id) where assignee is not null;
create index on {schema}.consultation_list (workspace_id, assignee, updated_at, id) where assignee is not null;
create index on {schema}.consultation_list (workspace_id, assignee, priority_rank, id) where assignee is not null;
create index on {schema}.consultation_list (workspace_id, assignee, waiting_since, id)
    where assignee is not null and waiting_since is not null;
create index on {schema}.consultation_list (workspace_id, assignee, appointed_for, id)
    where assignee is not null and appointed_for is not null;
create index on {schema}.consultation_list (workspace_id, assignee, closed_at, id)
    where assignee is not null and closed_at is not null;
-- What nobody holds.
create index on {schema}.consultation_list (workspace_id, opened_at, id) where assignee is null;
create index on {schema}.consultation_list (workspace_id, updated_at, id) where assignee is null;
create index on {schema}.consultation_list (workspace_id, priority_rank, id) where assignee is null;
-- A team's work, a client's questions, an entrance.
create index on {schema}.consultation_list (workspace_id, team, opened_at, id) where team is not null;
create index on {schema}.consultation_list (workspace_id, team, updated_at, id) where team is not null;
create index on {schema}.consultation_list (workspace_id, team, priority_rank, id) where team is not null;
create index on {schema}.consultation_list (workspace_id, client_id, opened_at, id) where client_id is not null;
create index on {schema}.consultation_list (workspace_id, channel, opened_at, id);
create index on {schema}.consultation_list (workspace_id, channel, updated_at, id);
create index on {schema}.consultation_list (workspace_id, channel, priority_rank, id);
create index on {schema}.consultation_list (workspace_id, channel, appointed_for, id) where appointed_for is not null;
create index on {schema}.consultation_list (workspace_id, updated_at, id) where open_handover is not null;
create index on {schema}.consultation_list using gin (tags jsonb_path_ops) where tags <> '[]';
