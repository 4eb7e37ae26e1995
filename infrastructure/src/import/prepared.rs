//! A source that was read to its end and sorted into cases; nothing is written yet.

use std::{collections::BTreeMap, path::Path};

use ledgerdesk_domain::id::WorkspaceId;

use super::{
    ImportError, Mapping, Phase, Progress,
    bind::Rows,
    case::{self, Cases, Row},
    derive::{self, Meaning, Told},
    ids::Ids,
    mapping::Field,
    people::{self, Newcomer},
    report::{Reported, Summary},
    source::{self, Wanted},
};

/// Longest part of an idempotency key that is kept as it is; longer names are replaced by their digest.
const MAX_KEY: usize = 120;

/// A source that was read to its end and sorted into cases.
#[derive(Debug)]
pub struct Prepared {
    mapping: Mapping,
    rows: Rows,
    cases: Cases,
    ids: Ids,
    newcomers: Vec<Newcomer>,
    refused_names: BTreeMap<String, u64>,
    reported: Vec<Reported>,
}

impl Prepared {
    /// Reads a source to its end. Blocks.
    pub fn read(
        mapping: Mapping,
        source: &Path,
        workspace_id: WorkspaceId,
        progress: &dyn Progress,
    ) -> Result<Self, ImportError> {
        progress.begin(Phase::Reading, None);
        let wanted = Wanted {
            columns: mapping.wanted_columns(),
            delimiter: mapping.delimiter,
            missing: mapping.missing.clone(),
        };
        let table = source::read(source, &wanted, progress)?;
        let rows = Rows::bind(&mapping, table)?;
        let ids = Ids::new(workspace_id, format!("import:{}", mapping.name));
        let (mut reported, mut refused_names) = (Vec::new(), BTreeMap::new());
        let cases = Cases::group(&mapping, &rows, &mut reported);
        let newcomers = people::newcomers(&mapping, &rows, &cases, &ids, &mut refused_names);
        Ok(Self { mapping, rows, cases, ids, newcomers, refused_names, reported })
    }

    /// What an import into an empty workspace would write, without writing it. Blocks.
    pub fn dry_run(&self, progress: &dyn Progress) -> Summary {
        progress.begin(Phase::Writing, Some(u64::from(self.rows.count)));
        let mut summary = self.summary();
        for newcomer in &self.newcomers {
            summary.count_newcomer(newcomer.stream.stream_type, &newcomer.events);
        }
        let meaning = self.meaning();
        for number in 0..self.cases.len() {
            let rows = self.cases.get(number).len() as u64;
            let told = self.tell(&meaning, number);
            summary.count_case(rows, told.tally);
            progress.advance(rows);
        }
        summary.finish();
        summary
    }

    /// What is known before anything is written.
    pub(super) fn summary(&self) -> Summary {
        let mut unknown_values = self.meaning().unknown_values();
        unknown_values.extend(self.refused_names.clone());
        Summary {
            rows: u64::from(self.rows.count),
            cases: self.cases.len() as u64,
            unknown_values,
            reported: self.reported.clone(),
            ..Summary::default()
        }
    }

    /// Works out what the texts mean, for any number of [`Self::tell`].
    pub(super) fn meaning(&self) -> Meaning<'_> {
        Meaning::new(&self.mapping, &self.rows, &self.ids)
    }

    /// A case as a consultation.
    pub(super) fn tell(&self, meaning: &Meaning<'_>, number: usize) -> Told {
        derive::tell(meaning, self.case_name(number), self.cases.get(number))
    }

    pub(super) fn ids(&self) -> &Ids {
        &self.ids
    }

    pub(super) fn newcomers(&self) -> &[Newcomer] {
        &self.newcomers
    }

    pub(super) fn row_count(&self) -> u32 {
        self.rows.count
    }

    /// How many rows are reported before any case is decided.
    pub(super) fn reported_rows(&self) -> u64 {
        self.reported.len() as u64
    }

    pub(super) fn case_count(&self) -> usize {
        self.cases.len()
    }

    pub(super) fn case_rows(&self, number: usize) -> &[Row] {
        self.cases.get(number)
    }

    pub(super) fn case_name(&self, number: usize) -> &str {
        let row = self.cases.get(number).first().map_or(0, |row| row.index);
        self.rows.text(Field::Case, row).unwrap_or_default()
    }

    /// SHA-256 over what the mapping reads of a case.
    pub(super) fn case_digest(&self, number: usize) -> [u8; 32] {
        case::digest(&self.rows, self.cases.get(number))
    }

    /// The idempotency key of a case.
    pub(super) fn case_key(&self, number: usize) -> String {
        self.key(&format!("case:{}", self.case_name(number)))
    }

    /// The idempotency key of what `rest` names.
    pub(super) fn key(&self, rest: &str) -> String {
        if rest.len() <= MAX_KEY {
            return format!("{}:{rest}", self.ids.origin());
        }
        let mut key = format!("{}:sha256:", self.ids.origin());
        crate::event_store::canonical::push_hex(
            &mut key,
            &crate::event_store::canonical::sha256(rest.as_bytes()),
        );
        key
    }
}
