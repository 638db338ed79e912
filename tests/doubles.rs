//! A double of the report becomes the decimal that its shortest text says, rounded half away from zero at ten digits:
//! thousands of doubles against arithmetic of these tests' own, on the digits of that text.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use arrow::array::{ArrayRef, Float32Array, Float64Array, RecordBatch, StringArray};
use libtest_mimic::{Failed, Trial};
use num_rational::BigRational;

use crate::harness::{self, Dice, Outcome};
use crate::rows;

/// Digits behind the point.
const SCALE: i64 = 10;
/// The first number that has too many digits before it.
const LIMIT: f64 = 1e18;
/// Doubles of each kind.
const EACH: usize = 3000;

/// A trial for the doubles that become decimals, and one for each that cannot.
pub(crate) fn trials() -> Vec<Trial> {
    let mut trials = vec![
        Trial::test("doubles::are_what_their_shortest_text_says", random),
        Trial::test("doubles::of_single_precision_are_too", random_of_single_precision),
        Trial::test("doubles::that_were_read_wrongly_before", given),
    ];
    let failing = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, LIMIT, -LIMIT, 1e300, f64::MAX];
    trials.extend(failing.into_iter().map(|double| {
        Trial::test(format!("doubles::{double:e}_is_an_error_with_file_and_column"), move || fails(double))
    }));
    trials
}

/// The shortest text of a number, given the one of Rust and the number itself: of two that are equally near, the one
/// whose last digit is even, as other languages have it.
fn shortest(text: String, number: f64) -> Result<String, Failed> {
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let (_, part) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let last = exponent.parse::<i32>()? - part.len() as i32;
    let digits: BigRational = mantissa.replace('.', "").parse()?;
    let unit = BigRational::from_integer(10.into()).pow(last);
    let exact = BigRational::from_float(number).ok_or("not a number")?;
    let twice = (&digits - exact / unit) * BigRational::from_integer(2.into());
    let is_tied = [1, -1].into_iter().any(|one| twice == BigRational::from_integer(one.into()));
    Ok(if is_tied && digits.numer().bit(0) { format!("{}e{last}", digits - twice) } else { text })
}

/// What `text`, a shortest text, says, rounded half away from zero.
fn rounded(text: &str) -> Result<String, Failed> {
    let (sign, text) = text.strip_prefix('-').map_or(("", text), |rest| ("-", rest));
    let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
    let (whole, part) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let mut digits: Vec<u8> = [whole, part].concat().bytes().map(|digit| digit - b'0').collect();
    // How many of the digits stand for units of the result.
    let mut kept = whole.len() as i64 + exponent.parse::<i64>()? + SCALE;
    while kept < 0 {
        digits.insert(0, 0);
        kept += 1;
    }
    while (digits.len() as i64) <= kept {
        digits.push(0);
    }
    let rest = digits.split_off(usize::try_from(kept)?);
    if rest[0] >= 5 {
        let mut at = digits.len();
        loop {
            if at == 0 {
                digits.insert(0, 1);
                break;
            }
            at -= 1;
            if digits[at] < 9 {
                digits[at] += 1;
                break;
            }
            digits[at] = 0;
        }
    }
    let text: String = digits.iter().map(|digit| char::from(b'0' + digit)).collect();
    let text = format!("{text:0>11}");
    let (whole, part) = text.split_at(text.len() - SCALE as usize);
    let whole = whole.trim_start_matches('0');
    let number = format!("{}.{part}", if whole.is_empty() { "0" } else { whole });
    let is_zero = number.chars().all(|c| matches!(c, '0' | '.'));
    Ok(if is_zero { number } else { format!("{sign}{number}") })
}

/// Doubles of a kind of which a report is full, or of which many are hard.
fn one_of(kind: usize, dice: &mut Dice) -> Result<f64, Failed> {
    let digits = |dice: &mut Dice, most: u64| {
        let length = dice.roll(most) + 1;
        (0..length).map(|_| char::from(b'0' + dice.roll(10) as u8)).collect::<String>()
    };
    let double = match kind {
        // An amount with some digits before and behind the point.
        0 => format!("{}.{}", digits(dice, 10), digits(dice, 6)).parse()?,
        // A quantity with as many digits as AWS gives.
        1 => format!("{}.{}", digits(dice, 13), digits(dice, 10)).parse()?,
        // Between two results, or next to that.
        2 => format!("{}.{:0>10}5", digits(dice, 6), digits(dice, 10)).parse()?,
        // Any double whose digits matter.
        3 => f64::from_bits(dice.roll(u64::MAX)),
        // All powers of ten.
        4 => format!("{}e{}", digits(dice, 17), dice.roll(60) as i64 - 45).parse()?,
        // What adding up leaves behind.
        5 => (0..dice.roll(30)).map(|_| dice.roll(1000) as f64 * 0.1).sum(),
        // Whole numbers.
        _ => dice.roll(1_000_000_000_000_000_000) as f64,
    };
    let next = match dice.roll(6) {
        0 => double.next_up(),
        1 => double.next_down(),
        _ => double,
    };
    Ok(if dice.roll(3) == 0 { -next } else { next })
}

fn doubles() -> Result<Vec<f64>, Failed> {
    let mut dice = Dice(28);
    let mut found = Vec::new();
    for kind in 0..7 {
        let mut of_kind = 0;
        while of_kind < EACH {
            let double = one_of(kind, &mut dice)?;
            let is_beyond = double.abs() >= LIMIT || !double.is_finite();
            // Most bits make no number that has a digit among ten behind the point.
            if !is_beyond && (double == 0.0 || double.abs() > 1e-13 || kind != 3) {
                found.push(double);
                of_kind += 1;
            }
        }
    }
    Ok(found)
}

/// A project whose report has one row for each cost.
fn project(costs: ArrayRef) -> Result<PathBuf, Failed> {
    let folder = harness::folder("doubles")?;
    harness::copy(&harness::repository().join("tests/projects/base"), &folder)?;
    let report = folder.join("report/BILLING_PERIOD=2024-01");
    std::fs::remove_file(report.join("lines.csv"))?;
    let ids: Vec<String> = (0..costs.len()).map(|id| id.to_string()).collect();
    let accounts: ArrayRef = Arc::new(StringArray::from(vec!["111111111111"; costs.len()]));
    let columns = [
        ("identity_line_item_id", Arc::new(StringArray::from(ids)) as ArrayRef),
        ("line_item_usage_account_id", accounts),
        ("line_item_unblended_cost", costs),
    ];
    rows::write(&RecordBatch::try_from_iter(columns)?, &report.join("lines.parquet"))?;
    Ok(folder)
}

/// Fails unless the costs are read as what `texts` say.
fn are_read_as(costs: ArrayRef, texts: &[String]) -> Outcome {
    let limit = texts.len().to_string();
    let shown = harness::apportion(&project(costs)?, &["show", "stg_lines", "--format", "csv", "--limit", &limit])?;
    let shown = shown.exits(0)?;
    let mut read: BTreeMap<usize, &str> = BTreeMap::new();
    for line in shown.stdout.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        let [_, id, .., amount] = cells.as_slice() else { return Err(format!("`{line}` is not a row").into()) };
        read.insert(id.parse()?, amount);
    }
    for (id, text) in texts.iter().enumerate() {
        let (wanted, amount) = (rounded(text)?, read.get(&id).copied().unwrap_or("missing"));
        if amount != wanted {
            return Err(format!("{text} is read as {amount}, not as {wanted}").into());
        }
    }
    Ok(())
}

fn random() -> Outcome {
    let doubles = doubles()?;
    let texts: Result<Vec<String>, Failed> =
        doubles.iter().map(|double| shortest(format!("{double:?}"), *double)).collect();
    are_read_as(Arc::new(Float64Array::from(doubles)), &texts?)
}

fn random_of_single_precision() -> Outcome {
    let floats: Vec<f32> = doubles()?.into_iter().map(|double| double as f32).filter(|one| one.abs() < 9e17).collect();
    let texts: Result<Vec<String>, Failed> =
        floats.iter().map(|float| shortest(format!("{float:?}"), f64::from(*float))).collect();
    are_read_as(Arc::new(Float32Array::from(floats)), &texts?)
}

/// These pin the arithmetic of the trials above, too.
fn given() -> Outcome {
    let cases = [
        (6_020_640.02, "6020640.0200000000"),
        (-6_020_640.02, "-6020640.0200000000"),
        (8_796_093_022.19, "8796093022.1900000000"),
        (999_999_999_999.0, "999999999999.0000000000"),
        (123_456_789_012_345.67, "123456789012345.6700000000"),
        (0.1 + 0.2, "0.3000000000"),
        (1e-10, "0.0000000001"),
        (5e-11, "0.0000000001"),
        (-5e-11, "-0.0000000001"),
        (4.999_999_999_999_999e-11, "0.0000000000"),
        (0.000_000_000_25, "0.0000000003"),
        (1.000_000_000_05, "1.0000000001"),
        (2.5e-10, "0.0000000003"),
        (-0.0, "0.0000000000"),
        (999_999_999_999_999_872.0, "999999999999999900.0000000000"),
        (f64::MIN_POSITIVE, "0.0000000000"),
        // As far from the text that ends in 3 as from the one that ends in 2.
        (973_462_218_030.0 + 0.281_25, "973462218030.2812000000"),
        (-973_462_218_030.0 - 0.281_25, "-973462218030.2812000000"),
    ];
    for (double, wanted) in cases {
        let text = shortest(format!("{double:?}"), double)?;
        if rounded(&text)? != wanted {
            return Err(format!("{text} is {wanted}, not {}", rounded(&text)?).into());
        }
    }
    let doubles: Vec<f64> = cases.iter().map(|(double, _)| *double).collect();
    let texts: Result<Vec<String>, Failed> =
        doubles.iter().map(|double| shortest(format!("{double:?}"), *double)).collect();
    are_read_as(Arc::new(Float64Array::from(doubles)), &texts?)
}

fn fails(double: f64) -> Outcome {
    let costs = Float64Array::from(vec![1.0, 2.0, double]);
    let ran = harness::apportion(&project(Arc::new(costs))?, &["run"])?.exits(2)?;
    ran.says(
        "`line_item_unblended_cost` of `report/BILLING_PERIOD=2024-01/lines.parquet` is not a valid decimal(28,10)",
    )
}
