//! `ledgerdesk export`.

use std::fs;

use crate::{Place, err, out};

const MAPPING: &str = "name = \"t\"\n[columns]\ncase = \"c\"\ntime = \"t\"\nactivity = \"a\"\n[activities]\nnew = []\ndone = [\"resolve\"]\n";
const SOURCE: &str =
    "c,t,a\n1,2025-01-01T10:00:00Z,new\n1,2025-01-01T11:00:00Z,done\n2,2025-01-02T10:00:00Z,new\n";

#[test]
fn what_was_imported_is_exported_in_each_form() {
    let place = Place::new();
    fs::write(place.path().join("t.toml"), MAPPING).unwrap();
    fs::write(place.path().join("t.csv"), SOURCE).unwrap();
    let imported = place.run(&["import", "--mapping", "t.toml", "t.csv"]);
    assert!(imported.status.success(), "{}", err(&imported));
    for (form, file) in [("xes", "a.xes"), ("ocel", "a.json"), ("ocel", "a.json.gz"), ("ocel", "a.sqlite")] {
        let exported = place.run(&["export", form, file]);
        assert!(exported.status.success(), "{}", err(&exported));
        let said = out(&exported);
        assert!(said.starts_with("2 consultations with 3 steps, as of position "), "{said}");
        assert!(place.path().join(file).exists());
    }
    let xes = fs::read_to_string(place.path().join("a.xes")).unwrap();
    assert_eq!(xes.matches("<trace>").count(), 2);
    assert!(xes.contains(r#"<date key="time:timestamp" value="2025-01-01T11:00:00.000+00:00"/>"#), "{xes}");
    let beyond = place.run(&["export", "xes", "--position", "1000", "b.xes"]);
    assert_eq!(beyond.status.code(), Some(1));
    assert!(err(&beyond).contains("code: position_beyond_log"), "{}", err(&beyond));
    assert!(!place.path().join("b.xes").exists());
    assert!(!place.is_worked_in(), "a process is left behind");
}

#[test]
fn a_name_that_says_no_form_is_refused_before_anything_starts() {
    let place = Place::new();
    let refused = place.run(&["export", "ocel", "log.xml"]);
    assert!(err(&refused).contains("code: export_format_unknown"), "{}", err(&refused));
    assert_eq!(place.run(&["export", "xes", "--position", "-1", "b.xes"]).status.code(), Some(2));
    assert!(!place.path().join(".ledgerdesk").exists(), "nothing was started");
}
