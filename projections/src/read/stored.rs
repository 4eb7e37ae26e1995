//! Rows as PostgreSQL sends them, read column by column into the type that the fold writes.
//!
//! A row is read whole, whatever of it is asked for; made into JSON by the database and read from it here, it cost
//! several times as much on both sides.

use std::ops::Range;

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{
    Deserializer,
    de::{DeserializeOwned, DeserializeSeed, IntoDeserializer as _, SeqAccess, Visitor, value::Error},
    forward_to_deserialize_any,
};
use serde_json::{Map, Value};
use sqlx::{
    Column as _, Row as _, ValueRef as _,
    postgres::{PgColumn, PgRow, PgValueRef},
};

use super::{Key, Keyset, Reach, ReadRow, SortKind};

/// The name of the column that tells a row's place in an order.
const PLACE: &str = "place_in_order";

/// The columns of a row in a `select`, without what the caller may not see: that never leaves the database.
pub(super) fn columns<R: ReadRow>(reach: Reach) -> String {
    let mask: Map<String, Value> =
        if reach.personal { Map::new() } else { serde_json::from_str(R::MASK).unwrap_or_default() };
    let selected = fields_of::<R>().iter().map(|column| match mask.get(*column) {
        None => format!("t.{column}"),
        Some(Value::Null) => format!("null as {column}"),
        Some(value) => format!("'{value}'::jsonb as {column}"),
    });
    selected.collect::<Vec<_>>().join(", ")
}

/// The same, with the row's place in an order.
pub(super) fn placed_columns<R: ReadRow>(reach: Reach, keyset: Keyset) -> String {
    let as_number = if keyset.kind == SortKind::Number { "::bigint" } else { "" };
    format!("{}, {}{as_number} as {PLACE}", columns::<R>(reach), keyset.column)
}

/// The row.
pub(super) fn read<R: DeserializeOwned>(row: &PgRow) -> Result<R, sqlx::Error> {
    R::deserialize(Stored(row)).map_err(|error| sqlx::Error::Decode(error.into()))
}

/// The row with its place.
pub(super) fn read_placed<R: ReadRow>(row: &PgRow, keyset: Keyset) -> Result<(Key, R), sqlx::Error> {
    let value = match keyset.kind {
        SortKind::Time => row.try_get::<DateTime<Utc>, _>(PLACE)?.timestamp_micros(),
        SortKind::Number => row.try_get(PLACE)?,
    };
    Ok((Key { value, id: row.try_get(R::KEY)? }, read(row)?))
}

/// The names of a struct's fields, which are those of its columns.
fn fields_of<R: DeserializeOwned>() -> &'static [&'static str] {
    let mut fields: &'static [&'static str] = &[];
    // It reads nothing and says so.
    let _ = R::deserialize(Fields(&mut fields));
    fields
}

/// Looks at what a type asks for, and gives it nothing.
struct Fields<'a>(&'a mut &'static [&'static str]);

impl<'de> Deserializer<'de> for Fields<'_> {
    type Error = Error;

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Error> {
        *self.0 = fields;
        Err(serde::de::Error::custom("nothing to read"))
    }

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Error> {
        Err(serde::de::Error::custom("a row is a struct"))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

/// A row as a struct. Its columns are in the order of the fields ([`columns`]), so that no name has to be looked for.
struct Stored<'r>(&'r PgRow);

impl<'de> Deserializer<'de> for Stored<'de> {
    type Error = Error;

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let all = self.0.columns();
        let first = all.iter().position(|column| fields.first() == Some(&column.name())).unwrap_or_default();
        let of_fields = all.get(first..first + fields.len()).unwrap_or_default();
        let are_in_order = || of_fields.iter().map(PgColumn::name).eq(fields.iter().copied());
        debug_assert!(are_in_order(), "the columns of {fields:?} are {all:?}");
        if of_fields.last().map(PgColumn::name) != fields.last().copied() {
            return Err(serde::de::Error::custom("the columns of a row are not in the order of its fields"));
        }
        visitor.visit_seq(Columns { row: self.0, rest: first..first + fields.len() })
    }

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Error> {
        Err(serde::de::Error::custom("a row is a struct"))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

struct Columns<'r> {
    row: &'r PgRow,
    /// The places of those that are still to read.
    rest: Range<usize>,
}

impl<'de> SeqAccess<'de> for Columns<'de> {
    type Error = Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Error> {
        let Some(place) = self.rest.next() else { return Ok(None) };
        let value = self.row.try_get_raw(place).map_err(serde::de::Error::custom)?;
        seed.deserialize(Cell(value)).map(Some)
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.rest.len())
    }
}

/// One value, in PostgreSQL's binary form.
struct Cell<'r>(PgValueRef<'r>);

impl<'r> Cell<'r> {
    fn bytes(&self) -> Result<&'r [u8], Error> {
        self.0.as_bytes().map_err(serde::de::Error::custom)
    }

    fn decoded<T: sqlx::Decode<'r, sqlx::Postgres>>(self) -> Result<T, Error> {
        T::decode(self.0).map_err(serde::de::Error::custom)
    }
}

/// Type numbers, which are permanent: `pg_type.dat` of PostgreSQL.
mod oid {
    pub(super) const BOOL: u32 = 16;
    pub(super) const INT8: u32 = 20;
    pub(super) const INT2: u32 = 21;
    pub(super) const INT4: u32 = 23;
    pub(super) const TEXT: u32 = 25;
    pub(super) const TIMESTAMPTZ: u32 = 1184;
    pub(super) const UUID: u32 = 2950;
    pub(super) const JSONB: u32 = 3802;
}

impl<'de> Deserializer<'de> for Cell<'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.0.is_null() {
            return visitor.visit_unit();
        }
        let kind = self.0.type_info().oid().map(|oid| oid.0).unwrap_or_default();
        match kind {
            oid::TEXT => visitor.visit_borrowed_str(self.0.as_str().map_err(serde::de::Error::custom)?),
            oid::UUID => visitor.visit_borrowed_bytes(self.bytes()?),
            oid::BOOL => visitor.visit_bool(self.decoded()?),
            oid::INT2 => visitor.visit_i16(self.decoded()?),
            oid::INT4 => visitor.visit_i32(self.decoded()?),
            oid::INT8 => visitor.visit_i64(self.decoded()?),
            oid::TIMESTAMPTZ => {
                let time: DateTime<Utc> = self.decoded()?;
                visitor.visit_string(time.to_rfc3339_opts(SecondsFormat::Micros, true))
            }
            oid::JSONB => {
                // The first byte is the version of the form, 1.
                let json = self.bytes()?.get(1..).unwrap_or_default();
                serde_json::Deserializer::from_slice(json)
                    .deserialize_any(visitor)
                    .map_err(serde::de::Error::custom)
            }
            other => Err(serde::de::Error::custom(format!("no row has a column of type {other}"))),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.0.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let text = self.0.as_str().map_err(serde::de::Error::custom)?;
        visitor.visit_enum(text.into_deserializer())
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }

    /// Ids come as sixteen bytes.
    fn is_human_readable(&self) -> bool {
        false
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct
        seq tuple tuple_struct map struct identifier
    }
}
