//! A workbook: what it is on the first sheet, then the rows, on as many sheets as they need.

use std::io::{self, Write};

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, Worksheet, XlsxError};

use super::{About, Column, Incoming, Value};

/// The most rows of a sheet, with its head.
const ROWS: u32 = 1_048_576;
/// The most characters of a cell.
const CHARACTERS: usize = 32_767;

pub(super) fn write(
    (about, columns): (&About, &[Column]),
    rows: Incoming,
    to: &mut (impl Write + Send),
) -> io::Result<()> {
    fill((about, columns), rows)?.save_to_writer(to).map_err(failed)
}

fn fill((about, columns): (&About, &[Column]), mut rows: Incoming) -> io::Result<Workbook> {
    let mut book = Workbook::new();
    // The time of writing would make each file another one.
    let created = ExcelDateTime::from_ymd(2000, 1, 1).map_err(failed)?;
    book.set_properties(&DocProperties::new().set_creation_datetime(&created));
    let sheet = book.add_worksheet_with_constant_memory();
    sheet.set_name("about").map_err(failed)?;
    for (row, (name, value)) in (0..).zip(about.lines()) {
        sheet.write_string(row, 0, name).map_err(failed)?;
        sheet.write_string(row, 1, value).map_err(failed)?;
    }
    let mut pending = rows.next()?;
    let mut number = 0;
    loop {
        number += 1;
        let sheet = book.add_worksheet_with_constant_memory();
        let name = if number == 1 { "rows".to_owned() } else { format!("rows {number}") };
        sheet.set_name(name).map_err(failed)?;
        for (place, column) in (0..).zip(columns) {
            sheet.write_string(0, place, column.name.as_str()).map_err(failed)?;
        }
        let mut row = 1;
        while let Some(group) = pending.take() {
            let mut group = group.into_iter();
            for cells in group.by_ref() {
                write_row(sheet, row, cells).map_err(failed)?;
                row += 1;
                if row == ROWS {
                    break;
                }
            }
            if row == ROWS {
                pending = Some(group.collect());
                break;
            }
            pending = rows.next()?;
        }
        if pending.is_none() {
            return Ok(book);
        }
    }
}

fn write_row(sheet: &mut Worksheet, row: u32, cells: Vec<Value>) -> Result<(), XlsxError> {
    for (place, value) in (0..).zip(cells) {
        match value {
            Value::Null => {}
            Value::Text(text) => drop(sheet.write_string(row, place, cut(text))?),
            #[expect(clippy::cast_precision_loss, reason = "a spreadsheet has no other numbers")]
            Value::Number(number) => drop(sheet.write_number(row, place, number as f64)?),
            Value::Decimal(number) => drop(sheet.write_number(row, place, number)?),
            Value::Time(micros) => drop(sheet.write_string(row, place, Value::moment(micros))?),
        }
    }
    Ok(())
}

fn cut(text: String) -> String {
    if text.len() <= CHARACTERS { text } else { text.chars().take(CHARACTERS).collect() }
}

fn failed(error: XlsxError) -> io::Error {
    match error {
        XlsxError::IoError(error) => error,
        error => io::Error::other(error),
    }
}
