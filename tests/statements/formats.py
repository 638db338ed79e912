"""A revision of a statement, read as its customer's programs read it."""

import csv
import html
import io
import json
import re
from decimal import Decimal

import openpyxl
import pymupdf

NAMES = [
    "mail.html", "mail.txt", "manifest.json", "statement.csv", "statement.html", "statement.json", "statement.pdf",
    "statement.xlsx",
]  # fmt: skip


class Revision:
    """A folder with the files of a revision."""

    def __init__(self, folder):
        self.folder = folder
        self.bytes = {path.name: path.read_bytes() for path in sorted(folder.iterdir())}
        self.statement = json.loads(self.bytes["statement.json"])
        self.manifest = json.loads(self.bytes["manifest.json"])

    def texts(self):
        """All that a person can read in each file."""
        yield "statement.pdf", self.pdf()
        yield "statement.xlsx", "\n".join(str(cell) for row in self.cells() for cell in row if cell is not None)
        for name, content in self.bytes.items():
            if name.endswith((".html", ".txt", ".csv", ".json")):
                text = content.decode()
                yield name, html.unescape(text) if name.endswith(".html") else text

    def pdf(self):
        with pymupdf.open(stream=self.bytes["statement.pdf"], filetype="pdf") as document:
            pages = [page.get_text() for page in document]
            facts = [str(value) for value in document.metadata.values()]
        # Long words have places to break, which nobody sees.
        return "\n".join([*pages, *facts]).replace("\u200b", "")

    def sheets(self):
        return openpyxl.load_workbook(io.BytesIO(self.bytes["statement.xlsx"]))

    def cells(self):
        book = self.sheets()
        properties = [[book.properties.title, book.properties.creator]]
        return properties + [[sheet.title] for sheet in book] + [row for sheet in book for row in sheet.values]

    def lines(self):
        """The lines of the statement for machines."""
        return [
            line | {"account_id": account["account_id"], "service_code": service["service_code"]}
            for account in self.statement["details"]
            for service in account["services"]
            for line in service["lines"]
        ]

    def csv(self):
        return list(csv.DictReader(io.StringIO(self.bytes["statement.csv"].decode("utf-8-sig"), newline="")))

    def amount(self, name):
        return Decimal(self.statement[name])


def page_text(text):
    """What a page shows, without its marks."""
    return html.unescape(re.sub(r"<style>.*?</style>|<[^>]+>", " ", text, flags=re.S))
