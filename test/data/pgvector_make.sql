-- pgvector_make.sql - makes the database that pgvector_dump.sql is a dump of, on pgvector.
--
--	createdb d; psql -Xq -v ON_ERROR_STOP=1 -d d -f pgvector_make.sql; pg_dump --no-owner d >pgvector_dump.sql
--
-- Elements are multiples of 1/4, so that every sum is exact.  The table answers has what pgvector answers to queries
-- without an index.

CREATE EXTENSION vector;

CREATE FUNCTION element(n int, d int) RETURNS real LANGUAGE sql IMMUTABLE
	AS 'SELECT (mod(hashint4(n * 101 + d * 7)::bigint, 16) + 24 * mod(hashint4(mod(n, 9) * 17 + d)::bigint, 3))::real / 4';

CREATE FUNCTION made(n int) RETURNS vector LANGUAGE sql IMMUTABLE
	AS 'SELECT array_agg(element(n, d) ORDER BY d)::vector FROM generate_series(1, 8) d';

CREATE TABLE items (
	id int PRIMARY KEY,
	v vector(8) DEFAULT '[0,0,0,0,0,0,0,0]',
	label text,
	norm float8 GENERATED ALWAYS AS (vector_norm(v)) STORED,
	CONSTRAINT short CHECK (vector_norm(v) < 1000));
INSERT INTO items SELECT i, made(i), 'row ' || i FROM generate_series(1, 600) i;
INSERT INTO items VALUES (1001, NULL, 'no vector'), (1002, DEFAULT, 'zero');

CREATE INDEX items_ivfflat_l2 ON items USING ivfflat (v vector_l2_ops) WITH (lists = 10);
CREATE INDEX items_ivfflat_ip ON items USING ivfflat (v vector_ip_ops) WITH (lists = 10);
CREATE INDEX items_ivfflat_cosine ON items USING ivfflat (v vector_cosine_ops);
CREATE INDEX items_hnsw_l2 ON items USING hnsw (v vector_l2_ops);
CREATE INDEX items_hnsw_ip ON items USING hnsw (v vector_ip_ops) WITH (m = 8, ef_construction = 32);
CREATE INDEX items_hnsw_l1 ON items USING hnsw (v vector_l1_ops);
CREATE INDEX items_hnsw_cosine ON items USING hnsw (v vector_cosine_ops) WITH (m = 16, ef_construction = 64);
CREATE INDEX items_partial ON items USING hnsw (v vector_l2_ops) WHERE id < 300;
CREATE INDEX items_part ON items USING ivfflat ((subvector(v, 1, 4)::vector(4)) vector_l2_ops) WITH (lists = 5);
CREATE INDEX items_hnsw_half ON items USING hnsw ((v::halfvec(8)) halfvec_l2_ops);
CREATE INDEX items_hnsw_bits ON items USING hnsw ((binary_quantize(v)::bit(8)) bit_hamming_ops);
CREATE INDEX items_btree ON items (v);

CREATE TABLE kinds (id int PRIMARY KEY, h halfvec(8), s sparsevec(16), b bit(40));
INSERT INTO kinds
SELECT i, made(i)::halfvec,
	(SELECT format('{%s}/16', string_agg(format('%s:%s', 2 * d - mod(i, 2), element(i, d)), ','))
	 FROM generate_series(1, 8) d WHERE mod(hashint4(i + d * 31)::bigint, 3) <> 0)::sparsevec,
	(SELECT string_agg(CASE WHEN mod(hashint4(mod(i, 7) * 41 + d)::bigint, 2) + mod(hashint4(i * 97 + d)::bigint, 5) > 0
	                        THEN '1' ELSE '0' END, '' ORDER BY d)
	 FROM generate_series(1, 40) d)::bit(40)
FROM generate_series(1, 400) i;
INSERT INTO kinds VALUES (1001, NULL, NULL, NULL);
CREATE INDEX kinds_ivfflat_h_l2 ON kinds USING ivfflat (h halfvec_l2_ops) WITH (lists = 8);
CREATE INDEX kinds_ivfflat_h_ip ON kinds USING ivfflat (h halfvec_ip_ops) WITH (lists = 8);
CREATE INDEX kinds_ivfflat_h_cosine ON kinds USING ivfflat (h halfvec_cosine_ops) WITH (lists = 8);
CREATE INDEX kinds_ivfflat_b_hamming ON kinds USING ivfflat (b bit_hamming_ops) WITH (lists = 8);
CREATE INDEX kinds_hnsw_h_l2 ON kinds USING hnsw (h halfvec_l2_ops);
CREATE INDEX kinds_hnsw_h_ip ON kinds USING hnsw (h halfvec_ip_ops);
CREATE INDEX kinds_hnsw_h_cosine ON kinds USING hnsw (h halfvec_cosine_ops);
CREATE INDEX kinds_hnsw_h_l1 ON kinds USING hnsw (h halfvec_l1_ops);
CREATE INDEX kinds_hnsw_s_l2 ON kinds USING hnsw (s sparsevec_l2_ops);
CREATE INDEX kinds_hnsw_s_ip ON kinds USING hnsw (s sparsevec_ip_ops);
CREATE INDEX kinds_hnsw_s_cosine ON kinds USING hnsw (s sparsevec_cosine_ops);
CREATE INDEX kinds_hnsw_s_l1 ON kinds USING hnsw (s sparsevec_l1_ops);
CREATE INDEX kinds_hnsw_b_hamming ON kinds USING hnsw (b bit_hamming_ops) WITH (m = 10);
CREATE INDEX kinds_hnsw_b_jaccard ON kinds USING hnsw (b bit_jaccard_ops);
CREATE INDEX kinds_btree ON kinds (h, s);

CREATE TABLE loose (id int, v vector, a vector(2)[]);
INSERT INTO loose VALUES (1, '[1]', '{"[1,2]",NULL}'), (2, '[1,2.5,-3e30]', '{}'), (3, NULL, NULL);
CREATE INDEX loose_hnsw ON loose USING hnsw ((v::vector(3)) vector_l2_ops) WHERE vector_dims(v) = 3;

CREATE TABLE parts (id int, v vector(8)) PARTITION BY RANGE (id);
CREATE TABLE parts_low PARTITION OF parts FOR VALUES FROM (0) TO (300);
CREATE TABLE parts_high PARTITION OF parts FOR VALUES FROM (300) TO (1000);
CREATE INDEX parts_v ON parts USING hnsw (v vector_cosine_ops);
INSERT INTO parts SELECT id, v FROM items WHERE id < 1000;

CREATE DOMAIN unit AS vector(2) CHECK (vector_norm(VALUE) BETWEEN 0.99 AND 1.01);
CREATE TYPE pair AS (a vector(2), b int);
CREATE TABLE others (u unit, p pair, UNIQUE (u));
INSERT INTO others VALUES ('[0.6,0.8]', '("[1,2]",3)');
CREATE VIEW near AS SELECT id, v <-> '[1,1,1,1,1,1,1,1]' AS d, v <=> '[1,1,1,1,1,1,1,1]' AS c FROM items;
CREATE MATERIALIZED VIEW totals AS SELECT sum(v) AS sum, avg(v)::real[]::vector(8) AS avg FROM items WHERE id < 1000;
CREATE FUNCTION nearest(q vector, k int) RETURNS SETOF int LANGUAGE sql STABLE
	AS 'SELECT id FROM items ORDER BY v <-> q LIMIT k';

CREATE TABLE answers (
	table_name text, column_name text, operator text, query text, distances float8[],
	PRIMARY KEY (table_name, column_name, operator, query));
SET enable_indexscan = off;
DO $$
DECLARE
	o text;
	q text;
	what record;
BEGIN
	FOR what IN VALUES ('items', 'v', '{<->,<#>,<=>,<+>}'::text[]), ('kinds', 'h', '{<->,<#>,<=>,<+>}'),
			('kinds', 's', '{<->,<#>,<=>,<+>}'), ('kinds', 'b', '{<~>,<%>}') LOOP
		FOREACH o IN ARRAY what.column3 LOOP
			FOR q IN EXECUTE format('SELECT %I::text FROM %I WHERE id BETWEEN 11 AND 20', what.column2, what.column1)
			LOOP
				IF what.column1 = 'items' THEN
					q := made(2000 + mod(hashtext(q), 1000))::text;
				END IF;
				EXECUTE format('INSERT INTO answers SELECT %L, %L, %L, %L, array_agg(d) FROM
					(SELECT %I %s %L AS d FROM %I ORDER BY d LIMIT 20) x',
					what.column1, what.column2, o, q, what.column2, o, q, what.column1);
			END LOOP;
		END LOOP;
	END LOOP;
END $$;
