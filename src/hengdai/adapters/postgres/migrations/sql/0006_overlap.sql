-- Who may ask which applicants are common, within which quota, and each question. As of revision 0006.

CREATE TABLE overlap_asker (
    org text NOT NULL,
    admission text NOT NULL,
    asker text NOT NULL,
    daily integer NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (org, admission)
);
CREATE TABLE overlap_query (
    org text NOT NULL,
    query text NOT NULL,
    asker text NOT NULL,
    day date NOT NULL,
    asked integer NOT NULL,
    held integer NOT NULL,
    digest text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (org, query)
);
CREATE INDEX overlap_query_day ON overlap_query (org, asker, day);

DO $$
DECLARE
    subject text;
    mine constant text := 'org = (SELECT current_setting(''hengdai.org'', true))';
BEGIN
    FOREACH subject IN ARRAY ARRAY['overlap_asker', 'overlap_query'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', subject);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', subject);
        EXECUTE format('GRANT SELECT ON %I TO hengdai_examiner', subject);
        EXECUTE format('CREATE POLICY examiner ON %I FOR SELECT TO hengdai_examiner USING (true)', subject);
        EXECUTE format('GRANT SELECT, INSERT ON %I TO hengdai_app', subject);
        EXECUTE format('CREATE POLICY seen ON %I FOR SELECT TO hengdai_app USING (%s)', subject, mine);
        EXECUTE format('CREATE POLICY written ON %I FOR INSERT TO hengdai_app WITH CHECK (%s)', subject, mine);
        PERFORM hengdai_becomes_leaves(subject);
    END LOOP;
END $$;
