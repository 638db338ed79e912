//! How cells look: sober, and the same in every sheet.

use rust_xlsxwriter::{ColNum, Color, Format, FormatAlign, FormatBorder};

use super::cell::CellValue;

/// Lines between rows.
pub(super) const HAIRLINE: Color = Color::RGB(0x00D9_DEE3);
/// Lines around heads and totals.
const LINE: Color = Color::RGB(0x0080_8B96);
/// Behind column heads.
const FILL: Color = Color::RGB(0x00E9_EDF1);
/// Labels that stand beside values.
const MUTED: Color = Color::RGB(0x0059_636E);
/// The built-in number format `@`, which leaves what is typed as it is.
const AS_TEXT: u8 = 49;
/// How far texts stay from a number in the column before.
const APART: u8 = 1;
/// How far the head of a column of numbers stays from the end of its cell, where there is a button to filter by.
const BUTTON: u8 = 2;
/// Bars of charts.
pub(super) const BAR: Color = Color::RGB(0x005B_7C99);

/// Where a cell stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CellPlace {
    /// A value beside its label.
    Head,
    /// In a row of a table.
    Body,
    /// In a table's row of totals.
    Total,
}

/// The line at the top of a sheet.
pub(super) fn sheet_title() -> Format {
    Format::new().set_bold().set_font_size(14).set_num_format_index(AS_TEXT)
}

/// The line above a table.
pub(super) fn table_title() -> Format {
    Format::new().set_bold().set_font_size(12).set_num_format_index(AS_TEXT)
}

/// A label that stands beside a value.
pub(super) fn label() -> Format {
    Format::new().set_font_color(MUTED).set_num_format_index(AS_TEXT)
}

/// The head of a column of numbers or of texts, with a button to filter by or without.
pub(super) fn column_head(column: ColNum, is_number: bool, has_button: bool) -> Format {
    let format = Format::new()
        .set_bold()
        .set_background_color(FILL)
        .set_border_bottom(FormatBorder::Thin)
        .set_border_bottom_color(LINE)
        .set_align(FormatAlign::VerticalCenter)
        .set_num_format_index(AS_TEXT);
    match (is_number, has_button) {
        // The button stands over the right end of its cell.
        (true, true) => format.set_align(FormatAlign::Right).set_indent(BUTTON),
        (true, false) => format.set_align(FormatAlign::Right),
        (false, _) if column > 0 => format.set_align(FormatAlign::Left).set_indent(APART),
        (false, _) => format,
    }
}

/// A cell with a value in one of a sheet's columns.
pub(super) fn value(value: &CellValue, place: CellPlace, column: ColNum) -> Format {
    let format = Format::new();
    let format = match place {
        CellPlace::Head => format.set_align(FormatAlign::Left),
        CellPlace::Body => format.set_border_bottom(FormatBorder::Hair).set_border_bottom_color(HAIRLINE),
        CellPlace::Total => format.set_bold().set_border_top(FormatBorder::Thin).set_border_top_color(LINE),
    };
    let beside =
        |format: Format| if column > 0 && place != CellPlace::Head { format.set_indent(APART) } else { format };
    // `@` keeps a text a text when somebody edits its cell; else `=A1` would become a formula then.
    match value {
        CellValue::Empty => format,
        CellValue::Text(_) => beside(format.set_num_format_index(AS_TEXT)),
        CellValue::Date(_, code) => beside(format.set_align(FormatAlign::Left).set_num_format(*code)),
        CellValue::LongNumber(_) if place == CellPlace::Head => format.set_num_format_index(AS_TEXT),
        CellValue::LongNumber(_) => format.set_num_format_index(AS_TEXT).set_align(FormatAlign::Right),
        CellValue::Number(_, code, _) => format.set_num_format(code),
    }
}
