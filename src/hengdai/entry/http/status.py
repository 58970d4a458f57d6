"""The one table from refusals to HTTP status. A test holds it total over every refusal there is.

400 the request itself is not readable; 401 and 403 who asks; 404 what is not there or not
theirs to see, which look alike; 409 the loan's present state is against it; 422 the request
is clear and not accepted. `key_missing` and `key_reused` follow
draft-ietf-httpapi-idempotency-key-header §2.7.
"""

STATUS: dict[str, int] = {
    # at the door
    "too_large": 413,
    "not_json": 415,
    "too_deep": 400,
    "malformed": 400,
    "no_such_route": 404,
    "method_not_allowed": 405,
    "unauthenticated": 401,
    "role_forbids": 403,
    "invalid": 422,
    "bad_cursor": 422,
    "organisation_exists": 409,
    "key_shown_once": 409,
    "not_sealed": 409,
    "not_replayable": 409,
    "defect": 500,
    "unavailable": 503,
    # a command
    "forbidden": 403,
    "key_missing": 400,
    "key_reused": 422,
    "not_found": 404,
    "unreadable": 422,
    "names_a_person": 422,
    "law_silent": 422,
    "law_changed": 409,
    "not_yours": 403,
    "given_once": 409,
    # the law of a book
    "same_person": 403,
    "other_text": 409,
    "other_place": 422,
    "nothing_new": 409,
    "overtaken": 409,
    "switch_lost": 409,
    "cases_fail": 422,
    # a person
    "already_erased": 409,
    "still_running": 409,
    "must_be_kept": 409,
    "unknown_purpose": 422,
    "more_than_needed": 422,
    "not_held": 422,
    "never_given": 422,
    "other_purpose": 422,
    "other_receiver": 422,
    "not_yet": 422,
    "withdrawn": 422,
    "expired": 422,
    "other_fields": 422,
    # a loan
    "no_such_loan": 404,
    "loan_exists": 409,
    "wrong_state": 409,
    "day_in_future": 422,
    "before_disbursement": 422,
    "out_of_order": 409,
    "not_judged": 409,
    "law_forbids": 422,
    "disclosure_differs": 409,
    "terms_differ": 409,
    "wrong_currency": 422,
    "amount_not_positive": 422,
    "amount_absurd": 422,
    "more_than_agreed": 422,
    "nothing_left_to_plan": 409,
    "no_such_payment": 404,
    "more_than_due": 422,
    "payoff_differs": 422,
    "not_enough_to_prepay": 422,
    "cannot_shorten": 422,
    "rate_raised": 422,
    "plan_not_possible": 422,
}


def status_of(code: str) -> int:
    """The HTTP status of a refusal's code, however it is cased; an unknown one is a defect: `KeyError`."""
    return STATUS[code.lower()]
