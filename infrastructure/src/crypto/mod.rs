//! The key of each person, and what it seals.
