"""The words of the rule browser for what packs call by codes: themes, forces, effects, stages, kinds of lender."""

from hengdai.base.text import Text

THEMES = {
    "classification": Text("风险分类", "risk classification"),
    "collection": Text("催收", "collection"),
    "concentration": Text("集中度", "concentration"),
    "consumers": Text("消费者权益", "consumers"),
    "cost": Text("成本与息费", "cost and charges"),
    "data": Text("个人信息与数据", "personal data"),
    "disclosure": Text("成本明示", "disclosure"),
    "evidence": Text("证据与留存", "evidence and retention"),
    "facilitation": Text("助贷合作", "facilitation"),
    "inclusive": Text("普惠", "inclusive finance"),
    "institutions": Text("机构指标", "institutions"),
    "limits": Text("额度与期限", "amounts and terms"),
    "marketing": Text("营销", "marketing"),
    "partners": Text("合作机构", "partners"),
    "payment": Text("支付与用途", "payment and use"),
    "violations": Text("变相收费", "disguised charges"),
}
FORCES = {
    "LAW": Text("法律", "law"),
    "RULE": Text("规章", "rule"),
    "NORM": Text("规范性文件", "normative document"),
    "STD": Text("标准", "standard"),
    "SELF": Text("自律", "self-regulation"),
    "WINDOW": Text("窗口指导", "window guidance"),
    "DRAFT": Text("征求意见", "draft"),
}
EFFECTS = {
    "block": Text("拦截", "block"),
    "refer": Text("转人工", "refer"),
    "warn": Text("提示", "warn"),
    "report": Text("报告", "report"),
}
STAGES = {
    "application": Text("申请", "application"),
    "signing": Text("签约", "signing"),
    "disbursement": Text("放款", "disbursement"),
    "posting": Text("记账", "posting"),
    "contact": Text("联系", "contact"),
    "marketing": Text("营销", "marketing"),
    "admission": Text("准入", "admission"),
    "portfolio": Text("组合", "portfolio"),
    "classification": Text("分类", "classification"),
    "data": Text("数据", "data"),
    "complaint": Text("投诉", "complaint"),
}
DAYS = {
    "application": Text("申请日", "day of application"),
    "contract": Text("签约日", "day of the contract"),
    "origination": Text("放款日", "day of the payout"),
    "posting": Text("记账日", "day of posting"),
    "contact": Text("联系日", "day of the contact"),
}
LENDERS = {
    "bank": Text("银行", "bank"),
    "foreign_bank_branch": Text("外国银行分行", "foreign bank branch"),
    "consumer_finance": Text("消费金融公司", "consumer finance"),
    "financing_company": Text("融资公司", "financing company"),
    "lending_company": Text("放贷公司", "lending company"),
    "auto_finance": Text("汽车金融公司", "auto finance"),
    "trust": Text("信托公司", "trust"),
    "microloan": Text("小额贷款公司", "microloan company"),
    "pawn": Text("典当行", "pawn shop"),
    "leasing": Text("融资租赁公司", "leasing"),
    "factoring": Text("商业保理公司", "factoring"),
    "guarantee": Text("融资担保公司", "guarantee company"),
    "insurer": Text("保险公司", "insurer"),
    "private": Text("民间放贷人", "private lender"),
}
"""A code that is not here, of another jurisdiction, is shown as it stands."""
