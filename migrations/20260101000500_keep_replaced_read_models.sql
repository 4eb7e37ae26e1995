-- What a rebuild replaced is kept with its checkpoint, so that it can be put back; what a rebuild has built so far
-- is kept when it is interrupted, so that it can go on. Erasures reach both.
alter table ledgerdesk.projections drop constraint projections_build_check;
alter table ledgerdesk.projections
    add constraint projections_build_check check (build in ('live', 'rebuild', 'previous')),
    -- The permanent code of the reason for which it is paused.
    add column code text,
    -- The columns of this build's table that an erasure empties, as the program that made it knows them. Another
    -- program may have to empty them. Nothing for a table from before this migration.
    add column personal text[];

-- Where one table waits while two change places.
create schema if not exists exchange;

do $$
begin
    if exists (select from pg_roles where rolname = 'ledgerdesk_app') then
        grant usage, create on schema exchange to ledgerdesk_app;
    end if;
end
$$;
