//! Exports: the log as lines of JSON that anybody can read and verify, and the way back into an empty log.
//!
//! `docs/verifying.md` describes the format for those who read it elsewhere. In short, one object a line, each
//! naming its `record`: `header`; `event` for every event in order of position, with an `anchor` before the
//! first event of a workspace whose beginning is not in the export; `command` for every stored result of an
//! idempotency key; `person_key` for every key of a person; `trailer` with counts and a hash over all bytes
//! before it.

mod copy_text;
mod fault;
mod import;
mod lines;
mod pipe;
mod read;
mod record;
mod sink;
mod write;

pub use self::{
    fault::{ExportError, ExportFault},
    import::{Imported, import_log},
    read::{Verified, verify_export},
    record::{EXPORT_FORMAT, EXPORT_VERSION, HeadRecord, Header},
    sink::Target,
    write::{ExportOptions, Exported, export_log},
};
