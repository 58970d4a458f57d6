"""Words of the evidence pages: kinds of leaves, what a monitor raises an alarm about, moments."""

from datetime import UTC, datetime

from hengdai.base.text import Text
from hengdai.evidence.monitor import Concern
from hengdai.evidence.record import RecordKind

LEAVES = {
    RecordKind.COMMAND: Text("命令", "commands"),
    RecordKind.EVENT: Text("借款事件", "events of loans"),
    RecordKind.VERDICT: Text("法律判定", "judgements"),
    RecordKind.DISCLOSURE: Text("成本明示", "disclosures"),
    RecordKind.SIGNATURE: Text("签约", "signatures"),
    RecordKind.POSTINGS: Text("凭证", "entries"),
    RecordKind.CONTACT: Text("联系", "contacts"),
    RecordKind.CONFIGURATION: Text("设置", "settings"),
    RecordKind.PACK: Text("法律文本", "law texts"),
    RecordKind.CONSENT: Text("同意", "consents"),
    RecordKind.RELEASE: Text("对外提供", "releases"),
    RecordKind.ERASURE: Text("抹除", "erasures"),
    RecordKind.KEY: Text("密钥", "keys"),
    RecordKind.PERSON: Text("个人信息登记", "personal data kept"),
    RecordKind.ACCESS: Text("个人信息查阅", "personal data shown"),
}
CONCERNS = {
    Concern.UNREADABLE: Text("无法读取", "unreadable"),
    Concern.SHRUNK: Text("日志缩短", "the log shrank"),
    Concern.NO_GROWTH: Text("并非增长而来", "did not grow"),
    Concern.SPLIT_VIEW: Text("两个版本", "two histories"),
    Concern.UNSEALED: Text("未封存", "not sealed"),
    Concern.ENTRY: Text("记录被动过", "a record was touched"),
    Concern.BALANCE: Text("余额不符", "a balance is off"),
}


def moment(time: int) -> str:
    """Seconds since 1970 as people read them, in UTC."""
    return datetime.fromtimestamp(time, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
