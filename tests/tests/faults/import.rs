//! A large import is killed again and again, and everything around it, while readers follow the log.

use std::{
    fs::File,
    io::{BufWriter, Write as _},
    path::{Path, PathBuf},
    process::{Child, Stdio},
    time::Duration,
};

use ledgerdesk_tests::{
    faults::{Plan, Run, chance::scaled},
    server::{ledgerdesk, said},
    unique,
};
use rustix::process::Signal;

/// How many events are imported; ten million take an hour and a release build.
const EVENTS: &str = "LEDGERDESK_TEST_FAULT_EVENTS";
/// Rows of a ticket: some more events than that.
const ROWS: usize = 20;
/// Tickets of a file: what an importer holds in memory.
const TICKETS: usize = 20_000;
const MAPPING: &str = r#"
name = "faults"

[time]
formats = ["%Y-%m-%d %H:%M"]

[columns]
case = "ticket"
time = "at"
activity = "what"
person = "who"
client = "client"
topic = "about"
text = "text"

[rules]
reopen_on_work = true

[activities]
opened = []
took = ["take"]
asked = ["send"]
answered = ["receive"]
done = ["resolve"]
"#;

fn wanted() -> usize {
    let told = std::env::var(EVENTS).ok();
    told.map_or_else(
        || scaled(10_000, 200_000),
        |text| text.parse().unwrap_or_else(|_| panic!("{EVENTS} is a number, not {text:?}")),
    )
}

/// Files that go away with the test.
struct Files(PathBuf);

impl Files {
    fn new() -> Self {
        let directory = std::env::temp_dir().join(format!("ledgerdesk-import-files-{}", unique()));
        std::fs::create_dir(&directory).expect("a directory is made");
        std::fs::write(directory.join("mapping.toml"), MAPPING).expect("the mapping is written");
        Self(directory)
    }

    /// Tickets that no other file has.
    fn source(&self, number: usize, tickets: usize) -> PathBuf {
        let path = self.0.join(format!("{number}.csv"));
        let mut file = BufWriter::new(File::create(&path).expect("a file is made"));
        let mut line = |text: String| writeln!(file, "{text}").expect("a line is written");
        line("ticket,at,what,who,client,about,text".to_owned());
        for ticket in 0..tickets {
            for row in 0..ROWS {
                let (what, text) = match row {
                    0 => ("opened", String::new()),
                    1 => ("took", String::new()),
                    row if row == ROWS - 1 => ("done", String::new()),
                    row if row % 2 == 0 => ("asked", format!("Question {row}")),
                    row => ("answered", format!("Answer {row}")),
                };
                let (who, client) = (ticket % 40, ticket % 997);
                line(format!(
                    "T{number}-{ticket},2024-05-01 10:{row:02},{what},Agent {who},Client {client},Printer,{text}"
                ));
            }
        }
        path
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// An import in a process of its own, which does not outlive the test.
struct Importer(Child);

impl Importer {
    fn start(run: &Run, files: &Files, source: &Path) -> Self {
        let mut command = ledgerdesk(&run.postgres.url());
        command.args(["import", "--mapping"]).arg(files.0.join("mapping.toml")).arg(source);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        Self(command.spawn().expect("the binary starts"))
    }

    /// Whether it has ended by itself; and if so, well.
    fn ended(&mut self) -> Option<bool> {
        self.0.try_wait().expect("it can be asked").map(|status| status.success())
    }
}

impl Drop for Importer {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

const HEAD: &str = "select coalesce(max(position), 0) from ledgerdesk.events";
const FAULTS: [&str; 5] = [
    "kill -9 of the importer",
    "kill -9 of the application",
    "kill -9 of the postmaster",
    "end of an appender",
    "end of a projection",
];

async fn harm(run: &mut Run, importer: &mut Importer, fault: &'static str) {
    match fault {
        "kill -9 of the importer" => {
            // It may have ended just now.
            let _ = importer.0.kill();
        }
        "kill -9 of the application" => {
            run.nodes.kill(0).await;
            run.nodes.start_again(0).await;
        }
        "kill -9 of the postmaster" => run.postgres.end(Signal::KILL).await,
        "end of an appender" => {
            run.postgres.terminate("application_name = 'ledgerdesk-appender'").await;
        }
        _ => {
            run.postgres.terminate("application_name = 'ledgerdesk'").await;
        }
    }
    run.did(fault);
}

/// Imports a file to its end, with so many faults on the way; how often it had to be started.
async fn import(run: &mut Run, files: &Files, source: &Path, events: usize, faults: usize) -> usize {
    let mut importer = Importer::start(run, files, source);
    let (mut starts, mut left) = (1, faults);
    let step = i64::try_from(events / (faults + 1)).expect("it is small");
    let mut next = run.postgres.number(HEAD).await + step;
    loop {
        match importer.ended() {
            Some(true) => return starts,
            Some(false) => {
                importer = Importer::start(run, files, source);
                starts += 1;
                assert!(starts <= 2 * (faults + 1), "the importer fails again and again");
            }
            None => {}
        }
        if left > 0 && run.postgres.number(HEAD).await >= next {
            harm(run, &mut importer, FAULTS[left % FAULTS.len()]).await;
            left -= 1;
            next = run.postgres.number(HEAD).await + step;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_import_among_faults_writes_every_ticket_once_and_no_reader_misses_an_event() {
    let mut run = Run::start(Plan::new("import"), 1).await;
    let files = Files::new();
    let wanted = wanted();
    let tickets = TICKETS.min(wanted.div_ceil(ROWS));
    let sources = wanted.div_ceil(tickets * ROWS);
    let mut starts = 0;
    for number in 0..sources {
        let source = files.source(number, tickets);
        starts += import(&mut run, &files, &source, tickets * ROWS, scaled(5, 10)).await;
        println!("import: {} of {sources} files, {} events", number + 1, run.postgres.number(HEAD).await);
        std::fs::remove_file(&source).expect("the file is removed");
    }
    let again = files.source(0, tickets);
    let mapping = files.0.join("mapping.toml");
    let (mapping, again) = (mapping.to_str().expect("a path"), again.to_str().expect("a path"));
    let repeated = run.nodes.run(0, &["import", "--mapping", mapping, again]).await;
    assert!(repeated.status.success(), "{}", said(&repeated));
    let opened = "select count(*) from ledgerdesk.events where event_type = 'ConsultationOpened' \
                  and metadata #>> '{source,system}' = 'import:faults'";
    let opened = run.postgres.number(opened).await;
    assert_eq!(opened, i64::try_from(sources * tickets).expect("it is small"), "every ticket is there once");
    println!("import: {opened} tickets of {sources} files, an importer started {starts} times");
    run.judge().await;
}
