create table {schema}.consultation_facts (
    id uuid primary key,
    workspace_id uuid not null,
    client_id uuid,
    status text not null,
    priority text not null,
    channel text not null,
    language text,
    team text,
    assignee uuid,
    tags jsonb not null,
    catalog jsonb not null,
    attributes jsonb not null,
    merged_into uuid,
    opened_at timestamptz not null,
    opened_position bigint not null,
    opened_team text,
    -- Of each first: when, after how many milliseconds, by whom, of which team then, and where in the log.
    first_reply_at timestamptz,
    first_reply_ms bigint,
    first_reply_by uuid,
    first_reply_team text,
    first_reply_position bigint,
    first_response_at timestamptz,
    first_response_ms bigint,
    first_response_by uuid,
    first_response_team text,
    first_response_position bigint,
    first_resolution_at timestamptz,
    first_resolution_ms bigint,
    first_resolution_by uuid,
    first_resolution_team text,
    first_resolution_position bigint,
    -- The last resolution, while it stands.
    full_resolution_at timestamptz,
    full_resolution_ms bigint,
    full_resolution_open_ms bigint,
    full_resolution_by uuid,
    full_resolution_team text,
    full_resolution_position bigint,
    -- Up to that resolution.
    requester_wait_ms bigint,
    agent_work_ms bigint,
    reply_count integer,
    reopen_count integer,
    assignee_stations integer,
    team_stations integer,
    first_attempt_at timestamptz,
    first_attempt_by uuid,
    attempt_count integer not null,
    answered_attempt_at timestamptz,
    answered_attempt_by uuid,
    answered_attempt integer,
    -- One element for each fact.
    responses jsonb not null,
    resolutions jsonb not null,
    reopenings jsonb not null,
    promises jsonb not null,
    stretches jsonb not null,
    -- What happened, in its order; what all the above is folded from.
    journal jsonb not null,
    last_position bigint not null
);

-- A metric with one fact in a consultation is read from its index alone: the range of time, and what is measured in it.
create index on {schema}.consultation_facts (workspace_id, opened_at) include (opened_team);
create index on {schema}.consultation_facts (workspace_id, first_reply_at)
    include (first_reply_ms, first_reply_by, first_reply_team)
    where first_reply_at is not null and merged_into is null;
create index on {schema}.consultation_facts (workspace_id, first_response_at)
    include (first_response_ms, first_response_by, first_response_team)
    where first_response_at is not null and merged_into is null;
create index on {schema}.consultation_facts (workspace_id, first_resolution_at)
    include (first_resolution_ms, first_resolution_by, first_resolution_team)
    where first_resolution_at is not null and merged_into is null;
create index on {schema}.consultation_facts (workspace_id, full_resolution_at)
    include (full_resolution_ms, full_resolution_open_ms, full_resolution_by, full_resolution_team, requester_wait_ms,
             agent_work_ms, reply_count, reopen_count, assignee_stations, team_stations)
    where full_resolution_at is not null and merged_into is null;
create index on {schema}.consultation_facts (workspace_id, first_attempt_at) include (first_attempt_by, attempt_count)
    where first_attempt_at is not null;
create index on {schema}.consultation_facts (workspace_id, answered_attempt_at)
    include (answered_attempt_by, answered_attempt) where answered_attempt_at is not null;
