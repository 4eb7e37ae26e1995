//! The mark on personal data.
//!
//! A field of type [`Personal`] names or quotes a person: a name, a phone, an e-mail address, any free text.
//! The mark is all that an event type has to say. It travels in the JSON form as `{"$personal": value}`;
//! the codec of the event store moves every marked value out of the payload, encrypts it with the key of its
//! person and leaves `{"$sealed": n}` in its place. When the key is destroyed, what remains reads as
//! [`Personal::Erased`].

use std::{borrow::Cow, fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{Error as _, IgnoredAny, MapAccess, Visitor},
    ser::SerializeMap,
};

/// The JSON key that marks a personal value in clear.
pub const PERSONAL_MARK: &str = "$personal";
/// The JSON key that stands where a personal value was sealed or erased.
pub const SEALED_MARK: &str = "$sealed";

/// A value that belongs to a person and can be erased.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Personal<T> {
    /// The value.
    Known(T),
    /// The person was erased; the value is gone for good.
    Erased,
}

impl<T> Personal<T> {
    /// The value, unless it was erased.
    pub const fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Erased => None,
        }
    }

    /// The value by move, unless it was erased.
    pub fn into_known(self) -> Option<T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Erased => None,
        }
    }
}

impl<T> From<T> for Personal<T> {
    fn from(value: T) -> Self {
        Self::Known(value)
    }
}

impl From<&str> for Personal<String> {
    fn from(value: &str) -> Self {
        Self::Known(value.to_owned())
    }
}

impl<T: Serialize> Serialize for Personal<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(1))?;
        match self {
            Self::Known(value) => map.serialize_entry(PERSONAL_MARK, value)?,
            Self::Erased => map.serialize_entry(SEALED_MARK, &0)?,
        }
        map.end()
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Personal<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MarkVisitor(PhantomData))
    }
}

/// Reads the one entry of a marked value.
struct MarkVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for MarkVisitor<T> {
    type Value = Personal<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an object with the one key `{PERSONAL_MARK}` or `{SEALED_MARK}`")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let value = match map.next_key::<Cow<'de, str>>()?.as_deref() {
            Some(PERSONAL_MARK) => Personal::Known(map.next_value()?),
            Some(SEALED_MARK) => {
                map.next_value::<u32>()?;
                Personal::Erased
            }
            Some(key) => return Err(A::Error::unknown_field(key, &[PERSONAL_MARK, SEALED_MARK])),
            None => return Err(A::Error::invalid_length(0, &self)),
        };
        match map.next_key::<IgnoredAny>()? {
            None => Ok(value),
            Some(_) => Err(A::Error::invalid_length(2, &self)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mark_survives_a_round_trip() {
        let known = Personal::from("Anna");
        let json = serde_json::to_string(&known).unwrap();
        assert_eq!(json, r#"{"$personal":"Anna"}"#);
        assert_eq!(serde_json::from_str::<Personal<String>>(&json).unwrap(), known);
    }

    #[test]
    fn a_sealed_value_without_its_key_reads_as_erased() {
        let erased: Personal<String> = serde_json::from_str(r#"{"$sealed":3}"#).unwrap();
        assert_eq!(erased, Personal::Erased);
    }

    #[test]
    fn a_value_without_its_mark_is_refused() {
        for json in [r#""Anna""#, "{}", r#"{"$personal":"Anna","$sealed":0}"#, r#"{"name":"Anna"}"#] {
            assert!(serde_json::from_str::<Personal<String>>(json).is_err(), "{json}");
        }
    }
}
