//! The parsed documents that were asked for lately: clients send the same few texts again and again, and parsing
//! one costs about a fifth of a command.

use std::{
    collections::HashMap,
    mem,
    sync::{Arc, Mutex, PoisonError},
};

use async_graphql::parser::types::ExecutableDocument;

use super::{Limits, Refusal, parse};

/// How many documents each of the two generations holds.
const DOCUMENTS: usize = 1_000;
/// How many bytes each generation may take, as [`Entry::bytes`] estimates them.
const BYTES: usize = 8 << 20;
/// Longer documents are parsed each time: nobody sends them often. In bytes.
const LONGEST: usize = 8 << 10;
/// What the tree of a document takes for one token of its text, in bytes; a test looks that it is no less.
const BYTES_PER_TOKEN: usize = 256;

/// A bounded cache of two generations from the text of a document to its tree, such as one server's transports
/// share: when the young one is full it becomes the old one, and what nobody asked for since is dropped with the old
/// one before. Only what depends on nothing but the text is kept; the weighing depends on the variables.
#[derive(Clone, Default)]
pub struct Documents(Arc<Mutex<Generations>>);

#[derive(Default)]
struct Generations {
    young: Generation,
    old: Generation,
}

#[derive(Default)]
struct Generation {
    entries: HashMap<Box<str>, Entry>,
    bytes: usize,
}

#[derive(Clone)]
struct Entry {
    document: Arc<ExecutableDocument>,
    bytes: usize,
}

/// A document, and whether it was known.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) document: Arc<ExecutableDocument>,
    pub(crate) known: bool,
}

impl Documents {
    /// The tree of a text, if it is safe to be looked at. One that was refused is not remembered.
    pub(crate) fn parse(&self, text: &str, limits: &Limits) -> Result<Found, Refusal> {
        if text.len() > LONGEST {
            let (document, _) = parse(text, limits)?;
            return Ok(Found { document: Arc::new(document), known: false });
        }
        if let Some(document) = self.get(text) {
            return Ok(Found { document, known: true });
        }
        // Outside of the lock; two who ask for the same at once both parse it.
        let (document, tokens) = parse(text, limits)?;
        let tokens = usize::try_from(tokens).unwrap_or(usize::MAX);
        let bytes = tokens.saturating_mul(BYTES_PER_TOKEN).saturating_add(text.len());
        let document = Arc::new(document);
        let entry = Entry { document: Arc::clone(&document), bytes };
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(text.into(), entry);
        Ok(Found { document, known: false })
    }

    fn get(&self, text: &str) -> Option<Arc<ExecutableDocument>> {
        let mut generations = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = generations.young.entries.get(text) {
            return Some(Arc::clone(&found.document));
        }
        let (text, found) = generations.old.entries.remove_entry(text)?;
        generations.old.bytes -= found.bytes;
        let document = Arc::clone(&found.document);
        generations.insert(text, found);
        Some(document)
    }
}

impl Generations {
    fn insert(&mut self, text: Box<str>, entry: Entry) {
        let full = self.young.entries.len() >= DOCUMENTS || self.young.bytes + entry.bytes > BYTES;
        if full {
            self.old = mem::take(&mut self.young);
        }
        self.young.bytes += entry.bytes;
        if let Some(replaced) = self.young.entries.insert(text, entry) {
            self.young.bytes -= replaced.bytes;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(documents: &Documents, text: &str) -> bool {
        documents.parse(text, &Limits::default()).unwrap().known
    }

    fn held(documents: &Documents) -> (usize, usize) {
        let generations = documents.0.lock().unwrap();
        let (young, old) = (&generations.young, &generations.old);
        for generation in [young, old] {
            assert_eq!(generation.bytes, generation.entries.values().map(|entry| entry.bytes).sum::<usize>());
        }
        (young.entries.len() + old.entries.len(), young.bytes + old.bytes)
    }

    #[test]
    fn a_document_is_parsed_once() {
        let documents = Documents::default();
        assert!(!known(&documents, "{ a }"));
        assert!(known(&documents, "{ a }"));
        assert!(!known(&documents, "{ b }"));
        let other = documents.clone();
        assert!(known(&other, "{ b }"));
    }

    #[test]
    fn what_is_refused_is_refused_again_and_not_kept() {
        let documents = Documents::default();
        for _ in 0..2 {
            documents.parse("{ a", &Limits::default()).unwrap_err();
            documents.parse(&"[".repeat(2_000), &Limits::default()).unwrap_err();
        }
        assert_eq!(held(&documents), (0, 0));
    }

    #[test]
    fn the_cache_is_bounded_by_count_and_by_bytes_and_keeps_what_is_asked_for() {
        let documents = Documents::default();
        for number in 0..3 * DOCUMENTS {
            assert!(!known(&documents, &format!("{{ a{number} }}")));
            assert_eq!(known(&documents, "{ busy }"), number > 0);
        }
        assert!(held(&documents).0 <= 2 * DOCUMENTS);
        for number in 0..40 {
            let large = format!("{{ a{number} {} }}", "b ".repeat(3_000));
            assert!(!known(&documents, &large));
        }
        let (count, bytes) = held(&documents);
        assert!(bytes <= 2 * BYTES && count < 40, "{count} documents of {bytes} bytes");
        assert!(!known(&documents, "{ a1 }"));
    }

    #[test]
    fn a_long_document_is_served_and_not_kept() {
        let documents = Documents::default();
        let long = format!("{{ a }} # {}", "x".repeat(LONGEST));
        assert!(!known(&documents, &long));
        assert!(!known(&documents, &long));
        assert_eq!(held(&documents), (0, 0));
    }

    #[test]
    fn a_token_takes_no_more_than_is_reckoned() {
        use async_graphql::{
            Positioned,
            parser::types::{Field, Selection},
        };
        // The shortest text for the largest node: a field of one letter, with its name on the heap.
        let node = size_of::<Positioned<Selection>>().max(size_of::<Positioned<Field>>()) + 16;
        assert!(node <= BYTES_PER_TOKEN, "{node}");
    }
}
