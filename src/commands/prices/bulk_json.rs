//! A price list as JSON. It streams: products and terms that no rule is for are passed over as they are read, so
//! that memory holds the tiered part, whatever the size of the file.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::error::Category;

use crate::common::error::{Error, Place, Result};

use super::offer::{Dimension, Listed, Offer, PriceList, Spot, no_price_list};
use super::rules::Rules;

/// What is known so far. The parts of the file may come in any order, terms before products too.
struct Reading<'a> {
    file: &'a Path,
    rules: &'a Rules,
    code: Option<String>,
    version: Option<String>,
    published: Option<String>,
    products: Option<BTreeMap<String, Listed>>,
    terms_are_read: bool,
    terms_are_there: bool,
    products_are_there: bool,
}

/// Reads the file.
///
/// # Errors
/// When it is not a price list of a service, is cut off, or cannot be read.
pub(super) fn read(file: &Path, rules: &Rules) -> Result<PriceList> {
    let mut reading = Reading {
        file,
        rules,
        code: None,
        version: None,
        published: None,
        products: None,
        terms_are_read: false,
        terms_are_there: false,
        products_are_there: false,
    };
    // AWS writes code, products and terms in this order: one pass. In any other order it takes up to three.
    for _ in 0..3 {
        reading.pass()?;
        if reading.terms_are_read || reading.code.is_none() {
            break;
        }
    }
    reading.close()
}

impl Reading<'_> {
    fn pass(&mut self) -> Result<()> {
        let open = File::open(self.file).map_err(|e| Error::io("open", self.file, &e))?;
        let mut json = serde_json::Deserializer::from_reader(BufReader::with_capacity(1 << 20, open));
        let path = self.file;
        let read = OfferFile(self).deserialize(&mut json).and_then(|()| json.end());
        read.map_err(|error| wrong(path, &error))
    }

    fn close(self) -> Result<PriceList> {
        let missing = match (&self.code, self.products_are_there, self.terms_are_there) {
            (None, ..) => Some("it has no `offerCode`"),
            (_, false, _) => Some("it has no `products`"),
            (_, _, false) => Some("it has no `terms`"),
            _ => None,
        };
        if let Some(missing) = missing {
            return Err(no_price_list(Place::file(self.file), missing));
        }
        let offer = Offer {
            code: self.code.unwrap_or_default(),
            version: self.version.unwrap_or_default(),
            published: self.published.unwrap_or_default(),
        };
        let prices = self.products.unwrap_or_default().into_values().filter(|p| !p.dimensions.is_empty()).collect();
        Ok(PriceList { offer, prices })
    }
}

fn wrong(file: &Path, error: &serde_json::Error) -> Error {
    let place = Place { file: file.to_path_buf(), line: error.line(), column: error.column(), text: None };
    match error.classify() {
        Category::Io => Error::environment(format!("cannot read `{}`", file.display())).caused_by(error),
        Category::Eof => Error::data(format!("`{}` is cut off", file.display()))
            .at(place)
            .caused_by(error)
            .hint("download the file again"),
        Category::Syntax => no_price_list(place, "it is not valid JSON").caused_by(error),
        Category::Data => no_price_list(place, "it has a different layout").caused_by(error),
    }
}

struct OfferFile<'r, 'a>(&'r mut Reading<'a>);
struct Products<'r, 'a>(&'r mut Reading<'a>);
struct Terms<'r, 'a>(&'r mut Reading<'a>);
struct OnDemand<'r, 'a>(&'r mut Reading<'a>);

/// A visitor of a map that is read entry by entry.
macro_rules! streamed_map {
    ($name:ident, $entry:ident, $expecting:literal) => {
        impl<'de> DeserializeSeed<'de> for $name<'_, '_> {
            type Value = ();

            fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
                deserializer.deserialize_map(self)
            }
        }

        impl<'de> Visitor<'de> for $name<'_, '_> {
            type Value = ();

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str($expecting)
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<(), M::Error> {
                while let Some(key) = map.next_key::<String>()? {
                    self.0.$entry(&key, &mut map)?;
                }
                Ok(())
            }
        }
    };
}

streamed_map!(OfferFile, part, "a price list");
streamed_map!(Products, product, "products by SKU");
streamed_map!(Terms, kind_of_terms, "terms by kind");
streamed_map!(OnDemand, terms_of, "on-demand terms by SKU");

/// What the visitors do with an entry.
impl Reading<'_> {
    fn part<'de, M: MapAccess<'de>>(&mut self, key: &str, map: &mut M) -> Result<(), M::Error> {
        match key {
            "offerCode" => self.code = Some(map.next_value()?),
            "version" => self.version = Some(map.next_value()?),
            "publicationDate" => self.published = Some(map.next_value()?),
            "products" => {
                self.products_are_there = true;
                if self.code.is_some() && self.products.is_none() {
                    self.products = Some(BTreeMap::new());
                    map.next_value_seed(Products(self))?;
                } else {
                    map.next_value::<IgnoredAny>()?;
                }
            }
            "terms" => {
                self.terms_are_there = true;
                if self.products.is_some() && !self.terms_are_read {
                    self.terms_are_read = true;
                    map.next_value_seed(Terms(self))?;
                } else {
                    map.next_value::<IgnoredAny>()?;
                }
            }
            _ => drop(map.next_value::<IgnoredAny>()?),
        }
        Ok(())
    }

    fn product<'de, M: MapAccess<'de>>(&mut self, sku: &str, map: &mut M) -> Result<(), M::Error> {
        let Attributes { usagetype, region_code, from_region_code } = map.next_value::<OfferProduct>()?.attributes;
        let code = self.code.as_deref().unwrap_or_default();
        let region = if region_code.is_empty() { from_region_code } else { region_code };
        let listed = Listed::of(self.rules, code, (sku, &usagetype, &region));
        if let (Some(listed), Some(products)) = (listed, self.products.as_mut()) {
            products.insert(sku.to_owned(), listed);
        }
        Ok(())
    }

    fn kind_of_terms<'de, M: MapAccess<'de>>(&mut self, kind: &str, map: &mut M) -> Result<(), M::Error> {
        match kind {
            "OnDemand" => map.next_value_seed(OnDemand(self)),
            _ => map.next_value::<IgnoredAny>().map(drop),
        }
    }

    fn terms_of<'de, M: MapAccess<'de>>(&mut self, sku: &str, map: &mut M) -> Result<(), M::Error> {
        let Some(listed) = self.products.as_mut().and_then(|products| products.get_mut(sku)) else {
            return map.next_value::<IgnoredAny>().map(drop);
        };
        // A list may hold a price that is not in force yet: the newest one counts.
        let terms: BTreeMap<String, Term> = map.next_value()?;
        let Some((code, term)) = terms.into_iter().max_by(|a, b| a.1.effective_date.cmp(&b.1.effective_date)) else {
            return Ok(());
        };
        listed.effective = term.effective_date;
        for (rate_code, price) in term.price_dimensions {
            let path = format!("terms.OnDemand.{sku}.{code}.priceDimensions.{rate_code}");
            listed.dimensions.push(price.dimension(Spot { place: Place::file(self.file), path }));
        }
        Ok(())
    }
}

#[derive(Deserialize)]
struct OfferProduct {
    #[serde(default)]
    attributes: Attributes,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct Attributes {
    usagetype: String,
    region_code: String,
    from_region_code: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Term {
    #[serde(default)]
    effective_date: String,
    price_dimensions: BTreeMap<String, OfferPrice>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct OfferPrice {
    unit: String,
    #[serde(default)]
    begin_range: String,
    #[serde(default)]
    end_range: String,
    price_per_unit: BTreeMap<String, String>,
}

impl OfferPrice {
    fn dimension(mut self, spot: Spot) -> Dimension {
        let currency = if self.price_per_unit.contains_key("USD") {
            "USD".to_owned()
        } else {
            self.price_per_unit.keys().next().cloned().unwrap_or_default()
        };
        let rate = self.price_per_unit.remove(&currency).unwrap_or_default();
        Dimension { begin: self.begin_range, end: self.end_range, unit: self.unit, rate, currency, spot }
    }
}
