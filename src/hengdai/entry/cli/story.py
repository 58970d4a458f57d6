"""The commands in the order of the flow, with one line about each. `hengdai --help` is printed from this table."""

from dataclasses import dataclass

from hengdai.base.text import Text
from hengdai.entry.cli.exits import Exit

_HERE = "hengdai.entry.cli"


@dataclass(frozen=True, slots=True)
class Command:
    """A command: its name, what it does, and where it is (`module:function` or a group of commands)."""

    name: str
    about: Text
    target: str


@dataclass(frozen=True, slots=True)
class Chapter:
    """Commands of one stage of the flow."""

    title: Text
    commands: tuple[Command, ...]


INTRODUCTION = (
    "衡贷 Hengdai  可自证的助贷业务核心: 放款之前先衡量价格与法律, 每个数字都能自证, 账永远平.",
    "The provable core of a loan-facilitation business: price and law are weighed before money moves,",
    "every number explains itself, and the books always balance.",
    "",
    "用法 Usage: hengdai COMMAND [OPTIONS]     每个命令的说明与例子 help with an example: hengdai COMMAND --help",
    "数据在标准输出, 说明在标准错误.  Data on stdout, talk on stderr.",
)

STORY = (
    Chapter(
        Text("开始", "Begin"),
        (
            Command("run", Text("一步看到全貌: 造一本贷款账或读入 BOOK, 重放一生, 打开控制台",
                                "see all of it: make a book or read BOOK, replay its life, open the console"),
                    f"{_HERE}.serving:run"),
            Command("synth", Text("按种子生成合成助贷账本", "write a synthetic facilitation book from a seed"),
                    f"{_HERE}.synth:synth"),
            Command("replay", Text("让整本账走完从申请到结清的每一步, 并给出总结",
                                   "drive a whole book through every step of its life, and sum it up"),
                    f"{_HERE}.replay:replay"),
        ),
    ),
    Chapter(
        Text("价格与法律", "Price and law"),
        (
            Command("schedule", Text("还款计划预览", "preview a repayment schedule"), f"{_HERE}.figures:schedule"),
            Command("cost", Text("现金流的综合融资成本 (单利, 复利), 附算式",
                                 "all-in cost of cash flows, simple and compound, with the arithmetic"),
                    f"{_HERE}.figures:cost"),
            Command("law", Text("法律文本包: 查看, 解释, 检查, 差异, 影响, 送审与发布, 试行",
                                "law packs: show, explain, check, diff, impact, propose and publish, try"),
                    f"{_HERE}.law:law"),
            Command("audit", Text("审计任何机构的贷款带: 重算成本, 逐条对照法规, 出报告",
                                  "audit any lender's loan tape: cost, law, report"), f"{_HERE}.audit:audit"),
            Command("conformance", Text("用他人公布的算例核对本系统的计算",
                                        "check our arithmetic against worked examples that others published"),
                    f"{_HERE}.conformance:conformance"),
        ),
    ),
    Chapter(
        Text("经营", "Operate"),
        (
            Command("serve", Text("启动 HTTP 接口与控制台", "serve the HTTP API and the console"),
                    f"{_HERE}.serving:serve"),
            Command("keys", Text("接口密钥: 发放, 列出, 吊销", "API keys: create, list, revoke"),
                    f"{_HERE}.keys:keys"),
            Command("person", Text("个人信息: 登记, 查阅, 同意, 联系, 抹除",
                                   "persons: register, read, consent, contact, erase"), f"{_HERE}.person:person"),
            Command("end-of-day", Text("日终: 结束一个营业日", "close a business day"), f"{_HERE}.house:end_of_day"),
            Command("migrate", Text("把数据库升级到本版本的表结构", "bring the database to this version's tables"),
                    f"{_HERE}.house:migrate"),
        ),
    ),
    Chapter(
        Text("自证", "Prove"),
        (
            Command("explain", Text("一笔借款的一个数字为什么是这样", "why a figure of a loan is what it is"),
                    f"{_HERE}.explain:explain"),
            Command("audit-books", Text("第二记账人独立重算全部余额", "a second bookkeeper recomputes every balance"),
                    f"{_HERE}.house:audit_books"),
            Command("evidence", Text("存证: 封存账簿, 导出一笔借款, 检验, 监看",
                                     "evidence: seal the book, export a loan, verify, watch"),
                    f"{_HERE}.evidence:evidence"),
            Command("share", Text("数据共享: 对外提供, 接收方密钥, 打开文件",
                                  "sharing: release, a receiver's key, open what was released"),
                    f"{_HERE}.share:share"),
            Command("overlap", Text("多头比对: 两家机构共有哪些申请人, 此外一无所知",
                                    "which applicants two institutions share, and nothing else"),
                    f"{_HERE}.overlap:overlap"),
            Command("witness", Text("存证见证方: 建立, 关注, 运行", "an evidence witness: new, watch, run"),
                    "hengdai.entry.witness.command:commands"),
        ),
    ),
)  # fmt: skip

EXITS = {
    Exit.DONE: Text("完成", "done"),
    Exit.NO: Text("完成, 但结论为否: 算例不符, 账不平",
                  "done, and the answer is no: cases fail, books differ"),
    Exit.UNREADABLE: Text("输入或命令行无法读取", "the input or the command line cannot be read"),
    Exit.REFUSED: Text("业务规则拒绝, 或证明无效", "a rule of the business refuses, or a proof is not valid"),
    Exit.UNAVAILABLE: Text("数据库不可用或正被占用", "the database is not available or is in use"),
    Exit.DEFECT: Text("程序缺陷", "a defect of this program"),
    Exit.STOPPED: Text("被 Ctrl-C 中止", "stopped by Ctrl-C"),
}  # fmt: skip
