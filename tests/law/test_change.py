"""Living with change: what differs between two texts, what a candidate would have stopped, and who may publish it."""

from datetime import date

import polars as pl

from hengdai.law.cases import failing_cases
from hengdai.law.diff import Kind, diff, turned
from hengdai.law.impact import History, impact
from hengdai.law.judge import judge
from hengdai.law.kinds import Outcome, Stage
from hengdai.law.load import load_pack
from hengdai.law.pack import Pack
from hengdai.law.publication import (
    Checked,
    NotPublished,
    Proposal,
    Publication,
    PublicationRefusal,
    propose,
    publish,
)
from tests.law.small import texts

LIVE = load_pack(texts())
STRICTER = load_pack(
    texts(
        ('{ from = 2024-01-01, value = "24%" }', '{ from = 2024-01-01, value = "20%" }'),
        ('given = { kind = "bank", cost = "24%" }', 'given = { kind = "bank", cost = "20%" }'),
        ('but = { cost = "24.000001%" }', 'but = { cost = "20.000001%" }'),
        ('zh = "恰在上限"', 'zh = "恰在新上限"'),
    )
)
WRONG_CASE = load_pack(texts(('{ from = 2024-01-01, value = "24%" }', '{ from = 2024-01-01, value = "20%" }')))
DAY = date(2026, 1, 1)


def test_a_text_differs_from_itself_in_nothing() -> None:
    assert diff(LIVE, LIVE) == ()


def test_a_changed_figure_is_told_with_old_and_new_and_their_clause() -> None:
    changes = [change for change in diff(LIVE, STRICTER) if change.field != "cases"]
    assert [(c.kind, c.id, c.field) for c in changes] == [(Kind.CHANGED, "zz.cap", "from 2024-01-01")]
    assert changes[0].old == "24.00% (《法》(1)第1条; high)"
    assert changes[0].new == "20.00% (《法》(1)第1条; high)"


def test_a_changed_case_is_told_though_there_are_as_many_as_before() -> None:
    (change,) = diff(LIVE, load_pack(texts(('zh = "恰在上限"', 'zh = "正好"'))))
    assert (change.id, change.field) == ("zz.cost", "cases")
    assert change.old != change.new and change.old.startswith("4 (") and change.new.startswith("4 (")


def test_added_and_dropped_parts_and_changed_conditions_are_told() -> None:
    edited = load_pack(texts(('holds = "cost <= :cap"', 'holds = "cost < :cap"'), ('"zz.interest"', '"zz.fee"')))
    told = {(change.kind, change.id, change.field) for change in diff(LIVE, edited)}
    assert told == {
        (Kind.CHANGED, "zz.cost", "holds"),
        (Kind.DROPPED, "zz.interest", ""),
        (Kind.ADDED, "zz.fee", ""),
    }


def test_a_pack_that_begins_on_another_day_differs_in_its_head() -> None:
    later = load_pack(texts(("covers_from = 2020-01-01", "covers_from = 2021-01-01")))
    assert [(change.id, change.field, change.new) for change in diff(LIVE, later)] == [
        ("pack zz", "covers_from", "2021-01-01")
    ]


def test_a_shadow_judgement_shows_what_would_turn_and_binds_nobody() -> None:
    facts = {"kind": "bank", "cost": 22_000_000, "principal": 1, "listed": True, "said": "好"}
    live, shadow = (judge(pack, facts, stage=Stage.APPLICATION, days=DAY) for pack in (LIVE, STRICTER))
    (turn,) = turned(live, shadow)
    assert (turn.rule_id, turn.live, turn.candidate) == ("zz.cost", Outcome.HOLDS, Outcome.BREACHED)
    assert (turn.stops_now, turn.would_stop) == (False, True)
    assert live.stopping == ()


def test_a_candidate_over_history_names_rule_partner_and_amount() -> None:
    frame = pl.DataFrame(
        {
            "kind": ["bank"] * 4 + ["shop"],
            "cost": [19_000_000, 21_000_000, 23_000_000, 30_000_000, 30_000_000],
            "principal": [100, 200, 400, 800, 1_600],
            "listed": [True] * 5,
            "said": ["好"] * 5,
            "facilitator": ["F1", "F1", "F2", "F2", "F2"],
            "day": [DAY] * 5,
        }
    )
    found = impact(LIVE, STRICTER, History(frame, "day"), stage=Stage.APPLICATION)
    assert (found.subjects, found.stopped_live, found.stopped_new) == (5, 1, 3)
    assert found.by_rule.rows() == [("zz.cost", "F1", 1, 200, 0, 0), ("zz.cost", "F2", 1, 400, 0, 0)]
    assert found.turned.rows() == [(1, "zz.cost", False, True), (2, "zz.cost", False, True)]
    back = impact(STRICTER, LIVE, History(frame, "day"), stage=Stage.APPLICATION)
    assert back.by_rule["released_amount"].to_list() == [200, 400]


def test_a_history_that_nothing_turns_is_empty() -> None:
    frame = pl.DataFrame({"principal": [1], "day": [DAY]})
    found = impact(LIVE, LIVE, History(frame, "day"), stage=Stage.APPLICATION)
    assert (found.subjects, found.by_rule.height, found.turned.height) == (1, 0, 0)


def _published(
    candidate: Pack, *, checker: str = "checker", digest: str = "", live: Pack = LIVE, on: frozenset[str] = frozenset()
) -> Publication | PublicationRefusal:
    """What becomes of the stricter text, proposed against the live one, when that candidate is to be published."""
    proposal = propose(STRICTER, LIVE, "maker", DAY)
    assert isinstance(proposal, Proposal)
    failing = [each.where for each in failing_cases(candidate)]
    checked = Checked(digest or candidate.digest, checker, DAY)
    done = publish(proposal, candidate, checked, live=live, switches=on, failing=failing)
    return done if isinstance(done, Publication) else done.refusal


def test_a_text_is_published_by_a_second_person_who_names_its_digest() -> None:
    assert _published(STRICTER) == Publication(
        Proposal("zz", STRICTER.digest, LIVE.digest, "maker", DAY), "checker", DAY
    )
    assert _published(STRICTER, checker="maker") is PublicationRefusal.SAME_PERSON
    assert _published(LIVE) is PublicationRefusal.OTHER_TEXT
    assert _published(STRICTER, digest=LIVE.digest) is PublicationRefusal.OTHER_TEXT


def test_a_text_that_changes_nothing_or_was_compared_with_an_older_one_is_not_published() -> None:
    assert _published(STRICTER, live=STRICTER) is PublicationRefusal.NOTHING_NEW
    assert (
        _published(STRICTER, live=load_pack(texts(('version = "1"', 'version = "2"')))) is PublicationRefusal.OVERTAKEN
    )


def test_a_text_that_forgets_what_the_funder_switched_on_is_not_published() -> None:
    assert isinstance(_published(STRICTER, on=frozenset({"strict"})), Publication)
    assert _published(STRICTER, on=frozenset({"gone"})) is PublicationRefusal.SWITCH_LOST


def test_a_text_with_a_failing_case_is_not_published() -> None:
    proposal = propose(WRONG_CASE, LIVE, "maker", DAY)
    assert isinstance(proposal, Proposal)
    checked = Checked(WRONG_CASE.digest, "checker", DAY)
    failing = [each.where for each in failing_cases(WRONG_CASE)]
    done = publish(proposal, WRONG_CASE, checked, live=LIVE, switches=frozenset(), failing=failing)
    assert isinstance(done, NotPublished)
    assert done.refusal is PublicationRefusal.CASES_FAIL
    assert "zz.cost 2024-01-01 恰在上限" in done.text.zh


def test_only_a_new_text_of_the_same_place_is_proposed() -> None:
    elsewhere = load_pack({name: text.replace("zz", "yy") for name, text in texts().items()})
    same, other = propose(LIVE, LIVE, "maker", DAY), propose(elsewhere, LIVE, "maker", DAY)
    assert isinstance(same, NotPublished) and same.refusal is PublicationRefusal.NOTHING_NEW
    assert isinstance(other, NotPublished) and other.refusal is PublicationRefusal.OTHER_PLACE
