//! The product as its users run it: processes, HTTP, WebSockets, PostgreSQL.

mod crash;
mod erasure;
mod flow;
mod import;
mod shutdown;
mod tampering;
