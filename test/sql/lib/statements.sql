-- statements.sql - runs statements one by one and says what each answers.

-- Runs each line of a text that is not blank.  Gives the statement, and as its answer the rows as JSON, one behind the
-- other; or "no row"; "done" for a command; or the error: SQLSTATE, message, detail, hint.
CREATE FUNCTION pg_temp.answers(statements text, OUT statement text, OUT answer text) RETURNS SETOF record
LANGUAGE plpgsql AS $$
DECLARE
	message text;
	detail text;
	hint text;
BEGIN
	FOREACH statement IN ARRAY string_to_array(statements, E'\n') LOOP
		CONTINUE WHEN statement = '';
		BEGIN
			answer := 'done';
			IF statement ~* '^select\M' THEN
				EXECUTE format('SELECT coalesce(string_agg(row_to_json(x)::text, '' ''), ''no row'') FROM (%s) x', statement)
					INTO answer;
			ELSE
				EXECUTE statement;
			END IF;
		EXCEPTION WHEN OTHERS THEN
			GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
			-- What 19 says in a detail and a hint was one hint before.
			IF detail ~ '^(No (function|operator) of that name accepts|Could not choose a best candidate)' THEN
				hint := regexp_replace(detail, 'of that name accepts the given', 'matches the given name and') || ' ' || hint;
				detail := '';
			END IF;
			answer := concat_ws(' / ', 'ERROR ' || SQLSTATE, message, nullif(detail, ''), nullif(hint, ''));
		END;
		RETURN NEXT;
	END LOOP;
END
$$;

-- Each answer stands below its statement.
\pset format unaligned
\pset tuples_only on
\pset fieldsep '\n    '
