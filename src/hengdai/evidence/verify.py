#!/usr/bin/env python3
"""Check an evidence bundle offline: `python3 verify.py loan.evidence [--policy FILE]`.

This one file needs Python 3.9 or newer and nothing else: copy it wherever you like. It shares no code with the program
that wrote the bundle and trusts nobody: not the lender, not the platform, not whoever handed you the file. The format
and the meaning of each link are those of docs/reference/evidence-format.md §6. Exit 0: valid. 3: not valid, each broken
link is named. 2: unreadable.

A bundle brings its own policy (whose keys count). Compare the fingerprint printed with one that you got from a source
of your own, or give the policy with --policy.

The signatures are checked by the formulas of RFC 8032 (Ed25519) and FIPS 204 (ML-DSA-44), written out below. Everything
here is public data, so nothing needs to run in constant time.
"""
# ruff: noqa: T201, UP006, UP031, UP035, UP045, B905

import argparse
import base64
import hashlib
import hmac
import json
import re
from typing import Any, Dict, List, NoReturn, Optional, Sequence, Set, Tuple

Point = Tuple[int, int, int, int]
Key = Tuple[str, bytes, int, bytes]
Tree = Tuple[str, int, bytes]
Link = Tuple[str, str, str]

LOG, WITNESS, WITNESS_PQ = 1, 4, 6
KEY_SIZE = {LOG: 32, WITNESS: 32, WITNESS_PQ: 1312}
HEX64 = re.compile(r"[0-9a-f]{64}")


class Unreadable(Exception):
    """The file is not the canonical JSON of a bundle."""


class Broken(Exception):
    """A link does not hold."""


# ── canonical JSON (RFC 8785), and the shape of a bundle ──────────────────────────────────────────


def canonical(value: Any) -> str:
    """The one spelling of a value. Strings, integers, booleans, null, lists and objects only."""
    if isinstance(value, dict):
        names = sorted(value, key=lambda name: name.encode("utf-16-be", "surrogatepass"))
        return "{" + ",".join(canonical(name) + ":" + canonical(value[name]) for name in names) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(canonical, value)) + "]"
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 2**53:
        raise Unreadable("an integer beyond 2^53 - 1")
    return json.dumps(value, ensure_ascii=False)


def refuse_number(text: str) -> NoReturn:
    """JSON numbers with a fraction or exponent, and NaN, have no place here."""
    raise Unreadable("a number that is no integer: " + text)


SHAPE = {
    "anchors": [{"kind": str, "log": int, "value": str}],
    "format": str,
    "logs": [{"checkpoint": str}],
    "made_at": str,
    "operators": [str],
    "policies": [str],
    "records": [{"index": int, "leaf": {"commitment": str, "kind": str, "previous": (str, type(None)), "thread": str,
                                        "v": int},
                 "log": int, "proof": [str], "record": (dict, type(None)), "salt": (str, type(None))}],
    "seal": str,
    "subject": str,
}  # fmt: skip


def fits(value: Any, shape: Any, where: str) -> None:
    """Raise Unreadable unless `value` has that shape: exact members, exact types."""
    if isinstance(shape, dict):
        if not isinstance(value, dict) or set(value) != set(shape):
            raise Unreadable(where + " has other members than " + ", ".join(sorted(shape)))
        for name in shape:
            fits(value[name], shape[name], where + "." + name)
    elif isinstance(shape, list):
        if not isinstance(value, list):
            raise Unreadable(where + " is no list")
        for place, item in enumerate(value):
            fits(item, shape[0], where + "[" + str(place) + "]")
    elif isinstance(value, bool) or not isinstance(value, shape):
        raise Unreadable(where + " has another type")


def read(data: bytes) -> Dict[str, Any]:
    """The bundle of those bytes; raises Unreadable."""
    try:
        bundle: Dict[str, Any] = json.loads(
            data.decode("utf-8"), parse_float=refuse_number, parse_constant=refuse_number
        )
        spelled = canonical(bundle).encode("utf-8")
    except (ValueError, RecursionError) as error:
        raise Unreadable("not JSON: " + str(error)) from None
    if spelled != data:
        raise Unreadable("not the canonical spelling")
    fits(bundle, SHAPE, "bundle")
    if bundle["format"] != "hengdai.evidence/1":
        raise Unreadable("another format: " + bundle["format"])
    if not bundle["logs"] or len(bundle["logs"]) != len(bundle["policies"]):
        raise Unreadable("one policy for each log, and at least one log")
    for item in bundle["records"] + bundle["anchors"]:
        if not 0 <= item["log"] < len(bundle["logs"]):
            raise Unreadable("a log that is not in the bundle")
    for item in bundle["records"]:
        if item["index"] < 0 or (item["record"] is None) != (item["salt"] is None):
            raise Unreadable("an index below 0, or a record without salt")
    return bundle


def unbase64(text: str) -> bytes:
    """RFC 4648 in its one canonical spelling; anything else is a broken link."""
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except ValueError:
        raise Broken("not base64") from None
    if base64.b64encode(data).decode() != text:
        raise Broken("base64 in another spelling")
    return data


# ── Ed25519 (RFC 8032 §5.1.7) ─────────────────────────────────────────────────────────────────────

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P


def add(one: Point, two: Point) -> Point:
    """The sum of two points in extended coordinates (RFC 8032 §5.1.4)."""
    a = (one[1] - one[0]) * (two[1] - two[0]) % P
    b = (one[1] + one[0]) * (two[1] + two[0]) % P
    c, d = 2 * one[3] * two[3] * D % P, 2 * one[2] * two[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(scalar: int, point: Point) -> Point:
    """`scalar` times `point`."""
    total = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            total = add(total, point)
        point, scalar = add(point, point), scalar >> 1
    return total


def point_of(data: bytes) -> Optional[Point]:
    """The point of 32 bytes, or None."""
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & (1 << 255) - 1
    xx = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(xx, (P + 3) // 8, P)
    if (x * x - xx) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if y >= P or (x * x - xx) % P or (x == 0 and sign):
        return None
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P


def bytes_of(point: Point) -> bytes:
    """The 32 bytes of a point."""
    inverse = pow(point[2], P - 2, P)
    x, y = point[0] * inverse % P, point[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


BASE_Y = 4 * pow(5, P - 2, P) % P
BASE_X = 15112221349535400772501151409588531511454012693041857206046113283949847762202
BASE = (BASE_X, BASE_Y, 1, BASE_X * BASE_Y % P)


def ed25519(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether `signature` over `message` is of the key `public`."""
    point, s = point_of(public), int.from_bytes(signature[32:], "little")
    if point is None or len(signature) != 64 or s >= L:
        return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % L
    minus = (P - point[0], point[1], 1, P - point[3])
    return bytes_of(add(times(s, BASE), times(k, minus))) == signature[:32]


# ── ML-DSA-44 (FIPS 204, algorithm 8) ─────────────────────────────────────────────────────────────

Q, GAMMA1, GAMMA2 = 8380417, 1 << 17, 95232
ZETAS = [pow(1753, int(format(place, "08b")[::-1], 2), Q) for place in range(256)]


def ntt(row: Sequence[int]) -> List[int]:
    """Algorithm 41."""
    row, m, length = list(row), 0, 128
    while length:
        for start in range(0, 256, 2 * length):
            m += 1
            for j in range(start, start + length):
                t = ZETAS[m] * row[j + length] % Q
                row[j + length], row[j] = (row[j] - t) % Q, (row[j] + t) % Q
        length //= 2
    return row


def inverse_ntt(row: Sequence[int]) -> List[int]:
    """Algorithm 42."""
    row, m, length = list(row), 256, 1
    while length < 256:
        for start in range(0, 256, 2 * length):
            m -= 1
            for j in range(start, start + length):
                t, u = row[j], row[j + length]
                row[j], row[j + length] = (t + u) % Q, ZETAS[m] * (u - t) % Q
        length *= 2
    return [value * 8347681 % Q for value in row]


def bits(data: bytes, width: int) -> List[int]:
    """The little-endian integers of `width` bits in `data` (algorithms 18 and 19)."""
    whole, mask = int.from_bytes(data, "little"), (1 << width) - 1
    return [whole >> at & mask for at in range(0, 8 * len(data), width)]


def matrix_row(rho: bytes, row: int, column: int) -> List[int]:
    """RejNTTPoly (algorithm 30) of one place of the matrix."""
    stream = hashlib.shake_128(rho + bytes([column, row])).digest(2048)
    found = [value & 0x7FFFFF for value in bits(stream[:2046], 24)]
    return [value for value in found if value < Q][:256]


def challenge(seed: bytes) -> List[int]:
    """SampleInBall (algorithm 29) with tau = 39."""
    stream = hashlib.shake_256(seed).digest(1024)
    signs, at, c = int.from_bytes(stream[:8], "little"), 8, [0] * 256
    for place in range(256 - 39, 256):
        while stream[at] > place:
            at += 1
        c[place] = c[stream[at]]
        c[stream[at]] = 1 - 2 * (signs & 1)
        signs, at = signs >> 1, at + 1
    return c


def hints(data: bytes) -> Optional[List[Set[int]]]:
    """HintBitUnpack (algorithm 21), or None when malformed."""
    rows: List[Set[int]] = [set(), set(), set(), set()]
    at = 0
    for row in range(4):
        end = data[80 + row]
        if end < at or end > 80 or any(data[j] >= data[j + 1] for j in range(at, end - 1)):
            return None
        rows[row].update(data[at:end])
        at = end
    return None if any(data[at:80]) else rows


def use_hint(value: int, hint: bool) -> int:
    """UseHint (algorithm 40) with 44 steps."""
    low = value % (2 * GAMMA2)
    low = low - 2 * GAMMA2 if low > GAMMA2 else low
    high, low = (0, low - 1) if value - low == Q - 1 else ((value - low) // (2 * GAMMA2), low)
    return (high + (1 if low > 0 else -1)) % 44 if hint else high


def ml_dsa_44(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether `signature` over `message` (empty context) is of the key `public`."""
    hinted = hints(signature[2336:]) if len(signature) == 2420 else None
    z = [[GAMMA1 - value for value in bits(signature[at : at + 576], 18)] for at in range(32, 2336, 576)]
    if hinted is None or any(abs(value) >= GAMMA1 - 78 for row in z for value in row):
        return False
    mu = hashlib.shake_256(hashlib.shake_256(public).digest(64) + b"\x00\x00" + message).digest(64)
    c, z, packed = ntt(challenge(signature[:32])), [ntt(row) for row in z], b""
    for row in range(4):
        t1 = ntt([value << 13 for value in bits(public[32 + 320 * row : 352 + 320 * row], 10)])
        total = [-c[j] * t1[j] for j in range(256)]
        for column in range(4):
            a = matrix_row(public[:32], row, column)
            total = [total[j] + a[j] * z[column][j] for j in range(256)]
        w = [use_hint(value, j in hinted[row]) for j, value in enumerate(inverse_ntt([v % Q for v in total]))]
        packed += sum(value << 6 * j for j, value in enumerate(w)).to_bytes(192, "little")
    return hashlib.shake_256(mu + packed).digest(32) == signature[:32]


# ── SM3 (GB/T 32905) ──────────────────────────────────────────────────────────────────────────────


def roll(value: int, by: int) -> int:
    """Rotate 32 bits to the left."""
    return (value << by % 32 | value >> 32 - by % 32) & 0xFFFFFFFF if by % 32 else value


def sm3(data: bytes) -> str:
    """The SM3 hash, in hex."""
    state = [0x7380166F, 0x4914B2B9, 0x172442D7, 0xDA8A0600, 0xA96F30BC, 0x163138AA, 0xE38DEE4D, 0xB0FB0E4E]
    data = data + b"\x80" + b"\x00" * ((55 - len(data)) % 64) + (8 * len(data)).to_bytes(8, "big")
    for start in range(0, len(data), 64):
        w = [int.from_bytes(data[at : at + 4], "big") for at in range(start, start + 64, 4)]
        for j in range(16, 68):
            x = w[j - 16] ^ w[j - 9] ^ roll(w[j - 3], 15)
            w.append(x ^ roll(x, 15) ^ roll(x, 23) ^ roll(w[j - 13], 7) ^ w[j - 6])
        a, b, c, d, e, f, g, h = state
        for j in range(64):
            s = roll(roll(a, 12) + e + roll(0x79CC4519 if j < 16 else 0x7A879D8A, j) & 0xFFFFFFFF, 7)
            ff = a ^ b ^ c if j < 16 else a & b | a & c | b & c
            gg = e ^ f ^ g if j < 16 else e & f | ~e & g
            t1 = ff + d + (s ^ roll(a, 12)) + (w[j] ^ w[j + 4]) & 0xFFFFFFFF
            t2 = gg + h + s + w[j] & 0xFFFFFFFF
            d, c, b, a = c, roll(b, 9), a, t1
            h, g, f, e = g, roll(f, 19), e, t2 ^ roll(t2, 9) ^ roll(t2, 17)
        state = [one ^ two for one, two in zip(state, (a, b, c, d, e, f, g, h))]
    return "".join(format(value, "08x") for value in state)


# ── keys, policy, signed notes ────────────────────────────────────────────────────────────────────


def key_of(text: str) -> Key:
    """(name, id, type, public key) of a verifier-key line."""
    parts = text.split("+", 2)
    data = unbase64(parts[2]) if len(parts) == 3 else b""
    if not data or not parts[0] or KEY_SIZE.get(data[0]) != len(data) - 1:
        raise Broken("not a verifier key")
    identity = hashlib.sha256(parts[0].encode() + b"\n" + data).digest()[:4]
    if parts[1] != identity.hex():
        raise Broken("a key whose id is wrong")
    return parts[0], identity, data[0], data[1:]


class Policy:
    """Whose word counts (C2SP tlog-policy): the log's key, witnesses and groups by name, and the quorum."""

    def __init__(self, text: str, operators: Sequence[str]) -> None:
        if re.fullmatch("[ -~\n]*", text) is None:
            raise Broken("a policy is printable ASCII")
        self.logs: List[Key] = []
        self.witnesses: Dict[str, Key] = {}
        self.groups: Dict[str, Tuple[int, List[str]]] = {}
        self.quorums: List[str] = []
        for line in text.split("\n"):
            words = line.split()
            if words and not words[0].startswith("#") and not self.take(words):
                raise Broken("a line that is no policy: " + line)
        if len(self.logs) != 1 or not self.quorums:
            raise Broken("a policy has one log and one quorum")
        self.log = self.logs[0]
        if self.met(self.quorums[0], set(operators) & set(self.witnesses)):
            raise Broken("the operator alone could fill the quorum")

    def take(self, words: List[str]) -> bool:
        """Take one line in; says whether it is proper."""
        known = set(self.witnesses) | set(self.groups)
        if words[0] == "log" and len(words) in (2, 3):
            self.logs.append(key_of(words[1]))
            return self.logs[-1][2] == LOG
        if words[0] == "witness" and len(words) in (3, 4):
            key = key_of(words[2])
            taken = words[1] in known | {"none"} or key[3] in [other[3] for other in self.witnesses.values()]
            self.witnesses[words[1]] = key
            return key[2] != LOG and not taken
        if words[0] == "group" and len(words) > 3:
            return words[1] not in known | {"none"} and self.take_group(words[1], words[2], words[3:], known)
        self.quorums.append(words[-1])
        proper = words[0] == "quorum" and len(words) == 2 and len(self.quorums) == 1
        return proper and words[1] in known | {"none"}

    def take_group(self, name: str, needed: str, members: List[str], known: Set[str]) -> bool:
        """A group needs 1 to all of its members, which are known and named once."""
        needed = {"any": "1", "all": str(len(members))}.get(needed, needed)
        if not needed.isdigit() or not 1 <= int(needed) <= len(members) == len(set(members)):
            return False
        self.groups[name] = (int(needed), members)
        return set(members) <= known

    def met(self, name: str, signed: Set[str]) -> bool:
        """Whether those witnesses meet the group (or witness) of that name."""
        if name not in self.groups:
            return name in signed
        needed, members = self.groups[name]
        return sum(self.met(member, signed) for member in members) >= needed


def note_of(text: str) -> Tuple[str, List[Tuple[str, bytes, bytes]]]:
    """(body, [(name, key id, signature)]) of a signed note."""
    body, gap, tail = text.rpartition("\n\n")
    if not gap or not tail.endswith("\n") or any(char < " " and char != "\n" for char in text):
        raise Broken("not a signed note")
    lines = []
    for line in tail[:-1].split("\n"):
        words = line.split(" ")
        if len(words) != 3 or words[0] != "—" or not words[1] or "+" in words[1]:
            raise Broken("not a signature line")
        data = unbase64(words[2])
        if len(data) < 5:
            raise Broken("a signature that is too short")
        lines.append((words[1], data[:4], data[4:]))
    return body + "\n", lines


def tree_of(body: str) -> Tree:
    """(origin, size, root) of a checkpoint."""
    lines = body.split("\n")
    if len(lines) != 4 or not lines[0] or lines[3] or re.fullmatch("0|[1-9][0-9]{0,18}", lines[1]) is None:
        raise Broken("not a checkpoint")
    root = unbase64(lines[2])
    empty = lines[1] == "0" and root != hashlib.sha256(b"").digest()
    if len(root) != 32 or int(lines[1]) >= 2**63 or empty:
        raise Broken("not a checkpoint")
    return lines[0], int(lines[1]), root


def cosigned(key: Key, body: str, tree: Tree, signature: bytes) -> bool:
    """Whether a witness's line vouches for the tree (C2SP tlog-cosignature)."""
    time = int.from_bytes(signature[:8], "big")
    if len(signature) <= 8 or time >= 2**63:
        return False
    if key[2] == WITNESS:
        return ed25519(key[3], b"cosignature/v1\ntime %d\n" % time + body.encode(), signature[8:])
    names = [bytes([len(name.encode())]) + name.encode() for name in (key[0], tree[0])]
    numbers = [value.to_bytes(8, "big") for value in (0, tree[1])]
    message = b"subtree/v1\n\x00" + names[0] + signature[:8] + names[1] + b"".join(numbers) + tree[2]
    return ml_dsa_44(key[3], message, signature[8:])


# ── the links ─────────────────────────────────────────────────────────────────────────────────────


def included(index: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether the leaf hash stands at `index` in the tree (RFC 9162 §2.1.3.2)."""
    if not 0 <= index < size or any(len(value) != 32 for value in proof):
        return False
    at, last, found = index, size - 1, leaf
    for value in proof:
        if last == 0:
            return False
        if at & 1 or at == last:
            found = hashlib.sha256(b"\x01" + value + found).digest()
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            found = hashlib.sha256(b"\x01" + found + value).digest()
        at, last = at >> 1, last >> 1
    return last == 0 and found == root


def check_log(bundle: Dict[str, Any], place: int, trusted: Optional[Sequence[str]]) -> Tuple[str, Any, List[Link]]:
    """The links of one log: gives (body, tree or None, [(link, where, why)])."""
    where, text = "log %d" % place, bundle["policies"][place]
    broken: List[Link] = []
    policy, body, tree = None, "", None
    lines: List[Tuple[str, bytes, bytes]] = []
    try:
        policy = Policy(text, bundle["operators"])
    except Broken as why:
        broken.append(("policy", where, str(why)))
    if policy is not None and trusted is not None and text not in trusted:
        broken.append(("policy", where, "another policy than the one you brought"))
    try:
        body, lines = note_of(bundle["logs"][place]["checkpoint"])
        tree = tree_of(body)
    except Broken as why:
        return body, None, [*broken, ("log-signature", where, str(why))]
    if policy is not None:
        broken.extend((link, where, why) for link, why in check_lines(policy, body, tree, lines))
    return body, tree, broken


def check_lines(
    policy: Policy, body: str, tree: Tree, lines: Sequence[Tuple[str, bytes, bytes]]
) -> List[Tuple[str, str]]:
    """The signature lines of a checkpoint under its policy: [(link, why)]."""
    broken: List[Tuple[str, str]] = []
    signed: Set[str] = set()
    seen: Set[Tuple[str, bytes]] = set()
    good = False
    for name, identity, signature in lines:
        names = [one for one, key in policy.witnesses.items() if key[:2] == (name, identity)]
        if (name, identity) in seen:
            broken.append(("cosignature", "two lines of " + name))
        elif (name, identity) == policy.log[:2]:
            good = tree[0] == name and ed25519(policy.log[3], body.encode(), signature)
        elif not names or not cosigned(policy.witnesses[names[0]], body, tree, signature):
            broken.append(("cosignature", "the line of %s does not verify" % name))
        else:
            signed.add(names[0])
        seen.add((name, identity))
    if not good:
        broken.append(("log-signature", "the log's signature is missing or does not verify"))
    if not policy.met(policy.quorums[0], signed):
        broken.append(("quorum", "signed by %s only" % (", ".join(sorted(signed)) or "nobody")))
    return broken


def check_record(bundle: Dict[str, Any], place: int, trees: Sequence[Optional[Tree]]) -> List[Link]:
    """The links of one record: [(link, where, why)]."""
    where, broken, item = "record %d" % place, [], bundle["records"][place]
    leaf, record, before = item["leaf"], item["record"], bundle["records"][place - 1] if place else None
    if record is not None:
        salt = bytes.fromhex(item["salt"]) if HEX64.fullmatch(item["salt"]) else b""
        mac = hmac.new(salt, b"hengdai.record/1\n" + canonical(record).encode(), hashlib.sha256).hexdigest()
        if not salt or mac != leaf["commitment"] or record.get("kind") != leaf["kind"]:
            broken.append(("commitment", where, "the record is not the one that was logged"))
        if record.get("subject") != bundle["subject"]:
            broken.append(("subject", where, "the record is of another subject"))
    tree = trees[item["log"]]
    if tree is not None:
        try:
            proof = [unbase64(value) for value in item["proof"]]
        except Broken:
            proof = [b""]
        leaf_hash = hashlib.sha256(b"\x00" + canonical(leaf).encode()).digest()
        if not included(item["index"], tree[1], leaf_hash, proof, tree[2]):
            broken.append(("inclusion", where, "the record is not in the log"))
    if before and (before["log"], before["index"]) >= (item["log"], item["index"]):
        broken.append(("order", where, "the record stands before the one above it"))
    expected = before["leaf"]["commitment"] if before else None
    if leaf["previous"] != expected or leaf["thread"] != bundle["records"][0]["leaf"]["thread"]:
        broken.append(("chain", where, "a record was left out before it, or it is of another thread"))
    return broken


def check_anchor(bundle: Dict[str, Any], place: int, bodies: Sequence[Optional[str]]) -> List[Link]:
    """The link of one anchor: [(link, where, why)]."""
    anchor, where = bundle["anchors"][place], "anchor %d" % place
    body = (bodies[anchor["log"]] or "").encode()
    try:
        if anchor["kind"] == "sm3":
            holds = anchor["value"] == sm3(body)
        else:
            imprint = b"\x04\x20" + hashlib.sha256(body).digest()
            holds = anchor["kind"] == "rfc3161" and imprint in unbase64(anchor["value"])
    except Broken:
        holds = False
    return [] if holds else [("anchor", where, "it does not speak of this checkpoint")]


def verify(data: bytes, trusted: Optional[Sequence[str]] = None) -> Tuple[int, List[Link], Optional[Dict[str, Any]]]:
    """(exit code, [(link, where, why)], bundle or None). `trusted` are texts of policies that the verifier brought."""
    try:
        bundle = read(data)
    except Unreadable as why:
        return 2, [("form", "", str(why))], None
    broken = []
    unsealed = {name: value for name, value in bundle.items() if name != "seal"}
    if hashlib.sha256(canonical(unsealed).encode()).hexdigest() != bundle["seal"]:
        broken.append(("seal", "", "the file was damaged after it was made"))
    lines = [line.split() for text in bundle["policies"] for line in text.split("\n")]
    everyone = {line[1] for line in lines if len(line) > 2 and line[0] == "witness"}
    if len(everyone.intersection(bundle["operators"])) < len(bundle["operators"]):
        broken.append(("policy", "operators", "one is no witness of any policy, or is named twice"))
    checked = [check_log(bundle, place, trusted) for place in range(len(bundle["logs"]))]
    broken.extend(one for _, _, found in checked for one in found)
    for place in range(len(bundle["records"])):
        broken.extend(check_record(bundle, place, [tree for _, tree, _ in checked]))
    for place in range(len(bundle["anchors"])):
        broken.extend(check_anchor(bundle, place, [body for body, _, _ in checked]))
    return (3 if broken else 0), broken, bundle


def fingerprint(bundle: Dict[str, Any]) -> str:
    """What to compare with a fingerprint got elsewhere: whose keys count, and which of them are the operator's own."""
    parts = bundle["policies"] + ["operator " + name for name in bundle["operators"]]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def main() -> None:
    """Read the command line, check, tell, and leave with the exit code."""
    parser = argparse.ArgumentParser(description="检验存证文件 · check an evidence bundle offline")
    parser.add_argument("bundle", help="存证文件 · the bundle")
    parser.add_argument("--policy", action="append", help="自备的见证策略 · a policy file of your own; may be repeated")
    asked = parser.parse_args()
    try:
        with open(asked.bundle, "rb") as file:
            data = file.read()
        trusted = None
        for path in asked.policy or []:
            with open(path, encoding="utf-8") as file:
                trusted = [*(trusted or []), file.read()]
    except (OSError, ValueError) as error:
        print("无法读取 / unreadable:", error)
        raise SystemExit(2) from None
    code, broken, bundle = verify(data, trusted)
    for link, where, why in broken:
        print("断裂 / broken: %s (%s): %s" % (link, where, why))
    if bundle:
        shown = sum(item["record"] is not None for item in bundle["records"])
        print("标的 / subject:", bundle["subject"])
        print("记录 / records: %d, 可见 / shown: %d" % (len(bundle["records"]), shown))
        print("策略指纹 / policy fingerprint:", fingerprint(bundle))
    print({0: "有效 / VALID", 2: "无法读取 / UNREADABLE", 3: "无效 / NOT VALID"}[code])
    raise SystemExit(code)


if __name__ == "__main__":
    main()
