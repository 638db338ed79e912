use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use chrono::{DateTime, NaiveDate};
use serde_json::{Value, json};

use super::cell::{Cell, Form, Row};
use super::*;

/// The shipped folder.
static SHIPPED: LazyLock<Arc<Templates>> =
    LazyLock::new(|| Arc::new(Templates::read(Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap()));

fn row(cells: &[(&str, Cell)]) -> Row {
    cells.iter().map(|(name, cell)| ((*name).to_owned(), cell.clone())).collect()
}

fn words(language: &str) -> Words {
    Words::read(&SHIPPED, language).unwrap()
}

fn text_cell(text: &str) -> Cell {
    Cell::Text(text.to_owned())
}

fn money(cents: i128) -> Cell {
    Cell::Money(cents * 100_000_000)
}

/// A statement with one account of two services, in `language`.
fn statement(language: &str) -> Statement {
    let mxn = ("currency_code", text_cell("MXN"));
    let customer = ("customer", text_cell("shop"));
    let account = [("account_id", text_cell("111111111111")), ("account_name", text_cell("Tienda <1>"))];
    let head = row(&[
        customer.clone(),
        ("billing_period", text_cell("2026-10")),
        ("first_day", Cell::Date(NaiveDate::from_ymd_opt(2026, 10, 1).unwrap())),
        ("last_day", Cell::Date(NaiveDate::from_ymd_opt(2026, 10, 31).unwrap())),
        ("legal_name", text_cell("Shop & Co.")),
        ("tax_id", Cell::Null),
        ("address", text_cell("Calle 60 | Mérida")),
        ("contacts", Cell::Null),
        ("purchase_order", Cell::Null),
        ("payment_days", Cell::Whole(30)),
        ("language", text_cell(language)),
        ("template", text_cell("standard")),
        ("is_provisional", Cell::Flag(true)),
        mxn.clone(),
        ("subtotal", money(123_450)),
        ("tax", money(19_752)),
        ("total", money(143_202)),
        ("billed_currency_code", text_cell("USD")),
        ("exchange_rate", Cell::Decimal(18_325_400_000, 9)),
        ("exchange_rate_from", Cell::Date(NaiveDate::from_ymd_opt(2026, 1, 1).unwrap())),
        ("exchange_rate_source", Cell::Null),
    ]);
    let line = |service: &str, kind: &str, description: Cell, amount: i128| {
        row(&[
            customer.clone(),
            account[0].clone(),
            account[1].clone(),
            ("service_code", text_cell(service)),
            ("service_name", text_cell(service)),
            ("region", Cell::Null),
            ("usage_type", text_cell("=BoxUsage")),
            ("kind", text_cell(kind)),
            ("description", description),
            ("quantity", Cell::Decimal(1_387_083_334_000, 9)),
            ("unit", text_cell("GB-month")),
            ("unit_price", Cell::Decimal(2_684, 9)),
            ("tax_percentage", Cell::Decimal(16_000_000_000, 9)),
            ("amount", money(amount)),
            mxn.clone(),
            ("account_amount", money(123_450)),
            ("service_amount", money(amount)),
        ])
    };
    let total = row(&[
        customer.clone(),
        account[0].clone(),
        account[1].clone(),
        ("subtotal", money(123_450)),
        ("tax", money(19_752)),
        ("total", money(143_202)),
        mxn.clone(),
    ]);
    let service = |code: &str, amount: i128| {
        row(&[
            customer.clone(),
            ("service_code", text_cell(code)),
            ("service_name", text_cell(code)),
            ("amount", money(amount)),
            mxn.clone(),
            ("bar", Cell::Ratio(0.5)),
        ])
    };
    let tax = row(&[
        customer.clone(),
        ("tax_percentage", Cell::Decimal(16_000_000_000, 9)),
        ("base", money(123_450)),
        ("tax", money(19_752)),
        mxn.clone(),
    ]);
    let month = row(&[
        customer.clone(),
        ("billing_period", text_cell("2026-10")),
        ("total", money(143_202)),
        mxn.clone(),
        ("is_provisional", Cell::Flag(true)),
        ("is_current", Cell::Flag(true)),
        ("bar", Cell::Ratio(1.0)),
    ]);
    let rows = [
        (HEAD, vec![head]),
        ("accounts", vec![total]),
        ("services", vec![service("AmazonEC2", 123_951), service("AmazonS3", -501)]),
        ("taxes", vec![tax]),
        ("months", vec![month]),
        (
            "lines",
            vec![line("AmazonEC2", "usage", text_cell("-1+1"), 123_951), line("AmazonS3", "credit", Cell::Null, -501)],
        ),
        ("costs/steps", vec![]),
        ("costs/accounts", vec![]),
        ("costs/commitments", vec![]),
        ("costs/tiers", vec![]),
    ];
    Statement {
        rows: rows.into_iter().map(|(name, rows)| (name.to_owned(), rows)).collect(),
        issuer: issuer(&SHIPPED).unwrap(),
        minor_units: BTreeMap::from([("MXN".to_owned(), 2), ("JPY".to_owned(), 0)]),
    }
}

fn issue(revision: u64, before: Option<Value>) -> Issue {
    let origin = Origin {
        run_id: "20261104T091244123Z-1".to_owned(),
        published_at: DateTime::parse_from_rfc3339("2026-11-04T09:12:44Z").unwrap().into(),
        models: "m".to_owned(),
        delivery: "d".to_owned(),
    };
    Issue { revision, origin, before }
}

fn object(cells: &[(&str, Cell)], form: Form<'_>) -> Result<Value> {
    let units =
        |currency: &str| [("MXN", 2), ("JPY", 0), ("KWD", 3)].iter().find(|one| one.0 == currency).map(|one| one.1);
    cell::object(&row(cells), form, units).map(Value::Object)
}

#[test]
fn amounts_have_the_digits_of_their_currency() {
    for (currency, digits, exact, shown) in [
        ("MXN", 1_234_567_890_000_000_i128, "123456.7890000000", ""),
        ("MXN", 12_345_670_000_000_000, "1234567.00", "1,234,567.00"),
        ("MXN", -1_234_500_000_000, "-123.45", "-123.45"),
        ("MXN", -500_000_000, "-0.05", "-0.05"),
        ("MXN", 0, "0.00", "0.00"),
        ("JPY", 12_340_000_000_000, "1234", "1,234"),
        ("KWD", 12_345_000_000, "1.2345000000", ""),
        ("KWD", 12_340_000_000, "1.234", "1.234"),
    ] {
        let cells = [("amount", Cell::Money(digits)), ("currency_code", text_cell(currency))];
        let (is, reads) = (object(&cells, Form::Exact), object(&cells, Form::Shown(&words("en"))));
        if shown.is_empty() {
            let error = is.unwrap_err().to_string();
            assert!(error.contains(&format!("`amount` is {exact} {currency}")), "{error}");
            assert!(reads.is_err());
        } else {
            assert_eq!((is.unwrap()["amount"].clone(), reads.unwrap()["amount"].clone()), (json!(exact), json!(shown)));
        }
    }
    let error = object(&[("amount", Cell::Money(0)), ("currency_code", text_cell("ZZZ"))], Form::Exact).unwrap_err();
    assert!(error.to_string().contains("data/seeds/currencies.csv"), "{error}");
}

#[test]
fn numbers_are_read_with_four_digits() {
    for (digits, scale, exact, shown) in [
        (499_999_999_998, 9, "499.999999998", "500"),
        (1_387_083_334_000, 9, "1387.083334", "1,387.0833"),
        (2_684, 9, "0.000002684", "0.000002684"),
        (26_845, 10 - 1, "0.000026845", "0.00002685"),
        (-1_005_000_000, 9, "-1.005", "-1.005"),
        (18_325_400_000, 9, "18.3254", "18.3254"),
        (1_550, 2, "15.5", "15.50"),
        (2_474_196_000_000_000, 9, "2474196", "2,474,196"),
        (0, 9, "0", "0"),
    ] {
        let cells = [("quantity", Cell::Decimal(digits, scale))];
        assert_eq!(object(&cells, Form::Exact).unwrap()["quantity"], exact);
        assert_eq!(object(&cells, Form::Shown(&words("en"))).unwrap()["quantity"], shown);
    }
}

#[test]
fn a_language_has_its_days_and_groups() {
    let date = NaiveDate::from_ymd_opt(2026, 10, 1).unwrap();
    assert_eq!(words("es").date(date), "1 de octubre de 2026");
    assert_eq!(words("en").date(date), "October 1, 2026");
    let period = "2026-10".parse().unwrap();
    assert_eq!((words("es").period(period), words("es").month(period)), ("octubre de 2026".to_owned(), "oct"));
}

#[test]
fn lines_are_in_their_account_and_service() {
    let view = statement("es").view(&issue(2, None), Form::Shown(&words("es"))).unwrap();
    assert_eq!(view["number"], "2026-10-shop-2");
    assert_eq!(view["issued_on"], "4 de noviembre de 2026");
    assert_eq!(view["due_on"], "4 de diciembre de 2026");
    assert_eq!(view["address"], json!(["Calle 60", "Mérida"]));
    assert_eq!(view["costs"], Value::Null);
    assert_eq!(view["changes"], Value::Null);
    let [account] = view["details"].as_array().unwrap().as_slice() else { panic!("{}", view["details"]) };
    assert_eq!((&account["account_id"], &account["amount"]), (&json!("111111111111"), &json!("1,234.50")));
    let services: Vec<_> = account["services"].as_array().unwrap().iter().map(|one| &one["amount"]).collect();
    assert_eq!(services, [&json!("1,239.51"), &json!("-5.01")]);
    let line = &account["services"][1]["lines"][0];
    assert_eq!(
        (&line["kind_name"], &line["unit_name"], &line["description"]),
        (&json!("Crédito"), &json!("GB-mes"), &Value::Null)
    );
}

#[test]
fn a_revision_says_what_changed() {
    let before = json!({
        "revision": 1, "total": "1400.02", "currency_code": "MXN",
        "accounts": [
            { "account_id": "111111111111", "account_name": "Tienda", "total": "1432.02" },
            { "account_id": "222222222222", "account_name": "Gone", "total": "-32.00" },
        ],
    });
    let view = statement("en").view(&issue(2, Some(before)), Form::Exact).unwrap();
    let gone = json!({
        "account_id": "222222222222", "account_name": "Gone", "previous": "-32.00", "total": "0", "difference": "32.00",
    });
    assert_eq!(
        view["changes"],
        json!({
            "since_revision": 1, "currency_code": "MXN",
            "previous": "1400.02", "total": "1432.02", "difference": "32.00", "accounts": [gone],
        })
    );
}

#[test]
fn lines_as_csv_are_no_formulas() {
    let csv = details::csv(&statement("es")).unwrap();
    let lines: Vec<&str> = csv.split("\r\n").collect();
    assert!(lines[0].starts_with("\u{feff}customer,account_id,account_name,service_code"), "{}", lines[0]);
    assert!(
        lines[1].contains(",'=BoxUsage,usage,'-1+1,1387.083334,GB-month,0.000002684,16,1239.51,MXN"),
        "{}",
        lines[1]
    );
    assert!(lines[2].ends_with(",-5.01,MXN"), "{}", lines[2]);
}

#[test]
fn every_format_is_made_twice_alike_and_shows_the_total() {
    let typesetter = Typesetter::new(&SHIPPED).unwrap();
    let make = || render(&typesetter, &SHIPPED, &statement("es"), &issue(1, None), &BTreeSet::new()).unwrap();
    let (files, again) = (make(), make());
    assert_eq!(files, again);
    let names: Vec<&str> = files.iter().map(|file| file.name).collect();
    assert_eq!(
        names,
        [
            "mail.html",
            "mail.txt",
            "statement.csv",
            "statement.html",
            "statement.json",
            "statement.pdf",
            "statement.xlsx"
        ]
    );
    let text =
        |name: &str| String::from_utf8(files.iter().find(|file| file.name == name).unwrap().bytes.clone()).unwrap();
    assert!(text("mail.txt").starts_with("Subject: "), "{}", text("mail.txt"));
    for name in ["mail.txt", "mail.html", "statement.html"] {
        assert!(text(name).contains("1,432.02"), "{name}");
    }
    assert!(text("statement.json").contains("\"total\": \"1432.02\""));
    assert!(text("statement.html").contains("Tienda &lt;1&gt;"), "names are text on a page");
    assert!(!text("statement.html").contains("Tienda <1>"));
}

#[test]
fn what_is_others_is_refused() {
    let typesetter = Typesetter::new(&SHIPPED).unwrap();
    let foreign = BTreeSet::from(["999999999999".to_owned()]);
    let render = |statement: &Statement| render(&typesetter, &SHIPPED, statement, &issue(1, None), &foreign);
    assert!(render(&statement("es")).is_ok());
    let mut leaky = statement("es");
    leaky.rows.get_mut("accounts").unwrap()[0][2].1 = text_cell("was 999999999999 once");
    let error = render(&leaky).unwrap_err().to_string();
    assert!(error.contains("`statement.pdf` of `shop` names the account 999999999999"), "{error}");
    assert_eq!(named("1999999999 and 99999999999", &foreign), None);
    assert_eq!(named("12999999999999345", &foreign), Some("999999999999"));
    assert_eq!(named("arn:aws:ec2::999999999999:x", &foreign), Some("999999999999"));
}

/// A copy of the shipped folder in which `file` is `text`.
fn templates(file: &str, text: &str) -> (tempfile::TempDir, Arc<Templates>) {
    let root = tempfile::tempdir().unwrap();
    for path in SHIPPED.below("") {
        let to = root.path().join(FOLDER).join(path);
        std::fs::create_dir_all(to.parent().unwrap()).unwrap();
        std::fs::write(&to, SHIPPED.get(path).unwrap()).unwrap();
    }
    std::fs::write(root.path().join(FOLDER).join(file), text).unwrap();
    let templates = Arc::new(Templates::read(root.path()).unwrap());
    (root, templates)
}

#[test]
fn templates_that_are_wrong_say_where() {
    for (file, text, place, says) in [
        ("standard/pdf.typ", "#let x = 1\n#wrong", (2, 2), "unknown variable: wrong"),
        ("standard/pdf.typ", "#import \"@preview/x:1.0.0\": y", (1, 9), "packages are not read"),
        ("standard/pdf.typ", "#read(\"../../Cargo.toml\")", (1, 7), "escape"),
        ("standard/pdf.typ", "#datetime.today()", (1, 2), "unable to get the current date"),
        ("standard/pdf.typ", "a\n\n#image(\"/none.svg\")", (3, 8), "none.svg"),
        ("standard/page.html", "<p>\n{{ view.absent }}", (2, 4), "undefined"),
        ("standard/page.html", "{% if %}", (1, 7), "syntax error"),
        ("standard/sheet.yaml", "title: words.title\nsheet: []", (2, 1), "sheet"),
        ("words/es.json", "{\n  \"format\" 1\n}", (2, 12), "not valid JSON"),
        ("words/es.json", "{}", (0, 0), "`format` is missing"),
        ("issuer.yaml", "name: [", (1, 8), "not YAML"),
        ("standard/mail.txt.j2", "Hola {{ view.customer }}", (0, 0), "the mail has no subject"),
    ] {
        let (_root, templates) = templates(file, text);
        let made = issuer(&templates).and_then(|issuer| {
            let statement = Statement { issuer, ..statement("es") };
            render(&Typesetter::new(&templates)?, &templates, &statement, &issue(1, None), &BTreeSet::new())
        });
        let error = made.unwrap_err();
        let found = error.place().unwrap_or_else(|| panic!("no place: {error}"));
        assert_eq!(found.file, PathBuf::from(format!("statements/{file}")), "{error}");
        assert_eq!((found.line, found.column), place, "{file}: {error}");
        assert!(error.to_string().contains(says), "{error}");
    }
}

#[test]
fn what_is_not_there_is_named() {
    let (_root, templates) = templates("standard/pdf.typ", "");
    let error = Words::read(&templates, "e").unwrap_err().to_string();
    assert!(error.contains("no words for the language `e`") && error.contains("statements/words/e.json"), "{error}");
    let mut other = statement("es");
    other.rows.get_mut(HEAD).unwrap()[0].iter_mut().find(|(name, _)| name == "template").unwrap().1 =
        text_cell("standart");
    let typesetter = Typesetter::new(&SHIPPED).unwrap();
    let error = render(&typesetter, &SHIPPED, &other, &issue(1, None), &BTreeSet::new()).unwrap_err().to_string();
    assert!(error.contains("there is no template `standart`") && error.contains("`standard`"), "{error}");
}

#[cfg(unix)]
#[test]
fn links_are_refused() {
    let (root, _) = templates("standard/pdf.typ", "");
    std::os::unix::fs::symlink("/etc/passwd", root.path().join(FOLDER).join("standard/passwd")).unwrap();
    let error = Templates::read(root.path()).unwrap_err().to_string();
    assert!(error.contains("`statements/standard/passwd` is a symbolic link"), "{error}");
}

#[test]
fn the_first_line_of_a_mail_is_its_subject_and_nothing_else_is() {
    let said = "Subject: One\n\nBcc: thief@evil.example.com\n\nHello\n";
    let (subject, text) = mail_parts(said).unwrap();
    assert_eq!((subject.as_str(), text.as_str()), ("One", "Bcc: thief@evil.example.com\n\nHello\n"));
    for wrong in ["", "Hello", "Subject:  \n\nHello", "\nSubject: One\n"] {
        let error = mail_parts(wrong).unwrap_err().to_string();
        assert!(error.contains("the mail has no subject"), "{wrong:?}: {error}");
    }
}

#[test]
fn links_stand_below_the_text_and_at_the_end_of_the_page() {
    let links = [("a.pdf".to_owned(), "https://x.example.com/a?b=1&c=\"2\"".to_owned())];
    let (text, html) = with_links("Hello\n", "<body><p>Hello</p></body></html>", &links);
    assert_eq!(text, "Hello\n\na.pdf: https://x.example.com/a?b=1&c=\"2\"\n");
    let link = "<p><a href=\"https:&#x2f;&#x2f;x.example.com&#x2f;a?b=1&amp;c=&quot;2&quot;\">a.pdf</a></p>";
    assert_eq!(html, format!("<body><p>Hello</p>{link}</body></html>"));
}
