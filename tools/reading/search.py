"""The index of the reading edition: every section's text, for a search without a server."""

import json
import re

from bs4 import BeautifulSoup


def sections(chapter):
    """[{page, id, lesson, heading, text}] of a chapter: its opening, and each section below it."""
    soup = BeautifulSoup(chapter["body"], "html.parser")
    for unheard in soup.select("script, a.permalink, annotation"):
        unheard.decompose()
    title = chapter["headings"][0][2]
    found = [{"page": chapter["file"], "id": "", "lesson": title, "heading": title, "text": []}]
    for node in soup.descendants:
        if node.name == "h2":
            found.append(found[0] | {"id": node["id"], "heading": node.get_text(), "text": []})
        elif node.name == "img":
            continue  # its text is its caption too
        elif isinstance(node, str) and not node.find_parent(["h1", "h2"]):
            found[-1]["text"].append(node)
    return [part | {"text": plain(part["text"])} for part in found]


def plain(strings):
    return re.sub(r"\s+", " ", "".join(strings)).strip()


def index(chapters):
    """A script that hands the page all sections of all chapters."""
    found = [part for chapter in chapters for part in sections(chapter)]
    return f"document.currentScript.sections = {json.dumps(found, ensure_ascii=False)};\n"
