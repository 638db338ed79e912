//! The bar chart of a table.

use rust_xlsxwriter::{
    Chart, ChartAxisLabelPosition, ChartFont, ChartFormat, ChartLine, ChartSolidFill, ColNum, RowNum,
};

use super::style;

/// How many rows get a bar: more of them cannot be read.
pub(super) const BARS: RowNum = 20;
/// A chart's width in pixels.
const WIDTH: u32 = 620;
/// Pixels by bar, and for all else.
const HEIGHT: (u32, u32) = (26, 90);
/// A row's height in pixels.
const ROW_HEIGHT: u32 = 20;

/// The cells that a chart shows.
#[derive(Debug, Clone)]
pub(super) struct ChartCells {
    /// The sheet's name.
    pub(super) sheet: String,
    /// The line above it.
    pub(super) title: String,
    /// The column with the names of bars.
    pub(super) labels: ColNum,
    /// The column that they are as long as.
    pub(super) values: ColNum,
    /// The first row.
    pub(super) first: RowNum,
    /// How many rows there are, at least one.
    pub(super) count: RowNum,
}

impl ChartCells {
    /// A bar for each row, the first one on top.
    pub(super) fn chart(&self) -> Chart {
        let last = self.first + self.bars() - 1;
        let range = |column: ColNum| (self.sheet.as_str(), self.first, column, last, column);
        let mut chart = Chart::new_bar();
        chart
            .add_series()
            .set_categories(range(self.labels))
            .set_values(range(self.values))
            .set_name(self.title.as_str())
            .set_gap(60)
            .set_format(ChartFormat::new().set_solid_fill(ChartSolidFill::new().set_color(style::BAR)));
        let small = font(9);
        chart.title().set_name(self.title.as_str()).set_font(font(11).set_bold());
        chart.legend().set_hidden();
        // In a bar chart the axis of names is the vertical one.
        chart.y_axis().set_reverse().set_label_position(ChartAxisLabelPosition::Low).set_font(&small);
        chart
            .x_axis()
            .set_num_format("#,##0")
            .set_font(&small)
            .set_label_position(ChartAxisLabelPosition::High)
            .set_format(ChartFormat::new().set_no_line())
            .set_major_gridlines_line(ChartLine::new().set_color(style::HAIRLINE));
        chart.chart_area().set_format(ChartFormat::new().set_no_border());
        chart.set_alt_text(self.title.as_str()).set_width(WIDTH).set_height(self.height());
        chart
    }

    /// How many rows of the sheet it is as high as.
    pub(super) fn rows(&self) -> RowNum {
        self.height().div_ceil(ROW_HEIGHT)
    }

    fn height(&self) -> u32 {
        HEIGHT.0 * self.bars() + HEIGHT.1
    }

    fn bars(&self) -> RowNum {
        self.count.min(BARS)
    }
}

fn font(size: u32) -> ChartFont {
    let mut font = ChartFont::new();
    font.set_size(size);
    font
}
