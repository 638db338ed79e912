"""Files of a report with values that are easily read wrongly, as every kind of column that can hold them.

Each case is a declared column, the type of a column of a file, values that are of the declared type, and values that
are not and must be refused.
"""

import datetime
import random
import struct
from decimal import Decimal

import pyarrow as pa

UTC = datetime.timezone.utc
# Letters that are digits, spaces or nothing to some.
ARABIC_ONE, NO_BREAK, NEL, WIDE, MONGOLIAN, NO_WIDTH = "\u0661", "\u00a0", "\u0085", "\u3000", "\u180e", "\u200b"

# The declared columns: `data_type`, and `meta` if there is any.
DECLARED = {
    "identity_line_item_id": ("string", {"required": True}),
    "words": ("string", {}),
    "account": ("string", {"kind": "account_id"}),
    "money": ("decimal(28,10)", {}),
    "cents": ("decimal(9,2)", {}),
    "large": ("bigint", {}),
    "small": ("integer", {}),
    "number": ("double", {}),
    "flag": ("boolean", {}),
    "day": ("date", {}),
    "instant": ("timestamp", {}),
    "instant_ms": ("timestamp(3)", {}),
    "resource_tags": ("string", {"kind": "json"}),
    "discount": ("string", {"kind": "json"}),
    "cost_category": ("string", {"kind": "json"}),
    "discount_rate": ("string", {}),
    "product_weight": ("decimal(28,10)", {}),
    "product_owner": ("string", {"kind": "account_id"}),
    "order": ("string", {"from": ["first_choice", "product.second_choice", "third_choice"]}),
    "price": ("decimal(28,10)", {"from": ["price_as_text", "price_as_double", "price_as_number"]}),
}


def single(number):
    """The nearest number of 32 bits."""
    return struct.unpack("f", struct.pack("f", number))[0]


def doubles(count, seed, least=0.0, limit=1e17):
    """Doubles of any bits, with many digits, near ties, and of the sizes of money."""
    draw = random.Random(seed)

    def one():
        kind = draw.randrange(7)
        if kind == 0:
            return struct.unpack("d", struct.pack("Q", draw.getrandbits(64)))[0]
        if kind == 1:
            return draw.uniform(-1e6, 1e6)
        if kind == 2:
            return round(draw.uniform(-100, 100), draw.randint(8, 15))
        if kind == 3:
            return (draw.randint(-(10**12), 10**12) + 0.5) * 1e-10
        if kind == 4:
            return float(f"{draw.randint(0, 10**6)}.{draw.randint(0, 10**10):010}5")
        if kind == 5:
            return draw.uniform(900_719, 1e12)
        return float(f"{draw.randint(-(10**6), 10**6)}.{draw.randint(0, 10**15):015}")

    found = []
    while len(found) < count:
        double = one()
        if least <= abs(double) < limit:
            found.append(double)
    return found


def floats(count, seed, least=0.0, limit=1e17):
    draw = random.Random(seed)
    found = []
    while len(found) < count:
        [number] = struct.unpack("f", struct.pack("I", draw.getrandbits(32)))
        if draw.randrange(2):
            number = single(draw.uniform(-1e5, 1e5))
        if least <= abs(number) < limit:
            found.append(number)
    return found


def moments(zone=None):
    """Instants of whole thousandths of a second."""
    times = [(2018, 10, 1), (2018, 10, 31, 23, 59, 59, 999_000), (2018, 12, 1, 0, 30), (2018, 7, 1, 12, 0, 0, 450_000)]
    return [datetime.datetime(*time, tzinfo=zone) for time in times] + [None]


NUMBERS = [
    *["0", "-0", "1", "+3", "-2.5", ".5", "-.5", "5.", "00012", "1e3", "1E-3", "-1.5e+2", "0e0", "4.0E-7"],
    *["0.00000000005", "-0.00000000005", "0.00000000004999999999999999999999999999999999999999999999999999999999"],
    *["999999999999999999.9999999999", "-999999999999999999.99999999994", "1e17", "1e0000000003", "12e-0000000003"],
    *["0" * 60 + "1.5", "1e-9999", "0e9999", "0.1e-10", "5e-11", "-49e-12", "123456789.12345678905", "", None],
]
BLANKS = [" 1", "1 ", "\t-2.5\r\n", "\v1\f", f"{NO_BREAK}1{NEL}", f"{WIDE}.5\u2028\u2029\u2009\u202f\u205f\u1680"]
NO_NUMBERS = [
    *["abc", "1,5", "1e", "e5", ".", "+", "-", " ", "--1", "1 2", "0x10", "1e18", "-1e400", "1e99999", "1_0", "1d"],
    *["NaN", "Infinity", "999999999999999999.99999999995", ARABIC_ONE, f"{MONGOLIAN}1", f"{NO_WIDTH}1", "1\0", "`1`"],
]
# DataFusion takes them: the numbers are zero. Trino would need all memory for what is made of such.
LONG_EXPONENTS = ["1e-99999", "0e99999"]

WHOLE = ["0", "-1", "+7", "007", " 5", "5\t\n\f\r ", "-2147483648", "2147483647", "", None]
NOT_WHOLE = ["1.0", "1e3", "", "abc", "+", "- 1", f"{NO_BREAK}1", "1\v", "9223372036854775808", "1 2", ARABIC_ONE]

YES = ["t", "tr", "tru", "true", "y", "ye", "yes", "on", "1", "TRUE", " Yes ", f"{NO_BREAK}on"]
NO = ["f", "fa", "fal", "fals", "false", "n", "no", "of", "off", "0", "FALSE", "\tOff\n"]

DAYS = ["2018-10-01", "2018-1-5", "2018-01-5", "2018-1-05", "20181001", "2018-10-01T23:59:59Z", "2018-10-01 00:30:00+01:00"]
NO_DAYS = ["2018-02-30", "2018-13-01", "2018", "2018-10", "01.10.2018", "10/01/2018", " 2018-10-01", "2018-10-0a", "2018101"]

INSTANTS = [
    *["2018-10-01T00:00:00Z", "2018-10-01T00:00:00.000Z", "2018-10-01 00:00:00", "2018-10-01T01:02:03", "2018-10-01"],
    *["2018-10-01t01:02:03z", "2018-10-01T01:02:03.4", "2018-10-01T01:02:03.45Z", "2018-10-01T01:02:03.456+00:00"],
    *["2018-10-01T00:30:00+01:00", "2018-09-30T23:00:00-0130", "2018-10-01 01:02:03+05", "2018-10-01 01:02:03 -08:00"],
    *["2018-10-01 01:02:03.5  +05:30", "2018-10-01 00:00:00 UTC", "2018-10-01 00:00:00.000 UTC", "2018-10-01T00:00:00UTC"],
    *["", None],
]
NO_INSTANTS = [
    *["2018-10-01T00:00", "2018-10-01T24:00:00Z", "2018-02-30T00:00:00Z", "2018-10-01T00:00:00 Z", "1538352000", "abc"],
    *["2018-10-01T00:00:00.Z", " 2018-10-01T00:00:00Z", "2018-10-01T00:00:00Z ", "2018-10-01_00:00:00", "2018-1-1T00:00:00"],
    *["2018-10-01T00:00:00ZZ", "2018-10-01T00:00:00+1", "2018-10-01T00:00:000", "2018-10-01T00:61:00Z", "20181001T000000Z"],
    *["2018-10-01T00:00:00 PST", f"2018-10-0{ARABIC_ONE}", "2018-10-01T", "2018-10-01 "],
]
# DataFusion takes them: the names of zones, times without colons, leap seconds.
RARE_INSTANTS = ["2018-10-01 00:00:00 Europe/Berlin", "2018-10-01 010203", "2018-12-31T23:59:60Z"]

TAGS = [
    [("user_team", "a"), ("aws_created_by", "b"), ("user_x", ""), ("user_y", None)],
    [("user_team", None), ("user_x", "")],
    [],
    None,
    [("quotes", 'say "hi", \\ / und Grüße'), ("\"key\\", "\b\t\n\f\r\x00\x01\x1b\x1f\x7f\u0080\u2028")],
    [("\ue000", "private"), ("\U00010000", "beyond 16 bits"), ("\uffff", "\U0001f600"), ("a", "ä"), ("Z", "\\u001F")],
    [(f"tag {number:03}", f"{number}") for number in range(300, 0, -1)],
]
RATES = [[("rate", value), ("none", None), ("-", 1e22)] for value in [0.5, -0.0, 1e-7, 123456.789, 1e16, float("nan")]]

NUMBER_TYPES = [pa.int8(), pa.int16(), pa.int32(), pa.int64(), pa.uint8(), pa.uint16(), pa.uint32(), pa.uint64()]


def ends(kind):
    """The least, the greatest and other whole numbers of a type."""
    bits = kind.bit_width
    is_signed = pa.types.is_signed_integer(kind)
    return [-(2 ** (bits - 1)) if is_signed else 0, 2 ** (bits - is_signed) - 1, 1, 100, None]


def numbers():
    """Cases of numbers as whatever they are declared."""
    for kind in NUMBER_TYPES:
        yield "words", kind, ends(kind), []
        yield "number", kind, ends(kind), []
        yield "flag", kind, [*ends(kind), 0], []
        wide = kind.bit_width == 64
        yield "money", kind, [1, 0, 100, None] if wide else ends(kind), [ends(kind)[1]] if wide else []
        fits = [value for value in ends(kind) if value is None or -(2**31) <= value < 2**31]
        yield "small", kind, fits, [value for value in ends(kind) if value not in fits]
        fits = [value for value in ends(kind) if value is None or value < 2**63]
        yield "large", kind, fits, [value for value in ends(kind) if value not in fits]
        yield "account", kind, [1, 100, None], [0, *([10**12] if wide else []), *[-1][: pa.types.is_signed_integer(kind)]]
    cents = [Decimal(text) for text in ["0.01", "-0.10", "0.00", "1.50", "-1.99", "12345.67"]]
    large = [Decimal(text) for text in ["12345678901234567.123", "-0.005", "99999999999999999.999"]]
    for kind, values in [(pa.decimal128(9, 2), cents), (pa.decimal128(18, 3), cents), (pa.decimal128(38, 3), cents + large)]:
        for column in ["words", "money", "number", "large"]:
            if column != "money" or kind.precision < 38:
                yield column, kind, [*values, None], []
        small = [value for value in values if abs(value) < 10**6]
        yield "cents", kind, [*small, None], [value for value in values if value not in small]
        yield "account", kind, [Decimal(1), Decimal(12345), None], [Decimal("0.5"), Decimal(0), Decimal(-1)]
    yield "money", pa.decimal256(20, 3), [Decimal("1.005")], []
    yield "money", pa.decimal128(28, 10), [Decimal("1.0000000001"), None], []
    yield "cents", pa.decimal128(28, 10), [Decimal("0.005"), Decimal("-0.005"), Decimal("0.0049999999")], [Decimal("9999999.995")]
    yield "flag", pa.bool_(), [True, False, None], []
    for column in ["words", "large", "small", "number"]:
        yield column, pa.bool_(), [True, False, None], []


def binary_numbers():
    bad = [float("nan"), float("inf"), -float("inf"), 1e18, -1e300]
    yield "money", pa.float64(), [*doubles(20_000, 1), 0.0, -0.0, 5e-324, None], bad
    yield "money", pa.float32(), [*floats(10_000, 2), 0.0, -0.0, None], [float("nan"), float("inf"), 1e19]
    yield "cents", pa.float64(), [0.005, -0.005, 1.005, 2.675, 9999999.99, *doubles(2_000, 3, limit=9e6)], [9999999.995]
    special = [0.0, -0.0, float("nan"), float("inf"), -float("inf"), 1e-5, 9.999999e-6, 1e16, 9999999999999998.0, 1e15, None]
    yield "words", pa.float64(), [*special, *doubles(5_000, 4, 1e-18, 1e16), 1e-7, 2.5e-9, 1e300], []
    special = [0.0, -0.0, float("nan"), float("inf"), -float("inf"), 1e-6, 9.999e-7, 1e13, 9.99999e12, 1e12, None]
    yield "words", pa.float32(), [*special, *floats(5_000, 5, 1e-6, 1e13)], []
    for kind in [pa.float32(), pa.float64()]:
        yield "large", kind, [0.0, -0.9, 1.5, -1.5, 2.5, 1e15, -(2.0**63), None], [2.0**63, float("nan"), float("inf")]
        yield "small", kind, [0.4, -2147483648.0, 2.5], [2147483648.0, float("nan"), -1e10]
        yield "flag", kind, [0.0, -0.0, 0.1, float("nan"), None], []
        yield "number", kind, [0.1, 1e-6, 16777217.0, None], []
        yield "account", kind, [1.0, 12345.0, None], [0.0, -1.0, 1.5, 1e13, float("nan"), float("inf")]
    yield "account", pa.float64(), [999_999_999_999.0], [1e12, 999_999_999_999.5]
    yield "account", pa.float32(), [999_999_995_904.0], [1_000_000_061_440.0]


def texts():
    """Cases of texts as whatever they are declared, of each kind of text."""
    ids = ["123456789012", "000000000000", "000000000001", "", None]
    no_ids = ["12345678901", "1234567890123", " 123456789012", "123456789012\n", "12345678901a", ARABIC_ONE * 12, "1e11"]
    of_declared = {
        "words": (["a", "", None, " ", "it's `\"quoted\"` \\", "ä\U0001f600", "null", "\0"], []),
        "account": (ids, no_ids),
        "money": (NUMBERS + BLANKS, NO_NUMBERS),
        "cents": (["0.005", "-0.005", "1e-2", "9999999.994", None], ["9999999.995", "1e7"]),
        "large": ([*WHOLE, "9223372036854775807", "-9223372036854775808"], [text for text in NOT_WHOLE if text]),
        "small": (WHOLE, ["2147483648", "-2147483649", "1.5"]),
        "number": (["0", "-1.5", "1e308", "1e400", "5.", ".5", " 7\t", "0.1", "1e-400", "", None], ["abc", "1e", "1d", "0x1p3"]),
        "flag": ([*YES, *NO, "", None], ["maybe", "2", "tru e", "yess", " "]),
        "day": ([*DAYS, "", None], NO_DAYS),
        "instant": (INSTANTS, NO_INSTANTS),
        "instant_ms": ([*INSTANTS, "2018-10-01T01:02:03.9999Z", "2018-10-01 01:02:03.123456789123"], ["abc"]),
    }
    for column, (good, bad) in of_declared.items():
        yield column, pa.string(), good, bad
        yield column, pa.dictionary(pa.int32(), pa.string()), good, bad[:1]
        yield column, pa.large_string(), good[:3], bad[:1]
    yield "words", pa.binary(), ["a".encode(), "ä".encode(), b"", None], [b"\xff", b"a\xc3"]
    for column in ["words", "money", "large", "flag", "day", "instant"]:
        yield column, pa.null(), [None, None], []


def times():
    for unit in ["ms", "us", "ns"]:
        for zone in [None, "UTC", "Europe/Berlin", "+05:30"]:
            kind = pa.timestamp(unit, zone)
            for column in ["instant", "instant_ms", "day", "words"]:
                yield column, kind, moments(UTC if zone else None), []
    days = [datetime.date(2018, 10, 1), datetime.date(1969, 12, 31), datetime.date(2400, 2, 29), None]
    for column in ["day", "words"]:
        yield column, pa.date32(), days, []
    for column in ["instant", "instant_ms"]:
        yield column, pa.date32(), [days[0], days[1], None], []


def maps():
    of_text, of_double = pa.map_(pa.string(), pa.string()), pa.map_(pa.string(), pa.float64())
    yield "resource_tags", of_text, TAGS, []
    yield "discount", of_double, RATES, []
    yield "cost_category", pa.map_(pa.string(), pa.int64()), [[("b", 1), ("a", None)], [], None], []
    keyed = lambda key, values: [[("other", values[0]), (key, value)] for value in values] + [[], None]
    yield "discount.rate", of_double, RATES, []
    yield "product.weight", of_text, keyed("weight", ["1.5", " 2e-3 ", "", None]), keyed("weight", ["abc", "1e18"])[:2]
    yield "product.owner", of_text, keyed("owner", ["123456789012", "", None]), keyed("owner", ["1"])[:1]


def cases():
    for found in [numbers(), binary_numbers(), texts(), times(), maps()]:
        yield from found


def rows(column, kind, values, name):
    """A table of one column of that kind, with ids from `name`."""
    ids = pa.array([f"{name}/{number}" for number in range(len(values))])
    column = column.split(".")[0]
    return pa.table({"identity_line_item_id": ids, column: array(values, kind)})


def array(values, kind):
    if pa.types.is_dictionary(kind):
        return pa.array(values, kind.value_type).dictionary_encode()
    if pa.types.is_timestamp(kind):
        return pa.array(values, pa.timestamp("us", kind.tz)).cast(kind)
    return pa.array(values, kind)


def several_columns():
    """Tables with several columns that make one: the first that is filled, and tags of a legacy report."""
    filled = ["a", "", None]
    choices = [(one, two, three) for one in filled for two in filled for three in filled]
    yield pa.table({
        "identity_line_item_id": pa.array([f"first/{number}" for number in range(len(choices))]),
        "First_Choice": pa.array([one for one, _, _ in choices]),
        "product": pa.array([[("second_choice", two)] for _, two, _ in choices], pa.map_(pa.string(), pa.string())),
        "THIRD_CHOICE": pa.array([three for _, _, three in choices]),
        "price_as_text": pa.array(["1.5", "", None] * 9),
        "price_as_double": pa.array([None, 2.00000000005, None] * 9),
        "price_as_number": pa.array([None, 7, 8] * 9, pa.int64()),
    })  # fmt: skip
    values = ["x", "", None, 'a "quoted" \\ \n \x1f ä \U0001f600 \\n']
    tags = {f"resource_tags_user_{number:03}": pa.array(values[number % 4 :] + values[: number % 4]) for number in range(600)}
    yield pa.table({
        "identity_line_item_id": pa.array([f"tags/{number}" for number in range(4)]),
        "resource_tags_user_Team": pa.array(values),
        "resource_tags_aws_\"created'by\\": pa.array(values),
        "resource_tags_a_number": pa.array([1.5, None, 1e-7, 0.0]),
        "resource_tags_bytes": pa.array([b"", None, b"a", b"b"]),
        "resource_tags_nothing": pa.nulls(4),
        **tags,
    })  # fmt: skip
    yield pa.table({
        "identity_line_item_id": pa.array([f"empty tags/{number}" for number in range(2)]),
        "resource_tags_user_team": pa.array(["", None]),
        "col`umn": pa.array(["a", "b"]),
    })  # fmt: skip
