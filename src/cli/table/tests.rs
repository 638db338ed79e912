use std::sync::Arc;

use arrow::array::{ArrayRef, Decimal128Array, RecordBatch, StringArray};

use super::*;

#[test]
fn parts_are_rounded_and_what_that_leaves_is_said() {
    let amounts = Decimal128Array::from_iter_values([50_000_000, 50_000_000, -10_050_000_000, 3]);
    let amounts = amounts.with_precision_and_scale(28, 10).unwrap();
    let rates = Decimal128Array::from_iter_values([5, 5, 5, 5]).with_precision_and_scale(18, 6).unwrap();
    let columns: [(&str, ArrayRef); 4] = [
        ("what", Arc::new(StringArray::from(vec!["a", "b|c", "d", "e"]))),
        ("part", Arc::new(amounts)),
        ("rate", Arc::new(rates)),
        ("currency", Arc::new(StringArray::from(vec!["USD", "USD", "USD", "CNY"]))),
    ];
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let answer = Answer { schema: batch.schema(), rows: 4, batches: vec![batch] };
    let mut cells = Cells::of(&answer).unwrap();
    cells.round_amounts(Some(1));
    let wanted = "\
| what | part | rate | currency |
| --- | ---: | ---: | --- |
| a | 0.01 | 0.000005 | USD |
| b\\|c | 0.01 | 0.000005 | USD |
| d | -1.01 | 0.000005 | USD |
| e | 0.00 | 0.000005 | CNY |
| rounding | -0.01 |  | USD |
| total | -1.00 |  | USD |
| total | 0.00 |  | CNY |
";
    assert_eq!(cells.markdown(), wanted);
}
