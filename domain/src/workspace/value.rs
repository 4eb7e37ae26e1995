//! The values that workspace events and commands are made of.

use serde::{Deserialize, Serialize};

/// What clients are asked when they rate. A change is a new version; ratings name the version they answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Questionnaire {
    /// Its permanent key.
    pub key: String,
    /// Its version, from 1.
    pub version: u32,
    /// The questions, in order.
    pub questions: Vec<Question>,
}

/// One question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// Its permanent key.
    pub key: String,
    /// The text in English.
    pub text_en: String,
    /// The text in Russian.
    pub text_ru: String,
    /// The best score; 0 for a question that takes a comment only.
    pub max_score: u8,
}
