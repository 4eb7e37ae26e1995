//! The history of one consultation is proven against signed checkpoints: by the binary, by the API's function, and by
//! `docs/verify.py` from an export. Whatever was tampered with is found.

use std::{path::Path, process::Command};

use ledgerdesk_domain::{
    consultation::{AddNote, Consultation, ConsultationCommand as C, Party},
    id::WorkspaceId,
    stream::{StreamId, StreamType},
};
use ledgerdesk_infrastructure::{
    clock::{Clock as _, IdSource as _, SystemClock, SystemIds},
    crypto::SigningKey,
    event_store::canonical::sha256,
    event_store::{Anchors, LinkEnd, Proof, StreamProof, verify_stream, write_checkpoint},
};
use ledgerdesk_tests::{
    TestDatabase,
    node::Node,
    server::{run, said},
};
use sqlx::{AssertSqlSafe, Executor as _};
use uuid::Uuid;

use crate::support::{Place, export};

/// A key of the tests.
const KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

struct Story {
    database: TestDatabase,
    place: Place,
    workspace: WorkspaceId,
    consultation: Uuid,
}

fn key() -> SigningKey {
    SigningKey::parse(KEY).unwrap()
}

impl Story {
    /// Four events of a consultation with others in between, a checkpoint behind the second and behind the third.
    async fn told() -> Self {
        let (database, place) = (TestDatabase::new().await, Place::new());
        let (node, other) = (Node::open(database.pool()).await, Node::open(database.pool()).await);
        let consultation = node.open_consultation(None, "Printer").await.stream.id;
        let story = Self { workspace: node.workspace, database, place, consultation };
        for number in 0..3 {
            for topic in ["one", "two"] {
                node.open_consultation(None, topic).await;
                other.open_consultation(None, topic).await;
            }
            let said = AddNote {
                note_id: SystemIds.next_id().into(),
                text: format!("note {number}"),
                author: Party::Bot,
            };
            let envelope = node.envelope(consultation, C::AddNote(said));
            node.executor.execute::<Consultation>(envelope).await.unwrap();
            if number < 2 {
                story.sign().await;
            }
        }
        node.close().await;
        other.close().await;
        story
    }

    fn directory(&self) -> String {
        self.place.path("checkpoints")
    }

    async fn sign(&self) -> String {
        let (directory, key) = (self.directory(), key());
        let file = write_checkpoint(self.database.pool(), &key, SystemClock.now(), Path::new(&directory));
        file.await.unwrap().to_str().unwrap().to_owned()
    }

    fn anchors(&self) -> Anchors {
        let key = Box::new(key().public());
        Anchors::Kept { directory: self.directory().into(), key }
    }

    async fn verified(&self) -> StreamProof {
        let stream = StreamId::new(StreamType::Consultation, self.consultation);
        verify_stream(self.database.pool(), self.workspace, stream, &self.anchors()).await.unwrap()
    }

    /// Changes the log as somebody does who owns the database.
    async fn tamper(&self, statement: &str) {
        let mut owner = self.database.owner().await;
        owner.execute("alter table ledgerdesk.events disable trigger all").await.unwrap();
        let statement = statement.replace("$id", &format!("'{}'", self.consultation));
        let changed = owner.execute(AssertSqlSafe(statement.clone())).await.unwrap();
        assert!(changed.rows_affected() > 0, "{statement}");
        owner.execute("alter table ledgerdesk.events enable trigger all").await.unwrap();
    }
}

#[tokio::test]
async fn each_event_is_bound_to_the_first_checkpoint_behind_it() {
    let story = Story::told().await;
    let proof = story.verified().await;
    assert!(proof.holds() && !proof.is_signed(), "{proof:?}");
    let links: Vec<_> = proof.links.iter().map(|link| (link.from.0, link.to.0, link.events)).collect();
    // Positions 1, 6, 11 and 16, checkpoints at 6 and 11.
    assert_eq!(links, [(1, 6, 2), (11, 11, 1), (16, 16, 1)]);
    assert_eq!(proof.links[2].end, LinkEnd::Head);
    // 1, 2, 4, 6 of its workspace; then the other two alone.
    assert_eq!(proof.walked, 6);
    story.sign().await;
    let proof = story.verified().await;
    assert!(proof.is_signed(), "{proof:?}");
    for event in &proof.events {
        let hash = sha256(&[&event.previous[..], event.line.as_bytes()].concat());
        assert_eq!(hash, event.hash, "the line of version {} gives its hash", event.version);
    }
}

#[tokio::test]
async fn what_was_tampered_with_is_found() {
    for (statement, code) in [
        (
            "update ledgerdesk.events set occurred_at = occurred_at - interval '1 second'
              where stream_id = $id and stream_version = 2",
            "event_changed",
        ),
        ("delete from ledgerdesk.events where stream_id = $id and stream_version = 2", "event_out_of_place"),
        ("delete from ledgerdesk.events where stream_id = $id and stream_version = 4", "log_replaced"),
        // An event of somebody else in between: the chain does not go through.
        ("delete from ledgerdesk.events where position = 2", "event_out_of_place"),
        ("update ledgerdesk.events set payload = '{}' where position = 4", "event_changed"),
    ] {
        let story = Story::told().await;
        assert!(story.verified().await.holds());
        story.tamper(statement).await;
        let proof = story.verified().await;
        let found = proof.finding.as_ref().map(ledgerdesk_infrastructure::event_store::Finding::code);
        assert_eq!(found, Some(code), "{statement}: {proof:?}");
        let id = story.consultation.to_string();
        let told = run(&story.database.url(), &["log", "verify", "--consultation", &id]);
        assert!(said(&told).contains(code) && !told.status.success(), "{}", said(&told));
    }
}

#[tokio::test]
async fn a_history_that_was_written_anew_is_contradicted_by_its_checkpoint() {
    let (story, forged) = (Story::told().await, Story::told().await);
    assert!(forged.verified().await.holds());
    let stream = StreamId::new(StreamType::Consultation, forged.consultation);
    let proof =
        verify_stream(forged.database.pool(), forged.workspace, stream, &story.anchors()).await.unwrap();
    assert!(!proof.holds());
    let LinkEnd::Checkpoint { proof: contradicted, .. } = &proof.links[0].end else { panic!("{proof:?}") };
    assert!(matches!(contradicted, Proof::Differs { .. }));
    // One that was changed after it had been signed proves nothing, and is said to.
    let file = format!("{}/checkpoint-e1-p000000000006.json", story.directory());
    let text = std::fs::read_to_string(&file).unwrap().replace("\"position\":6", "\"position\":7");
    std::fs::write(&file, text).unwrap();
    let proof = story.verified().await;
    assert!(matches!(&proof.links[0].end, LinkEnd::Refused { code: "checkpoint_signature_invalid", .. }));
    assert!(!proof.holds());
}

#[tokio::test]
async fn an_export_from_its_first_event_proves_it_elsewhere() {
    let story = Story::told().await;
    let (signed, id) = (story.sign().await, story.consultation.to_string());
    let public = key().public().to_string();
    let told = run(
        &story.database.url(),
        &["log", "verify", "--consultation", &id, "--checkpoint", &signed, "--public-key", &public],
    );
    let shown = said(&told);
    assert!(shown.contains(&format!("The history of {id} is whole: versions 1 to 4")), "{shown}");
    assert!(shown.contains("it binds 4 of its events"), "{shown}");

    let file = story.place.path("proof.ndjson");
    export(&story.database, &file, &["--consultation", &id]);
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/verify.py");
    let verify = |file: &str| {
        let more = ["--consultation", &id, "--checkpoint", &signed, "--public-key", &public];
        said(&Command::new("python3").arg("-B").arg(&script).arg(file).args(more).output().unwrap())
    };
    let shown = verify(&file);
    assert!(
        shown
            .contains(&format!("The history of {id} is whole: versions 1 to 4, positions 1 to 16; bound to")),
        "{shown}"
    );
    assert!(shown.contains("holds: nothing up to position 16 has changed since"), "{shown}");
    let bent = std::fs::read_to_string(&file)
        .unwrap()
        .replace("\"event_type\":\"NoteAdded\"", "\"event_type\":\"X\"");
    let bent = story.place.file("bent.ndjson", bent);
    assert!(verify(&bent).contains("code: event_changed"), "{}", verify(&bent));
}
