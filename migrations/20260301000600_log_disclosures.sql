-- Who took data out: exports, proofs, whatever leaves as a file. Written before the first byte leaves, kept for good.

create table ledgerdesk.disclosures (
    id bigint generated always as identity primary key,
    workspace_id uuid not null,
    at timestamptz not null,
    -- The key or session that was used; none for the command line.
    by_key uuid,
    actor_kind text not null,
    actor_id uuid,
    request_id uuid,
    -- What was taken, such as `export:consultations:csv`. Permanent.
    action text not null check (length(action) between 1 and 100),
    -- Whether personal values were in it.
    personal boolean not null,
    -- The position of the log that it was computed at.
    position bigint not null,
    -- How many rows; none where that was not known when it began.
    row_count bigint,
    -- What was asked for: filters, dimensions, versions of definitions; never a personal value.
    details jsonb not null
);

create index disclosures_workspace on ledgerdesk.disclosures (workspace_id, id);

create trigger disclosures_are_append_only
    before update or delete or truncate on ledgerdesk.disclosures
    for each statement execute function ledgerdesk.refuse_change();

do $$
begin
    if exists (select from pg_roles where rolname = 'ledgerdesk_app') then
        grant select, insert on ledgerdesk.disclosures to ledgerdesk_app;
    end if;
end
$$;
