-- Who may do what, table by table. Every transaction takes one of three roles and names its organisation in the
-- setting hengdai.org; what a statement then sees and writes is decided here, not by the statement.

DO $$
DECLARE
    wanted text;
BEGIN
    FOREACH wanted IN ARRAY ARRAY['hengdai_app', 'hengdai_examiner', 'hengdai_door'] LOOP
        BEGIN
            EXECUTE format('CREATE ROLE %I NOLOGIN', wanted);
        EXCEPTION WHEN duplicate_object OR unique_violation THEN
            NULL; -- roles belong to the whole server; another book on it has made this one
        END;
        EXECUTE format('GRANT %I TO CURRENT_USER', wanted);
        EXECUTE format('GRANT USAGE ON SCHEMA public TO %I', wanted);
    END LOOP;
END $$;

CREATE FUNCTION hengdai_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '表 % 只可追加 / table % is append-only: a wrong row is answered by a new one', TG_TABLE_NAME, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;

DO $$
DECLARE
    subject text;
    me constant text := '(SELECT current_setting(''hengdai.org'', true))';
    mine constant text := format('org = %s', me);
    party constant text := format('%s IN (org, facilitator, guarantor, merchant)', me);
    writer constant text := format('%s IN (org, facilitator)', me);
    seen text;
    written text;
BEGIN
    FOREACH subject IN ARRAY ARRAY[
        'organisation', 'api_key', 'pack', 'partner_listing', 'command', 'answer', 'loan', 'judgement', 'event', 'entry',
        'account_balance', 'position', 'plan', 'arrears_move', 'day_close', 'job', 'job_step'
    ] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', subject);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', subject);
        IF subject <> 'api_key' THEN
            EXECUTE format('GRANT SELECT ON %I TO hengdai_examiner', subject);
            EXECUTE format('CREATE POLICY examiner ON %I FOR SELECT TO hengdai_examiner USING (true)', subject);
        END IF;
        EXECUTE format('GRANT SELECT ON %I TO hengdai_app', subject);
        IF subject <> 'organisation' THEN
            EXECUTE format('GRANT INSERT ON %I TO hengdai_app', subject);
        END IF;

        seen := CASE
            WHEN subject IN ('organisation', 'pack', 'partner_listing') THEN 'true'
            WHEN subject IN ('loan', 'position', 'plan') THEN party
            WHEN subject IN ('judgement', 'event', 'entry', 'arrears_move') THEN format(
                '%s OR EXISTS (SELECT FROM loan WHERE loan.org = %I.org AND loan.loan_id = %I.loan_id AND '
                '%s IN (loan.facilitator, loan.guarantor, loan.merchant))', mine, subject, subject, me)
            WHEN subject = 'account_balance' THEN format('%s OR via = %s', mine, me)
            ELSE mine
        END;
        written := CASE
            WHEN subject = 'pack' THEN 'true'
            WHEN subject IN ('loan', 'position', 'plan') THEN writer
            WHEN subject IN ('judgement', 'event', 'entry') THEN format(
                '%s OR EXISTS (SELECT FROM loan WHERE loan.org = %I.org AND loan.loan_id = %I.loan_id AND '
                'loan.facilitator = %s)', mine, subject, subject, me)
            WHEN subject = 'account_balance' THEN format(
                'via = %s AND (%s OR EXISTS (SELECT FROM loan WHERE loan.org = account_balance.org AND '
                'loan.facilitator = %s))', me, mine, me)
            ELSE mine
        END;
        EXECUTE format('CREATE POLICY seen ON %I FOR SELECT TO hengdai_app USING (%s)', subject, seen);
        IF subject <> 'organisation' THEN
            EXECUTE format('CREATE POLICY written ON %I FOR INSERT TO hengdai_app WITH CHECK (%s)', subject, written);
        END IF;
        IF subject IN ('api_key', 'account_balance', 'position', 'plan', 'job') THEN
            EXECUTE format('GRANT UPDATE ON %I TO hengdai_app', subject);
            EXECUTE format(
                'CREATE POLICY changed ON %I FOR UPDATE TO hengdai_app USING (%s) WITH CHECK (%s)', subject, written, written);
        END IF;
        IF subject IN ('position', 'plan') THEN
            EXECUTE format('GRANT DELETE ON %I TO hengdai_app', subject);
            EXECUTE format('CREATE POLICY removed ON %I FOR DELETE TO hengdai_app USING (%s)', subject, written);
        END IF;
    END LOOP;

    -- The door: whoever is not yet known. It looks up keys, and the owner of the machine founds organisations through it.
    GRANT SELECT, INSERT ON organisation, api_key TO hengdai_door;
    CREATE POLICY door_sees ON organisation FOR SELECT TO hengdai_door USING (true);
    CREATE POLICY door_founds ON organisation FOR INSERT TO hengdai_door WITH CHECK (true);
    CREATE POLICY door_sees ON api_key FOR SELECT TO hengdai_door USING (true);
    CREATE POLICY door_issues ON api_key FOR INSERT TO hengdai_door WITH CHECK (true);

    FOREACH subject IN ARRAY ARRAY[
        'pack', 'partner_listing', 'command', 'answer', 'loan', 'judgement', 'event', 'entry', 'arrears_move', 'day_close',
        'job_step'
    ] LOOP
        EXECUTE format(
            'CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON %I '
            'FOR EACH STATEMENT EXECUTE FUNCTION hengdai_refuse()', subject);
    END LOOP;
END $$;
