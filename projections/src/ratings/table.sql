create table {schema}.ratings (
    id uuid primary key,
    workspace_id uuid not null,
    person_id uuid not null,
    consultation_id uuid not null,
    state text not null,
    questionnaire text not null,
    questionnaire_version bigint not null,
    channel text,
    answers jsonb not null,
    comments jsonb,
    score integer,
    attributed_to uuid,
    requested_at timestamptz,
    rated_at timestamptz,
    revised_at timestamptz,
    revision bigint not null,
    changed_at timestamptz not null,
    requested_position bigint,
    rated_position bigint,
    last_position bigint not null
);

create index on {schema}.ratings (workspace_id, changed_at, id);
create index on {schema}.ratings (workspace_id, rated_at, id) where rated_at is not null;
create index on {schema}.ratings (workspace_id, score, id) where score is not null;
create index on {schema}.ratings (workspace_id, consultation_id, changed_at, id);
create index on {schema}.ratings (workspace_id, attributed_to, changed_at, id) where attributed_to is not null;
