-- The first examples of the field: similarity of a few embeddings, search, and the check before ingestion.

-- Three embeddings: two fruits are more alike than a fruit and a computer.
CREATE TABLE words (word text PRIMARY KEY, embedding vector(4));
INSERT INTO words VALUES
	('apple', '[0.8, 0.6, 0.1, 0.0]'),
	('pear', '[0.7, 0.7, 0.0, 0.1]'),
	('computer', '[0.1, 0.0, 0.9, 0.4]');
SELECT a.word, b.word, round(cosine_similarity(a.embedding, b.embedding)::numeric, 3) AS similarity
FROM words a JOIN words b ON a.word < b.word ORDER BY similarity DESC;
SELECT word FROM words WHERE word <> 'apple'
ORDER BY embedding <=> (SELECT embedding FROM words WHERE word = 'apple');

-- Normalised, the inner product is the cosine.
SELECT bool_and(abs(inner_product(l2_normalize(a.embedding), l2_normalize(b.embedding))
	- cosine_similarity(a.embedding, b.embedding)) < 1e-6) AS same
FROM words a, words b;

-- Search for the nearest word to what two words have in common, with and without an index.
SELECT word FROM words ORDER BY embedding <=> (SELECT avg(embedding) FROM words WHERE word <> 'computer') LIMIT 1;
CREATE INDEX ON words USING ivf (embedding vector_cosine_ops);
SET enable_seqscan = off;
EXPLAIN (COSTS OFF) SELECT word FROM words ORDER BY embedding <=> '[0.8, 0.7, 0, 0]' LIMIT 2;
SELECT word, round((1 - (embedding <=> '[0.8, 0.7, 0, 0]'))::numeric, 3) AS similarity
FROM words ORDER BY embedding <=> '[0.8, 0.7, 0, 0]' LIMIT 2;
RESET enable_seqscan;
DROP TABLE words;

-- Only unit vectors may come in: mixed with others an inner product ranks by length.
CREATE TABLE items (id int PRIMARY KEY, embedding vector(3) CHECK (is_normalized(embedding)));
INSERT INTO items VALUES (1, '[0.6, 0.8, 0]'), (2, '[0, 0, 1]'), (3, NULL);
INSERT INTO items VALUES (4, '[3, 4, 0]');
INSERT INTO items VALUES (4, '[0, 0, 0]');
INSERT INTO items VALUES (4, l2_normalize('[3, 4, 0]'::vector));
UPDATE items SET embedding = embedding * '[2, 2, 2]' WHERE id = 1;
COPY items FROM stdin;
5	[0,1,0]
6	[0,1,1]
\.
SELECT id, is_normalized(embedding) FROM items ORDER BY id;
SELECT is_normalized('[0.6, 0.81, 0]'::vector), is_normalized('[0.6, 0.81, 0]'::vector, 0.01), is_normalized('[0.6, 0.8001, 0]'::vector);
CREATE INDEX ON items USING ivf (embedding vector_ip_ops);
SET enable_seqscan = off;
SELECT id, round((-(embedding <#> '[0, 0.6, 0.8]'))::numeric, 3) AS similarity FROM items ORDER BY embedding <#> '[0, 0.6, 0.8]' LIMIT 1;
RESET enable_seqscan;
DROP TABLE items;
