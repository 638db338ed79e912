"""One wrong value for each data test of the layer, and the test that has to find it."""

import re

import yaml

MODEL = "focus_cost_and_usage"
A_CENT = "cast(0.01 as decimal(28, 10))"
LAST_DIGIT = "cast('0.0000000001' as decimal(28, 10))"

# The test, the column, the charge category of the one row, and what stands there instead.
VALUES = [
    ("accepted_values_focus_cost_and_usage_service_category", "service_category", "Usage", "'Elsewhere'"),
    ("accepted_values_focus_cost_and_usage_charge_category", "charge_category", "Tax", "'Purchase'"),
    ("accepted_values_focus_cost_and_usage_charge_frequency", "charge_frequency", "Tax", "'Yearly'"),
    ("accepted_values_focus_cost_and_usage_pricing_category", "pricing_category", "Usage", "'Committed'"),
    ("not_null_focus_cost_and_usage_billing_currency", "billing_currency", "Usage", "cast(null as varchar)"),
    ("focus_service_categories_are_known", "service_subcategory", "Usage", "'Bots'"),
    ("focus_services_have_one_category", "service_category", "Adjustment", "'Web'"),
    ("focus_nulls_follow_charge_category", "pricing_quantity", "Usage", "cast(null as decimal(28, 10))"),
    ("focus_nulls_follow_charge_category", "sku_id", "Tax", "'SKU'"),
    ("focus_nulls_follow_charge_category", "sub_account_name", "Credit", "cast(null as varchar)"),
    ("focus_costs_are_price_times_quantity", "contracted_unit_price", "Usage", "contracted_unit_price + 0.01"),
    ("focus_costs_are_price_times_quantity", "list_unit_price", "Usage", "-list_unit_price"),
    ("focus_has_no_empty_texts", "charge_description", "Tax", "' '"),
    ("focus_has_no_empty_texts", "tags", "Credit", "''"),
    ("focus_has_one_charge", "effective_cost", "Usage", f"effective_cost + {LAST_DIGIT}"),
    ("focus_has_one_charge", "list_cost", "Credit", f"list_cost + {A_CENT}"),
    ("focus_account_ids_have_twelve_digits", "sub_account_id", "Usage", "'17234533803'"),
    ("focus_sums_to_account_costs", "x_real_cost", "Usage", f"x_real_cost + {LAST_DIGIT}"),
    ("focus_sums_to_account_costs", "x_base_cost", "Usage", f"x_base_cost - {LAST_DIGIT}"),
    ("focus_sums_to_customer_charges", "billed_cost", "Tax", f"billed_cost + {LAST_DIGIT}"),
]


def spoil(text, columns, column, category, value):
    """The model's SQL with `value` in `column` of one row of a charge category."""
    of_last = re.compile(rf"select \* from {MODEL}\s*$")
    picked = f"""picked as (
    select
        *,
        row_number() over (
            partition by charge_category
            order by account_id, charge_period_start, service_name
        ) as place
    from {MODEL}
)

select
    """ + ",\n    ".join(
        f"cast(case when charge_category = '{category}' and place = 1 then {value} else {name} end as {kind}) as {name}"
        if name == column
        else name
        for name, kind in columns
    )
    start, found = of_last.subn("", text)
    assert found == 1, f"{MODEL} does not end as every model does"
    return start.rstrip() + ",\n\n" + picked + "\nfrom picked\n"


def columns_of(project):
    described = yaml.safe_load((project / f"models/focus/{MODEL}.yml").read_text())
    kinds = {"string": "varchar"}
    return [(c["name"], kinds.get(c["data_type"], c["data_type"])) for c in described["models"][0]["columns"]]


def unnamed(project, build):
    """Faults if a unit that a seed does not have is not warned of."""
    path = project / "data/seeds/focus_units.csv"
    sound = path.read_text()
    try:
        path.write_text(re.sub(r"^Hrs,.*\n", "", sound, flags=re.MULTILINE))
        done = build("--select", "focus_codes_are_known")
        if not re.search(r"^warn test `focus_codes_are_known`: 1 wrong row", done.stdout + done.stderr, re.MULTILINE):
            yield f"`Hrs` is not warned of: {done.stdout[-1500:]}{done.stderr[-1500:]}"
    finally:
        path.write_text(sound)


def unseen(work, build):
    """The spoiled values that no test has found, or another than should."""
    path = work / f"models/focus/{MODEL}.sql"
    sound, columns = path.read_text(), columns_of(work)
    try:
        for test, column, category, value in VALUES:
            path.write_text(spoil(sound, columns, column, category, value))
            done = build("--select", MODEL, test)
            failed = re.findall(r"^FAIL test `(\w+)`", done.stdout + done.stderr, re.MULTILINE)
            if done.returncode != 1 or test not in failed:
                said = f"failed: {', '.join(failed) or 'none'}"
                yield f"{column} = {value}: {test} has not found it; {said}\n{done.stderr[-1500:]}"
    finally:
        path.write_text(sound)
