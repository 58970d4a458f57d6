-- Persons: what is kept of each under her own key, and what was consented, released and said. As of revision 0005.

CREATE TABLE person (
    org text NOT NULL,
    person text NOT NULL,
    version integer NOT NULL,
    known timestamptz NOT NULL,
    fields text[] NOT NULL,
    attachments json NOT NULL,
    sealed bytea NOT NULL,
    PRIMARY KEY (org, person, version)
);
CREATE TABLE person_access (
    org text NOT NULL,
    access_id text NOT NULL,
    person text NOT NULL,
    purpose text NOT NULL,
    fields text[] NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (org, access_id)
);
CREATE INDEX person_access_person ON person_access (org, person);
CREATE TABLE erasure (
    org text NOT NULL,
    person text NOT NULL,
    day date NOT NULL,
    ground text NOT NULL,
    known timestamptz NOT NULL,
    PRIMARY KEY (org, person)
);
CREATE TABLE consent (
    org text NOT NULL,
    consent text NOT NULL,
    via text NOT NULL,
    loan_id text NOT NULL,
    person text NOT NULL,
    purpose text NOT NULL,
    receiver text NOT NULL,
    fields text[] NOT NULL,
    version text NOT NULL,
    separate boolean NOT NULL,
    given timestamptz NOT NULL,
    until timestamptz,
    PRIMARY KEY (org, consent)
);
CREATE INDEX consent_person ON consent (via, person);
CREATE TABLE consent_withdrawal (
    org text NOT NULL,
    consent text NOT NULL,
    via text NOT NULL,
    loan_id text NOT NULL,
    person text NOT NULL,
    withdrawn timestamptz NOT NULL,
    PRIMARY KEY (org, consent),
    FOREIGN KEY (org, consent) REFERENCES consent (org, consent)
);
CREATE TABLE release (
    org text NOT NULL,
    release text NOT NULL,
    via text NOT NULL,
    loan_id text NOT NULL,
    person text NOT NULL,
    consent text NOT NULL,
    receiver text NOT NULL,
    receiver_key text NOT NULL,
    purpose text NOT NULL,
    fields text[] NOT NULL,
    at timestamptz NOT NULL,
    watermark text NOT NULL,
    file_sha256 text NOT NULL,
    pack_digest text NOT NULL,
    PRIMARY KEY (org, release),
    FOREIGN KEY (org, consent) REFERENCES consent (org, consent)
);
CREATE INDEX release_person ON release (via, person);
CREATE TABLE contact (
    org text NOT NULL,
    contact_id text NOT NULL,
    via text NOT NULL,
    loan_id text NOT NULL,
    person text NOT NULL,
    channel text NOT NULL,
    purpose text NOT NULL,
    whom text NOT NULL,
    by_whom text NOT NULL,
    at timestamptz NOT NULL,
    day date NOT NULL,
    content text NOT NULL,
    attachments json NOT NULL,
    pack_digest text NOT NULL,
    outcomes json NOT NULL,
    stopping text[] NOT NULL,
    PRIMARY KEY (org, contact_id)
);
CREATE INDEX contact_day ON contact (org, loan_id, day);

-- A salt about a person is sealed with her key; who keeps that key stands beside it.
ALTER TABLE evidence_leaf ADD COLUMN keeper text NOT NULL DEFAULT '';
ALTER TABLE evidence_leaf ADD COLUMN person text NOT NULL DEFAULT '';
ALTER TABLE evidence_leaf ALTER COLUMN keeper DROP DEFAULT, ALTER COLUMN person DROP DEFAULT;

-- Personal data is seen by its owner alone, examiners included only where nothing of it can be read. What is about a
-- loan is seen by its funder and by whoever acted; the facilitator writes on the loans that it facilitates.
DO $$
DECLARE
    subject text;
    me constant text := '(SELECT current_setting(''hengdai.org'', true))';
    mine constant text := format('org = %s', me);
    seen text;
    written text;
BEGIN
    FOREACH subject IN ARRAY ARRAY[
        'person', 'person_access', 'erasure', 'consent', 'consent_withdrawal', 'release', 'contact'
    ] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', subject);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', subject);
        EXECUTE format('GRANT SELECT ON %I TO hengdai_examiner', subject);
        EXECUTE format('CREATE POLICY examiner ON %I FOR SELECT TO hengdai_examiner USING (true)', subject);
        EXECUTE format('GRANT SELECT, INSERT ON %I TO hengdai_app', subject);
        IF subject IN ('person', 'person_access', 'erasure') THEN
            seen := mine;
            written := mine;
        ELSE
            seen := format('%s IN (org, via)', me);
            written := format(
                'via = %s AND (%s OR EXISTS (SELECT FROM loan WHERE loan.org = %I.org AND loan.loan_id = %I.loan_id AND '
                'loan.facilitator = %s))', me, mine, subject, subject, me);
        END IF;
        EXECUTE format('CREATE POLICY seen ON %I FOR SELECT TO hengdai_app USING (%s)', subject, seen);
        EXECUTE format('CREATE POLICY written ON %I FOR INSERT TO hengdai_app WITH CHECK (%s)', subject, written);
        PERFORM hengdai_becomes_leaves(subject);
    END LOOP;
END $$;
