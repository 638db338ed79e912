"""Reads a statement as Trino's analyser does: finds what every name stands for and of which type every expression is.

Faults are of four kinds. decimal: Trino's rules for decimals give it different types. lambda: it uses what it is not
given, which Trino 483 fails on. type: Trino does not guess what a text is as a number. name: nothing has that name.
"""

import re
import sys
from functools import reduce
from typing import NamedTuple

import sqlglot
from sqlglot import exp
from trino_types import ARITHMETIC, BOOLEAN, DOUBLE, FAULTY, FUNCTIONS, NULL, TIMESTAMP, VARCHAR, Type
from trino_types import by_all_rules, castable, common, fits, group, is_decimal, kind_of, literal

# Unions of many parts and long conditions are nested deeply.
sys.setrecursionlimit(20_000)

# What sqlglot calls otherwise than Trino.
NAMES = {
    "encode": "to_utf8",
    "s_h_a2_digest": "sha256",
    "substring": "substr",
    "str_position": "strpos",
    "timestamp_trunc": "date_trunc",
    "time_to_str": "date_format",
    "time_to_unix": "to_unixtime",
}
# What sqlglot makes an argument of by itself.
UNSAID = {"date_trunc": "unit", "to_utf8": "charset", "sha256": "length"}
# What the Reader knows beside FUNCTIONS.
OWN = {"coalesce", "nullif", "mod", "element_at", "reduce", "transform"}
CLAUSES = "with_ hint distinct expressions from_ joins where group having order limit operation_modifiers".split()


class Fault(NamedTuple):
    kind: str
    text: str


class Scope:
    """The names an expression can see: its query's, then those around it. A lambda is a scope of its own."""

    def __init__(self, outer, ctes, given=None):
        self.outer, self.ctes = outer, ctes
        self.is_lambda = given is not None
        self.relations = {"": given or {}}


def read(sql, tables):
    """The columns of a statement, [(name, type)], and its faults. `tables` are columns by qualified name."""
    reader = Reader(tables)
    # sqlglot reads this and `decimal '1.5'` alike.
    if found := re.search(r"\bas\s+decimal\s*\)", sql, re.IGNORECASE):
        reader.faults.append(Fault("decimal", f"`{found[0]}`: say how many digits"))
    try:
        statement = sqlglot.parse_one(sql, read="trino")
    except sqlglot.errors.ParseError as error:
        return [], [Fault("name", str(error).splitlines()[0])]
    return reader.query(statement, None, {}), reader.faults


class Reader:
    def __init__(self, tables):
        self.tables = tables
        self.faults = []

    def fault(self, kind, node, text):
        fault = Fault(kind, f"`{shortened(node)}`: {text}")
        if fault not in self.faults:
            self.faults.append(fault)
        return FAULTY

    # Queries have columns.

    def query(self, node, outer, ctes):
        ctes = dict(ctes)
        for cte in node.args["with_"].expressions if node.args.get("with_") else []:
            ctes[cte.alias.lower()] = renamed(self.query(cte.this, None, ctes), cte.args["alias"])
        scope = Scope(outer, ctes)
        if isinstance(node, exp.Subquery):
            return self.query(node.this, outer, ctes)
        if isinstance(node, exp.SetOperation):
            columns = self.union(node, scope)
        elif isinstance(node, exp.Values):
            columns = self.values(node, scope)
        elif isinstance(node, exp.Select):
            columns = self.select(node, scope)
        else:
            self.fault("name", node, "is not understood")
            return []
        if node.args.get("order"):
            named = Scope(scope, ctes)
            named.relations[""] = dict(columns)
            self.each(node.args["order"].expressions, named)
        return columns

    def select(self, node, scope):
        for clause, value in node.args.items():
            if value and clause not in CLAUSES:
                self.fault("name", node, f"{clause} is not understood")
        if node.args.get("from_"):
            self.relation(node.args["from_"].this, scope)
        for join in node.args.get("joins") or []:
            self.relation(join.this, scope)
            if join.args.get("using") or join.args.get("method"):
                self.fault("name", join, "joins are written with `on`")
            if join.args.get("on"):
                self.boolean(join.args["on"], scope)
        for clause in ("where", "having"):
            if node.args.get(clause):
                self.boolean(node.args[clause].this, scope)
        if node.args.get("group"):
            self.each(node.args["group"].expressions, scope)
        columns = []
        for column in node.expressions:
            starred = column.is_star
            columns += self.star(column, scope) if starred else [(column.alias_or_name.lower(), self.of(column, scope))]
        return columns

    def star(self, node, scope):
        star, table = (node.this, node.table.lower()) if isinstance(node, exp.Column) else (node, None)
        if any(star.args.values()):
            self.fault("name", node, "Trino's star leaves nothing out")
        if table is not None and table not in scope.relations:
            self.fault("name", node, "this table is not known")
        return [
            column
            for name, columns in scope.relations.items()
            if table in (None, name)
            for column in columns.items()
        ]

    def relation(self, node, scope):
        if isinstance(node, exp.Table):
            name = node.name.lower()
            columns = self.tables.get(f"{node.db.lower()}.{name}") if node.db else scope.ctes.get(name)
            if columns is None:
                self.fault("name", node, "this table is not known")
        elif isinstance(node, exp.Unnest):
            kinds = self.each(node.expressions, scope)
            for kind in kinds:
                self.expect(node, kind, "map" if kind.name == "map" else "array")
            columns = [("", inner) for kind in kinds for inner in kind.of or [FAULTY]]
        else:
            columns = self.query(node, None, scope.ctes)
        scope.relations[node.alias_or_name.lower()] = dict(renamed(columns or [], node.args.get("alias")))

    def union(self, node, scope):
        left, right = (self.query(part, scope.outer, scope.ctes) for part in (node.this, node.expression))
        if len(left) != len(right):
            self.fault("type", node, f"{len(left)} columns are united with {len(right)}")
        columns = []
        for (name, one), (_, other) in zip(left, right):
            kind = common(one, other)
            if kind is None:
                text = f"{one} is united with {other} of `{shortened(node.expression, 60)}`: cast one"
                kind = self.fault("type", exp.column(name), text)
            columns.append((name, kind))
        return columns

    def values(self, node, scope):
        rows = [self.each(row.expressions if isinstance(row, exp.Tuple) else [row], scope) for row in node.expressions]
        return renamed([("", self.meet(node, kinds)) for kinds in zip(*rows)], node.args.get("alias"))

    # Expressions have a type.

    def of(self, node, scope):
        reader = getattr(self, f"of_{node.key}", None)
        if reader:
            return reader(node, scope)
        if node.key in ARITHMETIC:
            return self.arithmetic(node, scope)
        if isinstance(node, exp.Func):
            return self.function(node, scope)
        return self.fault("name", node, "is not understood")

    def each(self, nodes, scope):
        return [self.of(node, scope) for node in nodes]

    def inside(self, node, scope):
        return self.of(node.this, scope)

    of_alias = of_paren = of_ordered = inside

    def meet(self, node, kinds):
        """The type in which all meet, as they have to."""
        kind = reduce(lambda one, other: one and common(one, other), kinds)
        names = dict.fromkeys(map(str, kinds))
        return kind or self.fault("type", node, f"{' and '.join(names)} do not meet: cast one")

    def expect(self, node, kind, wanted):
        if not fits(kind, wanted):
            self.fault("type", node, f"is {kind}, not {wanted}")

    def boolean(self, node, scope):
        self.expect(node, self.of(node, scope), "boolean")
        return BOOLEAN

    def of_column(self, node, scope):
        name, table = node.name.lower(), node.text("table").lower()
        captured = False
        while scope is not None:
            places = [place for place, columns in scope.relations.items() if name in columns and table in ("", place)]
            if len(places) > 1:
                self.fault("name", node, "is in several tables: say in which")
            if places:
                if captured:
                    self.fault("lambda", node, "a lambda uses what it is not given: hand it in with the array")
                return scope.relations[places[0]][name]
            captured = captured or scope.is_lambda
            scope = scope.outer
        return self.fault("name", node, "this column is not known")

    # Parameters of lambdas.
    of_identifier = of_column

    def of_literal(self, node, _):
        kind = VARCHAR if node.is_string else literal(node.name)
        return kind or self.fault("type", node, "has too many digits: write decimal '...'")

    def of_null(self, *_):
        return NULL

    def of_boolean(self, *_):
        return BOOLEAN

    def of_interval(self, node, _):
        return Type("interval", (node.text("unit").lower(),))

    def of_cast(self, node, scope):
        to, inner = kind_of(node.to), node.this.unnest()
        if to is None:
            return self.fault("type", node, "the type is not known")
        if is_decimal(to) and not node.to.expressions and isinstance(inner, exp.Literal):
            return literal(inner.name if "." in inner.name else f"{inner.name}.")
        if isinstance(inner, exp.Div) and is_decimal(to) and to.of[1] == 0 and self.is_exact(inner, scope):
            return to
        kind = self.of(inner, scope)
        return to if castable(kind, to) else self.fault("type", node, f"{kind} cannot be cast to {to}")

    of_trycast = of_cast

    def is_exact(self, node, scope):
        """(x - mod(x, c)) / c of decimals without fraction: whole, whatever the type."""
        dividend, divisor = node.this.unnest(), node.expression.unnest()
        if not isinstance(dividend, exp.Sub):
            return False
        whole, taken = dividend.this.unnest(), dividend.expression.unnest()
        if not isinstance(taken, exp.Mod) or (taken.this.unnest(), taken.expression.unnest()) != (whole, divisor):
            return False
        kinds = self.each([dividend, divisor], scope)
        return FAULTY in kinds or all(is_decimal(kind) and kind.of[1] == 0 for kind in kinds)

    def of_neg(self, node, scope):
        kind = self.inside(node, scope)
        self.expect(node.this, kind, "number")
        return kind

    def arithmetic(self, node, scope):
        one, other = self.each([node.left, node.right], scope)
        if FAULTY in (one, other):
            return FAULTY
        if {group(one), group(other)} & {"time", "interval"}:
            return self.in_time(node, one, other)
        operator, _, cure = ARITHMETIC[node.key]
        if not (fits(one, "number") and fits(other, "number")):
            return self.fault("type", node, f"{one} {operator} {other}: cast to numbers")
        if {NULL, DOUBLE} & {one, other} or not (is_decimal(one) or is_decimal(other)):
            return self.meet(node, [one, other])
        kind, difference = by_all_rules(node.key, one, other)
        if difference:
            self.fault("decimal", node, f"{one} {operator} {other} is {difference}: {cure}")
        return kind

    def in_time(self, node, one, other):
        if node.key == "add" and one.name == "interval":
            one, other = other, one
        if node.key in ("add", "sub") and group(one) == "time" and other.name == "interval":
            if one == TIMESTAMP or not {"hour", "minute", "second"} & set(other.of):
                return one
        if node.key == "sub" and group(one) == group(other) == "time":
            return Type("interval", ("second",))
        return self.fault("type", node, f"{one} and {other} have no such arithmetic")

    def compared(self, node, scope):
        self.meet(node, self.each(node.iter_expressions(), scope))
        return BOOLEAN

    of_eq = of_neq = of_lt = of_lte = of_gt = of_gte = of_between = of_nullsafeeq = of_nullsafeneq = compared

    def of_in(self, node, scope):
        query = node.args.get("query")
        if not query:
            return self.compared(node, scope)
        values = node.this.expressions if isinstance(node.this, exp.Tuple) else [node.this]
        columns = self.query(query, scope, scope.ctes)
        if len(columns) != len(values):
            self.fault("type", node, f"{len(values)} values among rows of {len(columns)} columns")
        for value, (_, kind) in zip(values, columns):
            self.meet(node, [self.of(value, scope), kind])
        return BOOLEAN

    def of_is(self, node, scope):
        self.inside(node, scope)
        return BOOLEAN

    def of_exists(self, node, scope):
        self.query(node.this, scope, scope.ctes)
        return BOOLEAN

    def of_subquery(self, node, scope):
        columns = self.query(node, scope, scope.ctes)
        return columns[0][1] if len(columns) == 1 else self.fault("type", node, f"a value of {len(columns)} columns")

    def logical(self, node, scope):
        for part in node.iter_expressions():
            self.boolean(part, scope)
        return BOOLEAN

    of_and = of_or = of_not = logical

    def of_dpipe(self, node, scope):
        for part in node.iter_expressions():
            kind = self.of(part, scope)
            if kind not in (VARCHAR, FAULTY):
                self.fault("type", node, f"`{shortened(part, 40)}` is {kind}: cast it to varchar")
        return VARCHAR

    def of_like(self, node, scope):
        self.of_dpipe(node, scope)
        return BOOLEAN

    def of_case(self, node, scope):
        for branch in node.args["ifs"]:
            if node.this:
                self.meet(branch, self.each([node.this, branch.this], scope))
            else:
                self.boolean(branch.this, scope)
        results = [branch.args["true"] for branch in node.args["ifs"]]
        return self.meet(node, self.each([*results, node.args.get("default") or exp.Null()], scope))

    def of_coalesce(self, node, scope):
        return self.meet(node, self.each([node.this, *node.expressions], scope))

    def of_nullif(self, node, scope):
        kinds = self.each([node.this, node.expression], scope)
        self.meet(node, kinds)
        return kinds[0]

    def of_window(self, node, scope):
        order = node.args.get("order")
        self.each([*(node.args.get("partition_by") or []), *(order.expressions if order else [])], scope)
        return self.inside(node, scope)

    def of_filter(self, node, scope):
        self.boolean(node.expression.this, scope)
        return self.inside(node, scope)

    def function(self, node, scope):
        name, given = name_of(node), list(arguments(node))
        if name not in FUNCTIONS:
            return self.fault("name", node, f"{name} is not in functions.txt")
        wanted, result = FUNCTIONS[name]
        wanted = wanted.split()
        if not sum("?" not in want for want in wanted) <= len(given) <= len(wanted):
            return self.fault("type", node, f"{name} takes {' '.join(wanted) or 'nothing'}")
        kinds = self.each(given, scope)
        for argument, kind, want in zip(given, kinds, wanted):
            if not fits(kind, want.rstrip("?")):
                return self.fault("type", node, f"`{shortened(argument, 40)}` is {kind}, not {want.rstrip('?')}")
        if FAULTY in kinds:
            return FAULTY
        return result(*kinds) or self.meet(node, [kinds[0], kinds[-1]])

    # Arrays, maps and lambdas.

    def of_array(self, node, scope):
        return Type("array", (self.meet(node, self.each(node.expressions, scope) or [NULL]),))

    def of_bracket(self, node, scope):
        kind, (key,) = self.inside(node, scope), self.each(node.expressions, scope)
        if kind.name == "array" and fits(key, "whole"):
            return kind.of[0]
        if kind.name == "map" and common(kind.of[0], key) == kind.of[0]:
            return kind.of[1]
        return FAULTY if kind == FAULTY else self.fault("type", node, f"{kind} has no element by {key}")

    def element(self, node, scope):
        kind = self.inside(node, scope)
        self.expect(node.this, kind, "array")
        return kind.of[0] if kind.name == "array" else FAULTY

    def result(self, function, kinds, scope):
        """What a lambda gives if it is given these."""
        names = [parameter.name.lower() for parameter in function.expressions]
        if len(names) != len(kinds):
            return self.fault("type", function, f"is given {len(kinds)} values")
        return self.of(function.this, Scope(scope, scope.ctes, dict(zip(names, kinds))))

    def of_transform(self, node, scope):
        return Type("array", (self.result(node.expression, [self.element(node, scope)], scope),))

    def of_reduce(self, node, scope):
        element, state = self.element(node, scope), self.of(node.args["initial"], scope)
        merged = self.result(node.args["merge"], [state, element], scope)
        if state != merged and FAULTY not in (state, merged):
            return self.fault("type", node, f"the state is {state}, then {merged}: cast it")
        return self.result(node.args["finish"], [state], scope)


def renamed(columns, alias):
    """Columns under the names that an alias such as `t (a, b)` gives them, if any."""
    names = [name.name.lower() for name in alias.columns] if isinstance(alias, exp.TableAlias) else []
    return [(names[at] if names else name, kind) for at, (name, kind) in enumerate(columns)]


def name_of(function):
    if isinstance(function, exp.Anonymous):
        return function.name.lower()
    if isinstance(function, exp.Trim):
        return {"LEADING": "ltrim", "TRAILING": "rtrim"}.get(function.args.get("position"), "trim")
    name = function.sql_name().lower()
    return NAMES.get(name, name)


def arguments(function):
    """What a function is given, in order, without what it does not say and the star of count."""
    unsaid = UNSAID.get(name_of(function))
    for key in function.arg_types:
        given = function.args.get(key) if key != unsaid else None
        for argument in given if isinstance(given, list) else [given]:
            if isinstance(argument, exp.Distinct):
                yield from argument.expressions
            elif isinstance(argument, exp.Expression) and not isinstance(argument, exp.Star):
                yield argument


def shortened(node, width=90):
    text = re.sub(r"\s+", " ", node.sql(dialect="trino"))
    return text if len(text) <= width else f"{text[:width - 30]} ... {text[-25:]}"
