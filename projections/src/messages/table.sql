create table {schema}.messages (
    id uuid primary key,
    workspace_id uuid not null,
    person_id uuid not null,
    consultation_id uuid not null,
    direction text not null,
    channel text not null,
    author_kind text not null,
    author_id uuid,
    body text,
    attachments jsonb not null,
    attachment_names jsonb,
    in_reply_to uuid,
    handover_id uuid,
    is_first_response boolean not null,
    sent_at timestamptz not null,
    last_position bigint not null
);

-- The conversation of one consultation, both directions.
create index on {schema}.messages (workspace_id, consultation_id, last_position, id);
-- All conversations, newest first.
create index on {schema}.messages (workspace_id, last_position, id);
