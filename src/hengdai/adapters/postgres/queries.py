"""The reading side: every question that is answered in sets, by name. Row-level security bounds each of them.

`:org` narrows to one funder's book; null asks for every book the actor sees.
"""

_BOOK = "(CAST(:org AS text) IS NULL OR org = CAST(:org AS text))"

_BUCKET = """CASE WHEN first_unpaid_due IS NULL OR first_unpaid_due >= CAST(:day AS date) THEN 0
    ELSE LEAST((CAST(:day AS date) - first_unpaid_due + 29) / 30, 7) END"""

QUERIES: dict[str, str] = {
    # A page of loans in the order of their names; `after` is the last (org, loan_id) of the page before.
    "loans": f"""
        SELECT p.org, p.loan_id, p.state, p.product, p.currency, p.facilitator, p.guarantor, p.merchant, p.disbursed,
            p.outstanding, p.first_unpaid_due, p.overdue_principal, p.overdue_interest, p.overdue_fee,
            l.principal, l.borrower, l.applied, l.simple_e8, l.compound_e8
        FROM position p JOIN loan l ON l.org = p.org AND l.loan_id = p.loan_id
        WHERE {_BOOK.replace("org =", "p.org =")}
            AND (CAST(:state AS text) IS NULL OR p.state = CAST(:state AS text))
            AND (p.org, p.loan_id) > (CAST(:after_org AS text), CAST(:after_loan AS text))
        ORDER BY p.org, p.loan_id LIMIT CAST(:limit AS integer)""",
    "states": f"""
        SELECT currency, state, count(*) AS loans, sum(disbursed)::bigint AS disbursed,
            sum(outstanding)::bigint AS outstanding, sum(repaid)::bigint AS repaid,
            sum(interest_paid)::bigint AS interest_paid, sum(written_off)::bigint AS written_off,
            sum(recovered)::bigint AS recovered
        FROM position WHERE {_BOOK} GROUP BY currency, state ORDER BY currency, state""",
    # The latest day on which any loan was folded: where the book has got to.
    "last_day": "SELECT max(as_of) AS day FROM position",
    "arrears": f"""
        SELECT currency, {_BUCKET} AS bucket, count(*) AS loans, sum(outstanding)::bigint AS outstanding,
            sum(overdue_principal)::bigint AS overdue_principal, sum(overdue_interest)::bigint AS overdue_interest,
            sum(overdue_fee)::bigint AS overdue_fee
        FROM position WHERE {_BOOK} AND state = 'active' GROUP BY 1, 2 ORDER BY 1, 2""",
    # The all-in cost in whole percent: the band 24 holds 24 % up to, not including, 25 %.
    "costs": f"""
        SELECT simple_e8 / 1000000 AS percent, count(*) AS loans, sum(principal)::bigint AS principal
        FROM loan WHERE {_BOOK} AND simple_e8 IS NOT NULL GROUP BY 1 ORDER BY 1""",
    # The same with a rate on the line under it: the band 24 holds what is above 23 %, up to and including 24 %.
    "cost_bands": f"""
        SELECT GREATEST((simple_e8 + 999999) / 1000000, 1) AS percent, count(*) AS loans FROM loan
        WHERE {_BOOK} AND simple_e8 IS NOT NULL GROUP BY 1 ORDER BY 1""",
    # The console's list, newest application first; `words` begins a loan's name or is a borrower's reference.
    "find_loans": f"""
        SELECT p.org, p.loan_id, p.state, p.product, p.currency, p.facilitator, p.outstanding, p.first_unpaid_due,
            l.principal, l.borrower, l.applied, l.simple_e8, {_BUCKET} AS bucket
        FROM position p JOIN loan l ON l.org = p.org AND l.loan_id = p.loan_id
        WHERE (CAST(:state AS text) IS NULL OR p.state = CAST(:state AS text))
            AND (CAST(:product AS text) IS NULL OR p.product = CAST(:product AS text))
            AND (CAST(:bucket AS integer) IS NULL OR (p.state = 'active' AND {_BUCKET} = CAST(:bucket AS integer)))
            AND (CAST(:words AS text) IS NULL
                OR p.loan_id LIKE CAST(:prefix AS text) OR l.borrower = CAST(:words AS text))
            AND (CAST(:after_day AS date) IS NULL
                OR (l.applied, p.org, p.loan_id)
                    < (CAST(:after_day AS date), CAST(:after_org AS text), CAST(:after_loan AS text)))
        ORDER BY l.applied DESC, p.org DESC, p.loan_id DESC LIMIT CAST(:limit AS integer)""",
    "products": """
        SELECT product, count(*) AS loans FROM loan GROUP BY product ORDER BY count(*) DESC, product LIMIT 50""",
    "stopped": f"""
        SELECT rule, stage, count(DISTINCT (org, loan_id)) AS loans FROM judgement, unnest(stopping) AS rule
        WHERE {_BOOK} AND cardinality(stopping) > 0 GROUP BY rule, stage ORDER BY rule, stage""",
    # A loan that a rule stopped at two gates is one loan.
    "stopped_by_rule": """
        SELECT rule, count(DISTINCT (org, loan_id)) AS loans FROM judgement, unnest(stopping) AS rule
        WHERE cardinality(stopping) > 0 GROUP BY rule ORDER BY rule""",
    # Every judgement of a jurisdiction since a day, with what its loan is about.
    "judged_since": """
        SELECT j.org, j.loan_id, j.stage, j.day, j.judgement, l.facilitator, l.currency, l.principal
        FROM judgement j JOIN loan l ON l.org = j.org AND l.loan_id = j.loan_id
        WHERE j.day >= CAST(:since AS date) AND j.judgement ->> 'pack' = CAST(:pack AS text)
        ORDER BY j.org, j.loan_id, j.day, array_position(ARRAY['application', 'signing', 'disbursement'], j.stage)""",
    # What let each event of a loan through, and the all-in cost that was kept with it.
    "passed": """
        SELECT e.event_id, e.clearance, l.simple_e8, l.compound_e8
        FROM event e JOIN loan l ON l.org = e.org AND l.loan_id = e.loan_id
        WHERE e.org = CAST(:org AS text) AND e.loan_id = CAST(:loan AS text) ORDER BY e.seq""",
    # Every judgement of a book with what its loan row says, for judging again.
    "judged_in": """
        SELECT j.loan_id, j.judgement_id, j.stage, j.day, j.pack_digest, j.judgement, j.stopping, l.facilitator,
            l.guarantor, l.lender_kind, l.currency, l.principal, l.terms_digest, l.simple_e8, l.compound_e8
        FROM judgement j JOIN loan l ON l.org = j.org AND l.loan_id = j.loan_id
        WHERE j.org = CAST(:org AS text) ORDER BY j.loan_id, j.judgement_id""",
    "listed": """
        SELECT listing_id, listing FROM partner_listing WHERE org = CAST(:org AS text) ORDER BY listing_id""",
    # Every answer of a text on trial, with what its loan is about; those of one loan in the order of its gates.
    "shadowed": """
        SELECT s.org, s.loan_id, s.stage, s.day, s.cleared, s.stopping, s.said, l.facilitator, l.currency, l.principal
        FROM shadow_judgement s JOIN loan l ON l.org = s.org AND l.loan_id = s.loan_id
        WHERE s.org = CAST(:org AS text) AND s.digest = CAST(:digest AS text)
        ORDER BY s.loan_id, s.day, array_position(ARRAY['application', 'signing', 'disbursement'], s.stage)""",
    "balances": f"""
        SELECT currency, account, sum(balance)::bigint AS balance FROM account_balance
        WHERE {_BOOK} GROUP BY currency, account ORDER BY currency, account""",
    "closes": f"""
        SELECT org, day, currency, figures FROM day_close WHERE {_BOOK} ORDER BY day DESC, org, currency
        LIMIT CAST(:limit AS integer)""",
    "arrears_moves": f"""
        SELECT day, bucket_from, bucket_to FROM arrears_move
        WHERE {_BOOK} AND loan_id = CAST(:loan AS text) ORDER BY day""",
    # What is on record about a person, none of it personal: states, consents, releases, who was shown what.
    "person_states": """
        SELECT p.version, p.known, p.fields, e.day AS erased FROM person p
        LEFT JOIN erasure e ON e.org = p.org AND e.person = p.person
        WHERE p.org = CAST(:keeper AS text) AND p.person = CAST(:person AS text) ORDER BY p.version DESC LIMIT 1""",
    "person_consents": """
        SELECT c.consent, c.loan_id, c.purpose, c.receiver, c.fields, c.version, c.separate, c.given, c.until,
            w.withdrawn
        FROM consent c LEFT JOIN consent_withdrawal w ON w.org = c.org AND w.consent = c.consent
        WHERE c.via = CAST(:keeper AS text) AND c.person = CAST(:person AS text) ORDER BY c.given, c.consent""",
    "person_releases": """
        SELECT release, loan_id, consent, receiver, purpose, fields, at, watermark, file_sha256 FROM release
        WHERE via = CAST(:keeper AS text) AND person = CAST(:person AS text) ORDER BY at, release""",
    "person_accesses": """
        SELECT access_id, purpose, fields, at FROM person_access
        WHERE org = CAST(:keeper AS text) AND person = CAST(:person AS text) ORDER BY at, access_id""",
    "contacts": """
        SELECT contact_id, via, channel, purpose, whom, by_whom, at, day, content, CAST(outcomes AS text) AS outcomes,
            stopping
        FROM contact WHERE org = CAST(:org AS text) AND loan_id = CAST(:loan AS text) ORDER BY at, contact_id""",
    "commands": """
        SELECT c.key, c.command_id, c.route, c.role, c.key_id, c.recorded FROM command c
        WHERE c.recorded > CAST(:after AS timestamptz) ORDER BY c.recorded LIMIT CAST(:limit AS integer)""",
}
