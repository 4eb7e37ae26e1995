//! `docs/events.md`, written from the code and the golden files.
//!
//! `LEDGERDESK_WRITE_DOCS=1 cargo test -p ledgerdesk-domain --test wire` rewrites it.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    fs,
};

use ledgerdesk_domain::{event, personal::PERSONAL_MARK, stream::StreamType, upcast};
use serde_json::Value;

use crate::{
    asked_to_write, crate_dir, golden,
    source::{self, Field, Type},
};

const HEAD: &str = "\
# Events

Everything that is ever written to the log. This page is generated from the code and the golden files; a test \
fails when it is stale. To write it anew:

```sh
LEDGERDESK_WRITE_DOCS=1 cargo test -p ledgerdesk-domain --test wire
```

Names and meanings are permanent. A changed shape is a new version, and an upcaster leads from the old one to the \
new one, so that readers meet the newest shape only. Each heading links to an example with every field filled in.

- **Personal** values name or quote a person. They are encrypted with that person's key and read as erased once \
the key is destroyed. *Inside* says that a part of the value is personal.
- **Optional** fields are left out where there is nothing to say.
- Times are RFC 3339 in UTC. When something happened and when it was recorded, who did it and from where stand \
beside the payload, in every event alike.
";

#[test]
fn the_page_about_events_is_current() {
    let path = crate_dir().join("../docs/events.md");
    let page = page(&source::types());
    if asked_to_write("LEDGERDESK_WRITE_DOCS") {
        fs::write(&path, &page).unwrap();
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == page,
        "docs/events.md is stale; write it with LEDGERDESK_WRITE_DOCS=1 and commit it (first difference: {:?})",
        page.lines().zip(written.lines().chain(std::iter::repeat(""))).find(|(now, then)| now != then)
    );
}

fn page(types: &BTreeMap<String, Type>) -> String {
    let mut page = HEAD.to_owned();
    let mut values = BTreeSet::new();
    for stream_type in StreamType::ALL {
        let events = event::schemas().filter(|&(of, _, _)| of == stream_type);
        let intro = match stream_type {
            StreamType::Consultation => "one question of one client",
            StreamType::Client => "a person or an organisation that asks",
            StreamType::Manager => "a person who answers",
            StreamType::Workspace => "the settings of a team",
            StreamType::CatalogEntry => "what a consultation can be about",
        };
        let _ = write!(page, "\n## Stream `{}`: {intro}\n", stream_type.as_str());
        for (_, event_type, version) in events {
            let about = &types[event_type];
            let link = format!("../domain/golden/{event_type}.v{version}.json");
            let _ = write!(page, "\n### {event_type}\n\n{} [Version {version}]({link}).\n", about.doc);
            let example = golden::read(event_type, version).parse().unwrap();
            page += &fields(types, about, Some(&example), &mut values);
            page += &changes(event_type);
        }
    }
    page += "\n## Values\n";
    let mut described = BTreeSet::new();
    while let Some(name) = values.difference(&described).next().cloned() {
        let _ = write!(page, "\n### {name}\n\n{}\n", types[&name].doc);
        page += &match &types[&name] {
            item if item.is_enum => variants(types, &name, item, &mut values),
            item => fields(types, item, None, &mut values),
        };
        described.insert(name);
    }
    page
}

/// What every version brought, the newest first.
fn changes(event_type: &str) -> String {
    let mut steps: Vec<_> = upcast::upcasters().filter(|step| step.event_type == event_type).collect();
    steps.sort_by_key(|step| std::cmp::Reverse(step.from));
    let mut list = String::new();
    for step in steps {
        let (old, new) = (step.from, step.from + 1);
        let link = format!("../domain/golden/{event_type}.v{old}.json");
        let _ = write!(list, "\nSince version {new}: {} [Version {old}]({link}).\n", step.change);
    }
    list
}

/// A table of fields. What is personal is read from the example where there is one, else from the types.
fn fields(
    types: &BTreeMap<String, Type>,
    item: &Type,
    example: Option<&Value>,
    values: &mut BTreeSet<String>,
) -> String {
    if item.fields.is_empty() {
        return "\nNo fields.\n".to_owned();
    }
    let mut table = "\n| Field | Type | Personal | Meaning |\n|---|---|---|---|\n".to_owned();
    for field in &item.fields {
        let personal = match example.map(|example| &example[&field.name]) {
            Some(value) if value.get(PERSONAL_MARK).is_some() => "yes",
            Some(value) if value.to_string().contains(PERSONAL_MARK) => "inside",
            None if field.type_name.contains("Personal<") => "yes",
            _ => "",
        };
        let Field { name, type_name, doc, may_be_missing } = field;
        let optional = if *may_be_missing { ", optional" } else { "" };
        let type_name = describe(types, type_name, values);
        let _ = writeln!(table, "| `{name}` | {type_name}{optional} | {personal} | {doc} |");
    }
    table
}

/// A table of variants with their wire names.
fn variants(
    types: &BTreeMap<String, Type>,
    name: &str,
    item: &Type,
    values: &mut BTreeSet<String>,
) -> String {
    let mut table = match name {
        "AttributeValue" => "\nThe value itself, one of:\n\n| Type | Meaning |\n|---|---|\n".to_owned(),
        "Party" => {
            "\nAn object with `kind` and, where it says so, `id`:\n\n| Kind | Id | Meaning |\n|---|---|---|\n"
                .to_owned()
        }
        _ => "\n| Value | Meaning |\n|---|---|\n".to_owned(),
    };
    for Field { name: variant, type_name, doc, .. } in &item.fields {
        let held = if type_name.is_empty() { String::new() } else { describe(types, type_name, values) };
        let _ = match name {
            "AttributeValue" => writeln!(table, "| {held} | {doc} |"),
            "Party" => writeln!(table, "| `{}` | {held} | {doc} |", wire_name(variant)),
            _ => writeln!(table, "| `{}` | {doc} |", wire_name(variant)),
        };
    }
    table
}

/// A Rust type in the words of JSON.
fn describe(types: &BTreeMap<String, Type>, type_name: &str, values: &mut BTreeSet<String>) -> String {
    let inner = |wrapper: &str| type_name.strip_prefix(wrapper).and_then(|rest| rest.strip_suffix('>'));
    if let Some(inner) = inner("Option<").or_else(|| inner("Personal<")) {
        return describe(types, inner, values);
    }
    if let Some(inner) = inner("Vec<") {
        return format!("list of {}", describe(types, inner, values));
    }
    match type_name {
        "String" => "text".to_owned(),
        "bool" => "true or false".to_owned(),
        "u8" | "u16" | "u32" | "i64" => "whole number".to_owned(),
        "DateTime<Utc>" => "time".to_owned(),
        "NaiveDate" => "date".to_owned(),
        "Attributes" => format!("object of {}", describe(types, "AttributeValue", values)),
        id if id.ends_with("Id") => "UUID".to_owned(),
        name => {
            assert!(types.contains_key(name), "the page about events cannot describe the type {name}");
            values.insert(name.to_owned());
            format!("[{name}](#{})", name.to_lowercase())
        }
    }
}

/// `InProgress` as `IN_PROGRESS`.
fn wire_name(variant: &str) -> String {
    let mut name = String::new();
    for (index, c) in variant.chars().enumerate() {
        if c.is_ascii_uppercase() && index > 0 {
            name.push('_');
        }
        name.push(c.to_ascii_uppercase());
    }
    name
}
