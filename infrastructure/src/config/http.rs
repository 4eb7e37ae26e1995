//! Where and how to serve.

use std::{
    net::{Ipv4Addr, SocketAddr},
    time::Duration,
};

use super::{
    environment::Reader,
    setting::{Expected, Line, Setting, number},
};

const LISTEN: Setting<SocketAddr> = Setting {
    name: "LEDGERDESK_LISTEN",
    about: "The address and port to serve on. Port 0 takes a free one and prints it. 0.0.0.0 serves the whole \
            network: put TLS in front.",
    default_text: "127.0.0.1:8080",
    default: || SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)),
    expected: Expected::Words("an address and a port such as 127.0.0.1:8080 or [::1]:0"),
    parse: |text| text.parse().map_err(|_| "not_an_address"),
};

const GRACE: Setting<u64> = number::<20, 1, 300>(
    "LEDGERDESK_SHUTDOWN_GRACE_SECONDS",
    "20",
    "How long a stop waits for running requests and subscriptions before it cuts them off.",
);

/// Where and how to serve.
#[derive(Debug, Clone)]
pub struct HttpConfig {
    /// The address; port 0 takes a free one.
    pub listen: SocketAddr,
    /// How long a stop waits for what runs; 1 to 300 seconds.
    pub shutdown_grace: Duration,
}

impl HttpConfig {
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        Self { listen: reader.read(&LISTEN), shutdown_grace: Duration::from_secs(reader.read(&GRACE)) }
    }

    pub(super) fn lines() -> Vec<Line> {
        vec![(&LISTEN).into(), (&GRACE).into()]
    }
}
