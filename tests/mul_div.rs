//! `mul_div(a, b, c)` is round_half_away(a * b / c, 10 digits): thousands of cases against whole-number arithmetic of
//! these tests' own, on decimal digits.

use std::cmp::Ordering;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use libtest_mimic::{Failed, Trial};

use crate::harness::{self, Dice, Outcome};

/// The types of `a`, `b` and `c`, as (precision, scale); a scale of 255 is bigint.
type Kinds = [(u32, u32); 3];

const BIGINT: u32 = 255;
const CASES: usize = 1500;
/// The result's scale.
const SCALE: u32 = 10;

/// A trial for each kind of arguments, and one for each way to fail.
pub(crate) fn trials() -> Vec<Trial> {
    let kinds: [(&str, Kinds); 4] = [
        ("amounts", [(28, 10), (28, 10), (28, 10)]),
        ("the_widest", [(38, 10), (38, 10), (38, 10)]),
        ("mixed_scales", [(38, 0), (20, 4), (10, 2)]),
        ("whole_numbers", [(28, 10), (18, BIGINT), (18, BIGINT)]),
    ];
    let mut trials: Vec<Trial> = kinds
        .into_iter()
        .map(|(name, kinds)| {
            Trial::test(format!("mul_div::{name}_as_in_exact_arithmetic"), move || random(name, kinds))
        })
        .collect();
    trials.push(Trial::test("mul_div::ties_go_away_from_zero", ties));
    trials.push(Trial::test("mul_div::nothing_in_nothing_out", nulls));
    trials.push(Trial::test("mul_div::the_largest_result", largest));
    let failing = [
        ("zero_divisor", ["1", "1", "0"], "division by zero in mul_div"),
        ("half_a_unit_over_the_range", ["1999999999999999999.9999999999", "1", "2"], "is out of range"),
        ("a_result_out_of_range", ["999999999999999999", "999999999999999999", "1"], "is out of range"),
        ("a_tiny_divisor", ["99999999999999999", "1", "0.0000000001"], "is out of range"),
    ];
    trials.extend(
        failing.into_iter().map(|(name, case, words)| {
            Trial::test(format!("mul_div::{name}_is_an_error"), move || fails(&case, words))
        }),
    );
    trials
}

/// Digits of a whole number, lowest first, in base 10.
#[derive(Clone, PartialEq, Eq)]
struct Digits(Vec<u8>);

impl Digits {
    /// A decimal number times 10^`scale`, without its sign; there must be no further digits.
    fn of(text: &str, scale: u32) -> Self {
        let (whole, part) = text.trim_start_matches('-').split_once('.').unwrap_or((text.trim_start_matches('-'), ""));
        let zeros = "0".repeat((scale as usize).saturating_sub(part.len()));
        let digits = [whole, part, &zeros].concat();
        Self(digits.bytes().rev().map(|digit| digit - b'0').collect()).trimmed()
    }

    fn trimmed(mut self) -> Self {
        while self.0.last() == Some(&0) {
            self.0.pop();
        }
        self
    }

    fn times(&self, other: &Self) -> Self {
        let mut sums = vec![0_u32; self.0.len() + other.0.len() + 1];
        for (i, one) in self.0.iter().enumerate() {
            for (j, two) in other.0.iter().enumerate() {
                sums[i + j] += u32::from(*one) * u32::from(*two);
            }
        }
        Self::carried(sums)
    }

    fn plus(&self, other: &Self) -> Self {
        let length = self.0.len().max(other.0.len()) + 1;
        let digit = |digits: &Self, at: usize| digits.0.get(at).copied().map_or(0, u32::from);
        Self::carried((0..length).map(|at| digit(self, at) + digit(other, at)).collect())
    }

    fn carried(sums: Vec<u32>) -> Self {
        let mut carry = 0;
        let mut digits = Vec::with_capacity(sums.len());
        for sum in sums {
            carry += sum;
            digits.push(u8::try_from(carry % 10).unwrap_or_default());
            carry /= 10;
        }
        Self(digits).trimmed()
    }

    fn shifted(&self, zeros: u32) -> Self {
        Self([vec![0; zeros as usize], self.0.clone()].concat()).trimmed()
    }

    fn compare(&self, other: &Self) -> Ordering {
        self.0.len().cmp(&other.0.len()).then_with(|| self.0.iter().rev().cmp(other.0.iter().rev()))
    }
}

/// Whether `result` is a * b / c, rounded half away from zero to 10 digits:
/// 2 |r| |c| <= 2 |a b| + |c| < 2 (|r| + 1) |c| in units of the last digit, and the sign is that of a b c.
fn is_right(case: &[String], kinds: Kinds, result: &str) -> bool {
    let scale = |at: usize| if kinds[at].1 == BIGINT { 0 } else { kinds[at].1 };
    let [a, b, c] = [0, 1, 2].map(|at: usize| Digits::of(&case[at], scale(at)));
    // a * b has scale(0) + scale(1) fractional digits, r * c has 10 + scale(2): lift the one that has fewer.
    let (left, right) = (scale(0) + scale(1), SCALE + scale(2));
    let product = a.times(&b).shifted(right.saturating_sub(left));
    let unit = c.shifted(left.saturating_sub(right));
    let (two, one) = (Digits(vec![2]), Digits(vec![1]));
    let rounded = two.times(&product).plus(&unit);
    let r = Digits::of(result, SCALE);
    let low = two.times(&r).times(&unit);
    let high = two.times(&r.plus(&one)).times(&unit);
    let is_negative = case.iter().filter(|text| text.starts_with('-')).count() % 2 == 1;
    let sign_fits = r.0.is_empty() || result.starts_with('-') == is_negative;
    sign_fits && low.compare(&rounded) != Ordering::Greater && rounded.compare(&high) == Ordering::Less
}

/// A number of the given kind with `digits` digits in all.
fn number(dice: &mut Dice, (_, scale): (u32, u32), digits: u32) -> String {
    let scale = if scale == BIGINT { 0 } else { scale as usize };
    let mut text: String = (0..digits).map(|_| char::from(b'0' + dice.roll(10) as u8)).collect();
    if dice.roll(4) == 0 {
        // Round numbers make ties.
        let keep = dice.roll(4) as usize + 1;
        text = text.chars().enumerate().map(|(at, digit)| if at < keep { digit } else { '0' }).collect();
    }
    let text = format!("{}{text}", "0".repeat((scale + 1).saturating_sub(text.len())));
    let (whole, part) = text.split_at(text.len() - scale);
    let sign = if dice.roll(3) == 0 { "-" } else { "" };
    if part.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{part}") }
}

/// Three numbers whose product and quotient stay in the range.
fn case(dice: &mut Dice, kinds: Kinds) -> Vec<String> {
    loop {
        let lengths = kinds.map(|(precision, _)| dice.roll(u64::from(precision)) as u32 + 1);
        let numbers: Vec<String> =
            kinds.iter().zip(lengths).map(|(kind, digits)| number(dice, *kind, digits)).collect();
        let size = |at: usize| {
            let whole = numbers[at].trim_start_matches('-').split('.').next().unwrap_or("").trim_start_matches('0');
            let part = numbers[at].split('.').nth(1).unwrap_or("");
            let zeros = part.len() - part.trim_start_matches('0').len();
            if whole.is_empty() { -(zeros as i64) } else { whole.len() as i64 }
        };
        let is_zero = numbers[2].chars().all(|c| !('1'..='9').contains(&c));
        if !is_zero && size(0) + size(1) - size(2) < 18 {
            return numbers;
        }
    }
}

/// A project whose model gives `mul_div` of every row of a seed.
fn project(kinds: Kinds, cases: &[Vec<String>]) -> Result<PathBuf, Failed> {
    let folder = harness::folder("mul-div")?;
    harness::copy(&harness::repository().join("tests/projects/base"), &folder)?;
    crate::report::make(&folder.join("report"))?;
    let mut rows = String::from("id,a,b,c\n");
    for (id, case) in cases.iter().enumerate() {
        writeln!(rows, "{id},{}", case.join(","))?;
    }
    let mut yaml = String::from("version: 2\nseeds:\n  - name: cases\n    columns:\n");
    writeln!(yaml, "      - {{ name: id, data_type: integer }}")?;
    for (name, (precision, scale)) in ["a", "b", "c"].iter().zip(kinds) {
        let kind = if scale == BIGINT { "bigint".to_owned() } else { format!("decimal({precision},{scale})") };
        writeln!(yaml, "      - {{ name: {name}, data_type: \"{kind}\" }}")?;
    }
    std::fs::create_dir_all(folder.join("data/seeds"))?;
    std::fs::write(folder.join("data/seeds/cases.csv"), rows)?;
    std::fs::write(folder.join("data/seeds/seeds.yml"), yaml)?;
    let model = "select id, mul_div(a, b, c) as result from {{ ref('cases') }}\n";
    std::fs::write(folder.join("models/results/quotients.sql"), model)?;
    Ok(folder)
}

/// The results by case, as text.
fn results(folder: &Path, count: usize) -> Result<Vec<String>, Failed> {
    let limit = count.to_string();
    let args = ["show", "quotients", "--format", "csv", "--limit", &limit];
    let shown = harness::apportion(folder, &args)?.exits(0)?;
    let mut results = vec![None; count];
    for line in shown.stdout.lines().skip(1) {
        let (id, result) = line.split_once(',').ok_or("a row without result")?;
        results[id.parse::<usize>()?] = Some(result.to_owned());
    }
    results.into_iter().map(|result| result.ok_or_else(|| "a case without result".into())).collect()
}

fn random(name: &str, kinds: Kinds) -> Outcome {
    let mut dice = Dice(name.len() as u64);
    let cases: Vec<Vec<String>> = (0..CASES).map(|_| case(&mut dice, kinds)).collect();
    let results = results(&project(kinds, &cases)?, cases.len())?;
    for (case, result) in cases.iter().zip(&results) {
        if !is_right(case, kinds, result) {
            return Err(format!("mul_div({}) is not {result}", case.join(", ")).into());
        }
    }
    if results.iter().filter(|result| result.chars().any(|c| ('1'..='9').contains(&c))).count() < CASES / 2 {
        return Err("most cases should give more than zero".into());
    }
    Ok(())
}

fn given(kinds: Kinds, expected: &[([&str; 3], &str)]) -> Outcome {
    let cases: Vec<Vec<String>> = expected.iter().map(|(case, _)| case.map(str::to_owned).to_vec()).collect();
    for ((case, wanted), result) in expected.iter().zip(results(&project(kinds, &cases)?, cases.len())?) {
        if result != *wanted {
            return Err(format!("mul_div({}) is {result}, not {wanted}", case.join(", ")).into());
        }
    }
    Ok(())
}

fn ties() -> Outcome {
    let amounts = [(28, 10); 3];
    given(
        amounts,
        &[
            (["0.0000000001", "1", "2"], "0.0000000001"),
            (["-0.0000000001", "1", "2"], "-0.0000000001"),
            (["0.0000000001", "-1", "2"], "-0.0000000001"),
            (["0.0000000001", "1", "-2"], "-0.0000000001"),
            (["-0.0000000001", "-1", "2"], "0.0000000001"),
            (["0.0000000003", "1", "2"], "0.0000000002"),
            (["-0.0000000005", "1", "2"], "-0.0000000003"),
            (["0.0000000001", "0.4999999999", "1"], "0.0000000000"),
            (["0.0000000001", "0.5", "1"], "0.0000000001"),
            (["0.0000000001", "0.5", "1.0000000001"], "0.0000000000"),
            (["1", "1", "3"], "0.3333333333"),
            (["2", "1", "3"], "0.6666666667"),
            (["-2", "1", "3"], "-0.6666666667"),
            (["0", "-5", "7"], "0.0000000000"),
        ],
    )
}

fn nulls() -> Outcome {
    given(
        [(28, 10); 3],
        &[(["", "1", "0"], ""), (["1", "", "1"], ""), (["1", "1", ""], ""), (["7", "1", "1"], "7.0000000000")],
    )
}

fn largest() -> Outcome {
    let most = "999999999999999999.9999999999";
    let least = "-999999999999999999.9999999999";
    given(
        [(38, 10); 3],
        &[
            (["1999999999999999999.9999999998", "1", "2"], most),
            ([most, "1", "1"], most),
            ([most, most, most], most),
            ([most, least, most], least),
            ([least, least, least], least),
        ],
    )
}

fn fails(case: &[&str; 3], words: &str) -> Outcome {
    let cases = [case.map(str::to_owned).to_vec()];
    let folder = project([(38, 10); 3], &cases)?;
    let ran = harness::apportion(&folder, &["show", "quotients"])?.exits(2)?;
    if ran.stderr.contains(words) { Ok(()) } else { Err(ran.stderr.into()) }
}
