"""The index of decisions in ARCHITECTURE.md, made from the pages: `python -m tools.decisions` writes it."""

from tools.source import ROOT

HEADING = "## Decisions\n"
LEAD = "One page each, never rewritten: a later page may replace an earlier one and says so.\n"


def index() -> str:
    """One line for each page, by number, linking to it under its title."""
    pages = sorted((ROOT / "docs/decisions").glob("*.md"))
    titles = [(page.name, page.read_text(encoding="utf-8").partition("\n")[0].removeprefix("# ")) for page in pages]
    return "".join(f"- [{title}](docs/decisions/{name})\n" for name, title in titles)


def with_index(architecture: str) -> str:
    """The document with the index as it should be under its last heading."""
    before, heading, _ = architecture.partition(HEADING)
    return f"{before}{heading or HEADING}\n{LEAD}\n{index()}"


if __name__ == "__main__":
    path = ROOT / "ARCHITECTURE.md"
    path.write_text(with_index(path.read_text(encoding="utf-8")), encoding="utf-8")
