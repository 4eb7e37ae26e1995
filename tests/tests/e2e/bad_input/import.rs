//! Sources and mappings that are not what they should be: told before anything is written.

use std::io::Write as _;

use ledgerdesk_tests::{
    TestDatabase,
    server::{Server, run, said},
};

use crate::support::{Place, count};

const MAPPING: &str = r#"
name = "tickets"
[time]
formats = ["%Y-%m-%d %H:%M"]
[columns]
case = "ticket"
time = "at"
activity = "what"
[activities]
opened = []
"#;

const SOURCE: &str = "ticket,at,what\nT1,2024-05-01 10:10,opened\nT2,2024-05-01 10:11,opened\n";

#[tokio::test]
async fn a_source_or_a_mapping_that_is_not_right_is_named_and_nothing_is_written() {
    let database = TestDatabase::new().await;
    let mut server = Server::start(&database.url());
    let place = Place::new();
    let good = place.file("good.toml", MAPPING);
    let whole = place.file("whole.csv", SOURCE);
    let packed = gzip(SOURCE.repeat(2_000).as_bytes());
    let truncated = place.file("truncated.csv.gz", &packed[..packed.len() - 20]);
    let mut broken = packed.clone();
    let middle = broken.len() / 2;
    broken[middle] ^= 0xff;
    let corrupt = place.file("corrupt.csv.gz", broken);
    let latin = place.file("latin.csv", b"ticket,at,what\nT1,2024-05-01 10:10,op\xe9n\n");
    let ragged = place.file("ragged.csv", "ticket,at,what\nT1,2024-05-01 10:10\n");
    let xes = place.file("broken.xes", "<?xml version=\"1.0\"?><log><trace><event></trace></log>");
    let missing = place.file("missing.toml", MAPPING.replace("\"what\"", "\"activity\""));
    let faulty = place.file("faulty.toml", MAPPING.replace("[activities]", "[activity]"));
    let cases = [
        (&missing, &whole, "missing_column", "`activity`"),
        (&good, &truncated, "truncated_gzip", "row"),
        (&good, &corrupt, "corrupt_gzip", "damaged"),
        (&good, &latin, "not_utf8", "row 1"),
        (&good, &ragged, "bad_csv", "line 2"),
        (&good, &xes, "bad_xml", "byte"),
        (&faulty, &whole, "invalid_mapping", "activity"),
    ];
    let before = count(&database, "select count(*) from ledgerdesk.events").await;
    for (mapping, source, code, named) in cases {
        let refused = run(&database.url(), &["import", "--mapping", mapping, source]);
        let said = said(&refused);
        assert_eq!(refused.status.code(), Some(1), "{code}: {said}");
        assert!(said.contains(&format!("code: {code}")) && said.contains(named), "{code}: {said}");
    }
    assert_eq!(count(&database, "select count(*) from ledgerdesk.events").await, before);
    let imported = run(&database.url(), &["import", "--mapping", &good, &whole]);
    assert!(imported.status.success(), "the same source as it should be goes in: {}", said(&imported));
    assert!(server.is_alive());
}

/// A gzip file of stored blocks: the harness needs no compressor, and a truncated one is truncated all the same.
fn gzip(content: &[u8]) -> Vec<u8> {
    let mut file = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    let chunks: Vec<_> = content.chunks(60_000).collect();
    for (number, chunk) in chunks.iter().enumerate() {
        let length = u16::try_from(chunk.len()).unwrap();
        file.push(u8::from(number + 1 == chunks.len()));
        file.write_all(&length.to_le_bytes()).unwrap();
        file.write_all(&(!length).to_le_bytes()).unwrap();
        file.write_all(chunk).unwrap();
    }
    let size = u32::try_from(content.len()).unwrap();
    file.write_all(&crc32(content).to_le_bytes()).unwrap();
    file.write_all(&size.to_le_bytes()).unwrap();
    file
}

fn crc32(content: &[u8]) -> u32 {
    !content.iter().fold(!0, |crc, byte| {
        (0..8).fold(
            crc ^ u32::from(*byte),
            |crc, _| if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 },
        )
    })
}
