-- A workspace's own roles, keys that see only their manager's consultations, and what became of all that.

create table ledgerdesk.roles (
    id uuid primary key,
    workspace_id uuid not null,
    name text not null check (length(name) between 1 and 100),
    -- Permanent names of permissions; one that a program does not know allows nothing there.
    permissions text[] not null,
    scope text not null check (scope in ('all', 'own_and_queued', 'own')),
    created_at timestamptz not null,
    changed_at timestamptz not null,
    -- Deleted roles stay: what was done with them is told by their names.
    deleted_at timestamptz,
    unique (workspace_id, id)
);

create unique index roles_name on ledgerdesk.roles (workspace_id, lower(name)) where deleted_at is null;

-- Either a role that every workspace has, or one of its own.
alter table ledgerdesk.api_keys
    alter column role drop not null,
    add column role_id uuid,
    add column scope text not null default 'all' check (scope in ('all', 'own_and_queued', 'own')),
    add constraint api_keys_one_role check ((role is null) <> (role_id is null)),
    add constraint api_keys_role_id foreign key (workspace_id, role_id) references ledgerdesk.roles (workspace_id, id);

create index api_keys_role on ledgerdesk.api_keys (role_id) where role_id is not null;

-- Every change of roles, keys, sessions and invitations, written in the transaction of the change.
create table ledgerdesk.access_log (
    id bigint generated always as identity primary key,
    workspace_id uuid not null,
    at timestamptz not null,
    -- The key or session that was used; none for the command line.
    by_key uuid,
    action text not null,
    -- The role, key, session or invitation.
    subject uuid not null,
    details jsonb not null
);

create index access_log_workspace on ledgerdesk.access_log (workspace_id, id);

create trigger access_log_is_append_only
    before update or delete or truncate on ledgerdesk.access_log
    for each statement execute function ledgerdesk.refuse_change();

do $$
begin
    if exists (select from pg_roles where rolname = 'ledgerdesk_app') then
        grant select, insert on ledgerdesk.roles to ledgerdesk_app;
        grant update (name, permissions, scope, changed_at, deleted_at) on ledgerdesk.roles to ledgerdesk_app;
        grant select, insert on ledgerdesk.access_log to ledgerdesk_app;
    end if;
end
$$;
