use std::sync::Arc;

use arrow::array::{ArrayRef, Decimal128Array, RecordBatch, StringArray};

use super::*;

/// An answer with amounts in units of the tenth digit, under `name`, beside currencies.
fn answer(name: &str, rows: &[(i128, &str)]) -> Answer {
    let amounts = Decimal128Array::from_iter_values(rows.iter().map(|(amount, _)| *amount));
    let amounts = amounts.with_precision_and_scale(28, 10).unwrap();
    let currencies = StringArray::from_iter_values(rows.iter().map(|(_, currency)| *currency));
    let columns: [(&str, ArrayRef); 2] = [(name, Arc::new(amounts)), ("currency", Arc::new(currencies))];
    of(RecordBatch::try_from_iter(columns).unwrap())
}

fn of(batch: RecordBatch) -> Answer {
    Answer { schema: batch.schema(), rows: batch.num_rows() as u64, batches: vec![batch] }
}

fn section(name: &str, answer: Answer) -> Section {
    Section { name: name.to_owned(), title: String::new(), answer }
}

fn words(cells: &[&str]) -> Section {
    let column: ArrayRef = Arc::new(StringArray::from_iter_values(cells));
    section("words", of(RecordBatch::try_from_iter([("word", column)]).unwrap()))
}

#[test]
fn parts_sum_to_the_figure_in_every_currency() {
    let figure = || section("cost", answer(FIGURE, &[(30_000_000_001, "USD"), (5, "CNY")]));
    let whole = section("parts", answer(PART, &[(30_000_000_000, "USD"), (5, "CNY"), (1, "USD")]));
    assert!(check_sums(&[figure(), whole]).is_ok());
    let short = section("parts", answer(PART, &[(30_000_000_000, "USD"), (5, "CNY")]));
    let error = check_sums(&[figure(), short]).unwrap_err();
    assert_eq!(error.message(), "the parts of `parts` sum to 3.0000000000 USD, and the figure is 3.0000000001");
    let elsewhere = section("parts", answer(PART, &[(30_000_000_001, "USD"), (5, "CNY"), (-7, "EUR")]));
    let error = check_sums(&[figure(), elsewhere]).unwrap_err();
    assert_eq!(error.message(), "the parts of `parts` sum to -0.0000000007 EUR, and the figure is 0.0000000000");
}

#[test]
fn the_first_answer_has_a_figure() {
    let error = check_sums(&[words(&["a"])]).unwrap_err();
    assert_eq!(error.message(), "an answer without the columns `figure` and `currency`");
}

#[test]
fn foreign_ids_are_found_inside_of_words_and_names_as_the_whole() {
    let foreign = ["123456789012".to_owned(), "Network".to_owned(), "shop".to_owned()];
    assert!(check_words(&[words(&["AWS Network Firewall", "12345678901", "workshop"])], &foreign).is_ok());
    for cell in ["arn:aws:ec2:us-east-1:123456789012:x", "Network", "shop"] {
        let error = check_words(&[words(&["own", cell])], &foreign).unwrap_err();
        assert!(error.message().starts_with("`words` would tell a customer of `"), "{cell}: {error}");
    }
}
