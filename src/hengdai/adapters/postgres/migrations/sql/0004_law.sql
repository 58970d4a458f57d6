-- By which law a book is judged, as of revision 0004. Comments on columns are kept in tables.py.

CREATE TABLE law_proposal (
    org text NOT NULL,
    proposal_id text NOT NULL,
    pack_id text NOT NULL,
    digest text NOT NULL,
    replaces text NOT NULL,
    maker text NOT NULL,
    day date NOT NULL,
    proposed timestamp with time zone NOT NULL,
    PRIMARY KEY (org, proposal_id, pack_id, digest, replaces, maker)
);
CREATE TABLE law_publication (
    org text NOT NULL,
    pack_id text NOT NULL,
    number integer NOT NULL,
    proposal_id text NOT NULL,
    digest text NOT NULL,
    replaces text NOT NULL,
    maker text NOT NULL,
    checker text NOT NULL,
    day date NOT NULL,
    published timestamp with time zone NOT NULL,
    shown json NOT NULL,
    PRIMARY KEY (org, pack_id, number),
    CONSTRAINT law_publication_two_persons CHECK (checker <> maker),
    CONSTRAINT law_publication_proposal FOREIGN KEY (org, proposal_id, pack_id, digest, replaces, maker)
        REFERENCES law_proposal (org, proposal_id, pack_id, digest, replaces, maker)
);
CREATE UNIQUE INDEX law_publication_once ON law_publication (org, proposal_id);
CREATE TABLE law_setting (
    org text NOT NULL,
    pack_id text NOT NULL,
    number integer NOT NULL,
    switches text[] NOT NULL,
    shadow text,
    lender_kind text,
    key_id text NOT NULL,
    day date NOT NULL,
    set_at timestamp with time zone NOT NULL,
    PRIMARY KEY (org, pack_id, number)
);
CREATE TABLE shadow_judgement (
    org text NOT NULL,
    loan_id text NOT NULL,
    judgement_id text NOT NULL,
    stage text NOT NULL,
    day date NOT NULL,
    digest text NOT NULL,
    cleared boolean NOT NULL,
    stopping text[] NOT NULL,
    said json NOT NULL,
    PRIMARY KEY (org, loan_id, judgement_id, stage, day, digest),
    CONSTRAINT shadow_judgement_beside FOREIGN KEY (org, loan_id, judgement_id, stage, day, cleared)
        REFERENCES judgement (org, loan_id, judgement_id, stage, day, cleared)
);
CREATE INDEX shadow_judgement_digest ON shadow_judgement (org, digest);

-- The judge sees what the program sees, and alone may write what the law said and by which law a book is judged: a
-- statement that somebody writes in the program's role can neither forge a judgement nor change the law.
DO $$
DECLARE
    subject text;
    listed text;
    me constant text := '(SELECT current_setting(''hengdai.org'', true))';
    mine constant text := format('org = %s', me);
    party constant text := format(
        '%s OR EXISTS (SELECT FROM loan WHERE loan.org = shadow_judgement.org AND '
        'loan.loan_id = shadow_judgement.loan_id AND loan.facilitator = %s)', mine, me);
BEGIN
    BEGIN
        CREATE ROLE hengdai_judge NOLOGIN;
    EXCEPTION WHEN duplicate_object OR unique_violation THEN
        NULL; -- roles belong to the whole server; another book on it has made this one
    END;
    GRANT hengdai_app TO hengdai_judge;
    GRANT hengdai_judge TO CURRENT_USER;
    FOREACH subject IN ARRAY ARRAY['law_proposal', 'law_publication', 'law_setting', 'shadow_judgement'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', subject);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', subject);
        EXECUTE format('GRANT SELECT ON %I TO hengdai_app, hengdai_examiner', subject);
        EXECUTE format('CREATE POLICY examiner ON %I FOR SELECT TO hengdai_examiner USING (true)', subject);
        EXECUTE format('CREATE POLICY seen ON %I FOR SELECT TO hengdai_app USING (%s)', subject,
            CASE WHEN subject IN ('law_publication', 'law_setting') THEN 'true' ELSE mine END);
        EXECUTE format('CREATE POLICY written ON %I FOR INSERT TO hengdai_app WITH CHECK (%s)', subject,
            CASE subject WHEN 'shadow_judgement' THEN party ELSE mine END);
        IF subject = 'shadow_judgement' THEN -- it binds nobody, so it is no evidence of anything
            GRANT INSERT ON shadow_judgement TO hengdai_app;
            CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON shadow_judgement
                FOR EACH STATEMENT EXECUTE FUNCTION hengdai_refuse();
        ELSE
            EXECUTE format('GRANT INSERT ON %I TO hengdai_app', subject);
            PERFORM hengdai_becomes_leaves(subject);
        END IF;
    END LOOP;
    -- What may be inserted passes, column by column, from the program to the judge.
    FOREACH subject IN ARRAY ARRAY['law_publication', 'law_setting', 'judgement'] LOOP
        SELECT string_agg(quote_ident(column_name), ', ') INTO listed FROM information_schema.columns
        WHERE table_schema = 'public' AND table_name = subject AND is_generated = 'NEVER' AND column_name <> 'recorded_in';
        EXECUTE format('REVOKE INSERT (%s) ON %I FROM hengdai_app', listed, subject);
        EXECUTE format('GRANT INSERT (%s) ON %I TO hengdai_judge', listed, subject);
    END LOOP;
END $$;
