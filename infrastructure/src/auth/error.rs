//! Why keys cannot be kept.

/// Why a key could not be made or looked up.
#[derive(Debug, thiserror::Error)]
pub enum AuthError {
    /// Nobody could tell keys apart by such a name.
    #[error("the name of a key has 1 to 200 characters")]
    Name,
    /// This very key exists already.
    #[error("this key exists already; make another")]
    Exists,
    /// The database refused or could not be reached.
    #[error("the keys could not be read or written")]
    Database(#[from] sqlx::Error),
}

impl AuthError {
    /// The permanent code, for scripts.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Name => "key_name_invalid",
            Self::Exists => "key_exists",
            Self::Database(_) => "database_unavailable",
        }
    }
}
