create table {schema}.handovers (
    id uuid primary key,
    workspace_id uuid not null,
    person_id uuid not null,
    consultation_id uuid not null,
    state text not null,
    requested_at timestamptz not null,
    requested_by_kind text not null,
    requested_by_id uuid,
    reason text,
    to_team text,
    to_manager uuid,
    from_assignee uuid,
    offered_to uuid,
    offered_at timestamptz,
    expires_at timestamptz,
    offer_count integer not null,
    decline_count integer not null,
    decline_reason text,
    accepted_at timestamptz,
    assigned_to uuid,
    first_response_at timestamptz,
    resolved_at timestamptz,
    resolved_by uuid,
    outcome text,
    returned_at timestamptz,
    returned_by uuid,
    return_reason text,
    expired_at timestamptz,
    declines jsonb not null,
    requested_position bigint,
    accepted_position bigint,
    first_response_position bigint,
    resolved_position bigint,
    returned_position bigint,
    expired_position bigint,
    last_position bigint not null
);

create index on {schema}.handovers (workspace_id, requested_at, id);
create index on {schema}.handovers (workspace_id, consultation_id, requested_at, id);
create index on {schema}.handovers (workspace_id, state, requested_at, id);
create index on {schema}.handovers (workspace_id, assigned_to, requested_at, id) where assigned_to is not null;
create index on {schema}.handovers (workspace_id, offered_to, requested_at, id) where state = 'OFFERED';
create index on {schema}.handovers (workspace_id, to_team, requested_at, id) where to_team is not null;
-- Offers that run out.
create index on {schema}.handovers (workspace_id, expires_at, id) where expires_at is not null;
-- Metrics by the times of the funnel.
create index on {schema}.handovers (workspace_id, accepted_at) where accepted_at is not null;
create index on {schema}.handovers (workspace_id, resolved_at) where resolved_at is not null;
