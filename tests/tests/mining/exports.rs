//! Exports: the same position gives the same bytes, and nothing personal.

use std::{fs, path::Path};

use ledgerdesk_api::process_log::{self, Format, ProcessLogError, Written};
use ledgerdesk_domain::stream::Position;
use ledgerdesk_infrastructure::event_store::canonical::push_hex;

use crate::{
    desk::Desk,
    own::{note, two},
    pm4py::Folder,
};

const FORMATS: [(Format, &str); 4] = [
    (Format::Xes, "xes"),
    (Format::Xes, "xes.gz"),
    (Format::OcelJson, "json"),
    (Format::OcelSqlite, "sqlite"),
];

async fn write(
    desk: &Desk,
    to: Option<i64>,
    format: Format,
    path: &Path,
) -> Result<Written, ProcessLogError> {
    let to = to.map(Position);
    process_log::write(&desk.node.store, desk.node.workspace, to, (format, path), |_, _| {}).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_position_gives_the_same_bytes_whatever_came_since() {
    let desk = Desk::open().await;
    two(&desk).await;
    let head = desk.node.store.fetch_head().await.unwrap().position.0;
    let folder = Folder::new();
    for (format, suffix) in FORMATS {
        let before = folder.join(&format!("before.{suffix}"));
        let written = write(&desk, None, format, &before).await.unwrap();
        assert_eq!((written.position, written.cases, written.steps), (Position(head), 2, 6));
    }
    // A late fact, a new consultation.
    desk.tell(1, 3, note()).await;
    desk.open_one(3, 0, "first").await;
    for (format, suffix) in FORMATS {
        let after = folder.join(&format!("after.{suffix}"));
        write(&desk, Some(head), format, &after).await.unwrap();
        let before = fs::read(folder.join(&format!("before.{suffix}"))).unwrap();
        assert!(fs::read(&after).unwrap() == before, "{suffix}");
        let now = write(&desk, None, format, &after).await.unwrap();
        assert_eq!((now.cases, now.steps), (3, 8));
        assert!(fs::read(&after).unwrap() != before, "{suffix}");
    }
    let files = fs::read_dir(folder.join(".")).unwrap().count();
    assert_eq!(files, 2 * FORMATS.len(), "nothing else is left");
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_names_its_position_and_holds_nothing_personal() {
    let desk = Desk::open().await;
    two(&desk).await;
    let head = desk.node.store.fetch_head().await.unwrap();
    let mut hash = String::new();
    push_hex(&mut hash, &head.hash);
    let folder = Folder::new();
    for (format, suffix) in FORMATS {
        if suffix == "xes.gz" {
            continue;
        }
        let path = folder.join(&format!("log.{suffix}"));
        write(&desk, None, format, &path).await.unwrap();
        let text = String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned();
        assert!(text.contains(&hash) && text.contains(&desk.node.workspace.to_string()), "{suffix}");
        assert!(!text.contains("Printer"), "{suffix} has the topic");
        assert!(text.contains("Assigned") && text.contains("second"), "{suffix}");
    }
    let xes = fs::read_to_string(folder.join("log.xes")).unwrap();
    assert!(xes.contains(&format!(r#"<int key="position" value="{}"/>"#, head.position)), "{xes:.1500}");
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_position_that_the_log_does_not_have_leaves_no_file() {
    let desk = Desk::open().await;
    two(&desk).await;
    let folder = Folder::new();
    for (format, suffix) in FORMATS {
        let path = folder.join(&format!("log.{suffix}"));
        let refused = write(&desk, Some(1_000_000), format, &path).await.unwrap_err();
        assert_eq!(refused.code(), "position_beyond_log");
        assert!(!path.exists());
        let nowhere = folder.join("missing").join(format!("log.{suffix}"));
        let refused = write(&desk, None, format, &nowhere).await.unwrap_err();
        assert_eq!(refused.code(), "export_not_written", "{suffix}");
        // Before the first event there is nothing, and that is an event log, too.
        let empty = write(&desk, Some(0), format, &path).await.unwrap();
        assert_eq!((empty.cases, empty.steps), (0, 0));
        assert!(path.exists());
    }
    desk.close().await;
}
