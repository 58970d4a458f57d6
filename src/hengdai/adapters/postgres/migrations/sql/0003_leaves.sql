-- Further tables feed the evidence log, as of revision 0003. A later revision makes leaves of one more by one call.

-- Rows of the table know the transaction that wrote them, and the sealer reads them. Rows that stand there already are
-- of the transaction of this revision: it lies behind whatever the log has taken, so they enter it too.
CREATE FUNCTION hengdai_becomes_leaves(subject text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    written text;
    writer text;
BEGIN
    SELECT string_agg(quote_ident(column_name), ', ') INTO written FROM information_schema.columns
    WHERE table_schema = 'public' AND table_name = subject AND is_generated = 'NEVER';
    EXECUTE format('ALTER TABLE %I ADD COLUMN recorded_in bigint NOT NULL '
        'DEFAULT (pg_current_xact_id()::text::bigint)', subject);
    EXECUTE format('CREATE INDEX %I ON %I (recorded_in)', subject || '_recorded_in', subject);
    FOREACH writer IN ARRAY ARRAY['hengdai_app', 'hengdai_door'] LOOP
        IF has_table_privilege(writer, subject, 'INSERT') THEN
            EXECUTE format('REVOKE INSERT ON %I FROM %I', subject, writer);
            EXECUTE format('GRANT INSERT (%s) ON %I TO %I', written, subject, writer);
        END IF;
    END LOOP;
    EXECUTE format('GRANT SELECT ON %I TO hengdai_sealer', subject);
    EXECUTE format('CREATE POLICY sealer ON %I FOR SELECT TO hengdai_sealer USING (true)', subject);
    IF NOT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = subject::regclass AND tgname = 'append_only') THEN
        EXECUTE format('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON %I '
            'FOR EACH STATEMENT EXECUTE FUNCTION hengdai_refuse()', subject);
    END IF;
END $$;

-- A revoked key is one with a row here: what was issued stays as it was written.
CREATE TABLE key_revocation (
    org text NOT NULL,
    key_id text NOT NULL,
    revoked timestamptz NOT NULL,
    PRIMARY KEY (org, key_id),
    FOREIGN KEY (org, key_id) REFERENCES api_key (org, key_id)
);
INSERT INTO key_revocation SELECT org, key_id, revoked FROM api_key WHERE revoked IS NOT NULL;
ALTER TABLE api_key DROP COLUMN revoked;
REVOKE UPDATE ON api_key FROM hengdai_app;
DROP POLICY changed ON api_key;

ALTER TABLE key_revocation ENABLE ROW LEVEL SECURITY;
ALTER TABLE key_revocation FORCE ROW LEVEL SECURITY;
GRANT SELECT, INSERT ON key_revocation TO hengdai_app;
GRANT SELECT ON key_revocation TO hengdai_door, hengdai_examiner;
CREATE POLICY seen ON key_revocation FOR SELECT TO hengdai_app
    USING (org = (SELECT current_setting('hengdai.org', true)));
CREATE POLICY written ON key_revocation FOR INSERT TO hengdai_app
    WITH CHECK (org = (SELECT current_setting('hengdai.org', true)));
CREATE POLICY door_sees ON key_revocation FOR SELECT TO hengdai_door USING (true);
CREATE POLICY examiner ON key_revocation FOR SELECT TO hengdai_examiner USING (true);

SELECT hengdai_becomes_leaves(subject)
FROM unnest(ARRAY['organisation', 'api_key', 'key_revocation', 'partner_listing', 'pack']) AS subject;

-- No digest of a secret for the sealer.
REVOKE SELECT ON api_key FROM hengdai_sealer;
GRANT SELECT (org, key_id, role, label, issued, recorded_in) ON api_key TO hengdai_sealer;
