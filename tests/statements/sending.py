"""Does every letter go out once, to the right one, whatever goes wrong?

Called by sending.sh, which sets up the tools: sending.py BIN ROOT WORK [OPTION ...].
Builds statements of many customers, approves and sends them, with moto as SES and a proxy before it that keeps every
request. Prints one line a check and, below, what differs. Exits 1 if anything does.
"""

import argparse
import hashlib
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
import traceback
import urllib.request
from collections import Counter
from email import message_from_bytes, policy
from html import unescape
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path += [str(HERE.parent), str(HERE.parent / "events"), str(HERE.parent / "athena")]

import duckdb
import yaml
from bus import Bus
from checks import Report
from many import project
from ses import Aws

PERIOD = "2026-10"
TEN_MINUTES = 600
FILES = ["statement.pdf", "statement.xlsx"]
CASES = []


def case(name):
    """Has a function be a case; it gets a place with nothing sent and yields what is wrong."""
    return lambda check: CASES.append((name, check))


def contacts(name):
    """The addresses of a customer: every third has two."""
    second = f"|treasury@{name}.example.com" if int(name.split("-")[1]) % 3 == 0 else ""
    return {"contacts": f"accounts@{name}.example.com{second}"}


class Place:
    """A project with many customers, whose month and statements are built once."""

    def __init__(self, options, aws, bus):
        self.binary, self.root, self.work = options.binary, Path(options.root), Path(options.work) / "sending"
        self.aws, self.bus, self.long = aws, bus, options.long
        shutil.rmtree(self.work, ignore_errors=True)
        self.project, self.output = self.work / "project", self.work / "out"
        report = self.work / "report"
        many = 85 if options.long else 12
        words = ["--accounts", str(many + 1), "--periods", "1", "--rows", str(100 * many)]
        subprocess.run([self.binary, "sample", "--out", report, *words], check=True, capture_output=True)
        files = f"select distinct line_item_usage_account_id from read_parquet('{report}/**/*.parquet')"
        accounts = sorted(id for (id,) in duckdb.sql(files).fetchall())
        self.customers = project(self.root, self.project, accounts, many, contacts)
        sqs, sns = aws.client("sqs"), aws.client("sns")
        self.queue = sqs.create_queue(QueueName="apportion")["QueueUrl"]
        queue_arn = sqs.get_queue_attributes(QueueUrl=self.queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        self.topic = sns.create_topic(Name="ses")["TopicArn"]
        sns.subscribe(TopicArn=self.topic, Protocol="sqs", Endpoint=queue_arn)
        aws.client("sesv2").create_email_identity(EmailIdentity="bills.example.com")
        self.usual = {
            "from": "Nube Revendida <statements@bills.example.com>",
            "domains": [f"{name}.example.com" for name in self.customers],
            "ses": {"configuration_set": "apportion", "queue": self.queue},
        }
        self.mail()
        self.run("run", expect=0)
        self.run("statements", "build", expect=0)

    def mail(self, vars=None, **changes):
        """Writes how mail goes out; `ses: None` sets none up."""
        config = yaml.safe_load((self.root / "config.yaml").read_text())
        mail = {key: value for key, value in (self.usual | changes).items() if value is not None}
        target = {"source": str(self.work / "report"), "output": str(self.output), "mail": mail}
        target |= {"events": {"eventbridge": self.bus.name}, "s3": {"request_timeout": 5}}
        config |= {"targets": {"here": target}, "target": "here"}
        config["vars"] |= vars or {}
        (self.project / "config.yaml").write_text(yaml.safe_dump(config))

    def command(self, *words):
        return [self.binary, *map(str, words), "--project", str(self.project)]

    def environment(self, **more):
        own = {name: text for name, text in os.environ.items() if not name.startswith(("APPORTION_", "AWS_"))}
        return own | self.aws.environment() | {"AWS_ENDPOINT_URL_EVENTBRIDGE": self.bus.url, "USER": "ana"} | more

    def run(self, *words, expect=None, **environment):
        own = self.environment(**environment)
        done = subprocess.run(self.command(*words), env=own, capture_output=True, text=True, cwd=self.work)
        said = done.stdout + done.stderr
        if expect is not None and done.returncode != expect:
            raise AssertionError(f"{words} ended with {done.returncode}, not {expect}:\n{said[-3000:]}")
        return done.returncode, said

    def reset(self):
        """Nothing was ever approved or sent."""
        for name in ["deliveries", "contacts", "outbox"]:
            shutil.rmtree(self.output / ".apportion" / name, ignore_errors=True)
        self.mail()
        self.aws.forget()
        sqs = self.aws.client("sqs")
        while found := sqs.receive_message(QueueUrl=self.queue, MaxNumberOfMessages=10).get("Messages"):
            for message in found:
                sqs.delete_message(QueueUrl=self.queue, ReceiptHandle=message["ReceiptHandle"])
        self.bus.events.clear()

    def rebuild(self):
        """Statements as they were at first: one revision of each."""
        shutil.rmtree(self.output / "statements")
        shutil.rmtree(self.output / ".apportion/deliveries", ignore_errors=True)
        self.run("statements", "build", expect=0)

    def send(self, *words, expect=0, **environment):
        return self.run("statements", "send", *words, expect=expect, **environment)[1]

    def approve(self, *customers):
        names = ["--customer", ",".join(customers)] if customers else []
        return self.run("statements", "approve", *names, expect=0)[1]

    def status(self, *words):
        """What `status` knows, by customer and revision."""
        done = subprocess.run(
            self.command("statements", "status", "--format", "json", *words), env=self.environment(), capture_output=True, text=True
        )
        if done.returncode != 0:
            raise AssertionError(f"status ended with {done.returncode}: {done.stderr}")
        return {(row["customer"], row["revision"]): row for row in json.loads(done.stdout)}

    def states(self):
        """How many of the newest revisions are in each state."""
        newest = {}
        for (customer, revision), row in self.status().items():
            newest[customer] = max(newest.get(customer, (0, "")), (revision, row["state"]))
        return Counter(state for _, state in newest.values())

    def manifest(self, customer, revision=1):
        folder = self.output / f"statements/billing_period={PERIOD}/customer={customer}/revision={revision}"
        return json.loads((folder / "manifest.json").read_text())

    def age(self):
        """Makes all claims eleven minutes old."""
        for claim in (self.output / ".apportion/deliveries").rglob("claim.json"):
            facts = json.loads(claim.read_text())
            at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - TEN_MINUTES - 60))
            claim.write_text(json.dumps(facts | {"at": at}))

    def tell(self, kind, tag, **part):
        """Has SES tell something of a delivery, by way of SNS, as its documentation shows it."""
        mail = {"messageId": "m-1", "timestamp": "2026-11-03T09:00:00.000Z", "tags": {"apportion_delivery": [tag]}}
        name = {"DeliveryDelay": "deliveryDelay"}.get(kind, kind.lower())
        event = {"eventType": kind, "mail": mail, name: {"timestamp": "2026-11-03T09:00:07.000Z"} | part}
        self.aws.client("sns").publish(TopicArn=self.topic, Message=json.dumps(event))

    def events(self, kind):
        return [event for event in self.bus.events if event["type"] == kind]

    def fails(self, wrong, edit, *words):
        """What is wrong if `words` do not end with exit code 2 and all of `wrong`, with a file edited."""
        path, text, other = edit
        path = self.project / path
        right = path.read_text()
        assert text in right, f"{path} has no {text}"
        path.write_text(right.replace(text, other, 1))
        code, said = self.run(*words)
        path.write_text(right)
        return [] if code == 2 and all(word in said for word in wrong) else [f"exit code {code}, wanted {wrong}: {said[-800:]}"]


def is_not(what, found, wanted):
    return [] if found == wanted else [f"{what} is {found}, not {wanted}"]


def sent_twice(place):
    """What SES got twice: a tag, or the same revision."""
    tags = Counter(one.tag for one in place.aws.sent)
    papers = Counter(one.tag.rsplit("-", 2)[0] for one in place.aws.taken())
    yield from (f"{count} requests with the tag {tag}" for tag, count in tags.items() if count > 1)
    yield from (f"{count} letters of {paper}" for paper, count in papers.items() if count > 1)
    recorded = Counter(place.aws.recorded())
    yield from (f"moto was asked {count} times for {tag}" for tag, count in recorded.items() if count > 1)
    yield from place.aws.violations


@case("every letter goes to its customer's contacts, with its own files")
def own(place):
    yield from is_not("without approval", "0 letters sent" in place.send(), True)
    yield from is_not("requests", len(place.aws.sent), 0)
    place.approve()
    said = place.send()
    yield from is_not("letters", f"{len(place.customers)} letters sent, 0 held back" in said, True)
    by_address = {one.to[0]: one for one in place.aws.taken()}
    yield from is_not("letters that SES took", len(place.aws.taken()), len(place.customers))
    for name in place.customers:
        wanted = contacts(name)["contacts"].split("|")
        letter = by_address.get(wanted[0])
        if letter is None:
            yield f"{name} got nothing"
            continue
        yield from is_not(f"{name}: recipients", letter.to, wanted)
        yield from is_not(f"{name}: To", letter.letter["To"], ", ".join(wanted))
        yield from is_not(f"{name}: From", letter.letter["From"], "Nube Revendida <statements@bills.example.com>")
        yield from is_not(f"{name}: configuration set", letter.configuration_set, "apportion")
        yield from (f"{name}: has {header}" for header in ["Cc", "Bcc"] if letter.letter[header])
        manifest = place.manifest(name)
        yield from is_not(f"{name}: the manifest's customer", manifest["customer"], name)
        hashes = {file["name"]: file["sha256"] for file in manifest["files"]}
        wanted = {f"{PERIOD}-{name}-1.{file.split('.')[1]}": hashes[file] for file in FILES}
        found = {file: hashlib.sha256(content).hexdigest() for file, content in letter.attachments.items()}
        yield from is_not(f"{name}: files", found, wanted)
        text = letter.letter.get_body(["plain"]).get_content()
        if f"{PERIOD}-{name}-1" not in text or any(f"{PERIOD}-{other}-1" in text for other in place.customers if other != name):
            yield f"{name}: the text is of somebody else: {text[:300]}"
    yield from is_not("sent again", "0 letters sent, 0 held back" in place.send(), True)
    yield from sent_twice(place)
    yield from is_not("states", place.states(), {"sent": len(place.customers)})
    yield from is_not("events", Counter(event["type"] for event in place.bus.events), {"StatementSent": len(place.customers)})


@case("runs that are killed leave nothing sent twice, and what is unknown is listed")
def kills(place):
    wanted, done, rounds, unknown = (200 if place.long else 5), 0, 0, 0
    place.aws.delay = 0.03
    while done < wanted:
        rounds += 1
        place.reset()
        place.approve()
        while place.states().get("approved", 0) > 0 and done < wanted:
            child = subprocess.Popen(
                place.command("statements", "send"), env=place.environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=place.work
            )
            before = len(place.aws.sent)
            # Most moments are drawn from when letters go out.
            if random.random() < 0.8:
                while len(place.aws.sent) == before and child.poll() is None:
                    time.sleep(0.002)
            time.sleep(random.random() * 0.4)
            if child.poll() is None:
                child.send_signal(signal.SIGKILL)
                done += 1
            child.wait()
        place.age()
        place.run("statements", "send")
        yield from sent_twice(place)
        states = place.states()
        unknown += states["unknown"]
        yield from is_not("states", states["sent"] + states["unknown"], len(place.customers))
        tags = {one.tag for one in place.aws.taken()}
        for (customer, _), row in place.status().items():
            if row["state"] == "sent" and row["delivery"] not in tags:
                yield f"{customer} was never sent"
    place.aws.delay = 0.0
    place.counted = f"{done} kills, {unknown} unknown, {rounds} rounds"


@case("throttled letters are all sent, each once")
def throttled(place):
    some = place.customers if place.long else place.customers[:5]
    place.approve(*some)
    random.seed(7)
    place.aws.fail("throttle", *[random.choice(["throttle", "pass"]) for _ in range(3 * len(some))])
    # Who is throttled for too long comes back later.
    for _ in range(5):
        code, said = place.run("statements", "send")
        if code != 75:
            break
    yield from is_not("exit code", code, 0)
    tags = Counter(one.tag for one in place.aws.taken())
    yield from is_not("letters", sorted(tags.values()), [1] * len(some))
    yield from is_not("met", any(one.fault == "throttle" for one in place.aws.sent), True)
    yield from is_not("states", place.states()["sent"], len(some))


@case("what nobody knows is never sent again by itself")
def unknown(place):
    for fault in ["lose", "drop", "break", "hang"]:
        place.reset()
        first, second, *_ = place.customers
        place.approve(first, second)
        place.aws.fail(fault)
        code, said = place.run("statements", "send", "--customer", f"{first},{second}")
        yield from is_not(f"{fault}: exit code", code, 1)
        if "nobody knows whether SES has taken the letter" not in said:
            yield f"{fault}: {said}"
        place.age()
        code, said = place.run("statements", "send", "--customer", f"{first},{second}")
        yield from is_not(f"{fault}: exit code of another send", code, 1)
        yield from is_not(f"{fault}: requests", Counter(one.fault for one in place.aws.sent), {fault: 1, "pass": 1})
        yield from is_not(f"{fault}: state", place.status()[first, 1]["state"], "unknown")
        if "statements resolve" not in place.run("statements", "status")[1]:
            yield f"{fault}: status does not say what to do"


@case("SES's own word, or a person's, settles what is unknown")
def settled(place):
    one, two, three, *_ = place.customers
    place.approve(one, two, three)
    place.aws.fail("lose", "lose", "drop")
    place.run("statements", "send")
    code, said = place.run("statements", "resolve", "--customer", two, "--sent")
    yield from is_not("too early", (code, "may still be on its way" in said), (75, True))
    place.age()
    yield from is_not("states", place.states()["unknown"], 3)
    tags = {sent.to[0].split("@")[1].split(".")[0]: sent.tag for sent in place.aws.sent}
    place.tell("Send", tags[one])
    # What SES has told is heard before anything is sent, too.
    place.run("statements", "send")
    place.run("statements", "resolve", "--customer", two, "--sent", expect=0)
    place.run("statements", "resolve", "--customer", three, "--not-sent", expect=0)
    status = place.status()
    yield from is_not("states", [status[name, 1]["state"] for name in [one, two, three]], ["sent", "sent", "approved"])
    place.send()
    yield from is_not("letters", Counter(sent.to[0].split("@")[1].split(".")[0] for sent in place.aws.taken()), {one: 1, two: 1, three: 1})
    code, said = place.run("statements", "resolve", "--customer", one, "--not-sent")
    yield from is_not("nothing to settle", (code, "nothing is unknown" in said), (2, True))


@case("bounces and complaints mark an address, and nothing more goes there")
def bounced(place):
    one, two, three, *_ = place.customers
    place.approve(one, two, three)
    place.send()
    tags = {sent.to[0].split("@")[1].split(".")[0]: sent.tag for sent in place.aws.sent}
    address = f"accounts@{one}.example.com"
    server = {"emailAddress": address, "diagnosticCode": "smtp; 550 5.1.1 user unknown"}
    for _ in range(2):
        place.tell("Bounce", tags[one], bounceType="Permanent", bounceSubType="General", bouncedRecipients=[server])
    other = server | {"diagnosticCode": "smtp; 552 5.2.2 mailbox full"}
    place.tell("Bounce", tags[one], bounceType="Permanent", bounceSubType="General", bouncedRecipients=[other])
    place.tell("Complaint", tags[two], complainedRecipients=[{"emailAddress": f"accounts@{two}.example.com"}])
    place.tell("Delivery", tags[three], recipients=[f"accounts@{three}.example.com"])
    place.tell("Bounce", "2026-10-0000000000000000-1-1-00000000", bounceType="Permanent", bouncedRecipients=[server])
    code, said = place.run("statements", "status")
    yield from is_not("exit code", code, 0)
    for words in ["bounced", "complained", "delivered", "550 5.1.1 user unknown", "mend the address", "1 message in the queue"]:
        if words not in said:
            yield f"status does not say `{words}`: {said}"
    found = sorted((event["type"], event["customer"]) for event in place.bus.events if event["type"] != "StatementSent")
    yield from is_not("events", found, [("StatementFailed", one), ("StatementFailed", one), ("StatementFailed", two)])
    yield from is_not("events' ids", len({event["id"] for event in place.bus.events}), len(place.bus.events))
    # A month later: the same contacts.
    shutil.rmtree(place.output / ".apportion/deliveries")
    place.approve(one, three)
    code, said = place.run("statements", "send", "--customer", f"{one},{three}")
    yield from is_not("held back", (code, f"{address} has sent mail back on 2026-11-03" in said), (1, True))
    yield from is_not("letters", len(place.aws.taken()), 4)
    place.send("--customer", one, "--bounced")
    yield from is_not("letters", len(place.aws.taken()), 5)


HOSTILE = [
    "accounts@customer-01.example.com\r\nBcc: thief@evil.example.net",
    "accounts@customer-02.example.com, thief@evil.example.net",
    "accounts@customer-03.example.com;thief@evil.example.net",
    "\"accounts@customer-04.example.com\" <thief@evil.example.net>",
    "thief@evil.example.net",
    "thief@customer-06.example.com.evil.example.net",
    "thief@evil.example.net|accounts@customer-07.example.com",
    "nobody",
    "",
]
NAMES = [
    "Evil\r\nBcc: thief@evil.example.net\r\n\r\nHello",
    "{{ 7 * 7 }} <script>alert(1)</script>",
    "=cmd()|\\\"';--",
]


@case("hostile addresses, names and values lead nowhere")
def hostile(place):
    seed = place.project / "data/seeds/customers.csv"
    right = text = seed.read_text()
    bad, named = place.customers[: len(HOSTILE)], place.customers[len(HOSTILE) : len(HOSTILE) + len(NAMES)]
    quoted = lambda value: '"' + value.replace('"', '""') + '"'
    for name, contact in zip(bad, HOSTILE):
        text = text.replace(contacts(name)["contacts"], quoted(contact))
    for name, legal in zip(named, NAMES):
        text = text.replace(f"{name} S.A.", quoted(legal))
    seed.write_text(text)
    place.run("run", expect=0)
    place.run("statements", "build", expect=0)
    place.approve(*bad, *named)
    code, said = place.run("statements", "send", "--customer", ",".join([*bad, *named]))
    yield from is_not("exit code", code, 1)
    yield from is_not("held back", len(re.findall(r"  held back *\n", said)), len(bad))
    by_address = {one.to[0]: one for one in place.aws.taken()}
    yield from is_not("letters", sorted(by_address), [contacts(name)["contacts"].split("|")[0] for name in named])
    for name, legal in zip(named, NAMES):
        letter = by_address[contacts(name)["contacts"].split("|")[0]]
        yield from is_not(f"{legal!r}: recipients", letter.to, contacts(name)["contacts"].split("|"))
        yield from (f"{legal!r}: has {header}" for header in letter.letter.keys() if header.lower() in ["bcc", "cc"])
        html = letter.letter.get_body(["html"]).get_content()
        if "<script>" in html or "49" in letter.letter["Subject"] or "\n" in letter.letter["Subject"]:
            yield f"{legal!r}: {letter.letter['Subject']}, {html[:400]}"
    seed.write_text(right)
    place.run("run", expect=0)
    place.rebuild()


@case("where files are too large, letters have links to them")
def linked(place):
    s3, name = place.aws.client("s3"), place.customers[0]
    s3.create_bucket(Bucket="results")
    for path in sorted(place.output.rglob("*")):
        if path.is_file():
            s3.put_object(Bucket="results", Key=f"out/{path.relative_to(place.output)}", Body=path.read_bytes())
    place.mail(attach_limit="10KB", link_days=1)
    words = ["--customer", name, "--output", "s3://results/out"]
    place.run("statements", "approve", *words, expect=0, AWS_ENDPOINT_URL_S3=place.aws.moto_url)
    place.run("statements", "send", *words, expect=0, AWS_ENDPOINT_URL_S3=place.aws.moto_url)
    place.run("statements", "send", *words, expect=0, AWS_ENDPOINT_URL_S3=place.aws.moto_url)
    [letter] = place.aws.taken()
    yield from is_not("attachments", letter.attachments, {})
    text, html = (letter.letter.get_body([kind]).get_content() for kind in ["plain", "html"])
    hashes = {file["name"]: file["sha256"] for file in place.manifest(name)["files"]}
    for file in FILES:
        [link] = [line.split(": ", 1)[1] for line in text.splitlines() if line.startswith(f"{file}: ")]
        with urllib.request.urlopen(link) as answer:
            yield from is_not(f"{file} behind its link", hashlib.sha256(answer.read()).hexdigest(), hashes[file])
        yield from is_not("how long it works", "X-Amz-Expires=86400" in link, True)
        yield from is_not("the page has it, too", link in unescape(html), True)


@case("what SES refuses is said, told, and may be sent once it is mended")
def refused(place):
    one, two, *_ = place.customers
    place.approve(one, two)
    place.aws.fail("refuse", "deny")
    code, said = place.run("statements", "send")
    yield from is_not("exit code", code, 1)
    yield from (f"send does not say `{word}`: {said}" for word in ["sandbox", "ses:SendRawEmail"] if word not in said)
    yield from is_not("states", place.states()["refused"], 2)
    yield from is_not("events", Counter(event["type"] for event in place.bus.events), {"StatementFailed": 2})
    place.send()
    yield from is_not("states", place.states()["sent"], 2)
    yield from sent_twice(place)


@case("where SES takes no more today, the rest is sent another day")
def daily(place):
    place.approve()
    place.aws.fail("pass", "pass")
    place.aws.always = "daily"
    code, said = place.run("statements", "send")
    yield from is_not("exit code", (code, "takes nothing more today" in said), (75, True))
    yield from is_not("states", place.states(), {"sent": 2, "approved": len(place.customers) - 2})
    yield from is_not("requests", len(place.aws.sent), 3)
    place.aws.always = None
    place.send()
    yield from is_not("states", place.states(), {"sent": len(place.customers)})


@case("nothing is claimed where nothing can be sent")
def impossible(place):
    place.approve()
    wrong = [
        ({"from": "a@unknown.example.org"}, {}, 2, "does not know the sender a@unknown.example.org"),
        ({}, {"AWS_ENDPOINT_URL_SESV2": "http://127.0.0.1:9"}, 75, "SES refused GetEmailIdentity"),
        ({"from": "no address"}, {}, 2, "`no address` is no address for mail"),
        ({"attach": ["statement.doc"]}, {}, 2, "did you mean `statement.csv`"),
        ({"attach_limit": "10KB"}, {}, 1, "links to files need an output in S3"),
        ({"link_days": 8}, {}, 2, "works for 1 to 7 days"),
    ]
    for mail, environment, expect, says in wrong:
        place.mail(**mail)
        code, said = place.run("statements", "send", "--customer", place.customers[0], **environment)
        if code != expect or says not in said:
            yield f"{mail} {environment}: exit code {code}, wanted {expect} and `{says}`: {said[-800:]}"
    claims = list((place.output / ".apportion/deliveries").rglob("claim.json"))
    yield from is_not("claims and letters", (len(claims), len(place.aws.sent)), (0, 0))


@case("an error half-way ends it, and what was sent before is said")
def halfway(place):
    one, two, three, *_ = place.customers
    place.approve(one, two, three)
    folder = place.output / f".apportion/deliveries/{PERIOD}" / hashlib.sha256(two.encode()).hexdigest()[:16] / "1"
    (folder / "1").write_text("where the claim's folder should be")
    code, said = place.run("statements", "send", "--customer", f"{one},{two},{three}")
    yield from is_not("exit code, and what is said", (code, "1 letter sent, 2 held back" in said), (2, True))
    yield from (f"send does not say `{word}`: {said}" for word in ["error: ", f"accounts@{one}.example.com"] if word not in said)
    (folder / "1").unlink()
    place.send("--customer", f"{one},{two},{three}")
    yield from is_not("letters", len(place.aws.taken()), 3)
    yield from sent_twice(place)


@case("what is provisional or not what tables say stays here")
def kept(place):
    name = place.customers[0]
    head = ("sql/statements/statement.sql", "    is_provisional,", "    true as is_provisional,")
    path = place.project / head[0]
    right = path.read_text()
    path.write_text(right.replace(head[1], head[2]))
    code, said = place.run("statements", "approve", "--customer", name)
    yield from is_not("not built", (code, "says something else than the tables do" in said), (2, True))
    place.run("statements", "build", "--customer", name, expect=0)
    code, said = place.run("statements", "approve", "--customer", name)
    yield from is_not("provisional", (code, "is provisional: AWS has not closed the month" in said), (2, True))
    place.mail(vars={"statements": {"auto_approve": True}})
    yield from is_not("approved by itself", "0 letters sent" in place.send("--customer", name), True)
    place.mail()
    place.run("statements", "approve", "--customer", name, "--provisional", expect=0)
    code, said = place.run("statements", "send", "--customer", name)
    yield from is_not("approved and provisional", (code, "is provisional" in said), (2, True))
    yield from is_not("letters", len(place.aws.sent), 0)
    place.send("--customer", name, "--provisional")
    yield from is_not("letters", len(place.aws.sent), 1)
    path.write_text(right)
    # What was sent says something else than tables do now.
    row = place.status("--customer", name)[name, 2]
    yield from is_not("superseded", (row["is_superseded"], "statements build" in row["advice"]), (True, True))
    place.run("statements", "build", "--customer", name, expect=0)
    rows = place.status("--customer", name)
    yield from is_not("revisions", sorted((revision, row["state"], row["is_superseded"]) for (_, revision), row in rows.items()), [(2, "sent", True), (3, "built", False)])
    yield from is_not("by itself", "0 letters sent" in place.send("--customer", name), True)
    place.mail(vars={"statements": {"auto_approve": True}})
    place.send("--customer", name)
    row = place.status("--customer", name)[name, 3]
    yield from is_not("approved", (row["state"], row["approved_by"]), ("sent", "vars.statements.auto_approve"))
    [*_, letter] = place.aws.taken()
    yield from is_not("subject of a correction", f"{PERIOD}-{name}-3" in letter.letter["Subject"] or "revis" in letter.letter.get_body(["plain"]).get_content().lower(), True)
    place.rebuild()


@case("a rollback sends nothing, and what was sent is superseded")
def rolled_back(place):
    name = place.customers[0]
    rates = place.project / "data/seeds/currency_rates.csv"
    right = rates.read_text()
    place.approve(name)
    place.send("--customer", name)
    rates.write_text(right.replace("17.5", "18.5", 1) if "17.5" in right else right.replace(",1", ",2", 1))
    place.run("run", expect=0)
    place.run("statements", "build", "--customer", name, expect=0)
    place.approve(name)
    place.send("--customer", name)
    yield from is_not("letters", len(place.aws.taken()), 2)
    place.run("rollback", "--period", PERIOD, expect=0)
    place.run("statements", "send", "--customer", name)
    yield from is_not("letters after the rollback", len(place.aws.taken()), 2)
    row = place.status("--customer", name)[name, 2]
    yield from is_not("superseded", (row["state"], row["is_superseded"]), ("sent", True))
    if "sent, superseded" not in place.run("statements", "status", "--customer", name)[1]:
        yield "status does not say so"
    rates.write_text(right)
    place.run("run", "--full-refresh", expect=0)
    place.rebuild()


@case("letters are files on demand, and where no SES is set up")
def written(place):
    folder = place.work / "letters"
    shutil.rmtree(folder, ignore_errors=True)
    place.send("--dry-run", "--into", folder)
    found = {path.name: message_from_bytes(path.read_bytes(), policy=policy.default) for path in folder.glob("*.eml")}
    yield from is_not("files", sorted(found), [f"{PERIOD}-{name}-1.eml" for name in place.customers])
    for name in place.customers:
        letter = found[f"{PERIOD}-{name}-1.eml"]
        yield from is_not(f"{name}: To", letter["To"], contacts(name)["contacts"].replace("|", ", "))
        yield from is_not(f"{name}: files", [part.get_filename() for part in letter.iter_attachments()], [f"{PERIOD}-{name}-1.pdf", f"{PERIOD}-{name}-1.xlsx"])
    place.mail(ses=None)
    said = place.send("--into", folder)
    yield from is_not("said", "no SES is set up" in said and f"{len(place.customers)} letters written to {folder}" in said, True)
    yield from is_not("letters", len(place.aws.sent), 0)
    yield from is_not("states", place.states(), {"built": len(place.customers)})


@case("events are told once each, and keep to their schemas")
def told(place):
    name = place.customers[0]
    shutil.rmtree(place.output / f"statements/billing_period={PERIOD}/customer={name}")
    place.bus.fail("break", 9)
    code, said = place.run("statements", "build", "--customer", name)
    yield from is_not("a bus that is broken", (code, "could not be sent" in said), (75, True))
    place.bus.faults.clear()
    place.run("statements", "status", expect=0)
    place.approve(name)
    place.send("--customer", name)
    found = [(event["type"], event["customer"], event["revision"]) for event in place.bus.events]
    yield from is_not("events", found, [("StatementIssued", name, 1), ("StatementSent", name, 1)])
    yield from place.bus.violations
    left = list((place.output / ".apportion/outbox").rglob("*.json"))
    yield from is_not("what is still owed", left, [])


def main():
    parser = argparse.ArgumentParser(prog="sending.sh BIN", description=__doc__.splitlines()[0])
    for name in ["binary", "root", "work"]:
        parser.add_argument(name, help=argparse.SUPPRESS)
    parser.add_argument("--cases", nargs="+", default=[], metavar="WORD", help="only cases with one of these words in their function's name")
    parser.add_argument("--long", action="store_true", help="85 customers, and 200 kills")
    options = parser.parse_args()
    report, work = Report(), Path(options.work)
    with Aws(work / "aws") as aws, Bus("apportion", Path(options.root) / "docs/events") as bus:
        place = Place(options, aws, bus)
        for name, check in CASES:
            if options.cases and not any(word in check.__name__ for word in options.cases):
                continue
            started, place.counted = time.monotonic(), ""
            try:
                place.reset()
                faults = list(check(place))
            except Exception:
                faults = traceback.format_exc().splitlines()
            report.check(name, f"{place.counted} {time.monotonic() - started:.0f} s".strip(), faults)
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
