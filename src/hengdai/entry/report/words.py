"""The words of a report in both languages."""

from collections.abc import Mapping

from hengdai.base.text import Text

WORDS: Mapping[str, Text] = {
    "title": Text("贷款带审计报告", "Loan tape audit"),
    "of": Text("{rows} 行 · {files}", "{rows} rows · {files}"),
    "law": Text("依据 {title} {version}, 摘要 {digest}", "under {title} {version}, digest {digest}"),
    "as_if": Text(
        "每笔贷款均视同写于 {day}, 而非其实际日期",
        "Every loan judged as if written on {day}, not on its own day",
    ),
    "over": Text(
        "{over} 笔 ({share}) 的综合融资成本超过 {cap} 的上限; 使其恰好回到上限应退还 {refund}。",
        "{over} loans ({share}) cost more than the cap of {cap}; bringing them exactly to the cap takes {refund}.",
    ),
    "rounding": Text(
        "其中 {count} 笔仅因每期舍入到分而越线, 每期不足一分。",
        "{count} of them pass it only because instalments are rounded to the coin, by less than a coin each.",
    ),
    "none_over": Text(
        "没有贷款的综合融资成本 (单利) 超过上限 {cap}。",
        "No loan's all-in cost (simple) passes the cap of {cap}.",
    ),
    "no_cap": Text(
        "法规包对这些贷款没有给出可适用的上限, 未作超限判断。",
        "The law pack gives no cap that governs these loans; none was judged against one.",
    ),
    "rest": Text(
        "{breached} 笔至少违反一条规则, {different} 笔与重算有重大差异, {undetermined} 笔无法判定, "
        "{clean} 笔未见问题。",
        "{breached} loans breach at least one rule, {different} differ materially from the "
        "recomputation, {undetermined} could not be determined, {clean} show nothing.",
    ),
    "linked": Text(
        "在借款人的其他扣款中发现 {amount} 属于贷款的变相收费。",
        "{amount} of the borrowers' other debits are disguised charges of their loans.",
    ),
    "audited": Text("已审计", "audited"),
    "loans": Text("笔", "loans"),
    "principal": Text("贷款本金", "principal"),
    "median": Text("综合成本中位数 (单利)", "median all-in cost (simple)"),
    "or_compound": Text("按复利口径 {amount}", "{amount} on the compound method"),
    "also": Text("另缺: {facts}", "also missing: {facts}"),
    "currency": Text(
        "金额以 {mine} 计, 法规的金额界线以 {law} 计: 涉及金额的规则不作判断",
        "Amounts are in {mine}, the law's in {law}: rules about amounts are left undetermined",
    ),
    "payback": Text("应退还 (单利口径)", "to pay back (simple)"),
    "rejects": Text("无法读取的行", "rows that could not be read"),
    "histogram": Text("综合融资成本 (单利) 分布与上限", "All-in cost (simple) against the cap"),
    "cap": Text("上限", "cap"),
    "breaches": Text("按条款", "By clause"),
    "other_breaches": Text("其余条款", "Other clauses"),
    "rule": Text("规则", "rule"),
    "clause": Text("条款", "clause"),
    "effect": Text("后果", "effect"),
    "breached": Text("违反", "breached"),
    "share": Text("占比", "share"),
    "nothing_breached": Text(
        "在带上事实所及的规则中, 没有一条被违反。",
        "None of the rules that the tape's facts reach is breached.",
    ),
    "partner": Text("按合作机构", "By partner"),
    "product": Text("按产品", "By product"),
    "lender": Text("按放款机构", "By lender"),
    "month": Text("按放款月份", "By month of payout"),
    "months_key": Text(
        "每月放款笔数, 红色为其中至少违反一条规则的", "loans paid out in each month; red: those that breach a rule"
    ),
    "unnamed": Text("(未填)", "(not given)"),
    "over_cap": Text("超上限", "above cap"),
    "refund": Text("应退", "refund"),
    "patterns": Text("变相收费", "Disguised charges"),
    "pattern": Text("模式", "pattern"),
    "not_looked": Text(
        "没有提供借款人的扣款明细, 变相收费未查; 以下成本是下限。",
        "No debits of the borrowers were given: disguised charges were not looked for, and the costs are lower bounds.",
    ),
    "unread_debits": Text(
        "{count} 笔扣款无法读取, 未计入: 变相收费未能查全, 成本是下限。逐笔见 rejects.csv。",
        "{count} debits could not be read and were left out: disguised charges were not looked for in full, and the "
        "costs are lower bounds. Each is in rejects.csv.",
    ),
    "differences": Text("带上数字与重算的差异", "Tape against recomputation"),
    "figure": Text("项目", "figure"),
    "material": Text("重大", "material"),
    "small": Text("轻微", "small"),
    "agrees": Text(
        "带上每个可核对的数字都与重算一致。",
        "Every figure of the tape that could be checked agrees.",
    ),
    "missing": Text("缺少的事实", "Missing facts"),
    "missing_about": Text(
        "缺一个事实, 需要它的规则就无法判定; 未知从不算合规。补上下列列, 下次审计即可回答。",
        "Where a fact is missing its rules stay undetermined; unknown is never a pass. With these "
        "columns they can be answered.",
    ),
    "fact": Text("事实", "fact"),
    "who": Text("由谁证明", "attested by"),
    "open": Text("待定规则数", "open rules"),
    "for_loans": Text("涉及笔数", "loans"),
    "worst": Text("最严重的 {count} 笔", "The worst {count} loans"),
    "rejected": Text("无法读取的行", "Rows that could not be read"),
    "column": Text("列", "column"),
    "cells": Text("格数", "cells"),
    "method": Text("方法与界线", "Method and lines"),
    "loan": Text("借据 {id}", "Loan {id}"),
    "views": Text("成本的各种看法", "cost in its views"),
    "flows": Text(
        "现金流: 放款时收到 (绿), 其后各期支付 (红)",
        "cash flows: received at the payout (green), paid with each instalment (red)",
    ),
    "early": Text(
        "各期提前结清的成本 (单利), 虚线为上限",
        "cost of paying off early with each instalment (simple); dashed: the cap",
    ),
    "simple": Text("单利", "simple"),
    "compound": Text("复利 (IRR)", "compound (IRR)"),
    "view": Text("看法", "view"),
    "block": Text("禁止", "blocks"),
    "refer": Text("转人工", "to a person"),
    "warn": Text("提示", "warns"),
    "report": Text("报告", "reports"),
    "other": Text("英文版 English", "Chinese 中文"),
    "made": Text(
        "制作日 {day}。每笔的全部数字在 findings.parquet 与 findings.csv, 无法读取的格在 rejects.csv。",
        "Made on {day}. Every figure of every loan is in findings.parquet and findings.csv, unread "
        "cells in rejects.csv.",
    ),
}
METHOD = (
    Text(
        "综合融资成本按中国人民银行公告〔2021〕第3号: 实际到手的钱等于其后各期支付的现值; 月利率乘以 "
        "12 为单利, (1 + 月利率)^12 − 1 为复利。",
        "The all-in cost follows PBoC Announcement 3 of 2021: the money received equals the present "
        "value of what is paid; twelve times the monthly rate is simple, (1 + rate)^12 − 1 compound.",
    ),
    Text(
        "到手的钱为本金减去放款时扣下或收取的一切; 带上的每期应还与合同重算相差超过一分的, 以带上所收为准。",
        "Money received is the principal less all that was kept back or taken on the first day; a "
        "stated instalment more than one minor unit from the contract's is what counts as charged.",
    ),
    Text(
        "应退还额: 在数据日期所在月 (未给则在末期) 退还即令成本恰为上限的最小整数金额, 有理数精确计算后进位。",
        "The refund is the least whole amount that, given back in the month of the data (else with "
        "the last instalment), makes the cost the cap itself; exact rational arithmetic, rounded up.",
    ),
    Text(
        "差异: 金额差 1 个最小单位以内为舍入; 1 元或本金万分之一以内为轻微; 以上为重大。利率差 0.01 "
        "个百分点以内为舍入, 0.1 以内为轻微。",
        "Differences: within one minor unit is rounding, within one yuan or a ten-thousandth of the "
        "principal small, above it material. Rates: within 0.01 points rounding, within 0.1 small.",
    ),
    Text(
        "带上没有申请日或签约日的, 以放款日代替。期次为每月一期; 期限以天计的, 每期利率乘 365/天数 为单利, "
        "(1 + 利率)^(365/天数) − 1 为复利。",
        "Where the tape gives no day of application or contract, the day of the payout stands for "
        "it. Instalments are monthly; for terms in days the rate of a period times 365/days is simple, "
        "(1 + rate)^(365/days) − 1 compound.",
    ),
    Text(
        "规则按法规包逐条判定: 合规、违反、无法判定、不适用。带上完全没有列的事实使规则无法判定, 列于"
        "“缺少的事实”, 不单独记为一笔的问题。",
        "Rules answer holds, breached, undetermined or not applicable. A fact for which the tape has "
        "no column at all leaves its rules undetermined; that is listed under missing facts, not "
        "held against each loan.",
    ),
)
ATTESTERS: Mapping[str, Text] = {
    "lender": Text("放款机构", "lender"),
    "facilitator": Text("助贷机构", "facilitator"),
    "guarantor": Text("增信机构", "guarantor"),
    "collector": Text("催收机构", "collector"),
    "borrower": Text("借款人", "borrower"),
}
"""Who attests a fact, by the catalogue's word."""
PATTERNS: Mapping[str, Text] = {
    "VIO-01": Text("双融担: 第二家增信机构收费", "a second guarantor charges"),
    "VIO-02": Text("会员权益费与贷款挂钩", "membership or benefits tied to the loan"),
    "VIO-03": Text("转介绍链多家收费", "several platforms of a referral chain charge"),
    "VIO-04": Text("放款后即由第三方扣划 (砍头息)", "debited by a third party right after the payout"),
    "VIO-05": Text("咨询、顾问、评审费", "consulting, advice or review fee"),
    "VIO-06": Text("平台月供服务费", "the platform's monthly service fee"),
    "VIO-07": Text("默认勾选或搭售", "pre-ticked or tied sales"),
    "VIO-08": Text("关联方拆分息费", "the rate split with a related party"),
    "VIO-09": Text("以日息、月息低价展示", "low headline by day or month"),
    "VIO-10": Text("结账页未写放贷机构", "lender not named at the checkout"),
}
