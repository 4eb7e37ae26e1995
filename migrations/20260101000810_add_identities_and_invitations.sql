-- People who sign in with a provider of theirs (OpenID Connect), and invitations by e-mail.

-- One row for each person who ever came with a token: their session. A role that they got by an invitation stands here.
create table ledgerdesk.identities (
    id uuid primary key,
    workspace_id uuid not null,
    issuer text not null,
    subject text not null,
    role text check (role in
        ('owner', 'administrator', 'supervisor', 'manager', 'bot', 'analyst', 'auditor', 'integration')),
    role_id uuid,
    scope text not null default 'all' check (scope in ('all', 'own_and_queued', 'own')),
    manager_id uuid,
    first_seen_at timestamptz not null,
    last_seen_at timestamptz not null,
    -- Tokens that were issued until then open nothing.
    revoked_at timestamptz,
    unique (workspace_id, issuer, subject),
    check (role is null or role_id is null),
    foreign key (workspace_id, role_id) references ledgerdesk.roles (workspace_id, id)
);

create index identities_workspace on ledgerdesk.identities (workspace_id, first_seen_at, id);
create index identities_role on ledgerdesk.identities (role_id) where role_id is not null;

create table ledgerdesk.invitations (
    id uuid primary key,
    workspace_id uuid not null,
    -- Whom to write to; forgotten when the invitation is accepted or taken back.
    email text,
    role text check (role in
        ('owner', 'administrator', 'supervisor', 'manager', 'bot', 'analyst', 'auditor', 'integration')),
    role_id uuid,
    scope text not null default 'all' check (scope in ('all', 'own_and_queued', 'own')),
    manager_id uuid,
    secret_hash bytea not null unique check (octet_length(secret_hash) = 32),
    created_at timestamptz not null,
    expires_at timestamptz not null,
    accepted_at timestamptz,
    revoked_at timestamptz,
    check ((role is null) <> (role_id is null)),
    check (accepted_at is null or revoked_at is null),
    foreign key (workspace_id, role_id) references ledgerdesk.roles (workspace_id, id)
);

create index invitations_workspace on ledgerdesk.invitations (workspace_id, created_at, id);
create index invitations_role on ledgerdesk.invitations (role_id) where role_id is not null;

do $$
begin
    if exists (select from pg_roles where rolname = 'ledgerdesk_app') then
        grant select, insert on ledgerdesk.identities, ledgerdesk.invitations to ledgerdesk_app;
        grant update (role, role_id, scope, manager_id, last_seen_at, revoked_at) on ledgerdesk.identities
            to ledgerdesk_app;
        grant update (email, accepted_at, revoked_at) on ledgerdesk.invitations to ledgerdesk_app;
    end if;
end
$$;
