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
CREATE INDEX items_hnsw_cosine ON items USING hnsw (v vector_cosine_ops) WITH (m = 16, ef_construction = 64);
CREATE INDEX items_partial ON items USING hnsw (v vector_l2_ops) WHERE id < 300;
CREATE INDEX items_part ON items USING ivfflat ((subvector(v, 1, 4)::vector(4)) vector_l2_ops) WITH (lists = 5);
CREATE INDEX items_btree ON items (v);

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

CREATE TABLE answers (column_name text, operator text, query text, distances float8[], PRIMARY KEY (column_name, operator, query));
SET enable_indexscan = off;
DO $$
DECLARE
	o text;
	q text;
BEGIN
	FOREACH o IN ARRAY '{<->,<#>,<=>,<+>}'::text[] LOOP
		FOR q IN SELECT made(i)::text FROM generate_series(2001, 2010) i LOOP
			EXECUTE format('INSERT INTO answers SELECT ''v'', %L, %L, array_agg(d) FROM
				(SELECT v %s %L AS d FROM items ORDER BY d LIMIT 20) x', o, q, o, q);
		END LOOP;
	END LOOP;
END $$;
