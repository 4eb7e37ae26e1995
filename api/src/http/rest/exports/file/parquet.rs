//! Parquet: groups of rows, each column by itself.

use std::{
    io::{self, Write},
    sync::Arc,
};

use parquet::{
    basic::{Compression, LogicalType, Repetition, TimeUnit, Type as Physical},
    data_type::{ByteArray, ByteArrayType, DoubleType, Int64Type},
    errors::ParquetError,
    file::{
        metadata::KeyValue,
        properties::WriterProperties,
        writer::{SerializedFileWriter, SerializedRowGroupWriter},
    },
    schema::types::Type,
};

use super::{About, Column, Incoming, Kind, Value};

/// Rows of a group; what is kept in memory.
const GROUP: usize = 50_000;

pub(super) fn write(
    (about, columns): (&About, &[Column]),
    mut rows: Incoming,
    to: &mut (impl Write + Send),
) -> io::Result<()> {
    let lines = about.lines().into_iter().map(|(name, value)| KeyValue::new(name.to_owned(), value));
    let properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_created_by("ledgerdesk".to_owned())
        .set_key_value_metadata(Some(lines.collect()))
        .build();
    let schema = schema(columns).map_err(failed)?;
    let mut file = SerializedFileWriter::new(to, schema, Arc::new(properties)).map_err(failed)?;
    let mut kept: Vec<Vec<Value>> = Vec::new();
    loop {
        let more = rows.next()?;
        let ends = more.is_none();
        kept.extend(more.into_iter().flatten());
        if kept.len() >= GROUP || (ends && !kept.is_empty()) {
            let mut group = file.next_row_group().map_err(failed)?;
            for (place, column) in columns.iter().enumerate() {
                write_column(&mut group, column.kind, kept.iter_mut().map(|row| &mut row[place]))
                    .map_err(failed)?;
            }
            group.close().map_err(failed)?;
            kept.clear();
        }
        if ends {
            file.close().map_err(failed)?;
            return Ok(());
        }
    }
}

fn schema(columns: &[Column]) -> Result<Arc<Type>, ParquetError> {
    let mut fields = Vec::with_capacity(columns.len());
    for column in columns {
        let (physical, logical) = match column.kind {
            Kind::Text => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
            Kind::Number => (Physical::INT64, None),
            Kind::Decimal => (Physical::DOUBLE, None),
            Kind::Time => {
                let unit = TimeUnit::MICROS;
                (Physical::INT64, Some(LogicalType::Timestamp { is_adjusted_to_u_t_c: true, unit }))
            }
        };
        let field = Type::primitive_type_builder(&column.name, physical)
            .with_repetition(Repetition::OPTIONAL)
            .with_logical_type(logical)
            .build()?;
        fields.push(Arc::new(field));
    }
    Ok(Arc::new(Type::group_type_builder("rows").with_fields(fields).build()?))
}

fn write_column<'v, W: Write + Send>(
    group: &mut SerializedRowGroupWriter<'_, W>,
    kind: Kind,
    values: impl Iterator<Item = &'v mut Value>,
) -> Result<(), ParquetError> {
    let Some(mut writer) = group.next_column()? else { return Ok(()) };
    let mut levels = Vec::new();
    let (mut texts, mut numbers, mut decimals) = (Vec::new(), Vec::new(), Vec::new());
    for value in values {
        levels.push(i16::from(*value != Value::Null));
        match std::mem::replace(value, Value::Null) {
            Value::Null => {}
            Value::Text(text) => texts.push(ByteArray::from(text.into_bytes())),
            Value::Number(number) | Value::Time(number) => numbers.push(number),
            Value::Decimal(number) => decimals.push(number),
        }
    }
    match kind {
        Kind::Text => writer.typed::<ByteArrayType>().write_batch(&texts, Some(&levels), None)?,
        Kind::Number | Kind::Time => {
            writer.typed::<Int64Type>().write_batch(&numbers, Some(&levels), None)?
        }
        Kind::Decimal => writer.typed::<DoubleType>().write_batch(&decimals, Some(&levels), None)?,
    };
    writer.close()
}

fn failed(error: ParquetError) -> io::Error {
    io::Error::other(error)
}
