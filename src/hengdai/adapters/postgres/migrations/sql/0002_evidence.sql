-- The book as the source of the evidence log, as of revision 0002. Comments on columns are kept in tables.py.

-- Every fact knows the transaction that wrote it. The database fills the column; the program has no right to write it, so
-- nothing can be slipped in behind what the log has taken.
DO $$
DECLARE
    subject text;
    written text;
BEGIN
    FOREACH subject IN ARRAY ARRAY['command', 'judgement', 'event', 'entry', 'job_step'] LOOP
        SELECT string_agg(quote_ident(column_name), ', ') INTO written FROM information_schema.columns
        WHERE table_schema = 'public' AND table_name = subject AND is_generated = 'NEVER';
        EXECUTE format('ALTER TABLE %I ADD COLUMN recorded_in bigint NOT NULL DEFAULT 0', subject);
        EXECUTE format(
            'ALTER TABLE %I ALTER COLUMN recorded_in SET DEFAULT (pg_current_xact_id()::text::bigint)', subject);
        EXECUTE format('CREATE INDEX %I ON %I (recorded_in)', subject || '_recorded_in', subject);
        EXECUTE format('REVOKE INSERT ON %I FROM hengdai_app', subject);
        EXECUTE format('GRANT INSERT (%s) ON %I TO hengdai_app', written, subject);
    END LOOP;
END $$;

CREATE TABLE evidence_leaf (
    org text NOT NULL,
    kind text NOT NULL,
    loan_id text NOT NULL,
    ref text NOT NULL,
    position bigint NOT NULL,
    year integer NOT NULL,
    recorded_in bigint NOT NULL,
    salt bytea NOT NULL,
    thread text NOT NULL,
    commitment text NOT NULL,
    leaf bytea NOT NULL,
    PRIMARY KEY (org, kind, loan_id, ref)
);
CREATE UNIQUE INDEX evidence_leaf_position ON evidence_leaf (position);
CREATE INDEX evidence_leaf_recorded_in ON evidence_leaf (recorded_in);
CREATE INDEX evidence_leaf_thread ON evidence_leaf (thread, position);
CREATE INDEX evidence_leaf_loan ON evidence_leaf (loan_id);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON evidence_leaf
    FOR EACH STATEMENT EXECUTE FUNCTION hengdai_refuse();

-- The sealer reads the facts of every organisation and writes leaves; it can write nothing else.
DO $$
DECLARE
    subject text;
BEGIN
    BEGIN
        CREATE ROLE hengdai_sealer NOLOGIN;
    EXCEPTION WHEN duplicate_object OR unique_violation THEN
        NULL; -- roles belong to the whole server; another book on it has made this one
    END;
    GRANT hengdai_sealer TO CURRENT_USER;
    GRANT USAGE ON SCHEMA public TO hengdai_sealer;
    ALTER TABLE evidence_leaf ENABLE ROW LEVEL SECURITY;
    ALTER TABLE evidence_leaf FORCE ROW LEVEL SECURITY;
    FOREACH subject IN ARRAY ARRAY['command', 'judgement', 'event', 'entry', 'job_step', 'evidence_leaf'] LOOP
        EXECUTE format('GRANT SELECT ON %I TO hengdai_sealer', subject);
        EXECUTE format('CREATE POLICY sealer ON %I FOR SELECT TO hengdai_sealer USING (true)', subject);
    END LOOP;
    GRANT INSERT ON evidence_leaf TO hengdai_sealer;
    CREATE POLICY sealed ON evidence_leaf FOR INSERT TO hengdai_sealer WITH CHECK (true);
    GRANT SELECT ON evidence_leaf TO hengdai_app, hengdai_examiner;
    CREATE POLICY examiner ON evidence_leaf FOR SELECT TO hengdai_examiner USING (true);
    CREATE POLICY seen ON evidence_leaf FOR SELECT TO hengdai_app
        USING (org = (SELECT current_setting('hengdai.org', true)));
END $$;
