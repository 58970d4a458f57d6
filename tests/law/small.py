"""A very small jurisdiction as texts, whole and right, from which the tests of the loader make wrong ones."""

PACK = """
[pack]
id = "zz"
version = "1"
title = { zh = "小国", en = "Smallland" }
languages = ["zh", "en"]
currencies = ["CNY"]
covers_from = 2020-01-01
checked_on = 2026-01-01

[pack.switches]
strict = { zh = "从严", en = "strict" }
window = { zh = "窗口", en = "window" }

[[document]]
id = "act"
title = { zh = "法", en = "Act" }
number = "1"
force = "LAW"

[[document]]
id = "letter"
title = { zh = "函", en = "Letter" }
force = "WINDOW"

[[fact]]
id = "principal"
unit = "money"
meaning = { zh = "本金", en = "principal" }
attested_by = ["lender"]
minimum = 0

[[fact]]
id = "cost"
unit = "rate/year"
meaning = { zh = "成本", en = "cost" }
attested_by = ["lender"]

[[fact]]
id = "kind"
unit = "code"
values = ["bank", "shop"]
meaning = { zh = "类型", en = "kind" }
attested_by = ["lender"]

[[fact]]
id = "listed"
unit = "yes/no"
meaning = { zh = "在名单", en = "listed" }
attested_by = ["lender"]

[[fact]]
id = "said"
unit = "text"
meaning = { zh = "文字", en = "words" }
attested_by = ["lender"]
"""

LAW = """
[defaults]
cite = "act#1"
source = "read"
confidence = "high"
checked_on = 2026-01-01
stage = "application"
applies_by = "contract"
effect = "block"
theme = "cost"

[[parameter]]
id = "zz.cap"
title = { zh = "上限", en = "cap" }
unit = "rate/year"
spans = [
  { from = 2020-01-01, value = "36%" },
  { from = 2024-01-01, value = "24%" },
]

[[parameter]]
id = "zz.most"
title = { zh = "最高", en = "most" }
unit = "money"
spans = [{ from = 2020-01-01, value = "1,000.00" }]

[[parameter]]
id = "zz.kinds"
title = { zh = "类型", en = "kinds" }
unit = "codes"
spans = [{ from = 2020-01-01, value = ["bank"] }]

[[word_list]]
id = "zz.words"
title = { zh = "禁语", en = "words" }
spans = [{ from = 2020-01-01, words = ["坏"] }]

[[rule]]
id = "zz.cost"
title = { zh = "成本", en = "cost" }
when = "kind IN :kinds"
holds = "cost <= :cap"
from = 2020-01-01
message = { zh = "成本 {cost}, 上限 {cap}", en = "cost {cost}, cap {cap}" }
question = "zz.q"
given = { kind = "bank", cost = "24%" }
cases = [
  { on = 2024-01-01, expect = "holds", why = { zh = "恰在上限", en = "exactly on the cap" } },
  { on = 2024-01-01, but = { cost = "24.000001%" }, expect = "breached", why = { zh = "超过", en = "above it" } },
  { on = 2024-01-01, without = ["cost"], expect = "undetermined", why = { zh = "未知", en = "unknown" } },
  { on = 2019-12-31, expect = "not_applicable", why = { zh = "前一日", en = "the day before" } },
]

[[rule]]
id = "zz.amount"
title = { zh = "金额", en = "amount" }
holds = "principal <= :most AND listed AND NOT REGEXP_LIKE(said, :words)"
from = 2020-01-01
message = { zh = "本金 {principal}", en = "principal {principal}" }
given = { principal = "1,000.00", listed = true, said = "好" }
cases = [
  { on = 2024-01-01, expect = "holds", why = { zh = "恰在上限", en = "exactly on the cap" } },
  { on = 2024-01-01, but = { principal = "1,000.01" }, expect = "breached", why = { zh = "超过", en = "above it" } },
  { on = 2024-01-01, without = ["principal"], expect = "undetermined", why = { zh = "未知", en = "unknown" } },
  { on = 2019-12-31, expect = "not_applicable", why = { zh = "前一日", en = "the day before" } },
]

[[fee_class]]
id = "zz.interest"
title = { zh = "利息", en = "interest" }
in_cost = true
may_charge = ["funder"]
contingent = false

[[calendar]]
id = "zz.days"
title = { zh = "日历", en = "days" }
first = 2024-01-01
last = 2024-12-31
holidays = [2024-01-01, [2024-10-01, 2024-10-07]]
workdays = [2024-10-12]

[[duty]]
id = "zz.report"
title = { zh = "报告", en = "report" }
subject = ["bank"]
evidence = { zh = "报告", en = "a report" }
from = 2020-01-01
"""


def texts(*edits: tuple[str, str]) -> dict[str, str]:
    """The two texts with edits made, each of which must find its place once or more."""
    found = {"pack.toml": PACK, "law.toml": LAW}
    for old, new in edits:
        assert any(old in text for text in found.values()), old
        found = {name: text.replace(old, new, 1) for name, text in found.items()}
    return found
