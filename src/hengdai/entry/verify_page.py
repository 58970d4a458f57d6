"""The page `verify.html`, alone or with a bundle inside: opened, it checks itself and connects to nothing."""

import base64
from importlib.resources import files

_PAGE = files("hengdai.entry.http").joinpath("static/verify.html")
# Whoever prints the page waits for `settled` (:mod:`hengdai.entry.report.browser`).
_INSIDE = """<script id="inside" type="text/plain">{data}</script>
<script>
const inside = atob(document.getElementById("inside").textContent);
settled = take(new Blob([Uint8Array.from(inside, char => char.charCodeAt(0))]));
</script>
</body>"""


def verify_page(bundle: bytes | None = None) -> str:
    """The page; with `bundle` its verdict, records and how to check again stand on it as soon as it is opened."""
    page = _PAGE.read_text(encoding="utf-8")
    if bundle is None:
        return page
    return page.replace("</body>", _INSIDE.replace("{data}", base64.b64encode(bundle).decode()))
