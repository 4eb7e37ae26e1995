//! A panic is a fault of the program: it is logged like any other, with its place.

use std::{backtrace::Backtrace, panic, thread};

/// Logs panics instead of printing them.
pub(super) fn log() {
    panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        let thread = thread::current().name().unwrap_or("unnamed").to_owned();
        // A message put together at run time may quote the text that it stumbled over, and that may be
        // somebody's name: such a message is for a debugging session only.
        let message = panic.payload().downcast_ref::<&'static str>().copied();
        let message = message.unwrap_or("(see the line at level debug)");
        tracing::error!(place, thread, backtrace = %Backtrace::capture(), "panic: {message}");
        if let Some(message) = panic.payload().downcast_ref::<String>() {
            tracing::debug!(place, "panic: {message}");
        }
    }));
}
