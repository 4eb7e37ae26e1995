//! The transports over real sockets, with a small schema of their own behind them.

mod access;
mod graphql;
mod limits;
mod stream;
mod support;
mod websocket;
