//! Which files are the report: those that AWS's manifests name, in the layouts of AWS, and the whole folder where there
//! is no manifest. Every Parquet file of these reports holds one cost, a power of two, so a total tells which were read.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use arrow::array::{ArrayRef, Float64Array, RecordBatch, StringArray, TimestampMillisecondArray};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use libtest_mimic::{Failed, Trial};

use crate::harness::{self, Outcome, Ran};
use crate::{report, rows};

/// A trial.
type Check = fn() -> Outcome;

/// The month before the one that most trials are about, and that month, as folders of a legacy report.
const JANUARY: &str = "20240101-20240201";
const FEBRUARY: &str = "20240201-20240301";

/// A trial for each layout, and for what may lie in it besides.
pub(crate) fn trials() -> Vec<Trial> {
    let all: [(&str, Check); 18] = [
        ("the_manifest_of_the_period_names_the_newest_assembly", legacy_create_new),
        ("without_it_the_newest_assembly_is_told_by_the_names_of_folders", legacy_assemblies_alone),
        ("or_by_when_their_manifests_were_written", legacy_assemblies_by_time),
        ("a_legacy_report_is_overwritten_in_the_layout_of_athena", legacy_overwrite),
        ("a_data_export_is_overwritten", export_overwrite),
        ("a_data_export_has_a_folder_for_every_execution", export_create_new),
        ("the_source_may_be_above_the_report", above_the_report),
        ("the_source_may_be_the_folder_of_a_period", folder_of_a_period),
        ("the_source_may_be_a_copy_of_one_assembly", copy_of_one_assembly),
        ("a_copy_of_another_place_does_not_stand_in_for_a_file", copy_elsewhere),
        ("a_month_without_manifest_is_read_whole", month_without_manifest),
        ("a_month_that_is_not_whole_does_not_hinder_others", month_not_whole),
        ("a_report_in_csv_beside_one_in_parquet_does_not_count", csv_beside_parquet),
        ("a_pro_forma_report_is_refused", pro_forma),
        ("a_report_of_the_primary_view_is_read", primary_view),
        ("copies_of_rows_are_found_in_a_large_report_too", copies_in_a_large_report),
        ("another_assembly_of_the_same_files_is_another_delivery", same_files_again),
        ("a_new_assembly_is_noticed_and_an_old_one_that_goes_is_not", new_assembly),
    ];
    all.into_iter().map(|(name, trial)| Trial::test(format!("deliveries::{name}"), trial)).collect()
}

/// A project with an empty report.
struct Tiny {
    project: PathBuf,
}

impl Tiny {
    fn new() -> Result<Self, Failed> {
        let project = harness::folder("delivery")?;
        harness::copy(&harness::repository().join("tests/projects/base"), &project)?;
        std::fs::remove_dir_all(project.join("report"))?;
        std::fs::create_dir_all(project.join("report"))?;
        Ok(Self { project })
    }

    fn write(&self, path: &str, text: &str) -> Outcome {
        let file = self.project.join("report").join(path);
        std::fs::create_dir_all(file.parent().ok_or("no folder")?)?;
        Ok(std::fs::write(file, text)?)
    }

    /// A Parquet file that holds one cost.
    fn cost(&self, path: &str, amount: u32) -> Outcome {
        let header = "identity_line_item_id:string,line_item_usage_account_id:string,\
             line_item_usage_start_date:timestamp_ms,line_item_unblended_cost:double";
        let csv = path.strip_suffix(".parquet").ok_or("no Parquet file")?;
        self.write(&format!("{csv}.csv"), &format!("{header}\na,111111111111,2024-02-01T00:00:00,{amount}\n"))?;
        report::make(&self.project.join("report"))
    }

    /// A manifest of a legacy report.
    fn legacy(&self, path: &str, id: &str, keys: &[&str]) -> Outcome {
        let range = Path::new(path).iter().find_map(|part| part.to_str().filter(|part| part.starts_with("2024")));
        let start = range.and_then(|range| range.get(..8)).unwrap_or("20240201");
        let text = format!(
            "{{\n  \"assemblyId\": \"{id}\",\n  \"account\": \"999999999999\",\n  \"columns\": [],\n  \
             \"compression\": \"Parquet\",\n  \"contentType\": \"Parquet\",\n  \
             \"billingPeriod\": {{ \"start\": \"{start}T000000.000Z\" }},\n  \"bucket\": \"bills\",\n  \
             \"reportKeys\": {keys:?}\n}}"
        );
        self.write(path, &text)
    }

    /// A manifest of a data export.
    fn export(&self, path: &str, keys: &[&str]) -> Outcome {
        let keys: Vec<String> = keys.iter().map(|key| format!("s3://bills/{key}")).collect();
        self.write(path, &format!("{{ \"dataFiles\": {keys:?} }}"))
    }

    fn run(&self, args: &[&str]) -> Result<Ran, Failed> {
        harness::apportion(&self.project, args)
    }

    /// Reads the report of `period` from `source`, and fails unless its cost is `total`.
    fn total_of(&self, source: &str, period: &str, total: u32) -> Result<Ran, Failed> {
        let ran = self.run(&["run", "--source", source, "--period", period])?.exits(0)?;
        let question = format!("select sum(amount) as total from costs where billing_period = '{period}'");
        let asked = self.run(&["query", &question])?.exits(0)?;
        if asked.stdout.contains(&format!("\n{total}.0000000000\n")) {
            return Ok(ran);
        }
        Err(format!("the total of {period} should be {total}\n{}{}", asked.stdout, ran.stderr).into())
    }

    fn february(&self, total: u32) -> Result<Ran, Failed> {
        self.total_of("report", "2024-02", total)
    }
}

/// Fails unless `ran` said `words`.
fn says(ran: &Ran, words: &str) -> Outcome {
    if ran.stderr.contains(words) || ran.stdout.contains(words) {
        return Ok(());
    }
    Err(format!("it should say `{words}`, but said\n{}{}", ran.stdout, ran.stderr).into())
}

/// A legacy report that keeps its deliveries: an older one of 1 and 2, and the newest of 4 and 8.
fn two_assemblies(tiny: &Tiny, report: &str) -> Outcome {
    for (id, amounts) in [("20240210T040000Z", [1, 2]), ("20240211T040000Z", [4, 8])] {
        let mut keys = Vec::new();
        for (number, amount) in amounts.into_iter().enumerate() {
            let below = format!("{FEBRUARY}/{id}/bill-0000{}.snappy.parquet", number + 1);
            tiny.cost(&format!("{report}{below}"), amount)?;
            keys.push(format!("cur/bill/{below}"));
        }
        let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
        tiny.legacy(&format!("{report}{FEBRUARY}/{id}/bill-Manifest.json"), id, &keys)?;
        tiny.legacy(&format!("{report}{FEBRUARY}/bill-Manifest.json"), id, &keys)?;
    }
    Ok(())
}

fn legacy_create_new() -> Outcome {
    let tiny = Tiny::new()?;
    two_assemblies(&tiny, "")?;
    let ran = tiny.february(12)?;
    says(&ran, "not read, as no manifest in use names them: ")?;
    says(&ran, &format!("`report/{FEBRUARY}/20240210T040000Z/bill-00002.snappy.parquet`"))?;
    // The manifest of the period counts, also when it names an older assembly than there is.
    let older = [
        format!("cur/bill/{FEBRUARY}/20240210T040000Z/bill-00001.snappy.parquet"),
        format!("cur/bill/{FEBRUARY}/20240210T040000Z/bill-00002.snappy.parquet"),
    ];
    let older: Vec<&str> = older.iter().map(String::as_str).collect();
    tiny.legacy(&format!("{FEBRUARY}/bill-Manifest.json"), "20240210T040000Z", &older)?;
    tiny.february(3)?;
    let debug = tiny.run(&["debug", "--period", "2024-02"])?.exits(0)?;
    says(&debug, &format!("2024-02: 2 files by `report/{FEBRUARY}/bill-Manifest.json`, delivery 20240210T040000Z"))?;
    says(&debug, "not read, as no manifest in use names them: ")
}

fn legacy_assemblies_alone() -> Outcome {
    let tiny = Tiny::new()?;
    two_assemblies(&tiny, "")?;
    std::fs::remove_file(tiny.project.join("report").join(FEBRUARY).join("bill-Manifest.json"))?;
    // The newest was written first, as in a copy.
    let older = tiny.project.join(format!("report/{FEBRUARY}/20240210T040000Z/bill-Manifest.json"));
    let text = std::fs::read(&older)?;
    std::fs::write(&older, text)?;
    tiny.february(12).map(drop)
}

fn legacy_assemblies_by_time() -> Outcome {
    let tiny = Tiny::new()?;
    for (id, amount, seconds) in [("5a4f", 1, 2_000_000), ("0b1c", 2, 3_000_000), ("9d2e", 4, 1_000_000)] {
        let file = format!("{FEBRUARY}/{id}/bill-00001.snappy.parquet");
        tiny.cost(&file, amount)?;
        let manifest = format!("{FEBRUARY}/{id}/bill-Manifest.json");
        tiny.legacy(&manifest, id, &[&format!("cur/bill/{file}")])?;
        let written = UNIX_EPOCH + Duration::from_secs(seconds);
        File::options().write(true).open(tiny.project.join("report").join(manifest))?.set_modified(written)?;
    }
    tiny.february(2).map(drop)
}

fn legacy_overwrite() -> Outcome {
    let tiny = Tiny::new()?;
    let data = "bill/year=2024/month=2";
    tiny.cost(&format!("{data}/bill-00001.snappy.parquet"), 1)?;
    tiny.cost(&format!("{data}/bill-00002.snappy.parquet"), 2)?;
    tiny.cost(&format!("{data}/bill-00003.snappy.parquet"), 4)?;
    tiny.cost("bill/cost_and_usage_data_status/cost_and_usage_data_status.parquet", 8)?;
    let keys = [1, 2].map(|number| format!("cur/bill/{data}/bill-0000{number}.snappy.parquet"));
    tiny.legacy(&format!("{FEBRUARY}/bill-Manifest.json"), "new", &[&keys[0], &keys[1]])?;
    // Of an older delivery only the manifest is left.
    tiny.legacy(&format!("{FEBRUARY}/old/bill-Manifest.json"), "old", &["cur/bill/year=2024/month=2/gone.parquet"])?;
    let ran = tiny.february(3)?;
    says(&ran, "names them: `report/bill/year=2024/month=2/bill-00003.snappy.parquet`\n")
}

fn export_overwrite() -> Outcome {
    let tiny = Tiny::new()?;
    let data = "bill/data/BILLING_PERIOD=2024-02";
    tiny.cost(&format!("{data}/bill-00001.snappy.parquet"), 1)?;
    tiny.cost(&format!("{data}/copy of bill-00001.snappy.parquet"), 2)?;
    tiny.cost("bill/data/BILLING_PERIOD=2024-01/bill-00001.snappy.parquet", 4)?;
    let key = format!("exports/{data}/bill-00001.snappy.parquet");
    tiny.export("bill/metadata/BILLING_PERIOD=2024-02/bill-Manifest.json", &[&key])?;
    tiny.february(1).map(drop)
}

fn export_create_new() -> Outcome {
    let tiny = Tiny::new()?;
    let (old, new) = ("2024-02-09T11:00:00.000Z-5a4f", "2024-02-10T09:00:00.000Z-0b1c");
    for (id, amount) in [(new, 1), (old, 2)] {
        let file = format!("bill/data/BILLING_PERIOD=2024-02/{id}/bill-00001.snappy.parquet");
        tiny.cost(&file, amount)?;
        tiny.export(&format!("bill/metadata/BILLING_PERIOD=2024-02/{id}/bill-Manifest.json"), &[&file])?;
    }
    tiny.february(1)?;
    let file = format!("bill/data/BILLING_PERIOD=2024-02/{old}/bill-00001.snappy.parquet");
    tiny.export("bill/metadata/BILLING_PERIOD=2024-02/bill-Manifest.json", &[&file])?;
    tiny.february(2)?;
    let debug = tiny.run(&["debug", "--period", "2024-02"])?.exits(0)?;
    says(&debug, &format!("delivery {old}"))
}

fn above_the_report() -> Outcome {
    let tiny = Tiny::new()?;
    two_assemblies(&tiny, "backup of bills/cur/bill/")?;
    tiny.february(12).map(drop)
}

fn folder_of_a_period() -> Outcome {
    let tiny = Tiny::new()?;
    two_assemblies(&tiny, "")?;
    tiny.total_of(&format!("report/{FEBRUARY}"), "2024-02", 12).map(drop)
}

fn copy_of_one_assembly() -> Outcome {
    let tiny = Tiny::new()?;
    two_assemblies(&tiny, "")?;
    let assembly = tiny.project.join(format!("report/{FEBRUARY}/20240210T040000Z"));
    std::fs::rename(assembly, tiny.project.join("mine"))?;
    tiny.total_of("mine", "2024-02", 3).map(drop)
}

fn copy_elsewhere() -> Outcome {
    let tiny = Tiny::new()?;
    let file = "bill/year=2024/month=2/bill-00001.snappy.parquet";
    tiny.legacy(&format!("{FEBRUARY}/bill-Manifest.json"), "new", &[&format!("cur/bill/{file}")])?;
    tiny.cost(&format!("old/{file}"), 1)?;
    tiny.cost("bill/year=2024/month=1/bill-00001.snappy.parquet", 2)?;
    // Files may still be on their way, until their manifest is an hour old.
    let words = format!("the manifest of 2024-02 names `cur/bill/{file}`, which is missing");
    says(&tiny.run(&["run", "--period", "2024-02"])?.exits(75)?, &words)?;
    let manifest = tiny.project.join(format!("report/{FEBRUARY}/bill-Manifest.json"));
    File::options().write(true).open(manifest)?.set_modified(SystemTime::now() - Duration::from_secs(3700))?;
    says(&tiny.run(&["run", "--period", "2024-02"])?.exits(2)?, &words)
}

fn month_without_manifest() -> Outcome {
    let tiny = Tiny::new()?;
    two_assemblies(&tiny, "")?;
    tiny.cost(&format!("{JANUARY}/one.parquet"), 1)?;
    tiny.cost(&format!("{JANUARY}/two.parquet"), 2)?;
    tiny.cost("stranger.parquet", 4)?;
    tiny.total_of("report", "2024-01", 3)?;
    tiny.february(12).map(drop)
}

fn month_not_whole() -> Outcome {
    let tiny = Tiny::new()?;
    two_assemblies(&tiny, "")?;
    let gone = format!("cur/bill/{JANUARY}/a/bill-00001.snappy.parquet");
    tiny.legacy(&format!("{JANUARY}/bill-Manifest.json"), "a", &[&gone])?;
    tiny.february(12)?;
    let ran = tiny.run(&["run", "--period", "2024-01..2024-02"])?.exits(75)?;
    says(&ran, &format!("`{gone}`, which is missing"))
}

fn csv_beside_parquet() -> Outcome {
    let tiny = Tiny::new()?;
    two_assemblies(&tiny, "bill/")?;
    let csv = format!("cur/text/{FEBRUARY}/a/text-00001.csv.gz");
    tiny.legacy(&format!("text/{FEBRUARY}/text-Manifest.json"), "a", &[&csv])?;
    tiny.february(12).map(drop)
}

fn same_files_again() -> Outcome {
    let tiny = Tiny::new()?;
    let file = "bill/year=2024/month=2/bill-00001.snappy.parquet";
    tiny.cost(file, 1)?;
    let manifest = format!("{FEBRUARY}/bill-Manifest.json");
    tiny.legacy(&manifest, "first", &[&format!("cur/bill/{file}")])?;
    tiny.run(&["build"])?.exits(0)?;
    let again = tiny.run(&["build"])?.exits(0)?;
    says(&again, "nothing to do")?;
    tiny.legacy(&manifest, "second", &[&format!("cur/bill/{file}")])?;
    let third = tiny.run(&["build"])?.exits(0)?;
    says(&third, "tables published")
}

fn new_assembly() -> Outcome {
    let tiny = Tiny::new()?;
    two_assemblies(&tiny, "")?;
    tiny.run(&["build"])?.exits(0)?;
    std::fs::remove_dir_all(tiny.project.join(format!("report/{FEBRUARY}/20240210T040000Z")))?;
    let same = tiny.run(&["build"])?.exits(0)?;
    says(&same, "nothing to do")?;
    let file = format!("{FEBRUARY}/20240212T040000Z/bill-00001.snappy.parquet");
    tiny.cost(&file, 16)?;
    tiny.legacy(&format!("{FEBRUARY}/bill-Manifest.json"), "20240212T040000Z", &[&format!("cur/bill/{file}")])?;
    tiny.february(16).map(drop)
}

/// A legacy manifest and one of a data export that name a billing view, each in its own way.
fn with_view(view: &str) -> Result<[(Tiny, String); 2], Failed> {
    let (legacy, export) = (Tiny::new()?, Tiny::new()?);
    let manifest = format!("{FEBRUARY}/bill-Manifest.json");
    legacy.cost(&format!("{FEBRUARY}/id/bill-1.parquet"), 4)?;
    let view = format!("arn:aws:billing::999999999999:billingview/{view}");
    let keys = format!("\"reportKeys\": [\"cur/bill/{FEBRUARY}/id/bill-1.parquet\"]");
    legacy.write(&manifest, &format!("{{ \"assemblyId\": \"id\", \"billingViewArn\": \"{view}\", {keys} }}"))?;
    export.cost("bill/data/BILLING_PERIOD=2024-02/bill-1.parquet", 4)?;
    let keys = "\"dataFiles\": [\"s3://bills/bill/data/BILLING_PERIOD=2024-02/bill-1.parquet\"]";
    let table = format!("{{ \"COST_AND_USAGE_REPORT\": {{ \"BILLING_VIEW_ARN\": \"{view}\" }} }}");
    let name = "bill/metadata/BILLING_PERIOD=2024-02/bill-Manifest.json";
    export.write(name, &format!("{{ \"dataQuery\": {{ \"tableConfigurations\": {table} }}, {keys} }}"))?;
    Ok([(legacy, manifest), (export, name.to_owned())])
}

fn pro_forma() -> Outcome {
    for view in ["billing-group-aBcDeF", "billing-transfer-0f", "custom-1"] {
        for (tiny, manifest) in with_view(view)? {
            let ran = tiny.run(&["run", "--period", "2024-02"])?.exits(2)?;
            says(&ran, &format!("it belongs to the billing view `arn:aws:billing::999999999999:billingview/{view}`"))?;
            says(&ran, &format!("--> report/{manifest}"))?;
        }
    }
    Ok(())
}

fn primary_view() -> Outcome {
    for (tiny, _) in with_view("primary")? {
        tiny.february(4)?;
    }
    Ok(())
}

/// Lines of a report by their numbers, the costs as doubles or as decimals; some cost nothing.
fn lines(numbers: impl Iterator<Item = i64> + Clone, kind: &DataType) -> Result<RecordBatch, Failed> {
    let texts =
        |text: fn(i64) -> String| Arc::new(StringArray::from_iter_values(numbers.clone().map(text))) as ArrayRef;
    let starts = numbers.clone().map(|number| 1_704_067_200_000 + number % 744 * 3_600_000);
    let costs: ArrayRef = Arc::new(numbers.clone().map(|number| (number % 5) as f64 * 0.25).collect::<Float64Array>());
    let columns = [
        ("identity_line_item_id", texts(|number| format!("line-{number}"))),
        ("line_item_usage_account_id", texts(|number| format!("{:012}", number % 7))),
        ("line_item_usage_start_date", Arc::new(TimestampMillisecondArray::from_iter_values(starts)) as ArrayRef),
        ("line_item_line_item_type", texts(|_| "Usage".to_owned())),
        ("line_item_unblended_cost", cast(&costs, kind)?),
    ];
    Ok(RecordBatch::try_from_iter(columns)?)
}

/// All rows have their like in account, hour and cost in the other file; only copies agree in the id of the line, too.
fn copies_in_a_large_report() -> Outcome {
    for (first, is_refused) in [(20_000, true), (60_000, false)] {
        let tiny = Tiny::new()?;
        let folder = tiny.project.join("report/BILLING_PERIOD=2024-01");
        std::fs::create_dir_all(&folder)?;
        rows::write(&lines(0..100_000, &DataType::Float64)?, &folder.join("new.parquet"))?;
        let old = lines((first..150_000).rev(), &DataType::Decimal128(20, 4))?;
        rows::write(&old, &folder.join("old.parquet"))?;
        let ran = tiny.run(&["run"])?.exits(if is_refused { 2 } else { 0 })?;
        if is_refused {
            says(&ran, "are also in `report/BILLING_PERIOD=2024-01/")?;
            says(&ran, "agree in line id, usage start, line type, account and cost")?;
        }
    }
    Ok(())
}
