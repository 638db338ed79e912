//! One sheet, written from the top down.

use rust_xlsxwriter::{ColNum, Format, IgnoreError, RowNum, Worksheet};

use super::cell::CellValue;
use super::chart::ChartCells;
use super::layout::{HeadLine, OneSheet, Paper};
use super::refused;
use super::scope::Scope;
use super::style::{self, CellPlace};
use crate::common::error::Result;

/// The widest that a column makes itself.
const WIDEST: usize = 60;
/// The narrowest.
const NARROWEST: usize = 9;
/// What a width has besides its characters.
const PADDING: usize = 2;

/// A sheet that is being filled.
pub(super) struct SheetWriter<'a> {
    pub(super) scope: Scope<'a>,
    pub(super) sheet: Worksheet,
    pub(super) name: String,
    /// Whether its one table can be filtered, and keeps its column heads in sight and on each page.
    pub(super) is_filtered: bool,
    /// The next row.
    pub(super) row: RowNum,
    /// How wide columns make themselves, in characters.
    widths: Vec<usize>,
    /// How wide they are asked to be.
    asked: Vec<usize>,
    /// Where its tables stand.
    pub(super) heads: Vec<TableHead>,
    /// Its charts, with the row that each would begin at.
    pub(super) charts: Vec<(RowNum, ChartCells)>,
}

/// Where a table stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct TableHead {
    /// The row of its column heads.
    pub(super) row: RowNum,
    /// The last row of values; `row` if there is none.
    pub(super) last_row: RowNum,
    /// The last column.
    pub(super) last_column: ColNum,
}

impl<'a> SheetWriter<'a> {
    /// An empty sheet.
    ///
    /// # Errors
    /// When it cannot have this name.
    pub(super) fn new(scope: Scope<'a>, name: &str, is_filtered: bool) -> Result<Self> {
        let mut sheet = Worksheet::new();
        sheet.set_name(name).map_err(|error| refused(&error))?;
        Ok(Self {
            scope,
            sheet,
            name: name.to_owned(),
            is_filtered,
            row: 0,
            widths: Vec::new(),
            asked: Vec::new(),
            heads: Vec::new(),
            charts: Vec::new(),
        })
    }

    /// Writes the title and the lines of label and value.
    ///
    /// # Errors
    /// When they name what is not there.
    pub(super) fn head(&mut self, sheet: &OneSheet) -> Result<()> {
        if let Some(title) = &sheet.title {
            let title = self.scope.wording(title)?;
            self.text(0, &title, &style::sheet_title())?;
            self.row += 2;
        }
        for line in &sheet.head {
            self.head_line(line).map_err(|error| error.while_doing(format!("writing `{}`", line.value.text)))?;
        }
        self.row += RowNum::from(!sheet.head.is_empty());
        Ok(())
    }

    fn head_line(&mut self, line: &HeadLine) -> Result<()> {
        let label = self.scope.wording(&line.label)?;
        let value = CellValue::of(&self.scope, &line.value, line.format)?;
        self.widen(0, label.chars().count());
        // A text runs on over empty cells beside it; a number does not.
        if !matches!(value, CellValue::Text(_)) {
            self.widen(1, value.width());
        }
        self.text(0, &label, &style::label())?;
        self.value(1, &value, CellPlace::Head)?;
        self.row += 1;
        Ok(())
    }

    /// Writes a text into the current row.
    pub(super) fn text(&mut self, column: ColNum, text: &str, format: &Format) -> Result<()> {
        let written = self.sheet.write_string_with_format(self.row, column, text, format);
        written.map(|_| ()).map_err(|error| refused(&error))
    }

    /// Writes a value into the current row.
    pub(super) fn value(&mut self, column: ColNum, value: &CellValue, place: CellPlace) -> Result<()> {
        let format = style::value(value, place, column);
        let written = match value {
            CellValue::Empty if place == CellPlace::Head => return Ok(()),
            CellValue::Empty => self.sheet.write_blank(self.row, column, &format),
            // Only this one takes a text as it is; `write` would look for formulas and links in it.
            CellValue::Text(text) | CellValue::LongNumber(text) => {
                self.sheet.write_string_with_format(self.row, column, text, &format)
            }
            CellValue::Number(number, ..) => self.sheet.write_number_with_format(self.row, column, *number, &format),
            CellValue::Date(date, _) => self.sheet.write_datetime_with_format(self.row, column, date, &format),
        };
        written.map(|_| ()).map_err(|error| refused(&error))
    }

    /// Makes a column as wide as so many characters, if it is not as wide yet.
    pub(super) fn widen(&mut self, column: ColNum, characters: usize) {
        raise(&mut self.widths, column, characters.clamp(NARROWEST, WIDEST));
    }

    /// Makes a column as wide as a layout asks; the widest of several tables decides.
    pub(super) fn ask(&mut self, column: ColNum, characters: u8) {
        raise(&mut self.asked, column, usize::from(characters));
    }

    /// The sheet, with its charts, widths and what printing needs.
    ///
    /// # Errors
    /// When the writer of spreadsheets refuses one of them.
    pub(super) fn done(mut self, title: &str, paper: Paper) -> Result<Worksheet> {
        let columns = self.heads.iter().map(|head| head.last_column + 1).max().unwrap_or(2).max(2);
        for column in 0..columns {
            let own = self.widths.get(usize::from(column)).copied().unwrap_or_default().max(NARROWEST) + PADDING;
            let asked = self.asked.get(usize::from(column)).copied().filter(|asked| *asked > 0);
            let width = asked.unwrap_or(own);
            self.sheet
                .set_column_width(column, f64::from(u32::try_from(width).unwrap_or(0)))
                .map_err(|error| refused(&error))?;
        }
        self.insert_charts(columns)?;
        self.keep_heads()?;
        self.print_setup(title, paper);
        self.sheet.set_screen_gridlines(false);
        // Ids and long numbers are texts on purpose: no green corner needs to say so.
        let last_row = self.row.max(1) - 1;
        self.sheet
            .ignore_error_range(0, 0, last_row, columns - 1, IgnoreError::NumberStoredAsText)
            .map_err(|error| refused(&error))?;
        Ok(self.sheet)
    }

    /// Charts stand to the right of all tables, each beside its own or below the chart before it.
    fn insert_charts(&mut self, columns: ColNum) -> Result<()> {
        let mut free = 0;
        for (row, cells) in std::mem::take(&mut self.charts) {
            let row = row.max(free);
            let inserted = self.sheet.insert_chart_with_offset(row, columns, &cells.chart(), 24, 0);
            inserted.map_err(|error| refused(&error))?;
            free = row + cells.rows() + 1;
        }
        Ok(())
    }

    fn keep_heads(&mut self) -> Result<()> {
        let (true, Some(head)) = (self.is_filtered, self.heads.first()) else { return Ok(()) };
        let kept = self
            .sheet
            .set_freeze_panes(head.row + 1, 0)
            .and_then(|sheet| sheet.set_repeat_rows(head.row, head.row))
            .and_then(|sheet| match head.last_row > head.row {
                true => sheet.autofilter(head.row, 0, head.last_row, head.last_column),
                false => Ok(sheet),
            });
        kept.map(|_| ()).map_err(|error| refused(&error))
    }

    fn print_setup(&mut self, title: &str, paper: Paper) {
        let paper = match paper {
            Paper::Letter => 1,
            Paper::A4 => 9,
        };
        // A foot has at most 255 characters, and a `&` in it begins a command.
        let title: String = title.chars().filter(|letter| !letter.is_control()).take(100).collect();
        let foot = format!("&L&9{} &R&9&P / &N", title.replace('&', "&&"));
        self.sheet
            .set_paper_size(paper)
            .set_landscape()
            .set_print_fit_to_pages(1, 0)
            .set_margins(0.5, 0.5, 0.6, 0.7, 0.3, 0.3)
            .set_footer(foot);
    }
}

fn raise(widths: &mut Vec<usize>, column: ColNum, width: usize) {
    let column = usize::from(column);
    if widths.len() <= column {
        widths.resize(column + 1, 0);
    }
    widths[column] = widths[column].max(width);
}
