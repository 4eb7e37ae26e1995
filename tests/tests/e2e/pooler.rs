//! Behind a `PgBouncer` that lends its sessions for one transaction only.

use std::{
    fs::Permissions,
    os::unix::{
        fs::{MetadataExt as _, PermissionsExt as _},
        process::CommandExt as _,
    },
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use futures_util::future::join_all;
use ledgerdesk_tests::{
    TestDatabase,
    client::Client,
    server::{OWNER_KEY, Server, ledgerdesk, said},
    skipped, unique, wait_until,
};
use serde_json::json;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection, postgres::PgConnectOptions};

/// Names the binary where it is not in PATH.
const PGBOUNCER: &str = "LEDGERDESK_PGBOUNCER";
const PASSWORD: &str = "only for this test";
/// Sessions that everybody shares.
const SESSIONS: usize = 2;

/// A `PgBouncer` in front of a database, on a socket in a directory of its own.
struct Pooler {
    process: Child,
    directory: PathBuf,
}

/// The binary that knows prepared statements in transaction mode.
fn binary(test: &str) -> Option<PathBuf> {
    let path = std::env::var_os(PGBOUNCER).map_or_else(|| PathBuf::from("pgbouncer"), PathBuf::from);
    let version = Command::new(&path).arg("--version").output().ok();
    let version = version.map(|said| String::from_utf8_lossy(&said.stdout).into_owned()).unwrap_or_default();
    let mut numbers = version.split_whitespace().nth(1).unwrap_or_default().split('.');
    let mut next = || numbers.next().and_then(|number| number.parse::<u32>().ok()).unwrap_or_default();
    let is_new = (next(), next()) >= (1, 21);
    if !is_new {
        skipped(test, &format!("PgBouncer 1.21 or newer (in PATH, or named by {PGBOUNCER})"));
    }
    is_new.then_some(path)
}

impl Pooler {
    async fn start(binary: &Path, database: &TestDatabase) -> Self {
        let directory = std::env::temp_dir().join(format!("ledgerdesk-pgb-{}", unique()));
        std::fs::create_dir(&directory).unwrap();
        let options: PgConnectOptions = database.url().parse().unwrap();
        let host = options.get_socket().map_or_else(
            || options.get_host().to_owned(),
            |directory| directory.to_str().unwrap().to_owned(),
        );
        let ini = format!(
            "[databases]\nledgerdesk = host={host} port={} dbname={}\n\n[pgbouncer]\npool_mode = transaction\n\
             max_prepared_statements = 200\ndefault_pool_size = {SESSIONS}\nmax_client_conn = 200\n\
             listen_addr =\nunix_socket_dir = {}\nlisten_port = 6432\nauth_type = plain\nauth_file = {}\n",
            options.get_port(),
            options.get_database().unwrap(),
            directory.display(),
            directory.join("users").display(),
        );
        std::fs::write(directory.join("ini"), ini).unwrap();
        std::fs::write(directory.join("users"), "").unwrap();
        // It refuses to run as root, and the server's socket is for the server's own user.
        std::fs::set_permissions(&directory, Permissions::from_mode(0o777)).unwrap();
        let mut command = Command::new(binary);
        if let Ok(owner) = std::fs::metadata(&host) {
            command.uid(owner.uid()).gid(owner.gid());
        }
        command.arg(directory.join("ini")).stdout(Stdio::null()).stderr(Stdio::null());
        let pooler = Self { process: command.spawn().unwrap(), directory };
        // Before that, the signal that has it read its users again would end it.
        let socket = pooler.directory.join(".s.PGSQL.6432");
        wait_until("the pooler listens", async || socket.exists()).await;
        pooler
    }

    /// Makes a role, lets it in, and answers its URL through the pooler.
    async fn role(&self, owner: &mut PgConnection, rights: &[&str]) -> String {
        let name = format!("reader_{}", unique());
        owner
            .execute(AssertSqlSafe(format!("create role {name} login password '{PASSWORD}'")))
            .await
            .unwrap();
        for right in rights {
            owner.execute(AssertSqlSafe(right.replace("NAME", &name))).await.unwrap();
        }
        let users = self.directory.join("users");
        let known = std::fs::read_to_string(&users).unwrap();
        std::fs::write(&users, format!("{known}\"{name}\" \"{PASSWORD}\"\n")).unwrap();
        rustix::process::kill_process(
            rustix::process::Pid::from_child(&self.process),
            rustix::process::Signal::HUP,
        )
        .unwrap();
        let url = format!(
            "postgres://{name}:{}@localhost:6432/ledgerdesk?host={}",
            PASSWORD.replace(' ', "%20"),
            self.directory.display()
        );
        let options = url.parse::<PgConnectOptions>().unwrap().extra_float_digits(None);
        wait_until("the pooler lets the role in", async || {
            PgConnection::connect_with(&options).await.is_ok()
        })
        .await;
        url
    }
}

impl Drop for Pooler {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = std::fs::remove_dir_all(&self.directory);
    }
}

const READS: [&str; 3] = [
    "grant ledgerdesk_app to NAME",
    "alter role NAME set role to ledgerdesk_app",
    "alter role NAME set statement_timeout to '12s'",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn queries_share_a_few_sessions_through_a_pooler() {
    let Some(binary) = binary("queries_share_a_few_sessions_through_a_pooler") else { return };
    let database = TestDatabase::new().await;
    let mut owner = database.owner().await;
    let pooler = Pooler::start(&binary, &database).await;

    for (rights, fault) in [
        (&READS[1..1], "may not read the log"),
        (&READS[..2], "has no statement_timeout"),
        (&["grant update on ledgerdesk.events to NAME", READS[0], READS[2]][..], "may change the log"),
    ] {
        let url = pooler.role(&mut owner, rights).await;
        let mut serve = ledgerdesk(&database.url());
        serve.args(["serve", "--listen", "127.0.0.1:0"]).env("LEDGERDESK_POOLER_URL", url);
        let output = tokio::task::spawn_blocking(move || serve.output()).await.unwrap().unwrap();
        let said = said(&output);
        assert!(!output.status.success() && said.contains(fault), "{said}");
        assert!(said.contains("code: pooler_role_unfit"), "{said}");
    }

    let url = pooler.role(&mut owner, &READS).await;
    let role = url.split(['/', ':']).find(|part| part.starts_with("reader_")).unwrap().to_owned();
    let mut command = ledgerdesk(&database.url());
    command.env("LEDGERDESK_POOLER_URL", url);
    let server = tokio::task::spawn_blocking(move || Server::spawn(&mut command)).await.unwrap();
    let client = Client::new(&server.address, OWNER_KEY);
    let open = "mutation($input: OpenConsultationInput!) { openConsultation(input: $input) \
                { consultation { id } position } }";
    let mut opened = Vec::new();
    for number in 0..20 {
        let input = json!({ "input": { "topic": format!("Printer {number}"), "channel": "SITE" } });
        opened.push(client.query(open, input).await["openConsultation"].clone());
    }
    // Many at once, of several shapes: each statement is prepared on one session and runs on any.
    let queries = [
        "query($id: ID!, $min: Position) { consultation(id: $id, minPosition: $min) { topic history(first: 5) \
         { nodes { position } } } }",
        "query($min: Position) { consultations(first: 20, minPosition: $min) { totalCount nodes { topic } } }",
        "query($min: Position) { consultations(first: 3, orderBy: { field: PRIORITY, direction: DESC }, \
         minPosition: $min) { nodes { topic messages(first: 2) { nodes { id } } } } }",
        "query($min: Position) { managers(first: 5, minPosition: $min) { nodes { id } } }",
    ];
    for round in 0..10 {
        let asked = (0..40).map(|number| {
            let payload = &opened[(round + number) % opened.len()];
            let mut variables = json!({ "min": payload["position"] });
            if number % queries.len() == 0 {
                variables["id"] = payload["consultation"]["id"].clone();
            }
            client.query(queries[number % queries.len()], variables)
        });
        for (number, data) in join_all(asked).await.into_iter().enumerate() {
            match number % queries.len() {
                0 => assert!(data["consultation"]["topic"].is_string(), "{data}"),
                1 => assert!(data["consultations"]["totalCount"].as_i64() > Some(0), "{data}"),
                _ => assert!(data.as_object().is_some_and(|data| !data.is_empty()), "{data}"),
            }
        }
    }
    let sessions = format!("select count(*) from pg_stat_activity where usename = '{role}'");
    let sessions: i64 = sqlx::query_scalar(AssertSqlSafe(sessions)).fetch_one(&mut owner).await.unwrap();
    assert!((1..=i64::try_from(SESSIONS).unwrap()).contains(&sessions), "{sessions} sessions");
    drop(server);
    drop(pooler);
}
