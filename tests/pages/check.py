"""Can people read what `apportion docs` and `apportion diagram` make, and can dbt?

Called by run.sh, which sets up the tools: check.py BIN ROOT WORK [--short]. Publishes the bundled sample, writes the
page, the diagram of an account and the artifacts; has dbt's classes validate the artifacts, and dbt's own page show
every result, a seed, the source and a question; opens our page on a wide and on a narrow screen. The short form ends
where a browser would be needed.
Prints one line a check and, below, what is wrong. Exits 1 if anything is. Pictures are left in WORK.
"""

import copy
import functools
import json
import shutil
import sys
import threading
import time
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

import chromium
import dbt
import jsonschema
from checks import Apportion, Refused, Report, of_kind, snapshot
from dbt.artifacts.schemas.catalog import CatalogArtifact
from dbt.artifacts.schemas.manifest import WritableManifest
from dbt.artifacts.schemas.run import RunResultsArtifact
from selenium.webdriver.common.by import By

SECONDS = 30
SHAPES = {"manifest": WritableManifest, "catalog": CatalogArtifact, "run_results": RunResultsArtifact}
# An account of the sample that lends and borrows.
ACCOUNT = "Checkout"
SCREENS = {"wide": (1360, 900), "phone": (390, 844)}

# What is wrong on our page, whatever it is about.
BROKEN_LINKS = """
return [...document.querySelectorAll('a')].map(a => a.getAttribute('href') ?? a.href?.baseVal)
    .filter(target => !target?.startsWith('#') || !document.getElementById(target.slice(1)));
"""
OVERFLOW = "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
# Texts of SVG that leave their boxes.
SPILLED = """
return [...document.querySelectorAll('.lineage a')].filter(a => {
    const [text, box] = [a.querySelector('text').getBBox(), a.querySelector('rect').getBBox()];
    return text.x + text.width > box.x + box.width;
}).map(a => a.textContent.trim());
"""
LOADED = "return performance.getEntriesByType('resource').map(entry => entry.name)"


class Pages:
    """A folder as a server has it, and a browser that looks at it."""

    def __init__(self, folder):
        quiet = type("Quiet", (SimpleHTTPRequestHandler,), {"log_message": lambda *_: None})
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(quiet, directory=str(folder)))
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.driver = chromium.driver(shutil.which("chromium"), shutil.which("chromedriver"), {"browser": "ALL"})

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.driver.quit()
        self.server.shutdown()

    def screen(self, width, height):
        size = dict(width=width, height=height, deviceScaleFactor=1, mobile=width < 600)
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)

    def complaints(self):
        """What the console says since this was asked, but for what dbt's page itself asks in vain: an icon, and images
        whose addresses are templates until it is drawn."""
        said = [entry["message"] for entry in self.driver.get_log("browser")]
        return [message for message in said if "/favicon.ico" not in message and "getIcon" not in message]

    def text(self):
        return self.driver.find_element(By.TAG_NAME, "body").text


def words(text):
    """A text as pages show it: in one line, without the marks of code."""
    return " ".join((text or "").replace("`", "").split())


def validated(artifacts):
    for name, shape in SHAPES.items():
        document = json.loads((artifacts / f"{name}.json").read_text())
        if fault := refused(shape, document):
            yield f"{name}.json: {fault}"


def refused(shape, document):
    """Why dbt does not take a document, if it does not: by its JSON schema, and by its class."""
    for error in jsonschema.Draft202012Validator(shape.json_schema()).iter_errors(document):
        return words(f"{error.json_path}: {error.message}")[:400]
    try:
        shape.upgrade_schema_version(document)
    except Exception as error:  # noqa: BLE001: whatever dbt raises is the answer
        return words(str(error))[:400]
    return None


def spoiled(artifacts):
    """What is taken of artifacts of which each lacks a part."""
    for name, spoil in [
        ("manifest", lambda all: next(iter(all["nodes"].values())).pop("fqn")),
        ("catalog", lambda all: next(iter(all["nodes"].values())).pop("metadata")),
        ("run_results", lambda all: all["results"][0].pop("unique_id")),
    ]:
        document = json.loads((artifacts / f"{name}.json").read_text())
        spoil(document)
        if refused(SHAPES[name], document) is None:
            yield f"{name}.json without a part is taken"


def shown(pages, folder, manifest, ids):
    """What dbt's page does not show of the nodes `ids` of `manifest`."""
    known = {**manifest["nodes"], **manifest["sources"]}
    pages.driver.get(f"{pages.url}/{folder}/index.html")
    pages.complaints()
    for id in ids:
        node = known[id]
        pages.driver.get(f"{pages.url}/{folder}/index.html#!/{node['resource_type']}/{id}")
        wanted = {node["name"], words(node.get("description"))}
        if node["resource_type"] in ["model", "seed", "source"]:
            wanted |= {name for name in node["columns"]}
            wanted |= {words(column["description"]) for column in node["columns"].values()}
        until = time.monotonic() + SECONDS
        missing = wanted
        while missing and time.monotonic() < until:
            text = words(pages.text())
            missing = {one for one in wanted if one not in text}
            time.sleep(0.1)
        yield from (f"{id}: {one!r} is not shown" for one in sorted(missing)[:3])
        yield from (f"{id}: the console says {words(one)[:200]}" for one in pages.complaints())


def ours(pages, manifest, screen, work):
    """What is wrong with our page on a screen."""
    pages.screen(*SCREENS[screen])
    pages.driver.get(f"{pages.url}/docs.html")
    yield from (f"the console says {words(one)[:200]}" for one in pages.complaints())
    loaded = [one for one in pages.driver.execute_script(LOADED) if not one.endswith("/favicon.ico")]
    yield from (f"it loads {one}" for one in loaded)
    yield from (f"{one} leads nowhere" for one in pages.driver.execute_script(BROKEN_LINKS))
    yield from (f"{one} does not fit into its box" for one in pages.driver.execute_script(SPILLED))
    if pages.driver.find_elements(By.TAG_NAME, "script"):
        yield "there is a script"
    if (wider := pages.driver.execute_script(OVERFLOW)) > 0:
        yield f"it is {wider} pixels wider than the screen"
    text = words(pages.text())
    for node in manifest["nodes"].values():
        if node["resource_type"] in ["model", "seed"]:
            wanted = [node["name"], words(node["description"]), *map(lambda it: words(it["description"]), node["columns"].values())]
            yield from (f"{node['unique_id']}: {one!r} is not there" for one in wanted if one not in text)
    for place in ["page-top", "account_costs", "page-settings", "line_item_types"]:
        pages.driver.get(f"{pages.url}/docs.html#{place}")
        time.sleep(0.3)
        (work / f"{screen}-{place}.png").write_bytes(pages.driver.get_screenshot_as_png())


def drawn(pages, figure, work):
    """What is wrong with the diagram of an account."""
    pages.screen(960, 640)
    pages.driver.get(f"{pages.url}/diagram.svg")
    yield from (f"the console says {words(one)[:200]}" for one in pages.complaints())
    texts = [element.text for element in pages.driver.find_elements(By.TAG_NAME, "text")]
    if f"{figure:,.2f} USD" not in texts:
        yield f"{figure:,.2f} USD is not among {texts}"
    (work / "diagram.png").write_bytes(pages.driver.get_screenshot_as_png())


def main():
    binary, root, work = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    project, site = work / "project", work / "site"
    snapshot(root, project, {})
    # With its comments, which say what settings decide, and the templates.
    shutil.copy(root / "config.yaml", project)
    shutil.copytree(root / "docs/templates", project / "docs/templates")
    shutil.rmtree(site, ignore_errors=True)
    (site / "dbt").mkdir(parents=True)
    apportion = Apportion(binary, project)
    output = ["--output", str(work / "out")]
    shutil.rmtree(work / "out", ignore_errors=True)
    apportion.run("build", "--source", str(root / "data/sample"), *output)
    apportion.run("docs", *output, "--out", str(site / "docs.html"))
    ask = f"select account_id, sum(real_cost) as cost from account_costs where account_name = '{ACCOUNT}' group by 1"
    [account] = json.loads(apportion.run("query", ask, "--format", "json", *output))
    apportion.run("diagram", "--account", account["account_id"], "--out", str(site / "diagram.svg"), *output)

    shutil.copy(Path(dbt.__file__).parent / "task/docs/index.html", site / "dbt")
    for name in ["manifest", "catalog"]:
        shutil.copy(apportion.artifacts / f"{name}.json", site / "dbt")
    manifest = json.loads((apportion.artifacts / "manifest.json").read_text())
    results = [id for id, node in manifest["nodes"].items()
               if node["resource_type"] == "model" and node["config"]["schema"] is None
               and node["config"]["materialized"] == "table"]  # fmt: skip
    others = ["seed.apportion.line_item_types", *manifest["sources"]]
    others += [node["unique_id"] for node in list(of_kind(manifest, "analysis").values())[:1]]

    report = Report()
    report.check("dbt's classes read the artifacts", f"{len(SHAPES)} artifacts", validated(apportion.artifacts))
    report.check("an artifact with a part missing is refused", f"{len(SHAPES)} artifacts", spoiled(apportion.artifacts))
    if sys.argv[4:] == ["--short"]:
        return report.end()
    with Pages(site) as pages:
        pages.screen(1360, 900)
        report.check("dbt's page shows what there is", f"{len(results + others)} pages",
                     shown(pages, "dbt", manifest, results + others))  # fmt: skip
        (work / "dbt.png").write_bytes(pages.driver.get_screenshot_as_png())
        planted = copy.deepcopy(manifest)
        planted["nodes"]["model.apportion.account_costs"]["description"] = "What nobody wrote"
        global SECONDS
        SECONDS = 2
        missed = [] if list(shown(pages, "dbt", planted, ["model.apportion.account_costs"])) else ["it was not missed"]
        report.check("a description that is not shown is missed", "1 page", missed)
        for screen in SCREENS:
            report.check(f"our page on a screen: {screen}", f"{len(manifest['nodes'])} parts",
                         ours(pages, manifest, screen, work))  # fmt: skip
        report.check("the diagram of an account", ACCOUNT, drawn(pages, float(account["cost"]), work))
    return report.end()


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Refused as refused:
        print(refused, file=sys.stderr)
        sys.exit(2)
