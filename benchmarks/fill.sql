-- Open loans made in sets: 24 monthly dues, one in twenty of them two months behind. :loans, :day and :age (in days).
INSERT INTO plan
SELECT 'bank', 'L' || lpad(i::text, 8, '0'), 'plat', NULL, NULL,
    ARRAY(SELECT s + 30 * k FROM generate_series(0, 23) k ORDER BY k),
    ARRAY(SELECT s + 30 * (k + 1) FROM generate_series(0, 23) k ORDER BY k),
    ARRAY(SELECT (24 - k) * 100 + i % 97 FROM generate_series(0, 23) k ORDER BY k)::bigint[],
    array_fill(0::bigint, ARRAY[24]),
    ARRAY(SELECT CASE WHEN s + 30 * (k + 1) < paid THEN 0 ELSE 40000 + k END FROM generate_series(0, 23) k ORDER BY k)::bigint[],
    ARRAY(SELECT CASE WHEN s + 30 * (k + 1) < paid THEN 0 ELSE (24 - k) * 100 + i % 97 END
          FROM generate_series(0, 23) k ORDER BY k)::bigint[],
    array_fill(0::bigint, ARRAY[24])
FROM (
    SELECT i, CAST(:day AS date) - i % 30 - (CAST(:age AS integer) / 30) * 30 AS s,
        CAST(:day AS date) - CASE WHEN i % 20 = 0 THEN 60 ELSE 0 END AS paid
    FROM generate_series(1, CAST(:loans AS integer)) i
) x;;
INSERT INTO position
SELECT 'bank', loan_id, 'plat', NULL, NULL, 'bank', 'p', 'CNY', 'active', 4, CAST(:day AS date), 1000000,
    (SELECT sum(x) FROM unnest(left_principal) x), 0, 0, 0, 0,
    (SELECT min(d) FROM unnest(dues, left_principal) AS u(d, x) WHERE x > 0),
    coalesce((SELECT sum(x) FROM unnest(left_principal[1:k]) x), 0),
    coalesce((SELECT sum(x) FROM unnest(left_interest[1:k]) x), 0), 0,
    0, k, starts[k + 1], dues[k + 1], coalesce(interest[k + 1], 0), 0, 'half_up'
FROM (SELECT p.*, (SELECT count(*)::integer FROM unnest(dues) d WHERE d < CAST(:day AS date)) AS k FROM plan p) q
