//! How the cost of an account came about, drawn for a slide: from what AWS billed, step by step, to what it really is.

use serde::Serialize;

use super::template::{DIAGRAM, Templates, fitted};
use crate::common::error::Result;

/// The picture is as wide as this, and a heading, a row and the foot as high.
const WIDTH: i64 = 960;
const HEAD: i64 = 96;
const ROW: i64 = 40;
const FOOT: i64 = 40;
/// Where bars begin and end.
const BARS: (i64, i64) = (352, 800);
/// How many characters of a line, and how many lines, fit beside a bar.
const LETTERS: usize = 44;
const LINES: usize = 2;
/// How many steps have a row of their own; the smallest of more are one.
const MOST: usize = 11;

/// A figure with its steps.
#[derive(Debug, Clone)]
pub struct Flow {
    /// What it is of.
    pub title: String,
    /// What is said below: the month, the run.
    pub note: String,
    /// What is said of the sum.
    pub total: String,
    /// The currency.
    pub currency: String,
    /// The steps in their order; they sum to the figure.
    pub steps: Vec<Step>,
}

/// A step.
#[derive(Debug, Clone)]
pub struct Step {
    /// What it is.
    pub name: String,
    /// Its amount, in units of the tenth digit.
    pub amount: i128,
}

/// What the template is told; lengths in pixels.
#[derive(Debug, Serialize)]
struct Drawing<'a> {
    title: &'a str,
    note: &'a str,
    width: i64,
    height: i64,
    /// Where zero is.
    zero: i64,
    top: i64,
    bottom: i64,
    rows: Vec<Bar>,
}

#[derive(Debug, Serialize)]
struct Bar {
    name: String,
    /// The name in lines that fit beside the bar.
    labels: Vec<String>,
    /// With sign and separators, to the cent.
    amount: String,
    /// `start` for the first, `more`, `less` or `total`.
    kind: &'static str,
    y: i64,
    x: i64,
    width: i64,
    /// Where the bar ends, from which a line goes down to the next.
    end: i64,
}

/// The picture as SVG.
///
/// # Errors
/// What is wrong with the template, with its place.
pub fn diagram(templates: &Templates, flow: &Flow) -> Result<String> {
    templates.render(DIAGRAM, &drawing(flow))
}

fn drawing(flow: &Flow) -> Drawing<'_> {
    let steps = fewer(&flow.steps);
    let total: i128 = steps.iter().map(|step| step.amount).sum();
    let mut levels = vec![0_i128];
    for step in &steps {
        levels.push(levels.last().copied().unwrap_or_default() + step.amount);
    }
    let (low, high) =
        (levels.iter().min().copied().unwrap_or(0).min(0), levels.iter().max().copied().unwrap_or(0).max(1));
    let x =
        |amount: i128| BARS.0 + i64::try_from((amount - low) * i128::from(BARS.1 - BARS.0) / (high - low)).unwrap_or(0);
    let bar = |row: usize, name: &str, from: i128, to: i128, kind: &'static str, amount: i128| Bar {
        name: name.to_owned(),
        labels: in_lines(name),
        amount: amount_of(amount, kind == "more" || kind == "less", &flow.currency),
        kind,
        y: HEAD + i64::try_from(row).unwrap_or(0) * ROW,
        x: x(from.min(to)),
        width: (x(from.max(to)) - x(from.min(to))).max(1),
        end: x(to),
    };
    let mut rows: Vec<Bar> = steps
        .iter()
        .zip(levels.iter().zip(levels.iter().skip(1)))
        .enumerate()
        .map(|(row, (step, (from, to)))| {
            let kind = match (row, step.amount < 0) {
                (0, _) => "start",
                (_, true) => "less",
                _ => "more",
            };
            bar(row, &step.name, *from, *to, kind, step.amount)
        })
        .collect();
    rows.push(bar(steps.len(), &flow.total, 0, total, "total", total));
    let bottom = HEAD + i64::try_from(rows.len()).unwrap_or(0) * ROW;
    Drawing {
        title: &flow.title,
        note: &flow.note,
        width: WIDTH,
        height: bottom + FOOT,
        zero: x(0),
        top: HEAD,
        bottom,
        rows,
    }
}

/// The steps; of more than [`MOST`], the smallest as one, at the place of the last of them.
fn fewer(steps: &[Step]) -> Vec<Step> {
    let mut sizes: Vec<(u128, usize)> =
        steps.iter().enumerate().map(|(at, step)| (step.amount.unsigned_abs(), at)).collect();
    sizes.sort_unstable_by(|one, other| other.cmp(one));
    let small: Vec<usize> =
        sizes.iter().skip(if steps.len() > MOST { MOST - 1 } else { MOST }).map(|(_, at)| *at).collect();
    let place = small.iter().max().copied();
    let mut shown = Vec::new();
    for (at, step) in steps.iter().enumerate() {
        if !small.contains(&at) {
            shown.push(step.clone());
        } else if Some(at) == place {
            let amount = small.iter().map(|at| steps[*at].amount).sum();
            shown.push(Step { name: format!("{} smaller steps", small.len()), amount });
        }
    }
    shown
}

/// `name` in at most [`LINES`] lines, cut between words.
fn in_lines(name: &str) -> Vec<String> {
    let mut lines: Vec<String> = vec![String::new()];
    for word in name.split_whitespace() {
        let is_full =
            lines.last().is_some_and(|line| !line.is_empty() && line.chars().count() + word.chars().count() >= LETTERS);
        if is_full && lines.len() < LINES {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            line.push_str(if line.is_empty() { "" } else { " " });
            line.push_str(word);
        }
    }
    lines.into_iter().map(|line| fitted(&line, LETTERS)).collect()
}

/// An amount to the cent, half away from zero; `is_change` with its sign.
fn amount_of(amount: i128, is_change: bool, currency: &str) -> String {
    let cents = (amount.unsigned_abs() + 50_000_000) / 100_000_000;
    let whole = (cents / 100).to_string();
    let mut grouped = String::new();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    let sign = match (cents > 0, amount < 0, is_change) {
        (true, true, _) => "\u{2212}",
        (true, false, true) => "+",
        _ => "",
    };
    format!("{sign}{grouped}.{:02} {currency}", cents % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flow(amounts: &[i128]) -> Flow {
        let steps = amounts.iter().enumerate();
        let steps = steps.map(|(at, amount)| Step { name: format!("step {at}"), amount: amount * 10_000_000_000 });
        Flow {
            title: "Of".to_owned(),
            note: "Note".to_owned(),
            total: "Sum".to_owned(),
            currency: "USD".to_owned(),
            steps: steps.collect(),
        }
    }

    #[test]
    fn bars_begin_where_the_one_before_ends() {
        let flow = flow(&[100, -40, 20]);
        let drawn = drawing(&flow);
        let told: Vec<_> = drawn.rows.iter().map(|row| (row.x, row.width, row.end, row.amount.as_str())).collect();
        assert_eq!(
            told,
            [
                (352, 448, 800, "100.00 USD"),
                (620, 180, 620, "\u{2212}40.00 USD"),
                (620, 90, 710, "+20.00 USD"),
                (352, 358, 710, "80.00 USD"),
            ]
        );
        assert_eq!(drawn.zero, 352);
    }

    #[test]
    fn below_zero_there_is_room_too() {
        let flow = flow(&[-50, 150]);
        let drawn = drawing(&flow);
        assert_eq!((drawn.rows[0].x, drawn.zero, drawn.rows[1].end), (352, 501, 800));
    }

    #[test]
    fn the_smallest_of_many_steps_are_one_and_nothing_is_lost() {
        let amounts: Vec<i128> = (1..=20).rev().collect();
        let flow = flow(&amounts);
        let drawn = drawing(&flow);
        assert_eq!(drawn.rows.len(), MOST + 1);
        assert_eq!(drawn.rows[MOST - 1].name, "10 smaller steps");
        assert_eq!(drawn.rows[MOST - 1].amount, "+55.00 USD");
        assert_eq!(drawn.rows.last().map(|row| row.amount.as_str()), Some("210.00 USD"));
    }

    #[test]
    fn a_long_name_is_cut_between_words() {
        let name = "commitments: their part of the month, not what was invoiced";
        assert_eq!(in_lines(name), ["commitments: their part of the month, not", "what was invoiced"]);
        assert_eq!(in_lines("real cost"), ["real cost"]);
    }

    #[test]
    fn amounts_are_read_as_people_write_them() {
        assert_eq!(amount_of(12_345_678_995_000_000_i128, false, "USD"), "1,234,567.90 USD");
        assert_eq!(amount_of(-1, true, "USD"), "0.00 USD");
        assert_eq!(amount_of(-50_000_000, true, "EUR"), "\u{2212}0.01 EUR");
    }
}
