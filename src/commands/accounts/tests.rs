use super::*;
use crate::project::TextFile;

const HEADER: &str = "account_id,name,group,division,email,priority,shares,valid_from,valid_until";

fn seed(rows: &[&str], ending: &str) -> Seed {
    let text: String = [HEADER].iter().chain(rows).flat_map(|line| [line, ending]).collect();
    let file = TextFile { path: format!("data/seeds/{SEED}.csv"), text: text.into() };
    Seed::parse(file).unwrap()
}

fn member(id: &str, name: &str, unit: &str, joined: &str) -> MemberAccount {
    let email = format!("{}@example.com", name.split(' ').next().unwrap().to_lowercase());
    MemberAccount {
        id: id.to_owned(),
        name: name.to_owned(),
        email,
        joined: Some(joined.parse().unwrap()),
        is_active: true,
        units: unit.split('/').filter(|name| !name.is_empty()).map(str::to_owned).collect(),
        tags: BTreeMap::new(),
    }
}

fn job(group: Grouping) -> AccountsJob {
    let (project, valid_from) = (PathBuf::new(), "2026-11-01".to_owned());
    AccountsJob { project, group, division: Grouping::Keep, valid_from, is_dry_run: false }
}

const SHOP: &str = "017234533803,Shop production,shop,,shop@example.com,1,true,2026-01-01,";
const NETWORK: &str = "237387426765,Network,platform,,network@example.com,2,true,2026-01-01,";

#[test]
fn the_diff_is_as_its_page_shows_it() {
    let page = include_str!("../../../docs/accounts.md");
    let shown = page.split("```diff\n").nth(1).unwrap().split("```").next().unwrap();
    let members = [
        member("017234533803", "Shop production", "shop", "2025-01-01"),
        member("237387426765", "Network", "infrastructure", "2025-01-01"),
        member("611111111111", "Sandbox", "infrastructure", "2026-11-12"),
    ];
    let (import, text) = merge(&seed(&[SHOP, NETWORK], "\n"), &members, &job(Grouping::Unit)).unwrap();
    assert_eq!(import.diff, shown);
    assert_eq!((import.added, import.renamed, import.moved), (1, 0, 1));
    let again = Seed::parse(TextFile { path: import.seed, text: text.into() }).unwrap();
    let (import, _) = merge(&again, &members, &job(Grouping::Unit)).unwrap();
    assert_eq!((import.diff.as_str(), import.added, import.renamed, import.moved), ("", 0, 0, 0));
}

#[test]
fn a_group_of_this_month_is_put_right_in_its_row() {
    let young = NETWORK.replace("2026-01-01", "2026-11-01");
    let members = [member("237387426765", "Network", "Core/infrastructure", "2025-01-01")];
    let (import, text) = merge(&seed(&[&young], "\n"), &members, &job(Grouping::UnitPath)).unwrap();
    assert_eq!(text, format!("{HEADER}\n{}\n", young.replace("platform", "Core/infrastructure")));
    assert_eq!(import.moved, 1);
}

#[test]
fn comments_endings_and_other_rows_stay() {
    let rows = ["# ours", SHOP, "111111111111,\"Gone, long ago\",,,,,,2020-01-01,2021-01-01", "# the end"];
    let members = [MemberAccount { name: "Shop, new".to_owned(), ..member("017234533803", "Shop", "", "2025-01-01") }];
    let (import, text) = merge(&seed(&rows, "\r\n"), &members, &job(Grouping::Keep)).unwrap();
    let renamed = SHOP.replace("Shop production", "\"Shop, new\"");
    let wanted: String = [HEADER, rows[0], &renamed, rows[2], rows[3]].iter().flat_map(|line| [line, "\r\n"]).collect();
    assert_eq!(text, wanted);
    assert_eq!((import.renamed, import.elsewhere), (1, vec!["111111111111".to_owned()]));
}

#[test]
fn two_units_of_one_name_are_not_one_group() {
    let members = [member("1", "One", "a/x", "2025-01-01"), member("2", "Two", "b/x", "2025-01-01")];
    let error = merge(&seed(&[], "\n"), &members, &job(Grouping::Unit)).unwrap_err();
    assert!(error.to_string().contains("`x`: a/x and b/x"), "{error}");
    merge(&seed(&[], "\n"), &members, &job(Grouping::UnitPath)).unwrap();
}

#[test]
fn a_row_on_several_lines_is_refused_where_it_stands() {
    let spread = SHOP.replace("Shop production", "\"Shop\nproduction\"");
    let error =
        merge(&seed(&[&spread], "\n"), &[member("017234533803", "Shop", "", "2025-01-01")], &job(Grouping::Keep));
    let error = error.unwrap_err();
    assert_eq!(error.place().map(|place| place.line), Some(2));
}

#[test]
fn what_has_ended_stays_ended_and_what_is_planned_stays_planned() {
    let members = [member("237387426765", "Network", "infrastructure", "2025-01-01")];
    let ended = format!("{NETWORK}2026-06-01");
    let (import, text) = merge(&seed(&[&ended], "\n"), &members, &job(Grouping::Unit)).unwrap();
    assert_eq!((import.diff.as_str(), text), ("", format!("{HEADER}\n{ended}\n")));
    let planned = NETWORK.replace("platform", "later").replace("2026-01-01", "2027-01-01");
    let now = format!("{NETWORK}2027-01-01");
    let (import, text) = merge(&seed(&[&now, &planned], "\n"), &members, &job(Grouping::Unit)).unwrap();
    let before = format!("{NETWORK}2026-11-01");
    let after = now.replace("platform", "infrastructure").replace("2026-01-01", "2026-11-01");
    assert_eq!(text, [HEADER, &before, &after, &planned, ""].join("\n"));
    assert_eq!(import.moved, 1);
}

#[test]
fn each_line_keeps_its_own_end() {
    let text = format!("{HEADER}\r\n# by hand\n{SHOP}\n{NETWORK}");
    let file = TextFile { path: format!("data/seeds/{SEED}.csv"), text: text.clone().into() };
    let members = [
        member("017234533803", "Shop", "", "2025-01-01"),
        member("237387426765", "Network", "", "2025-01-01"),
        member("611111111111", "Sandbox", "", "2026-11-12"),
    ];
    let (_, new) = merge(&Seed::parse(file).unwrap(), &members, &job(Grouping::Keep)).unwrap();
    let renamed = text.replace("Shop production", "Shop");
    assert_eq!(new, format!("{renamed}\r\n611111111111,Sandbox,,,sandbox@example.com,,,2026-11-12,\r\n"));
}
