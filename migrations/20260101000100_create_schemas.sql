-- The log and its bookkeeping live in `ledgerdesk`; live read models in `read`; the ones being rebuilt beside
-- them in `rebuild`; the ones that a swap replaced in `previous`.
create schema if not exists ledgerdesk;
create schema if not exists read;
create schema if not exists rebuild;
create schema if not exists previous;

-- The application works as `ledgerdesk_app`, which owns nothing of the log. Roles belong to the cluster, not to
-- the database, so another database may have made it already; where the migrating user may not make roles, the
-- triggers on the log still refuse every change.
do $$
begin
    if not exists (select from pg_roles where rolname = 'ledgerdesk_app') then
        create role ledgerdesk_app nologin;
    end if;
    execute format('grant ledgerdesk_app to %I', current_user);
exception
    when duplicate_object or unique_violation then null; -- made by another migration at this moment
    when insufficient_privilege then
        raise warning 'the role ledgerdesk_app could not be made: %', sqlerrm;
end
$$;

do $$
begin
    if exists (select from pg_roles where rolname = 'ledgerdesk_app') then
        grant usage on schema ledgerdesk to ledgerdesk_app;
        grant usage, create on schema read, rebuild, previous to ledgerdesk_app;
        alter default privileges in schema ledgerdesk grant select on tables to ledgerdesk_app;
        alter default privileges in schema ledgerdesk grant usage, select on sequences to ledgerdesk_app;
    end if;
end
$$;
