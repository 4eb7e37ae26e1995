"""Prints the cells of a table as JSON, with nothing but the standard library.

Usage: read_table.py FILE.csv | FILE.xlsx [SHEET]

A cell is a text, a number, or null where there is none. All cells of CSV are texts.
"""

import csv
import json
import re
import sys
import xml.etree.ElementTree as ElementTree
import zipfile

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def column(reference):
    """The number of a column, from 0: `A` is 0, `AA` is 26."""
    number = 0
    for letter in re.match("[A-Z]+", reference).group():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def text(element):
    return "".join(part.text or "" for part in element.iter(MAIN + "t"))


def value(cell, shared):
    kind, content = cell.get("t", "n"), cell.find(MAIN + "v")
    if kind == "inlineStr":
        return text(cell.find(MAIN + "is"))
    if content is None:
        return None
    return shared[int(content.text)] if kind == "s" else content.text if kind == "str" else float(content.text)


def workbook(path, name):
    with zipfile.ZipFile(path) as book:
        assert book.testzip() is None, "a damaged archive"
        shared = []
        if "xl/sharedStrings.xml" in book.namelist():
            shared = [text(item) for item in ElementTree.fromstring(book.read("xl/sharedStrings.xml"))]
        sheets = ElementTree.fromstring(book.read("xl/workbook.xml")).iter(MAIN + "sheet")
        relation = next(sheet.get(RELATION) for sheet in sheets if sheet.get("name") == name)
        targets = ElementTree.fromstring(book.read("xl/_rels/workbook.xml.rels"))
        target = next(target.get("Target") for target in targets if target.get("Id") == relation)
        rows = []
        for row in ElementTree.fromstring(book.read("xl/" + target)).iter(MAIN + "row"):
            cells = {column(cell.get("r")): value(cell, shared) for cell in row}
            rows.append([cells.get(place) for place in range(max(cells, default=-1) + 1)])
        return rows


path, sheet = sys.argv[1], (sys.argv[2:] or ["rows"])[0]
if path.endswith(".xlsx"):
    table = workbook(path, sheet)
else:
    with open(path, newline="", encoding="utf-8") as file:
        table = list(csv.reader(file))
json.dump(table, sys.stdout)
