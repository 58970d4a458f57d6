"""Why a request is turned away at the door, before any verb has seen it."""

from enum import Enum

from hengdai.base.text import Text


class Edge(Enum):
    """Refusals of the HTTP door, in the order they are looked at."""

    TOO_LARGE = Text("请求体超过 {limit} 字节", "the body is larger than {limit} bytes")
    NOT_JSON = Text(
        "请求体类型为 {found}, 应为 application/json", "the body is of type {found}; application/json is expected"
    )
    TOO_DEEP = Text("请求体嵌套超过 {limit} 层", "the body nests deeper than {limit} levels")
    MALFORMED = Text("请求体无法读取: {problem}", "the body cannot be read: {problem}")
    NO_SUCH_ROUTE = Text("没有这个地址", "there is no such address")
    METHOD_NOT_ALLOWED = Text("该地址不接受此方法", "this address does not take that method")
    UNAUTHENTICATED = Text(
        "缺少或无效的密钥; 请用 Authorization: Bearer <密钥>",
        "the API key is missing or not valid; send Authorization: Bearer <key>",
    )
    ROLE_FORBIDS = Text("角色 {role} 不得使用该接口, 需要 {needed}", "role {role} may not use this; it takes {needed}")
    INVALID = Text("请求中有 {count} 处不符合要求", "{count} fields of the request are not as they should be")
    BAD_CURSOR = Text("分页游标无法识别", "the page cursor is not one of ours")
    ORGANISATION_EXISTS = Text(
        "机构 {org} 已登记为另一名称或类别", "organisation {org} is here under another name or kind"
    )
    KEY_SHOWN_ONCE = Text(
        "密钥只显示一次; 请吊销后另发", "a key is shown once; revoke the one that was made and issue another"
    )
    NOT_SEALED = Text("没有存证文件: {problem}", "there is no bundle: {problem}")
    NOT_REPLAYABLE = Text("无法重演: {problem}", "it cannot be replayed: {problem}")
    DEFECT = Text("系统内部错误, 已记录, 编号 {trace}", "an internal error, recorded under {trace}")
    UNAVAILABLE = Text("数据库暂不可用", "the database is not available")
