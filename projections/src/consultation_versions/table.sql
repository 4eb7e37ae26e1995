create table {schema}.consultation_versions (
    -- The consultation for its newest version, a key of its own for every other one.
    id uuid primary key,
    consultation_id uuid not null,
    workspace_id uuid not null,
    client_id uuid,
    status text not null,
    priority_rank smallint not null,
    channel text not null,
    language text,
    team text,
    assignee uuid,
    tags jsonb not null,
    opened_at timestamptz not null,
    opened_position bigint not null,
    -- Weeks from 1970 to `opened_at`.
    opened_week integer not null,
    resolved_at timestamptz,
    closed_at timestamptz,
    appointed_for timestamptz,
    -- True or null.
    open_handover boolean,
    merged_into uuid,
    -- When it held, by the log, by what is known, and by what happened. The largest number: without an end.
    from_position bigint not null,
    until_position bigint not null,
    known_until bigint not null,
    from_at timestamptz not null,
    until_at timestamptz,
    ordinal integer not null,
    -- How long, in powers of two seconds and of two positions; 99 without an end, -1 for not at all.
    span smallint not null,
    stay smallint not null,
    -- Of the newest version: those before it, to take them back where a late fact changes them.
    journal jsonb not null
);

-- What held at a time, and what was the newest at a position, by stage: a short range for each power of two. Read alone
-- where they are counted, and where open work is put in order: each version that may hold is looked at for that.
create index on {schema}.consultation_versions (workspace_id, status, span, from_at)
    include (until_at, from_position, until_position, known_until, merged_into,
             consultation_id, opened_at, priority_rank, appointed_for, team);
create index on {schema}.consultation_versions (workspace_id, status, stay, from_position, until_position)
    include (merged_into, consultation_id, opened_at, priority_rank, appointed_for, team);
-- The orders.
create index on {schema}.consultation_versions (workspace_id, opened_at, consultation_id, from_at);
create index on {schema}.consultation_versions (workspace_id, priority_rank, consultation_id, from_at, from_position);
-- What has ended by urgency: most of what there ever was, and little of what has its urgency.
create index on {schema}.consultation_versions
    (workspace_id, status, priority_rank, consultation_id, from_at, from_position)
    where status in ('RESOLVED', 'CLOSED', 'CANCELLED');
-- By closing, of one urgency or in four ranges of all.
create index on {schema}.consultation_versions
    (workspace_id, priority_rank, closed_at, consultation_id, from_at, from_position) where closed_at is not null;
create index on {schema}.consultation_versions (workspace_id, appointed_for, consultation_id)
    where appointed_for is not null;
-- A manager's work, read alone where it is counted: whoever has been here for years has held a great many versions.
create index on {schema}.consultation_versions (workspace_id, assignee, opened_at, consultation_id)
    include (status, merged_into, from_position, until_position, known_until, from_at, until_at)
    where assignee is not null;
create index on {schema}.consultation_versions
    (workspace_id, assignee, closed_at, consultation_id, from_at, from_position)
    where assignee is not null and closed_at is not null;
-- A client's questions, a tag.
create index on {schema}.consultation_versions (workspace_id, client_id, opened_at, consultation_id)
    where client_id is not null;
create index on {schema}.consultation_versions using gin (tags jsonb_path_ops) where tags <> '[]';
-- The last week in which something was opened up to a position: one entry per consultation.
create index on {schema}.consultation_versions (workspace_id, opened_week, opened_position) where id = consultation_id;
