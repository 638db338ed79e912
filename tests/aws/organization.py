"""The account registry from AWS Organizations: what of an organization comes into the seed, and what stays in it."""

import csv
import json
import os
import shutil
import subprocess
import threading
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from role import Enforcing

RIGHTS = [
    "ListAccounts", "ListRoots", "ListAccountsForParent", "ListOrganizationalUnitsForParent", "ListTagsForResource",
]  # fmt: skip
MONTH = date.today().replace(day=1).isoformat()
# More than a page has.
MANY = 25


class Place:
    """A copy of the project whose registry has two accounts, and an organization."""

    def __init__(self, server, folder, root, binary):
        self.server, self.binary, self.project = server, binary, folder / "project"
        shutil.rmtree(self.project, ignore_errors=True)
        self.project.mkdir(parents=True)
        for name in ["models", "sql", "data/seeds"]:
            shutil.copytree(root / name, self.project / name)
        for name in ["config.yaml", "dbt_project.yml"]:
            shutil.copy(root / name, self.project)
        self.seed = self.project / "data/seeds/account_registry.csv"
        self.api = server.client("organizations")

    def write(self, *rows):
        header = "account_id,name,group,division,email,priority,shares,valid_from,valid_until"
        self.seed.write_text("\n".join([header, "# kept as it is", *rows]) + "\n")

    def rows(self):
        lines = [line for line in self.seed.read_text().splitlines() if not line.startswith("#")]
        return list(csv.DictReader(lines))

    def of(self, account):
        return [row for row in self.rows() if row["account_id"] == account]

    def run(self, *words, url=None, keys=None):
        environment = {key: value for key, value in os.environ.items() if not key.startswith(("AWS_", "APPORTION_"))}
        environment |= {
            "AWS_ENDPOINT_URL": url or self.server.url, "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_EC2_METADATA_DISABLED": "true",
        }  # fmt: skip
        if keys:
            environment |= {
                "AWS_ACCESS_KEY_ID": keys["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": keys["SecretAccessKey"],
                "AWS_SESSION_TOKEN": keys["SessionToken"],
            }  # fmt: skip
        command = [self.binary, "accounts", "import", "--organizations", "--project", str(self.project), *words]
        return subprocess.run(command, capture_output=True, text=True, env=environment)


def differs(ran, code, *says):
    text = ran.stdout + ran.stderr
    faults = [] if ran.returncode == code else [f"the exit code is {ran.returncode}, not {code}"]
    faults += [f"not said: {word}" for word in says if word not in text]
    return faults + ([f"| {line}" for line in text.splitlines()[-15:]] if faults else [])


def organization(api):
    """Makes one; gives its root, and ids of accounts by name."""
    api.create_organization(FeatureSet="ALL")
    root = api.list_roots()["Roots"][0]["Id"]
    unit = lambda name, parent: api.create_organizational_unit(ParentId=parent, Name=name)["OrganizationalUnit"]["Id"]
    customers = unit("Customers", root)
    units = {"acme": unit("Acme", customers), "other": unit("Other, Inc.", customers)}
    ids = {}
    for name, place in [("Acme shop", "acme"), ("Acme data", "acme"), ("Other", "other"), ("Own", None)]:
        made = api.create_account(AccountName=name, Email=f"{name.replace(' ', '-').lower()}@example.com")
        ids[name] = made["CreateAccountStatus"]["AccountId"]
        if place:
            api.move_account(AccountId=ids[name], SourceParentId=root, DestinationParentId=units[place])
    api.tag_resource(ResourceId=ids["Acme shop"], Tags=[{"Key": "team", "Value": "blue"}])
    return root, units, ids


# What the server above does not say as AWS does: the error, its status, and what is to be done about it.
REFUSALS = [
    ("AWSOrganizationsNotInUseException", 400, "take the payer's"),
    ("AccessDeniedException", 400, "allow `organizations:ListAccounts`"),
    ("ExpiredTokenException", 400, "the credentials have expired"),
    ("UnrecognizedClientException", 400, "the credentials are wrong"),
    ("ServiceException", 500, "run again"),
]


class Refusing(BaseHTTPRequestHandler):
    """Refuses all requests by the error of the server."""

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        code, status, _ = self.server.refusal
        body = json.dumps({"__type": f"com.amazonaws.organizations.v20161128#{code}", "Message": "no"}).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/x-amz-json-1.1")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words):
        pass


def refusals(place):
    """What is wrong with what is said where AWS refuses."""
    before = place.seed.read_text()
    with ThreadingHTTPServer(("127.0.0.1", 0), Refusing) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        for server.refusal in REFUSALS:
            code, _, cure = server.refusal
            yield from differs(place.run(url=f"http://127.0.0.1:{server.server_port}"), 2, f"{code}: no", cure)
        server.shutdown()
    if place.seed.read_text() != before:
        yield "the seed was changed by an organization that said nothing"


def check(folder, root, binary):
    with Enforcing(folder, root) as server:
        place = Place(server, folder, root, binary)
        api = place.api
        place.write("111111111111,Elsewhere,own,,a@example.com,1,true,2026-01-01,")
        before = place.seed.read_text()
        top, units, ids = organization(api)
        today = date.today().isoformat()
        master = api.describe_organization()["Organization"]["MasterAccountId"]

        ran = place.run("--group", "ou", "--dry-run")
        yield from differs(ran, 0, f"+{ids['Acme shop']},Acme shop,Acme,", "this was a dry run", "5 new, 0 renamed, 0 moved")
        if place.seed.read_text() != before:
            yield "a dry run has changed the seed"
        shown = ran.stdout
        ran = place.run("--group", "ou", "--division", "tag:team")
        yield from differs(ran, 0, "was updated", "1 account stays as in the seed, being not in this organization: 111111111111")
        if "--- a/data/seeds/account_registry.csv" not in shown or not place.seed.read_text().startswith(before):
            yield "lines are others that nothing was to be said of"
        [shop], [other], [payer] = place.of(ids["Acme shop"]), place.of(ids["Other"]), place.of(master)
        found = [(row["group"], row["division"], row["valid_from"], row["valid_until"], row["shares"]) for row in [shop, other, payer]]
        if found != [("Acme", "blue", today, "", ""), ("Other, Inc.", "", today, "", ""), ("", "", today, "", "")]:
            yield f"new accounts are {found}"
        yield from differs(place.run("--group", "ou", "--division", "tag:team"), 0, "is up to date", "0 new")
        built = subprocess.run([binary, "list", "--project", str(place.project)], capture_output=True, text=True)
        if built.returncode:
            yield f"the project cannot be read any more: {built.stderr}"

        # One moves, one has another name: what was in force before stays for the months before.
        row = f"{ids['Acme data']},Old name,Acme,blue,old@example.com,7,false,2026-01-01,"
        place.write(f"{ids['Own']},Own,,,own@example.com,,,2020-01-01,2021-01-01", row)
        api.move_account(AccountId=ids["Acme data"], SourceParentId=units["acme"], DestinationParentId=units["other"])
        yield from differs(place.run("--group", "ou-path"), 0, "1 renamed, 1 moved", f"-{row}")
        old, new = place.of(ids["Acme data"])
        wanted = {"name": "Acme data", "email": "acme-data@example.com", "priority": "7", "shares": "false", "division": "blue"}
        for at, group, start, end in [(old, "Acme", "2026-01-01", MONTH), (new, "Customers/Other, Inc.", MONTH, "")]:
            is_so = wanted | {"group": group, "valid_from": start, "valid_until": end}
            if {name: at[name] for name in is_so} != is_so:
                yield f"the row is {at}, not {is_so}"
        place.run("--group", "keep", "--valid-from", "2026-02-01")
        if place.of(ids["Acme data"]) != [old, new]:
            yield "groups were to stay"

        # Two units of one name are not one group by accident.
        twin = api.create_organizational_unit(ParentId=top, Name="Acme")["OrganizationalUnit"]["Id"]
        api.move_account(AccountId=ids["Own"], SourceParentId=top, DestinationParentId=twin)
        before = place.seed.read_text()
        yield from differs(place.run("--group", "ou"), 2, "two organizational units have the name `Acme`", "ou-path")
        yield from differs(place.run("--group", "team"), 2, "`tag:KEY`")
        yield from differs(place.run(url="http://127.0.0.1:9"), 2, "AWS Organizations refused ListAccounts")
        place.seed.write_text(before.replace(row.split(",")[0] + ",Acme data", row.split(",")[0] + ',"Acme\ndata"'))
        yield from differs(place.run(), 2, "spread over several lines", "account_registry.csv")
        place.seed.write_text(before.replace("email", "mail", 1))
        yield from differs(place.run(), 2, "has no column `email`")
        place.seed.write_text(before)

        # Pages, and an account that is closed.
        for number in range(MANY):
            api.create_account(AccountName=f"Many {number}", Email=f"m{number}@example.com")
        api.close_account(AccountId=ids["Other"])
        yield from differs(place.run("--group", "ou-path"), 0, f"{5 + MANY} accounts in the organization", "being suspended or closed")
        if len({row["account_id"] for row in place.rows()}) != 5 + MANY:
            yield f"{len(place.rows())} rows"

        # Each right is needed, and they are enough.
        wholly = ["--group", "ou-path", "--division", "tag:team", "--dry-run"]
        allow = lambda actions: [{"Sid": "x", "Effect": "Allow", "Action": [f"organizations:{one}" for one in actions], "Resource": "*"}]
        yield from differs(place.run(*wholly, keys=server.assume(allow(RIGHTS), "reader")), 0)
        for right in RIGHTS:
            keys = server.assume(allow([one for one in RIGHTS if one != right]), f"without-{right}")
            yield from differs(place.run(*wholly, keys=keys), 2, f"AWS Organizations refused {right}\n")
        yield from refusals(place)
