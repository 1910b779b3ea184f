# 014_adopt.pl - tables of pgvector's become tables of vecsim's in place.
#
# An extension "vector" stands in a schema beside vecsim: vecsim under that name, and pgvector where it is installed.
use strict;
use warnings FATAL => 'all';

use FindBin;
use lib $FindBin::RealBin;
use PostgreSQL::Test::Utils;
use Test::More;
use VecsimTest;

my $node;

sub value { return $node->safe_psql('postgres', @_) }

sub fails
{
	my ($sql, $expected, $like, $name) = @_;
	my ($state, $text) = sqlstate_of($node, $sql);
	local $Test::Builder::Level = $Test::Builder::Level + 1;

	is($state, $expected, $name);
	return like($text, $like, "... $name: the text");
}

my $casts = q(SELECT string_agg(format('%s to %s %s', castsource::regtype, casttarget::regtype, castcontext), ', '
	ORDER BY castsource::regtype::text) FROM pg_cast WHERE castmethod = 'b' AND oid >= 16384);

plan skip_all => 'no extension "vector" can be had here' unless vector_extensions();
foreach my $extension (vector_extensions())
{
	my ($what, $conf) = @$extension;

	note("---- $what");
	$node = new_node('adopt_' . ($what =~ s/ /_/gr), conf => $conf);
	refused();
	adopted();
	in_place('vector', $_) foreach (3, 16, 1000);
	in_place('halfvec', $_) foreach (3, 1000);
	in_place('sparsevec', 20);
	checked();
	gone();
	$node->stop;
}
done_testing();

# What must be refused.
sub refused
{
	fails('SELECT vecsim_adopt_pgvector()', '42704', qr/extension "vector" does not exist/, 'no pgvector');
	value('CREATE SCHEMA pgv; CREATE EXTENSION vector SCHEMA pgv; CREATE ROLE stranger');
	note('of version ' . value(q(SELECT extversion FROM pg_extension WHERE extname = 'vector')));
	fails('SET ROLE stranger; SELECT vecsim_adopt_pgvector()', '42501', qr/must be superuser/, 'not a superuser');
	fails(<<'SQL', '42710', qr/another cast .*Drop it with DROP CAST/s, 'a cast with a function in the way');
BEGIN;
CREATE FUNCTION f(pgv.vector) RETURNS public.vector LANGUAGE sql AS 'SELECT NULL::public.vector';
CREATE CAST (pgv.vector AS public.vector) WITH FUNCTION f(pgv.vector);
SELECT vecsim_adopt_pgvector();
SQL
	fails(<<'SQL', '0A000', qr/has no type of this extension/, 'an extension "vector" without such types');
BEGIN;
ALTER EXTENSION vector DROP FUNCTION pgv.vector_dims(pgv.vector);
ALTER TYPE pgv.vector RENAME TO vektor;
DO $$ BEGIN ALTER TYPE pgv.halfvec RENAME TO halbvek; EXCEPTION WHEN undefined_object THEN END $$;
DO $$ BEGIN ALTER TYPE pgv.sparsevec RENAME TO dunnvek; EXCEPTION WHEN undefined_object THEN END $$;
SELECT vecsim_adopt_pgvector();
SQL
	fails(<<'SQL', '0A000', qr/pgv.vector are not laid out as values of type public.vector/, 'another layout');
BEGIN;
DROP EXTENSION vector;
CREATE EXTENSION vector SCHEMA pgv;
ALTER TYPE pgv.vector RENAME TO vektor;
CREATE TYPE pgv.vector;
CREATE FUNCTION pgv.other_in(cstring) RETURNS pgv.vector LANGUAGE internal IMMUTABLE STRICT AS 'textin';
CREATE FUNCTION pgv.other_out(pgv.vector) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'textout';
CREATE TYPE pgv.vector (INPUT = pgv.other_in, OUTPUT = pgv.other_out);
ALTER EXTENSION vector ADD TYPE pgv.vector;
SELECT vecsim_adopt_pgvector();
SQL
	is(value($casts), '', 'whatever is refused leaves no cast');
	return;
}

# The casts.
sub adopted
{
	my $types = value('SELECT vecsim_adopt_pgvector()');
	like($types, qr/^\{vector/, 'adopted');
	like(value($casts), qr/pgv.vector to vector a.*vector to pgv.vector a/, 'there are casts both ways');
	my $before = value($casts);
	is(value('SELECT vecsim_adopt_pgvector()'), $types, 'once more: the same answer');
	is(value($casts), $before, '... and no cast more');
	is(value(q(SELECT bool_and(n = 2) FROM (SELECT count(*) AS n FROM pg_depend
		WHERE classid = 'pg_cast'::regclass AND deptype = 'x' GROUP BY objid) d)), 't',
		'... and each hangs on both extensions, once');
	return;
}

# A table; by its dimensions the values have short headers, long ones, or are out of line.
sub in_place
{
	my ($type, $dim) = @_;
	my $name = "$type($dim)";
	my $other = $dim + 1;

	value(<<SQL);
CREATE TABLE t (id bigint PRIMARY KEY, v pgv.$name);
INSERT INTO t SELECT i, make_vector(i, $dim)::public.$type\::text::pgv.$type FROM generate_series(1, 200) i;
INSERT INTO t VALUES (1000, NULL);
CREATE INDEX old ON t USING hnsw (v pgv.${type}_l2_ops);
SQL
	my $shown = value('SELECT v::text FROM t ORDER BY id');
	my $nearest = 'SET enable_indexscan = off; SELECT id, round(d::numeric, 1) FROM (
		SELECT id, v <-> (SELECT v FROM public.t WHERE id = 7) AS d FROM public.t ORDER BY d LIMIT 20) x';
	my $answer = value("SET search_path = pgv; $nearest");
	my $nodes = q(SELECT pg_relation_filenode('t'), pg_relation_filenode(reltoastrelid) FROM pg_class
		WHERE oid = 't'::regclass);
	my $node_before = value($nodes);

	fails("ALTER TABLE t ALTER v TYPE public.$name", '42804', qr/operator class .* does not accept/,
		"$name: an index of pgvector's is in the way");
	value('DROP INDEX old');
	fails("ALTER TABLE t ALTER v TYPE public.$type($other)", '22000', qr/expected $other dimensions, not $dim/,
		"$name: other dimensions");
	value("ALTER TABLE t ALTER v TYPE public.$name");
	is(value($nodes), $node_before, "$name: the table was not rewritten");
	is(value(q(SELECT format_type(atttypid, atttypmod) FROM pg_attribute
		WHERE attrelid = 't'::regclass AND attname = 'v')), $name, "$name: the column has the other type");
	is(value('SELECT v::text FROM t ORDER BY id'), $shown, "$name: the same values");
	is(value($nearest), $answer, "$name: the same answers");
	my $by_index = 'SET enable_seqscan = off; SET enable_sort = off; SET ivf.target_recall = 1; ' .
	  ($nearest =~ s/enable_indexscan = off/jit = off/r);
	value("CREATE INDEX t_v_idx ON t USING ivf (v ${type}_l2_ops)");
	like(value($by_index =~ s/SELECT id/EXPLAIN SELECT id/r), qr/Index Scan using t_v_idx/, "$name: an index follows");
	is(value($by_index), $answer, "... and answers rightly");
	fails("INSERT INTO t SELECT 5000, make_vector(1, $other)::$type", '22000', qr/expected $dim dimensions/,
		"$name: the dimensions are held from now on");
	value('DROP TABLE t');
	return;
}

# What is not instant is checked.
sub checked
{
	value(<<'SQL');
CREATE TABLE t (id bigint, v pgv.vector, a pgv.vector(3)[], n pgv.vector(3) NOT NULL DEFAULT '[0,0,0]');
INSERT INTO t VALUES (1, '[1,2,3]', '{"[1,2,3]","[4,5,6]"}', '[7,8,9]');
SQL
	my $filenode = q(SELECT pg_relation_filenode('t'));
	my $first = value($filenode);
	value('ALTER TABLE t ALTER v TYPE public.vector, ALTER n TYPE public.vector(3)');
	is(value($filenode), $first, 'any dimensions, and a default: the table was not rewritten');
	value('ALTER TABLE t ALTER v TYPE pgv.vector, ALTER n TYPE pgv.vector(3)');
	is(value('SELECT v, n FROM t'), '[1,2,3]|[7,8,9]', 'there is a way back');
	fails('ALTER TABLE t ALTER v TYPE public.vector(4)', '22000', qr/expected 4 dimensions, not 3/,
		'a column of any dimensions is checked');
	value('ALTER TABLE t ALTER v TYPE public.vector(3), ALTER a TYPE public.vector(3)[],
		ALTER n TYPE public.vector(3)');
	is(value('SELECT v, a, n FROM t'), '[1,2,3]|{"[1,2,3]","[4,5,6]"}|[7,8,9]', '... and passes; arrays go too');
	value('INSERT INTO t (id) VALUES (2)');
	is(value('SELECT n FROM t WHERE id = 2'), '[0,0,0]', 'the default went with its column');
	is(value(q(EXPLAIN (VERBOSE, COSTS OFF) SELECT n::vector(3) FROM t)), "Seq Scan on public.t\n  Output: n",
		'a check that the column has made is left out');
	like(value(q(EXPLAIN (VERBOSE, COSTS OFF) SELECT n::pgv.vector::public.vector(4) FROM t)), qr/::vector\(4\)/,
		'another is made');
	return;
}

# The casts go with either extension.
sub gone
{
	fails('DROP EXTENSION vector', '2BP01', qr/default value/, 'pgvector stays while something uses it');
	value('DROP TABLE t; DROP EXTENSION vector');
	is(value($casts), '', 'the casts go with pgvector');
	value('CREATE EXTENSION vector SCHEMA pgv; SELECT vecsim_adopt_pgvector(); DROP EXTENSION vecsim CASCADE');
	is(value($casts), '', 'the casts go with vecsim');
	return;
}
