//! The transports over real sockets, with a small schema of their own behind them.

mod graphql;
mod support;
mod websocket;
