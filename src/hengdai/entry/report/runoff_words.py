"""The words of a run-off plan in both languages."""

from collections.abc import Mapping

from hengdai.audit.runoff import Remedy
from hengdai.base.text import Text

WORDS: Mapping[str, Text] = {
    "title": Text("存量清退计划", "Run-off plan"),
    "span": Text(
        "{audited} 笔 · {files} · {start} 起, {by} 清零", "{audited} loans · {files} · from {start}, clear by {by}"
    ),
    "law": Text("依据 {title} {version}, 摘要 {digest}", "under {title} {version}, digest {digest}"),
    "as_if": Text(
        "每笔贷款均视同写于 {day}, 而非其实际日期。",
        "Every loan is judged as if written on {day}, not on its own day.",
    ),
    "lead": Text(
        "{above} 笔贷款超过综合融资成本上限 {cap}; 至 {by} 清零, 共需 {price}。",
        "{above} loans cost more than the cap of {cap}; none is left by {by}, for {price}.",
    ),
    "nothing": Text("没有贷款超过上限, 无须清退。", "No loan is above the cap: there is nothing to run off."),
    "nothing_known": Text(
        "没有已知超过上限的贷款; 另有贷款无法判断, 见上。",
        "No loan is known to be above the cap; there are loans of which nobody knows, as told above.",
    ),
    "nothing_left": Text(
        "超过上限的贷款在计划开始前均已到期结清, 无须处理。",
        "All loans above the cap had run out before the plan begins: nothing is left to mend.",
    ),
    "dearest_month": Text(
        "{months} 个月里最贵的是 {month}, {price}。",
        "The dearest of the {months} months is {month} with {price}.",
    ),
    "one_month": Text("在 {month} 一个月内完成。", "All of it falls in {month}."),
    "forbidden": Text(
        "其中 {count} 笔写于上限施行之后: 放款时即属违规, 法规没有给予期限。计划优先处理, 各月日期是机构自己的安排。",
        "{count} of them were written under the cap and were breaches from the first day: the law gives "
        "them no time. "
        "They go first; the days of the plan are the lender's own.",
    ),
    "waiting": Text(
        "{count} 笔写于上限施行之前且在期内到期: 通知允许到期自然结清, 不需费用; 期间成本不降, "
        "借款人仍可请求法院调减。",
        "{count} were written before the cap and end in time: the notice lets them run out, at no price. "
        "Their cost does "
        "not fall meanwhile, and a borrower may still ask a court to cut it.",
    ),
    "ended": Text(
        "另有 {count} 笔在计划开始前已到期结清, 不计入。",
        "{count} more had run out before the plan begins and are not counted.",
    ),
    "unmendable": Text(
        "{count} 笔无法用所选补救处理 (没有待还期次或降不到上限), 改为一次退还。",
        "{count} loans cannot be mended by the remedies that were chosen (nothing is left to lower, or not "
        "enough), and "
        "are refunded instead.",
    ),
    "currency": Text(
        "金额以 {mine} 计, 法规的金额界线以 {law} 计: 上限是利率, 与币种无关, 照样衡量; 涉及金额的规则不作判断。",
        "Amounts are in {mine}, the law's in {law}: the cap is a rate and holds in any money; rules about "
        "amounts are left undetermined.",
    ),
    "not_yet": Text(
        "计划自 {start} 起, 早于其中 {count} 笔的数据日或放款日 (最晚 {day}): 期次按计划日计, 与事实不符; "
        "请用 --since 给出较晚的起始日。",
        "The plan begins on {start}, before the day of the data or of the payout of some of its loans ({count}, the "
        "last on {day}): what they had paid by then is not counted. Give a later day with --since.",
    ),
    "no_cap": Text(
        "{count} 笔没有可适用的上限 (例如写于其施行之前), 不在计划内; 用 --as-if 可按某日的上限衡量。",
        "Not in the plan, for want of a cap that governs on the loan's day (written before it, for one): {count}; "
        "--as-if holds them against the cap of a day.",
    ),
    "cap_unknown": Text(
        "{count} 笔缺少事实或当日法规未作规定, 不知是否受上限约束, 不在计划内; 未知从不算合规, 缺什么见审计报告。",
        "Not in the plan, because a fact is missing or the law of the day is silent, so that nobody knows whether a "
        "cap governs: {count}; unknown is never a pass, and the audit report names what is missing.",
    ),
    "no_cost": Text(
        "{count} 笔算不出成本, 不在计划内; 未知从不算合规。",
        "Not in the plan, because no cost could be computed: {count}; unknown is never a pass.",
    ),
    "doubtful": Text(
        "{count} 笔按带上数字未超上限, 但数字存疑 (如到账金额未填), 不在计划内。",
        "Not in the plan, because within the cap only by figures in doubt (no payout told, for one): {count}.",
    ),
    "left_out": Text("未入计划的逐笔见 runoff-left-out.csv。", "Those left out are named in runoff-left-out.csv."),
    "lower_bounds": Text(
        "计划内 {count} 笔的成本仅为下限 (如到账金额未填), 费用也是下限。",
        "In the plan, with a cost that is a lower bound (no payout told, for one), as is the price: {count}.",
    ),
    "rejected": Text("{count} 行无法读取, 见 rejects.csv。", "Rows that could not be read, see rejects.csv: {count}."),
    "unread_debits": Text(
        "{count} 笔扣款无法读取: 变相收费未能查全, 费用是下限。",
        "{count} debits could not be read: disguised charges were not looked for in full, prices are lower bounds.",
    ),
    "not_looked": Text(
        "没有提供借款人的扣款明细, 变相收费未查: 笔数与费用是下限。",
        "No debits of the borrowers were given and disguised charges were not looked for: counts and "
        "prices are lower "
        "bounds.",
    ),
    "above": Text("超过上限", "above the cap"),
    "loans_count": Text("{count} 笔", "{count} loans"),
    "price": Text("费用", "price"),
    "whole_price": Text("计划费用合计", "price of the plan"),
    "month_price": Text("最贵的月份", "dearest month"),
    "clear_by": Text("清零日", "clear by"),
    "loans": Text("笔", "loans"),
    "progress": Text("尚在上限之上的笔数", "Loans still above the cap"),
    "months": Text("逐月", "Month by month"),
    "cost_months": Text("每月费用", "Price of each month"),
    "remedies": Text("补救、费用与依据", "Remedies, price and clause"),
    "remedy": Text("补救", "remedy"),
    "clause": Text("依据", "clause"),
    "alone": Text("若只用此法", "if used alone"),
    "of_loans": Text("可用 {count} 笔", "possible for {count}"),
    "whole": Text("合计", "together"),
    "cap_rules": Text("上限依据", "The cap stands on"),
    "month": Text("月份", "month"),
    "mended": Text("处理", "mended"),
    "run_out": Text("自然结清", "run out"),
    "left": Text("尚余", "left"),
    "partner": Text("按合作机构", "By partner"),
    "lender": Text("按放款机构", "By lender"),
    "principal": Text("本金", "principal"),
    "unnamed": Text("(未填)", "(not given)"),
    "dearest": Text("费用最高的 {count} 笔", "The dearest {count} loans"),
    "loan": Text("借据 {id}", "Loan {id}"),
    "before": Text("处理前: 收到 (绿), 支付 (红)", "before: received (green), paid (red)"),
    "after": Text("处理后", "after"),
    "others": Text("其他补救", "other remedies"),
    "method": Text("方法与界线", "Method and lines"),
    "running_out": Text("到期自然结清的 {count} 笔", "{count} of the loans that run out"),
    "other": Text("英文版 English", "Chinese 中文"),
    "made": Text(
        "制作日 {day}。逐笔见 runoff.csv 与 runoff.parquet, 逐月与汇总见 runoff.json; 审计结论见 findings.csv。",
        "Made on {day}. Every loan is in runoff.csv and runoff.parquet, months and sums in runoff.json, "
        "the findings of "
        "the audit in findings.csv.",
    ),
}
BEFORE = Text(
    "到手 {received}, 其后 {count} 期共付 {paid}: 综合成本 (单利) {cost}, 上限 {cap}, 超出 {over}",
    "received {received}, pays {paid} in {count} instalments: {cost} all-in (simple) against a cap of "
    "{cap}, {over} above",
)
PASSED = Text(
    "至 {day} 已过 {passed} 期, 余 {left} 期; 全部收付按每期 {rate} 折算到该期, 多收 {excess}",
    "by {day}, {passed} instalments have passed and {left} are to come; at {rate} a period all flows are "
    "worth {excess} "
    "too much to the lender on that day",
)
STOPPED = Text(
    "平台每期收取 {each}, 任何机构都不得如此收费: 以后一律停收",
    "the platform's {each} with each instalment may not be charged at all: it stops, whatever the remedy",
)
DOES: Mapping[Remedy, Text] = {
    Remedy.RUN_OUT: Text("写于上限施行之前, {day} 到期自然结清", "written before the cap; ends by its terms on {day}"),
    Remedy.FEE_WAIVER: Text(
        "以后 {left} 期每期费用少收 {amount}, 共 {lowered}; 另退还 {back}",
        "{amount} less in fees on each of the {left} instalments to come, {lowered} in all; {back} given back",
    ),
    Remedy.RATE_CUT: Text(
        "以后 {left} 期每期少收 {amount}, 共 {lowered}",
        "{amount} less on each of the {left} instalments to come, {lowered} in all",
    ),
    Remedy.REFUND: Text("{day} 一次退还 {amount}", "{amount} given back at once on {day}"),
    Remedy.SETTLEMENT: Text(
        "{day} 付 {amount} 即结清, 其后 {left} 期不再收取",
        "{amount} paid on {day} ends it; the {left} instalments to come are not asked",
    ),
}
COSTS = Text("费用 {price}; 处理后综合成本 (单利) {after}", "price {price}; all-in cost afterwards {after} (simple)")
NO_RATE = Text(
    "费用 {price}; 退还后现金流没有唯一利率, 按上限折算后不亏欠借款人",
    "price {price}; with the money back the flows have no single rate; valued at the cap the borrower is owed nothing",
)
METHOD = (
    Text(
        "每笔取所允许补救中费用最低的一种; 费用是机构放弃的钱: 少收的金额加退还的金额, 不折现。补救在实施当日计价, "
        "等得越久, 已过期次越多, 退还额按上限利率增长。",
        "Each loan gets the cheapest remedy that is allowed. The price is the money given up: what is no "
        "longer asked and "
        "what is given back, not discounted. A remedy is priced on the day it is given: the longer it "
        "waits, the more "
        "instalments have passed, and a refund grows at the rate of the cap.",
    ),
    Text(
        "退还额为使综合融资成本恰为上限的最小整数金额; 降低各期应还与减免费用同此, 每期相同, 进位到最小货币单位。",
        "A refund is the least whole amount that makes the all-in cost the cap itself; so are lowered "
        "instalments and "
        "waived fees, the same each time, rounded up to the minor unit.",
    ),
    Text(
        "提前结清须借款人同意并付得出; 所收不超过合同当日未还本金 (一次还本的另加已用期间利息), 不收违约金。",
        "Early settlement needs a borrower who agrees and can pay. No more is asked than the principal "
        "that the contract "
        "leaves open on that day (with interest for the time used where it is repaid at once), and no fee for it.",
    ),
    Text(
        "按正常履约计算: 至实施日到期的各期视为已付; 带上标明已结清的, 没有待还期次, "
        "只能退还。逾期、展期与已提前还款的"
        "须逐笔复核。",
        "Normal performance is supposed: what has fallen due by the day counts as paid. A loan that the "
        "tape calls closed "
        "has nothing to come and can only be refunded. Loans in arrears, extended or prepaid must be "
        "looked at one by one.",
    ),
    Text(
        "计划只使成本不超过上限 (单利口径)。一笔贷款违反的其他条款见审计报告; "
        "平台不得收取的每期费用在每种补救中都停收, "
        "此前已收的只退还超过上限的部分。",
        "The plan brings the cost within the cap (simple method) and no more. Other rules that a loan "
        "breaks stand in the "
        "audit report. A monthly charge that the platform may not take stops under every remedy; of what "
        "it took before, "
        "only the part above the cap is given back.",
    ),
)
