#!/usr/bin/env python3
"""Asks expat, and libxml2 where lxml is installed, what they think of metafix's verdicts.

    METAFIX_MUTANTS=mutants METAFIX_MUTANT_COUNT=200000 cargo test --test laws xml_oracle::
    python3 tests/oracle/expat.py mutants

Prints each difference that is not one of the known ones, and ends with status 1 if there are any.

Last result: 1,000,000 mutants, and each character of the first plane as the first and the second
of a name, of which metafix accepts 153,257; no difference but the known ones.
"""

import re
import struct
import sys
from xml.parsers import expat

try:
    from lxml import etree
except ImportError:
    etree = None


# What mutants have of the characters that only the fifth edition, libxml2's, allows in names. In
# the place of each stands one that no edition does; in text and in values the two are alike.
FIFTH = re.compile("[\u203f\u2c60\ufeff\ufffd\U00010000\U0001fffe]")


def records(path):
    with open(path, "rb") as file:
        while head := file.read(5):
            verdict, length = struct.unpack("<cI", head)
            yield verdict == b"+", file.read(length)


def expat_accepts(text):
    # The encoding is given: what the declaration says about it is not judged here.
    parser = expat.ParserCreate("utf-8")
    try:
        parser.Parse(text, True)
    except expat.ExpatError as error:
        return False, str(error)
    return True, ""


def libxml2_accepts(text):
    parser = etree.XMLParser(
        encoding="utf-8", resolve_entities=False, no_network=True, huge_tree=True
    )
    # Without namespaces there is nothing that is well-formed and yet refused for them.
    head = re.match(rb"(<\?xml\s[^?]*\?>)?", text)[0]
    rest = text[len(head) :]
    rest = rest.replace(b":", "\N{CJK UNIFIED IDEOGRAPH-4E00}".encode()).replace(b"xmlns", b"xmlnz")
    text = FIFTH.sub("\u00d7", (head + rest).decode("utf-8", "surrogateescape"))
    try:
        etree.fromstring(text.encode("utf-8", "surrogateescape"), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        return False, str(error)
    return True, ""


def known(judge, ours, text):
    """The reason why a judge may differ, or None."""
    if judge == "libxml2" and re.fullmatch("<a?[^a]/>", text.decode("utf-8", "replace")):
        return "a name of one or two characters: libxml2 knows the fifth edition"
    if text.startswith(b"\xef\xbb\xbf"):
        return "a byte order mark: the text begins after it, so this is a second one"
    if b"<!DOCTYPE" in text:
        return "a document type declaration: refused by us, whatever it holds"
    declared = re.match(rb"<\?xml[^>]*?version\s*=\s*(?:'([^']*)'|\"([^\"]*)\")", text)
    if declared and (declared[1] or declared[2]) != b"1.0" and not ours:
        return "another version than 1.0: refused by us"
    return None


def main():
    judges = {"expat": expat_accepts}
    if etree:
        judges["libxml2"] = libxml2_accepts
    count, accepted, differences, reasons = 0, 0, 0, {}
    for ours, text in records(sys.argv[1]):
        count += 1
        accepted += ours
        for judge, accepts in judges.items():
            theirs, why = accepts(text)
            if ours == theirs:
                continue
            reason = known(judge, ours, text)
            if reason:
                reasons[judge, reason] = reasons.get((judge, reason), 0) + 1
                continue
            differences += 1
            print(f"{judge} {'accepts' if theirs else 'refuses: ' + why}\n  {text!r}")
    for (judge, reason), times in sorted(reasons.items()):
        print(f"{times} times, {judge}: {reason}")
    print(f"{count} mutants, {accepted} accepted, {differences} differences to {', '.join(judges)}")
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
