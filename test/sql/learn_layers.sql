-- softmax, sigmoid, relu, linear, rrf: values, nulls, and the edges of what they take.

-- A command's error as SQLSTATE, message, detail and hint, a line each; null where it succeeds.
CREATE FUNCTION pg_temp.error_of(command text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	message text;
	detail text;
	hint text;
BEGIN
	EXECUTE command;
	RETURN NULL;
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
	RETURN concat_ws(E'\n', SQLSTATE || ' ' || message, nullif(detail, ''), nullif(hint, ''));
END
$$;

-- softmax
SELECT softmax('[0,0,0,0]'), softmax('[7]'), softmax('[1,1,1e4]'), softmax('[-1e4,-1e4]'), softmax('[3e38,-3e38]');
SELECT softmax('[1,2,3]'), softmax('[1,2,3]', 1) = softmax('[1,2,3]') AS same, softmax('[1,2,3]', 1e-300) AS cold,
	softmax('[0,1]', 1e300) AS hot, softmax('[1001,1002,1003]') = softmax('[1,2,3]') AS shifted;
SELECT softmax('[1,2,3]', temperature => 0.5) = softmax('[2,4,6]') AS scaled;
SELECT softmax(NULL), softmax('[1]', NULL);
SELECT pg_temp.error_of(format('SELECT softmax(''[1,2]'', %L)', t)) AS error
FROM unnest('{0,-0,-1,NaN,Infinity,-Infinity}'::float8[]) t;
SELECT abs((SELECT sum(x::float8)
	FROM unnest(softmax(array_agg(sin(i) ORDER BY i)::vector)::real[]) x) - 1) < 1e-6 AS adds_up
FROM generate_series(1, 16000) i;

-- sigmoid and relu
SELECT sigmoid('[0,1e4,-1e4,3e38,-3e38]'), sigmoid('[1,-1]'), sigmoid(NULL);
SELECT relu('[-1,0,-0,1,-3e38,3e38]'), relu(NULL);

-- linear
SELECT linear('{"[1,2,3]","[4,5,6]"}', '[1,10,100]'),
	linear('{"[1,2,3]","[4,5,6]"}', '[1,10,100]', '[1000,2000]') AS with_bias,
	linear('{"[2]"}', '[3]') AS one, linear('[5:6]={"[1]","[2]"}', '[3]') AS other_subscripts;
SELECT linear(weights => ARRAY['[1,0]', '[0,1]']::vector[], x => '[3,4]', bias => '[-3,-4]');
SELECT linear(NULL, '[1]'), linear('{"[1]"}', NULL), linear('{"[1]"}', '[1]', NULL);
SELECT linear(array_agg(array_fill(i, ARRAY[3])::vector ORDER BY i), '[1,1,1]') FROM generate_series(1, 5) i;
SELECT vector_dims(linear(array_fill('[1]'::vector, ARRAY[16000]), '[2]'));
SELECT linear('{"[3e38,3e38]"}', '[1,-1]') AS huge_between, linear('{"[3e38]"}', '[2]', '[-3e38]') AS huge_before_bias;
SELECT (linear(ARRAY[w], x)::real[])[1] = inner_product(w, x)::real AS inner_product
FROM (SELECT array_agg(sin(i))::vector AS w, array_agg(cos(i))::vector AS x FROM generate_series(1, 1000) i) v;
SELECT command, pg_temp.error_of('SELECT ' || command) AS error FROM unnest(ARRAY[
	$$linear('{}', '[1]')$$,
	$$linear('{{"[1]"},{"[2]"}}', '[1]')$$,
	$$linear('{"[1]",NULL}', '[1]')$$,
	$$linear('{NULL}', '[1]')$$,
	$$linear('{"[1,2]","[3]"}', '[1,2]')$$,
	$$linear('{"[1,2]","[3,4]"}', '[1]')$$,
	$$linear('{"[1]","[2]"}', '[1]', '[1]')$$,
	$$linear('{"[1]"}', '[1]', '[1,2]')$$,
	$$linear(array_fill('[1]'::vector, ARRAY[16001]), '[1]')$$,
	$$linear('{"[1]","[3e38]"}', '[2]')$$,
	$$linear('{"[-3e38]"}', '[1]', '[-3e38]')$$]) command;

-- rrf
SELECT rrf(1) = 1 / 61.0::float8 AS first, rrf(rank => 5, k => 15), rrf(1, 0), rrf(9223372036854775807) > 0 AS last;
SELECT rrf(NULL) AS "not in the list", rrf(NULL, 0), rrf(1, NULL), rrf(NULL, NULL);
SELECT command, pg_temp.error_of('SELECT ' || command) AS error FROM unnest(ARRAY[
	'rrf(0)', 'rrf(-9223372036854775808)', 'rrf(1, -1)', 'rrf(1, ''NaN'')', 'rrf(NULL, ''Infinity'')']) command;

-- what recommenders sum: similarity without its negative part
SELECT greatest(0, cosine_similarity('[1,0]'::vector, '[-1,1]')) AS unlike,
	greatest(0, cosine_similarity('[3,4]'::vector, '[3,4]')) AS alike;
