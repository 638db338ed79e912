"""What is at fault in the statements compiled for Athena, by the types that Trino gives their expressions."""

from pathlib import Path

import trino_reader
import yaml
from checks import parents_first
from trino_types import FAULTY, FUNCTIONS, common, declared

HERE = Path(__file__).resolve().parent


def faults(project, manifest, compiled):
    """How many statements were read, and what is at fault in them."""
    known = given(project, manifest["metadata"]["project_name"])
    found = [f"functions.txt: the types of {name} are not in trino_types.py" for name in untyped()]
    rest = set(compiled.rglob("*.sql"))
    statements = len(rest)
    for model in parents_first(manifest):
        path = compiled / model["original_file_path"]
        columns, of_statement = trino_reader.read(path.read_text(), known)
        columns, of_contract = contract(columns, model)
        known[model["relation_name"]] = columns
        # As readers see it, for questions of what has changed.
        known[f"published.{model['name']}"] = columns
        texts = [fault.text for fault in of_statement] + of_contract
        found += [f"{model['original_file_path']}: {text}" for text in texts]
        rest.remove(path)
    for path in rest:
        _, of_statement = trino_reader.read(path.read_text(), known)
        found += [f"{path.relative_to(compiled)}: {fault.text}" for fault in of_statement]
    return statements, sorted(found)


def given(project, schema):
    """The columns of sources and seeds, by qualified name."""
    found = {}
    for source in yaml.safe_load((project / "models/sources.yml").read_text())["sources"]:
        for table in source["tables"]:
            columns = [(column["name"], declared(column.get("data_type"))) for column in table.get("columns", [])]
            columns += [(name, declared("string")) for name in dimensions(project)]
            found[f"{source['name']}.{table['name']}"] = columns
    seeds = yaml.safe_load((project / "data/seeds/seeds.yml").read_text())["seeds"]
    types = {
        (seed["name"], column["name"]): column.get("data_type") for seed in seeds for column in seed.get("columns", [])
    }
    for path in (project / "data/seeds").glob("*.csv"):
        with path.open() as lines:
            names = next(lines).strip().split(",")
        found[f"{schema}.{path.stem}"] = [(name, declared(types.get((path.stem, name)))) for name in names]
    return found


def dimensions(project):
    """The names that the project's settings give to tags, which every table of the report has as columns."""
    return yaml.safe_load((project / "config.yaml").read_text())["vars"]["dimensions"]


def contract(columns, model):
    """A model's columns with the types its contract promises, and where only a cast that nobody wrote makes them so."""
    texts = {name: column.get("data_type") for name, column in model["columns"].items()}
    promised = {name: declared(text) for name, text in texts.items() if text}
    found = [f"`{name}` is in the contract only" for name in sorted(promised.keys() - dict(columns).keys())]
    for name, kind in columns:
        to = promised.get(name, kind)
        if common(kind, to) not in (to, FAULTY):
            found.append(f"`{name}` is {kind}, its contract says {to}: cast it")
    return [(name, promised.get(name, kind)) for name, kind in columns], found


def untyped():
    lines = (HERE / "functions.txt").read_text().splitlines()
    names = {line.split("#")[0].strip() for line in lines} - {""}
    return sorted(names - FUNCTIONS.keys() - trino_reader.OWN)
