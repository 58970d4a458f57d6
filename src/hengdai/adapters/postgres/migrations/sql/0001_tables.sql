-- The book: tables as of revision 0001. Comments on them are kept in tables.py.

CREATE FUNCTION hengdai_balanced(accounts text[], amounts bigint[]) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    total numeric := 0;
    amount bigint;
BEGIN
    IF cardinality(amounts) < 2 OR cardinality(accounts) <> cardinality(amounts)
       OR array_position(accounts, NULL) IS NOT NULL THEN
        RETURN false;
    END IF;
    FOREACH amount IN ARRAY amounts LOOP
        IF amount IS NULL OR amount = 0 THEN
            RETURN false;
        END IF;
        total := total + amount;
    END LOOP;
    RETURN total = 0;
END $$;

-- The plain twin is maths.accrual.earned; a property test holds them together. No interest is negative.
CREATE FUNCTION hengdai_rounded(n bigint, d bigint, rounding text) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE rounding
        WHEN 'half_up' THEN (2 * n + d) / (2 * d)
        WHEN 'half_even' THEN n / d + CASE WHEN 2 * (n % d) > d OR (2 * (n % d) = d AND (n / d) % 2 = 1) THEN 1 ELSE 0 END
        WHEN 'half_down' THEN (2 * n + d - 1) / (2 * d)
        WHEN 'down' THEN n / d
        WHEN 'floor' THEN n / d
        WHEN 'up' THEN (n + d - 1) / d
        WHEN 'ceiling' THEN (n + d - 1) / d
    END
$$;

CREATE FUNCTION hengdai_earned(interest bigint, start date, due date, day date, rounding text) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN day >= due THEN interest WHEN day <= start THEN 0
        ELSE hengdai_rounded(interest * (day - start), (due - start)::bigint, rounding) END
$$;

CREATE TABLE account_balance (
    org TEXT NOT NULL,
    account TEXT NOT NULL,
    currency TEXT NOT NULL,
    via TEXT NOT NULL,
    stripe SMALLINT NOT NULL,
    balance BIGINT NOT NULL,
    PRIMARY KEY (org, account, currency, via, stripe)
);
CREATE TABLE arrears_move (
    org TEXT NOT NULL,
    loan_id TEXT NOT NULL,
    day DATE NOT NULL,
    bucket_from SMALLINT NOT NULL,
    bucket_to SMALLINT NOT NULL,
    PRIMARY KEY (org, loan_id, day)
);
CREATE TABLE command (
    org TEXT NOT NULL,
    key TEXT NOT NULL,
    command_id TEXT NOT NULL,
    route TEXT NOT NULL,
    payload_digest TEXT NOT NULL,
    role TEXT NOT NULL,
    key_id TEXT NOT NULL,
    recorded TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (org, key)
);
CREATE TABLE day_close (
    org TEXT NOT NULL,
    day DATE NOT NULL,
    currency TEXT NOT NULL,
    figures JSON NOT NULL,
    PRIMARY KEY (org, day, currency)
);
CREATE TABLE entry (
    org TEXT NOT NULL,
    loan_id TEXT NOT NULL,
    entry_id TEXT NOT NULL,
    event_id TEXT,
    day DATE NOT NULL,
    booked DATE NOT NULL,
    currency TEXT NOT NULL,
    accounts TEXT[] NOT NULL,
    amounts BIGINT[] NOT NULL,
    reverses TEXT,
    PRIMARY KEY (org, loan_id, entry_id),
    CONSTRAINT entry_balanced CHECK (hengdai_balanced(accounts, amounts))
);
CREATE TABLE job (
    org TEXT NOT NULL,
    job_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    day DATE NOT NULL,
    version INTEGER NOT NULL,
    owner TEXT,
    lease_until TIMESTAMP WITH TIME ZONE,
    fence INTEGER NOT NULL,
    finished TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (org, job_id)
);
CREATE TABLE judgement (
    org TEXT NOT NULL,
    loan_id TEXT NOT NULL,
    judgement_id TEXT NOT NULL,
    stage TEXT NOT NULL,
    day DATE NOT NULL,
    pack_digest TEXT NOT NULL,
    judgement JSON NOT NULL,
    stopping TEXT[] NOT NULL,
    cleared BOOLEAN GENERATED ALWAYS AS (cardinality(stopping) = 0) STORED NOT NULL,
    PRIMARY KEY (org, loan_id, judgement_id, stage, day, cleared)
);
CREATE INDEX judgement_stopping ON judgement (org, day) WHERE cardinality(stopping) > 0;
CREATE TABLE loan (
    org TEXT NOT NULL,
    loan_id TEXT NOT NULL,
    facilitator TEXT NOT NULL,
    guarantor TEXT,
    merchant TEXT,
    lender_kind TEXT NOT NULL,
    product TEXT NOT NULL,
    currency TEXT NOT NULL,
    borrower TEXT NOT NULL,
    principal BIGINT NOT NULL,
    terms_digest TEXT NOT NULL,
    pack_digest TEXT NOT NULL,
    calculator TEXT NOT NULL,
    simple_e8 BIGINT,
    compound_e8 BIGINT,
    applied DATE NOT NULL,
    PRIMARY KEY (org, loan_id)
);
CREATE INDEX loan_by_facilitator ON loan (facilitator, org);
CREATE INDEX loan_by_id ON loan (loan_id);
CREATE TABLE organisation (
    org TEXT NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    founded TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (org)
);
CREATE TABLE pack (
    digest TEXT NOT NULL,
    pack_id TEXT NOT NULL,
    texts JSON NOT NULL,
    PRIMARY KEY (digest)
);
CREATE TABLE partner_listing (
    org TEXT NOT NULL,
    listing_id TEXT NOT NULL,
    partner TEXT NOT NULL,
    role TEXT NOT NULL,
    listing JSON NOT NULL,
    PRIMARY KEY (org, listing_id)
);
CREATE TABLE plan (
    org TEXT NOT NULL,
    loan_id TEXT NOT NULL,
    facilitator TEXT NOT NULL,
    guarantor TEXT,
    merchant TEXT,
    starts DATE[] NOT NULL,
    dues DATE[] NOT NULL,
    interest BIGINT[] NOT NULL,
    earned_before BIGINT[] NOT NULL,
    left_principal BIGINT[] NOT NULL,
    left_interest BIGINT[] NOT NULL,
    left_fee BIGINT[] NOT NULL,
    PRIMARY KEY (org, loan_id)
);
CREATE TABLE position (
    org TEXT NOT NULL,
    loan_id TEXT NOT NULL,
    facilitator TEXT NOT NULL,
    guarantor TEXT,
    merchant TEXT,
    lender_kind TEXT NOT NULL,
    product TEXT NOT NULL,
    currency TEXT NOT NULL,
    state TEXT NOT NULL,
    events INTEGER NOT NULL,
    as_of DATE NOT NULL,
    disbursed BIGINT NOT NULL,
    outstanding BIGINT NOT NULL,
    repaid BIGINT NOT NULL,
    interest_paid BIGINT NOT NULL,
    written_off BIGINT NOT NULL,
    recovered BIGINT NOT NULL,
    first_unpaid_due DATE,
    overdue_principal BIGINT NOT NULL,
    overdue_interest BIGINT NOT NULL,
    overdue_fee BIGINT NOT NULL,
    bucket SMALLINT NOT NULL,
    period INTEGER NOT NULL,
    period_start DATE,
    period_due DATE,
    period_interest BIGINT NOT NULL,
    unbooked BIGINT NOT NULL,
    rounding TEXT NOT NULL,
    PRIMARY KEY (org, loan_id)
)
 WITH (fillfactor = 80);
CREATE INDEX position_by_state ON position (org, state, loan_id);
CREATE TABLE answer (
    org TEXT NOT NULL,
    key TEXT NOT NULL,
    body BYTEA NOT NULL,
    PRIMARY KEY (org, key),
    FOREIGN KEY(org, key) REFERENCES command (org, key)
);
CREATE TABLE api_key (
    org TEXT NOT NULL,
    key_id TEXT NOT NULL,
    secret_digest BYTEA NOT NULL,
    role TEXT NOT NULL,
    label TEXT NOT NULL,
    issued TIMESTAMP WITH TIME ZONE NOT NULL,
    revoked TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (org, key_id),
    FOREIGN KEY(org) REFERENCES organisation (org)
);
CREATE TABLE event (
    org TEXT NOT NULL,
    loan_id TEXT NOT NULL,
    seq INTEGER NOT NULL,
    event_id TEXT NOT NULL,
    day DATE NOT NULL,
    known TIMESTAMP WITH TIME ZONE NOT NULL,
    kind TEXT NOT NULL,
    fact JSON NOT NULL,
    clearance TEXT,
    stage TEXT GENERATED ALWAYS AS (CASE kind WHEN 'offered' THEN 'application' WHEN 'signed' THEN 'signing' WHEN 'disbursed' THEN 'disbursement' END) STORED,
    cleared BOOLEAN GENERATED ALWAYS AS (CASE WHEN CASE kind WHEN 'offered' THEN 'application' WHEN 'signed' THEN 'signing' WHEN 'disbursed' THEN 'disbursement' END IS NOT NULL THEN true END) STORED,
    PRIMARY KEY (org, loan_id, seq),
    CONSTRAINT event_kind CHECK (kind IN ('offered', 'refused', 'disclosed', 'signed', 'withdrawn', 'disbursed', 'paid', 'payment_reversed', 'refunded', 'restructured', 'charged_off', 'recovered', 'settled')),
    CONSTRAINT event_gate CHECK ((stage IS NOT NULL) = (clearance IS NOT NULL)),
    CONSTRAINT event_clearance FOREIGN KEY(org, loan_id, clearance, stage, day, cleared) REFERENCES judgement (org, loan_id, judgement_id, stage, day, cleared)
);
CREATE INDEX event_disbursed ON event (org, day) WHERE kind = 'disbursed';
CREATE TABLE job_step (
    org TEXT NOT NULL,
    job_id TEXT NOT NULL,
    number INTEGER NOT NULL,
    name TEXT NOT NULL,
    fence INTEGER NOT NULL,
    done TIMESTAMP WITH TIME ZONE NOT NULL,
    figures JSON NOT NULL,
    PRIMARY KEY (org, job_id, number),
    FOREIGN KEY(org, job_id) REFERENCES job (org, job_id)
);
