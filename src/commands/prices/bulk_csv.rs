//! A price list as CSV: five lines about the file, a header, and a row for each price. It is read row by row.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;

use csv::{Reader, ReaderBuilder, StringRecord};

use crate::common::error::{Error, Place, Result};

use super::offer::{Dimension, Listed, Offer, PriceList, Spot, no_price_list};
use super::rules::Rules;

/// Columns that are read; AWS writes some with spaces and capitals, and adds others as it likes.
const COLUMNS: [&str; 11] = [
    "SKU",
    "RateCode",
    "TermType",
    "EffectiveDate",
    "StartingRange",
    "EndingRange",
    "Unit",
    "PricePerUnit",
    "Currency",
    "usageType",
    "Region Code",
];
/// Where transfers have their region.
const FROM_REGION: &str = "From Region Code";

/// Where the columns stand.
struct Header {
    at: [usize; COLUMNS.len()],
    from_region: Option<usize>,
    width: usize,
}

/// Reads the file.
///
/// # Errors
/// When it is not a price list of a service, is cut off, or cannot be read.
pub(super) fn read(file: &Path, rules: &Rules) -> Result<PriceList> {
    let open = File::open(file).map_err(|e| Error::io("open", file, &e))?;
    let mut reader = ReaderBuilder::new().has_headers(false).flexible(true).buffer_capacity(1 << 20).from_reader(open);
    let (offer, header) = head(file, &mut reader)?;
    let mut prices: BTreeMap<(String, String), Listed> = BTreeMap::new();
    let mut row = StringRecord::new();
    while reader.read_record(&mut row).map_err(|e| unreadable(file, &e))? {
        let place = place(file, &row);
        if row.len() != header.width {
            let (has, wide) = (row.len(), header.width);
            return Err(Error::data(format!("this row has {has} values, the header has {wide}"))
                .at(place)
                .hint("if it is the last row, the file is cut off: download it again"));
        }
        add(&mut prices, &row, &header, (&offer.code, rules, place));
    }
    // A list may hold a price that is not in force yet: the newest one counts.
    let newest: BTreeMap<String, Listed> = prices.into_iter().map(|((sku, _), listed)| (sku, listed)).collect();
    Ok(PriceList { offer, prices: newest.into_values().collect() })
}

/// What stands above the rows.
fn head(file: &Path, reader: &mut Reader<File>) -> Result<(Offer, Header)> {
    let mut offer = Offer::default();
    let mut row = StringRecord::new();
    while reader.read_record(&mut row).map_err(|e| unreadable(file, &e))? {
        let value = row.get(1).unwrap_or_default().to_owned();
        match row.get(0).unwrap_or_default().trim_start_matches('\u{feff}') {
            "FormatVersion" | "Disclaimer" => {}
            "Publication Date" => offer.published = value,
            "Version" => offer.version = value,
            "OfferCode" => offer.code = value,
            _ if row.len() > 2 && !offer.code.is_empty() => return Ok((offer, header(file, &row)?)),
            _ => return Err(no_price_list(place(file, &row), "it does not begin with FormatVersion ... OfferCode")),
        }
    }
    Err(Error::data(format!("`{}` is cut off: it has no header", file.display()))
        .at(Place::file(file))
        .hint("download the file again"))
}

fn header(file: &Path, row: &StringRecord) -> Result<Header> {
    let from_region = find(row, FROM_REGION);
    let mut at = [0; COLUMNS.len()];
    for (slot, name) in at.iter_mut().zip(COLUMNS) {
        *slot = match (find(row, name), from_region) {
            (Some(index), _) => index,
            (None, Some(index)) if name == "Region Code" => index,
            _ => {
                return Err(Error::data(format!("the price list has no column `{name}`"))
                    .at(place(file, row))
                    .did_you_mean(name, row.iter())
                    .hint("lists of Savings Plans, and lists from before regions had codes, cannot be read"));
            }
        };
    }
    Ok(Header { at, from_region, width: row.len() })
}

fn find(row: &StringRecord, name: &str) -> Option<usize> {
    row.iter().position(|column| plain(column) == plain(name))
}

fn plain(name: &str) -> String {
    name.replace(' ', "").to_lowercase()
}

fn add(
    prices: &mut BTreeMap<(String, String), Listed>,
    row: &StringRecord,
    header: &Header,
    (service, rules, place): (&str, &Rules, Place),
) {
    let [sku, _, term, effective, begin, end, unit, rate, currency, usage_type, region] =
        header.at.map(|index| row.get(index).unwrap_or_default());
    if term != "OnDemand" {
        return;
    }
    let from_region = header.from_region.and_then(|index| row.get(index)).unwrap_or_default();
    let region = if region.is_empty() { from_region } else { region };
    let key = (sku.to_owned(), effective.to_owned());
    let listed = match prices.get_mut(&key) {
        Some(listed) => listed,
        None => match Listed::of(rules, service, (sku, usage_type, region)) {
            Some(listed) => prices.entry(key).or_insert(Listed { effective: effective.to_owned(), ..listed }),
            None => return,
        },
    };
    listed.dimensions.push(Dimension {
        begin: begin.to_owned(),
        end: end.to_owned(),
        unit: unit.to_owned(),
        rate: rate.to_owned(),
        currency: currency.to_owned(),
        spot: Spot { place, path: String::new() },
    });
}

fn place(file: &Path, row: &StringRecord) -> Place {
    let line = row.position().map_or(0, |position| position.line() as usize);
    Place { file: file.to_path_buf(), line, column: 0, text: None }
}

fn unreadable(file: &Path, error: &csv::Error) -> Error {
    if error.is_io_error() {
        return Error::environment(format!("cannot read `{}`", file.display())).caused_by(error);
    }
    let line = error.position().map_or(0, |position| position.line() as usize);
    no_price_list(Place { file: file.to_path_buf(), line, column: 0, text: None }, "it is not valid CSV")
        .caused_by(error)
}
