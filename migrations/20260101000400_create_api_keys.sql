-- Who may use the API. Only a digest of each key is stored: whoever reads this table can use none of them.
create table ledgerdesk.api_keys (
    id uuid primary key,
    workspace_id uuid not null,
    name text not null check (length(name) between 1 and 200),
    role text not null check (role in
        ('owner', 'administrator', 'supervisor', 'manager', 'bot', 'analyst', 'auditor', 'integration')),
    -- The manager as whom the key acts; without one it acts as itself.
    manager_id uuid,
    -- Its first characters, to tell keys apart in lists.
    prefix text not null,
    secret_hash bytea not null unique check (octet_length(secret_hash) = 32),
    created_at timestamptz not null,
    revoked_at timestamptz
);

create index api_keys_workspace on ledgerdesk.api_keys (workspace_id, created_at);

-- Keys are revoked, never removed: events name them as their actors.
do $$
begin
    if exists (select from pg_roles where rolname = 'ledgerdesk_app') then
        grant select, insert on ledgerdesk.api_keys to ledgerdesk_app;
        grant update (revoked_at) on ledgerdesk.api_keys to ledgerdesk_app;
    end if;
end
$$;
