"""The two validators, and what they say of a file: rules that failed, and how many passed."""

import pathlib
import re
import subprocess
import sys
import sysconfig

SITE = pathlib.Path(sysconfig.get_path("purelib"))
BIN = pathlib.Path(sys.executable).parent

# What the issuer supports. Not capacity reservations, commitment discounts, zones and virtual currencies: of these the
# columns are null, since what commitments cost is shared and the rest is not told.
SUPPORTED = [
    "ACCOUNT_NAMING_SUPPORTED",
    "MULTIPLE_PRICING_CATEGORIES_SUPPORTED",
    "MULTIPLE_SUB_ACCOUNT_TYPES_SUPPORTED",
    "MULTIPLE_BILLING_ACCOUNT_TYPES_SUPPORTED",
    "NEGOTIATED_PRICING_SUPPORTED",
    "PUBLIC_PRICE_LIST_SUPPORTED",
    "USAGE_MEASUREMENT_SUPPORTED",
    "UNIT_PRICING_SUPPORTED",
    "SUB_ACCOUNT_SUPPORTED",
    "BILLING_BASED_ON_PROVISIONED_RESOURCES_SUPPORTED",
    "RESOURCE_TYPE_ASSIGNMENT_SUPPORTED",
    "PRICING_BILLING_CURRENCY_DIFFERENCES_SUPPORTED",
    "REGION_SUPPORTED",
    "TAGGING_SUPPORTED",
]
# InvoiceId-C-004 wants the column null in every row, and -005 in none.
CONTRADICTION = "InvoiceId-C-005-C"
COUNTS = re.compile(r"^Total: (\d+) \| Pass: (\d+) \| Fail: (\d+) \| Skipped: (\d+)$", re.MULTILINE)
FAILED = re.compile(r"^- (\S+): (.*)$", re.MULTILINE)


def official(path, supported):
    """What FOCUS 1.2's own validator says: it finds its rules from its folder, and ends with 0 whatever it finds."""
    command = [BIN / "focus-validator", "--data-file", path, "--validate-version", "1.2.0.1", "--block-download"]
    if supported:
        command += ["--applicability-criteria", ",".join(supported)]
    done = subprocess.run(command, cwd=SITE, capture_output=True, text=True)
    counts = COUNTS.search(done.stdout)
    if done.returncode != 0 or counts is None:
        return "no answer", [f"it ended with {done.returncode}: {done.stdout[-2000:]}{done.stderr[-2000:]}"]
    _, passed, failed, _ = map(int, counts.groups())
    named = dict(FAILED.findall(done.stdout))
    faults = [f"{rule}: {said}" for rule, said in named.items() if rule != CONTRADICTION]
    if len(named) != failed:
        faults.append(f"it counts {failed} failures and names {len(named)}")
    if CONTRADICTION not in named:
        faults.append(f"{CONTRADICTION} passes, so that the column has to be looked at again")
    if passed < 130:
        faults.append(f"only {passed} rules were looked at")
    return f"{passed} rules passed, {CONTRADICTION} failed", faults


def toolkit(path):
    """What the toolkit says of a data set of FOCUS 1.4."""
    command = [BIN / "focus-toolkit", "validate", path, "--dataset", "cost-and-usage"]
    command += ["--supports", "SupportsUnitPricing", "--supports", "SupportsMultiplePricingCategories"]
    done = subprocess.run(command, capture_output=True, text=True)
    said = done.stdout + done.stderr
    is_valid = done.returncode == 0 and "lint OK (STRUCTURAL_VALID, SEMANTIC_VALID)" in said
    return "structure and meaning are valid", [] if is_valid else said.splitlines()
