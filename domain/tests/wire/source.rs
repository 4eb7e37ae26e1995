//! Reads the public types and their comments from the source of the crate, so that what is written about events
//! is what the code says.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use crate::crate_dir;

/// A public struct or enum.
#[derive(Debug, Clone, Default)]
pub(crate) struct Type {
    /// Its doc comment as one line.
    pub(crate) doc: String,
    /// Its fields, or the variants of an enum.
    pub(crate) fields: Vec<Field>,
    /// Whether it is an enum.
    pub(crate) is_enum: bool,
}

/// A field, or a variant.
#[derive(Debug, Clone, Default)]
pub(crate) struct Field {
    pub(crate) name: String,
    /// The type as written; of a variant, what it holds, if anything.
    pub(crate) type_name: String,
    pub(crate) doc: String,
    /// Whether a payload may leave it out.
    pub(crate) may_be_missing: bool,
}

/// Every public struct with named fields and every public enum, by name.
pub(crate) fn types() -> BTreeMap<String, Type> {
    let mut files = vec![];
    collect(&crate_dir().join("src"), &mut files);
    let mut types = BTreeMap::new();
    for file in files {
        parse(&fs::read_to_string(file).unwrap(), &mut types);
    }
    types
}

fn collect(dir: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

/// Understands what rustfmt leaves of our types: one item, field, variant or attribute a line.
fn parse(source: &str, types: &mut BTreeMap<String, Type>) {
    let mut doc = String::new();
    let mut may_be_missing = false;
    let mut open: Option<(String, Type)> = None;
    for line in source.lines() {
        let text = line.trim();
        if let Some(comment) = text.strip_prefix("///") {
            if !doc.is_empty() {
                doc.push(' ');
            }
            doc.push_str(comment.trim());
            continue;
        }
        if text.starts_with("#[") {
            may_be_missing |= text.starts_with("#[serde(default");
            continue;
        }
        if let Some((_, item)) = &mut open
            && line != "}"
        {
            if let Some((name, type_name)) = member(text, item.is_enum) {
                let doc = std::mem::take(&mut doc);
                item.fields.push(Field { name, type_name, doc, may_be_missing });
            }
        } else if let Some((name, item)) = open.take() {
            types.insert(name, item);
        } else if let Some((is_enum, name)) = item_name(text) {
            let item = Type { doc: std::mem::take(&mut doc), is_enum, fields: vec![] };
            if text.ends_with("{}") {
                types.insert(name, item);
            } else {
                open = Some((name, item));
            }
        }
        doc.clear();
        may_be_missing = false;
    }
}

/// The name in `pub struct Name {`.
fn item_name(text: &str) -> Option<(bool, String)> {
    let (is_enum, rest) = match (text.strip_prefix("pub struct "), text.strip_prefix("pub enum ")) {
        (Some(rest), _) => (false, rest),
        (_, Some(rest)) => (true, rest),
        (None, None) => return None,
    };
    let (name, _) = rest.split_once(" {")?;
    name.chars().all(char::is_alphanumeric).then(|| (is_enum, name.to_owned()))
}

/// `pub name: Type,` of a struct; `Name,` or `Name(Type),` of an enum.
fn member(text: &str, is_enum: bool) -> Option<(String, String)> {
    let text = text.strip_suffix(',')?;
    let (name, type_name) = if is_enum {
        let (name, held) = text.split_once('(').unwrap_or((text, ""));
        (name, held.trim_end_matches(')'))
    } else {
        text.strip_prefix("pub ")?.split_once(": ")?
    };
    Some((name.to_owned(), type_name.to_owned()))
}
