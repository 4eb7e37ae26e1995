//! The settings: one typed section per concern, read from the environment, all faults told at once.
//!
//! A setting is declared once, with its default, its bounds and what it does; the declaration reads it,
//! refuses it and writes its line in `docs/configuration.md`. To add one: a constant and a field in its section.

mod access;
mod checkpoints;
mod database;
mod docs;
mod environment;
mod fault;
mod graphql;
mod http;
mod keys;
mod limits;
mod log;
mod master_key;
mod read_log;
mod secret;
mod setting;
mod subscriptions;

pub use access::AccessConfig;
pub use checkpoints::{CheckpointsConfig, SigningKeyError};
pub use database::DatabaseConfig;
pub use docs::markdown;
pub use environment::Environment;
pub use fault::{ConfigError, Fault};
pub use graphql::{GraphqlConfig, HttpStatuses};
pub use http::HttpConfig;
pub use keys::KeysConfig;
pub use limits::LimitsConfig;
pub use log::{LogConfig, LogFormat};
pub use master_key::{MasterKeyError, master_key};
pub use read_log::{ReadLogConfig, ReadLogLevel};
pub use secret::Secret;
pub use subscriptions::SubscriptionsConfig;

use self::environment::Reader;

/// All settings. Has no `Debug`, because some are secrets.
#[derive(Clone)]
pub struct Config {
    /// Which PostgreSQL, and how many connections to it.
    pub database: DatabaseConfig,
    /// Keys that come from outside.
    pub keys: KeysConfig,
    /// Who is let in besides keys.
    pub access: AccessConfig,
    /// Where and how to serve.
    pub http: HttpConfig,
    /// What the GraphQL API offers.
    pub graphql: GraphqlConfig,
    /// Bounds of one request.
    pub limits: LimitsConfig,
    /// Bounds of long-lived connections.
    pub subscriptions: SubscriptionsConfig,
    /// Signed checkpoints of the log.
    pub checkpoints: CheckpointsConfig,
    /// Whose reading of personal data is kept.
    pub read_log: ReadLogConfig,
    /// What is logged and how.
    pub log: LogConfig,
}

impl Config {
    /// The settings of this environment, or everything that is wrong with them.
    pub fn read(environment: &Environment) -> Result<Self, ConfigError> {
        let mut reader = Reader::new(environment);
        let config = Self {
            database: DatabaseConfig::read(&mut reader),
            keys: KeysConfig::read(&mut reader),
            access: AccessConfig::read(&mut reader),
            http: HttpConfig::read(&mut reader),
            graphql: GraphqlConfig::read(&mut reader),
            limits: LimitsConfig::read(&mut reader),
            subscriptions: SubscriptionsConfig::read(&mut reader),
            checkpoints: CheckpointsConfig::read(&mut reader),
            read_log: ReadLogConfig::read(&mut reader),
            log: LogConfig::read(&mut reader),
        };
        reader.refuse_unknown(&docs::names());
        reader.finish().map(|()| config)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(values: &[(&str, &str)]) -> Result<Config, ConfigError> {
        let mut environment = Environment::default();
        for (name, value) in values {
            environment.set(name, *value);
        }
        Config::read(&environment)
    }

    fn codes(values: &[(&str, &str)]) -> Vec<(String, &'static str)> {
        let error = read(values).err().expect("these settings are wrong");
        error.faults.into_iter().map(|fault| (fault.setting, fault.code)).collect()
    }

    #[test]
    fn nothing_needs_to_be_set() {
        let config = read(&[]).unwrap();
        assert!(config.database.url.is_none());
        assert_eq!(config.http.listen.to_string(), "127.0.0.1:8080");
        assert_eq!(config.limits.body_bytes, 256 * 1024);
    }

    #[test]
    fn an_empty_value_is_no_value() {
        assert!(read(&[("DATABASE_URL", ""), ("LEDGERDESK_POOL_SIZE", " ")]).is_ok());
    }

    #[test]
    fn every_fault_is_told_at_once() {
        let faults = codes(&[
            ("DATABASE_URL", "mysql://root@db"),
            ("LEDGERDESK_POOL_SIZE", "many"),
            ("LEDGERDESK_LISTEN", "8080"),
            ("LEDGERDESK_GRAPHIQL", "maybe"),
            ("LEDGERDESK_ALLOWED_ORIGINS", "https://desk.example.org, *"),
            ("LEDGERDESK_TRUSTED_DOCUMENTS_ONLY", "on"),
            ("LEDGERDESK_MAX_BODY_KIB", "0"),
            ("LEDGERDESK_LOG_FORMAT", "xml"),
            ("LEDGERDESK_LOG", "info,=,"),
            ("LEDGERDESK_MASTER_KEY", "short"),
            ("LEDGERDESK_BOOTSTRAP_KEY", "secret"),
            ("LEDGERDESK_POOLSIZE", "4"),
        ]);
        let expected = [
            ("DATABASE_URL", "not_a_database_url"),
            ("LEDGERDESK_POOL_SIZE", "not_a_number"),
            ("LEDGERDESK_MASTER_KEY", "not_a_key"),
            ("LEDGERDESK_BOOTSTRAP_KEY", "not_a_key"),
            ("LEDGERDESK_LISTEN", "not_an_address"),
            ("LEDGERDESK_GRAPHIQL", "not_one_of"),
            ("LEDGERDESK_ALLOWED_ORIGINS", "not_an_origin"),
            ("LEDGERDESK_TRUSTED_DOCUMENTS_ONLY", "no_documents"),
            ("LEDGERDESK_MAX_BODY_KIB", "out_of_bounds"),
            ("LEDGERDESK_LOG", "not_a_filter"),
            ("LEDGERDESK_LOG_FORMAT", "not_one_of"),
            ("LEDGERDESK_POOLSIZE", "unknown_setting"),
        ];
        let expected: Vec<_> =
            expected.into_iter().map(|(setting, code)| (setting.to_owned(), code)).collect();
        assert_eq!(faults, expected);
    }

    #[test]
    fn a_fault_says_what_would_be_right_and_never_repeats_a_secret() {
        let error = read(&[
            ("LEDGERDESK_POOL_SIZE", "100000"),
            ("LEDGERDESK_BOOTSTRAP_KEY", "hunter2"),
            ("DATABASE_URL", "mysql://root:hunter2@db"),
        ]);
        let message = error.err().unwrap().to_string();
        assert!(message.contains("from 2 to 500"), "{message}");
        assert!(message.contains("postgres://"), "{message}");
        assert!(!message.contains("hunter2"), "{message}");
    }

    #[test]
    fn a_provider_needs_an_audience_and_a_safe_address() {
        let issuer = ("LEDGERDESK_OIDC_ISSUER", "https://id.example");
        assert_eq!(codes(&[issuer]), [("LEDGERDESK_OIDC_AUDIENCE".to_owned(), "missing")]);
        let config = read(&[issuer, ("LEDGERDESK_OIDC_AUDIENCE", "desk")]).unwrap();
        assert_eq!(config.access.oidc.unwrap().role_claim, "roles");
        let plain = codes(&[("LEDGERDESK_OIDC_ISSUER", "http://id.example")]);
        assert_eq!(plain, [("LEDGERDESK_OIDC_ISSUER".to_owned(), "not_an_address")]);
        let short = codes(&[("LEDGERDESK_FRONTEND_SECRET", "hunter2")]);
        assert_eq!(short, [("LEDGERDESK_FRONTEND_SECRET".to_owned(), "not_a_secret")]);
    }

    #[test]
    fn settings_of_the_tests_are_not_ours_to_refuse() {
        assert!(read(&[("LEDGERDESK_TEST_DATABASE_URL", "x"), ("LEDGERDESK_WRITE_DOCS", "1")]).is_ok());
    }
}
