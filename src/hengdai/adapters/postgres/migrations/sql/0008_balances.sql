-- The sealer's monitor holds the kept balances against what the postings in the log add up to. As of revision 0008.

GRANT SELECT ON account_balance TO hengdai_sealer;
CREATE POLICY sealer ON account_balance FOR SELECT TO hengdai_sealer USING (true);
