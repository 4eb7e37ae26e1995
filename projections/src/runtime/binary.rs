//! Rows as PostgreSQL's binary COPY takes them, straight from the row: no JSON in between.
//!
//! Ids, times and numbers go as they are, which spares the server the reading of texts. A table with a column
//! whose binary form is not written here is not copied into; its new rows go the way of changed ones.

use std::{fmt, ops::Range};

use chrono::{DateTime, Utc};
use serde::ser::{self, Impossible, Serialize, SerializeStruct};
use uuid::Uuid;

use super::table::Column;

/// What a binary file begins with: its mark, no flags, no extension.
pub(super) const HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
/// What it ends with.
pub(super) const TRAILER: &[u8] = &(-1_i16).to_be_bytes();
/// The length of a null.
const NULL: [u8; 4] = (-1_i32).to_be_bytes();
/// Where PostgreSQL counts time from: 2000-01-01, in microseconds since 1970.
const EPOCH: i64 = 946_684_800_000_000;

/// The columns of a table, each with its binary form.
#[derive(Debug, Clone)]
pub(super) struct Layout(Vec<(&'static str, Form)>);

/// The binary forms that are written here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Uuid,
    Text,
    Json,
    Jsonb,
    Time,
    Boolean,
    Big,
    Integer,
    Small,
}

/// Why a row was not written.
#[derive(Debug)]
pub(super) enum Unwritable {
    /// The value of this column is none that the column holds: a fault of the program.
    Misfit(&'static str),
    /// The row has no JSON form, by a value that comes from the event.
    Value(serde_json::Error),
}

impl Layout {
    /// The layout of these columns; nothing if one of them has no form here.
    pub(super) fn of(columns: &[Column]) -> Option<Self> {
        let form = |column: &Column| Some((column.name, Form::of(&column.sql_type)?));
        columns.iter().map(form).collect::<Option<_>>().map(Self)
    }
}

impl Form {
    fn of(sql_type: &str) -> Option<Self> {
        Some(match sql_type {
            "uuid" => Self::Uuid,
            "text" => Self::Text,
            "json" => Self::Json,
            "jsonb" => Self::Jsonb,
            "timestamp with time zone" => Self::Time,
            "boolean" => Self::Boolean,
            "bigint" => Self::Big,
            "integer" => Self::Integer,
            "smallint" => Self::Small,
            _ => return None,
        })
    }
}

/// Writes rows. The fields of a row find their columns by name, in whatever order they come; a column without a
/// field is null.
pub(super) struct Writer<'l> {
    layout: &'l Layout,
    rows: Vec<u8>,
    /// The cells of the row that is being written, and where each column's lies.
    cells: Vec<u8>,
    places: Vec<Option<Range<usize>>>,
    /// The column that probably comes next: rows mostly list their fields in the order of the columns.
    next: usize,
}

impl<'l> Writer<'l> {
    pub(super) fn new(layout: &'l Layout) -> Self {
        Self { layout, rows: Vec::new(), cells: Vec::new(), places: Vec::new(), next: 0 }
    }

    /// Adds a row: the number of columns, then each as its length and its bytes.
    pub(super) fn row<R: Serialize>(&mut self, row: &R) -> Result<(), Unwritable> {
        self.cells.clear();
        self.places.clear();
        self.places.resize(self.layout.0.len(), None);
        self.next = 0;
        row.serialize(Fields(self)).map_err(|refused| match refused {
            Refused::Column(name) => Unwritable::Misfit(name),
            Refused::Json(error) => Unwritable::Value(error),
            Refused::Value => Unwritable::Misfit("*"),
        })?;
        let count = u16::try_from(self.places.len()).unwrap_or(u16::MAX);
        self.rows.extend_from_slice(&count.to_be_bytes());
        for place in &self.places {
            self.rows.extend_from_slice(place.clone().map_or(&NULL, |place| &self.cells[place]));
        }
        Ok(())
    }

    /// What was written since the last time.
    pub(super) fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.rows)
    }
}

/// Why a value was not written.
#[derive(Debug)]
enum Refused {
    /// It is none that its column holds.
    Value,
    /// The same, of the column with this name.
    Column(&'static str),
    Json(serde_json::Error),
}

impl fmt::Display for Refused {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("no value of the column's type")
    }
}

impl std::error::Error for Refused {}

impl ser::Error for Refused {
    fn custom<T: fmt::Display>(_: T) -> Self {
        // Its words may quote the value, and with it a person.
        Self::Value
    }
}

/// Takes a row apart.
struct Fields<'w, 'l>(&'w mut Writer<'l>);

impl SerializeStruct for Fields<'_, '_> {
    type Ok = ();
    type Error = Refused;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        name: &'static str,
        value: &T,
    ) -> Result<(), Refused> {
        let writer = &mut *self.0;
        let columns = &writer.layout.0;
        let is_next = columns.get(writer.next).is_some_and(|(column, _)| *column == name);
        let place = if is_next { Some(writer.next) } else { columns.iter().position(|(c, _)| *c == name) };
        let Some((place, (column, form))) = place.and_then(|place| Some((place, *columns.get(place)?)))
        else {
            return Ok(());
        };
        writer.next = place + 1;
        let start = writer.cells.len();
        form.write(&mut writer.cells, value).map_err(|refused| match refused {
            Refused::Value => Refused::Column(column),
            refused => refused,
        })?;
        writer.places[place] = Some(start..writer.cells.len());
        Ok(())
    }

    fn end(self) -> Result<(), Refused> {
        Ok(())
    }
}

/// Writes one value: its length and its bytes.
struct Cell<'c> {
    form: Form,
    bytes: &'c mut Vec<u8>,
}

impl Form {
    fn write<T: Serialize + ?Sized>(self, bytes: &mut Vec<u8>, value: &T) -> Result<(), Refused> {
        match self {
            Self::Json => json(bytes, &[], value),
            // The number is the version of its format.
            Self::Jsonb => json(bytes, &[1], value),
            form => value.serialize(Cell { form, bytes }),
        }
    }
}

fn json<T: Serialize + ?Sized>(bytes: &mut Vec<u8>, prefix: &[u8], value: &T) -> Result<(), Refused> {
    let start = bytes.len();
    bytes.extend_from_slice(&NULL);
    bytes.extend_from_slice(prefix);
    let text = bytes.len();
    serde_json::to_writer(&mut *bytes, value).map_err(Refused::Json)?;
    if &bytes[text..] == b"null" {
        bytes.truncate(start + NULL.len());
        return Ok(());
    }
    let length = i32::try_from(bytes.len() - start - NULL.len()).map_err(|_| Refused::Value)?;
    bytes[start..start + NULL.len()].copy_from_slice(&length.to_be_bytes());
    Ok(())
}

impl Cell<'_> {
    fn put(self, value: &[u8]) -> Result<(), Refused> {
        let length = i32::try_from(value.len()).map_err(|_| Refused::Value)?;
        self.bytes.extend_from_slice(&length.to_be_bytes());
        self.bytes.extend_from_slice(value);
        Ok(())
    }

    fn number<N: Copy + TryInto<i64> + fmt::Display>(self, number: N) -> Result<(), Refused> {
        let big = || number.try_into().map_err(|_| Refused::Value);
        match self.form {
            Form::Big => self.put(&big()?.to_be_bytes()),
            Form::Integer => self.put(&i32::try_from(big()?).map_err(|_| Refused::Value)?.to_be_bytes()),
            Form::Small => self.put(&i16::try_from(big()?).map_err(|_| Refused::Value)?.to_be_bytes()),
            Form::Text => self.put(number.to_string().as_bytes()),
            _ => Err(Refused::Value),
        }
    }

    fn text(self, text: &str) -> Result<(), Refused> {
        match self.form {
            Form::Text => self.put(text.as_bytes()),
            Form::Uuid => self.put(Uuid::try_parse(text).map_err(|_| Refused::Value)?.as_bytes()),
            Form::Time => {
                let time = DateTime::parse_from_rfc3339(text).map_err(|_| Refused::Value)?;
                let micros = to_micros(time.to_utc()).and_then(|micros| micros.checked_sub(EPOCH));
                self.put(&micros.ok_or(Refused::Value)?.to_be_bytes())
            }
            _ => Err(Refused::Value),
        }
    }
}

/// Rounded as the server rounds a text: to the nearest, halves to even.
fn to_micros(time: DateTime<Utc>) -> Option<i64> {
    let micros = time.timestamp_micros();
    let rest = time.timestamp_subsec_nanos() % 1_000;
    let up = rest > 500 || (rest == 500 && micros % 2 != 0);
    micros.checked_add(i64::from(up))
}

/// The methods of a serializer that refuse, each with the arguments that it does not look at.
macro_rules! refuse {
    ($($method:ident($($argument:ty),*) -> $ok:ty;)*) => {
        $(fn $method(self, $(_: $argument),*) -> Result<$ok, Refused> { Err(Refused::Value) })*
    };
}

impl ser::Serializer for Fields<'_, '_> {
    type Ok = ();
    type Error = Refused;
    type SerializeSeq = Impossible<(), Refused>;
    type SerializeTuple = Impossible<(), Refused>;
    type SerializeTupleStruct = Impossible<(), Refused>;
    type SerializeTupleVariant = Impossible<(), Refused>;
    type SerializeMap = Impossible<(), Refused>;
    type SerializeStruct = Self;
    type SerializeStructVariant = Impossible<(), Refused>;

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self, Refused> {
        Ok(self)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), Refused> {
        value.serialize(self)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, _: &T) -> Result<(), Refused> {
        Err(Refused::Value)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<(), Refused> {
        Err(Refused::Value)
    }

    refuse! {
        serialize_bool(bool) -> ();
        serialize_i8(i8) -> ();
        serialize_i16(i16) -> ();
        serialize_i32(i32) -> ();
        serialize_i64(i64) -> ();
        serialize_u8(u8) -> ();
        serialize_u16(u16) -> ();
        serialize_u32(u32) -> ();
        serialize_u64(u64) -> ();
        serialize_f32(f32) -> ();
        serialize_f64(f64) -> ();
        serialize_char(char) -> ();
        serialize_str(&str) -> ();
        serialize_bytes(&[u8]) -> ();
        serialize_none() -> ();
        serialize_unit() -> ();
        serialize_unit_struct(&'static str) -> ();
        serialize_unit_variant(&'static str, u32, &'static str) -> ();
        serialize_seq(Option<usize>) -> Self::SerializeSeq;
        serialize_tuple(usize) -> Self::SerializeTuple;
        serialize_tuple_struct(&'static str, usize) -> Self::SerializeTupleStruct;
        serialize_tuple_variant(&'static str, u32, &'static str, usize) -> Self::SerializeTupleVariant;
        serialize_map(Option<usize>) -> Self::SerializeMap;
        serialize_struct_variant(&'static str, u32, &'static str, usize) -> Self::SerializeStructVariant;
    }
}

impl ser::Serializer for Cell<'_> {
    type Ok = ();
    type Error = Refused;
    type SerializeSeq = Impossible<(), Refused>;
    type SerializeTuple = Impossible<(), Refused>;
    type SerializeTupleStruct = Impossible<(), Refused>;
    type SerializeTupleVariant = Impossible<(), Refused>;
    type SerializeMap = Impossible<(), Refused>;
    type SerializeStruct = Impossible<(), Refused>;
    type SerializeStructVariant = Impossible<(), Refused>;

    /// So that an id comes as its bytes.
    fn is_human_readable(&self) -> bool {
        self.form != Form::Uuid
    }

    fn serialize_bool(self, value: bool) -> Result<(), Refused> {
        match self.form {
            Form::Boolean => self.put(&[u8::from(value)]),
            Form::Text => self.put(value.to_string().as_bytes()),
            _ => Err(Refused::Value),
        }
    }

    fn serialize_i8(self, value: i8) -> Result<(), Refused> {
        self.number(value)
    }

    fn serialize_i16(self, value: i16) -> Result<(), Refused> {
        self.number(value)
    }

    fn serialize_i32(self, value: i32) -> Result<(), Refused> {
        self.number(value)
    }

    fn serialize_i64(self, value: i64) -> Result<(), Refused> {
        self.number(value)
    }

    fn serialize_u8(self, value: u8) -> Result<(), Refused> {
        self.number(value)
    }

    fn serialize_u16(self, value: u16) -> Result<(), Refused> {
        self.number(value)
    }

    fn serialize_u32(self, value: u32) -> Result<(), Refused> {
        self.number(value)
    }

    fn serialize_u64(self, value: u64) -> Result<(), Refused> {
        self.number(value)
    }

    fn serialize_char(self, value: char) -> Result<(), Refused> {
        self.text(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, value: &str) -> Result<(), Refused> {
        self.text(value)
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<(), Refused> {
        if self.form == Form::Uuid && value.len() == 16 { self.put(value) } else { Err(Refused::Value) }
    }

    fn serialize_none(self) -> Result<(), Refused> {
        self.bytes.extend_from_slice(&NULL);
        Ok(())
    }

    fn serialize_unit(self) -> Result<(), Refused> {
        self.bytes.extend_from_slice(&NULL);
        Ok(())
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Refused> {
        value.serialize(self)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), Refused> {
        value.serialize(self)
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<(), Refused> {
        self.text(variant)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<(), Refused> {
        Err(Refused::Value)
    }

    refuse! {
        serialize_f32(f32) -> ();
        serialize_f64(f64) -> ();
        serialize_unit_struct(&'static str) -> ();
        serialize_seq(Option<usize>) -> Self::SerializeSeq;
        serialize_tuple(usize) -> Self::SerializeTuple;
        serialize_tuple_struct(&'static str, usize) -> Self::SerializeTupleStruct;
        serialize_tuple_variant(&'static str, u32, &'static str, usize) -> Self::SerializeTupleVariant;
        serialize_map(Option<usize>) -> Self::SerializeMap;
        serialize_struct(&'static str, usize) -> Self::SerializeStruct;
        serialize_struct_variant(&'static str, u32, &'static str, usize) -> Self::SerializeStructVariant;
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// The bytes of one value behind its length; nothing if it is refused.
    fn written(form: Form, value: impl Serialize) -> Option<Vec<u8>> {
        let mut bytes = Vec::new();
        form.write(&mut bytes, &value).ok().map(|()| bytes)
    }

    #[test]
    fn values_are_big_endian_behind_their_length() {
        assert_eq!(written(Form::Integer, -2), Some(vec![0, 0, 0, 4, 255, 255, 255, 254]));
        assert_eq!(written(Form::Big, 258_u64), Some(vec![0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 1, 2]));
        assert_eq!(written(Form::Jsonb, json!({})), Some(vec![0, 0, 0, 3, 1, b'{', b'}']));
        assert_eq!(written(Form::Json, json!([])), Some(vec![0, 0, 0, 2, b'[', b']']));
        assert_eq!(written(Form::Boolean, true), Some(vec![0, 0, 0, 1, 1]));
        assert_eq!(written(Form::Text, Some("é")), Some(vec![0, 0, 0, 2, 0xc3, 0xa9]));
        let id = Uuid::from_u128(7);
        assert_eq!(
            written(Form::Uuid, id).as_deref(),
            Some([&[0, 0, 0, 16], &id.as_bytes()[..]].concat().as_slice())
        );
        assert_eq!(written(Form::Uuid, id.to_string()), written(Form::Uuid, id));
    }

    #[test]
    fn times_count_microseconds_since_2000_and_round_as_the_server_does() {
        let micros = |text: &str| {
            let time: DateTime<Utc> = text.parse().unwrap();
            i64::from_be_bytes(written(Form::Time, time).unwrap()[4..].try_into().unwrap())
        };
        assert_eq!(micros("2000-01-01T01:00:00.000002+01:00"), 2);
        assert_eq!(micros("2000-01-01T00:00:00.000002600Z"), 3);
        assert_eq!(micros("2000-01-01T00:00:00.000002500Z"), 2);
        assert_eq!(micros("1999-12-31T23:59:59Z"), -1_000_000);
    }

    #[test]
    fn nothing_is_null_in_every_form() {
        for form in [Form::Uuid, Form::Text, Form::Json, Form::Jsonb, Form::Time, Form::Boolean, Form::Small]
        {
            assert_eq!(written(form, None::<u8>), Some(NULL.to_vec()), "{form:?}");
        }
        assert_eq!(written(Form::Jsonb, json!(null)), Some(NULL.to_vec()));
    }

    #[test]
    fn what_a_column_does_not_hold_is_refused() {
        assert_eq!(written(Form::Small, 70_000), None);
        assert_eq!(written(Form::Big, u64::MAX), None);
        assert_eq!(written(Form::Uuid, "x"), None);
        assert_eq!(written(Form::Time, "today"), None);
        assert_eq!(written(Form::Text, ["a"]), None);
        assert_eq!(written(Form::Boolean, 1), None);
    }

    #[test]
    fn fields_find_their_columns_by_name() {
        #[derive(serde::Serialize)]
        struct Row {
            late: i16,
            early: Option<&'static str>,
            unknown: bool,
        }
        let column = |name, sql_type: &str| Column {
            name,
            kind: super::super::table::ColumnKind::Scalar,
            sql_type: sql_type.to_owned(),
        };
        let layout = [column("early", "text"), column("missing", "uuid"), column("late", "smallint")];
        let layout = Layout::of(&layout).unwrap();
        let mut writer = Writer::new(&layout);
        writer.row(&Row { late: 3, early: Some("a"), unknown: true }).unwrap();
        assert_eq!(writer.take(), [&[0, 3][..], &[0, 0, 0, 1, b'a'], &NULL, &[0, 0, 0, 2, 0, 3]].concat());
        writer.row(&Row { late: 4, early: None, unknown: true }).unwrap();
        assert_eq!(writer.take(), [&[0, 3][..], &NULL, &NULL, &[0, 0, 0, 2, 0, 4]].concat());
        assert!(matches!(Writer::new(&layout).row(&7), Err(Unwritable::Misfit(_))));
    }
}
