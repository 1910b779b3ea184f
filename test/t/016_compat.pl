# 016_compat.pl - a dump of a pgvector database restores under vecsim's extension "vector", unedited, and answers alike.
use strict;
use warnings FATAL => 'all';

use FindBin;
use lib $FindBin::RealBin;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use VecsimTest;

my $dump = "$ENV{TESTDIR}/test/data/pgvector_dump.sql";
my $folder = PostgreSQL::Test::Utils::tempdir();

# ---- Installing it takes nobody's place ----

my $extensions = PostgreSQL::Test::Utils::tempdir() . '/root';
my ($share) = run_command([ 'pg_config', '--sharedir' ]);
my @make = ('make', '-s', '-C', $ENV{TESTDIR}, "DESTDIR=$extensions");

system("mkdir -p '$extensions$share/extension'");
append_to_file("$extensions$share/extension/vector.control", "comment = 'another'\n");
command_fails_like([ @make, 'install-compat' ], qr/is not vecsim's: pgvector is installed/,
	'pgvector is not overwritten');
command_fails_like([ @make, 'uninstall-compat' ], qr/vecsim is not installed as "vector"/, '... nor removed');
is(slurp_file("$extensions$share/extension/vector.control"), "comment = 'another'\n", '... or touched');
my @left = glob("$extensions$share/extension/*");
is(scalar(@left), 1, '... and nothing was installed beside it');

# ---- The dump restores ----

if (!$ENV{COMPAT_CONFIG})
{
	note('this PostgreSQL cannot be told where to look for an extension');
	done_testing();
	exit;
}

my $node = PostgreSQL::Test::Cluster->new('compat');

$node->init;
$node->append_conf('postgresql.conf', "$ENV{COMPAT_CONFIG}\nautovacuum = off\n");
$node->start;
$node->safe_psql('postgres', 'CREATE DATABASE restored');
$node->command_ok([ 'psql', '-Xq', '-v', 'ON_ERROR_STOP=1', '-d', 'restored', '-f', $dump ], 'the dump restores');

sub value { return $node->safe_psql('restored', @_) }

is(value(q(SELECT probin FROM pg_proc WHERE proname = 'vector_in')), '$libdir/vecsim', 'into vecsim');
is(value(q(SELECT string_agg(DISTINCT amname, ' ') FROM pg_class JOIN pg_am a ON a.oid = relam
	WHERE relname ~ '_(ivfflat|hnsw)')), 'hnsw ivfflat', 'the indexes have the methods that they had');
is(value('SELECT count(*) FROM pg_index WHERE NOT indisvalid'), '0', 'all are valid');

# What another dump says of tables, data and indexes.
sub contents
{
	my ($path) = @_;

	return join('', grep { /^(CREATE (TABLE|INDEX|TYPE|DOMAIN)|COPY|    \w|\S+\t|ALTER TABLE)/ }
		  split(/^/, slurp_file($path)));
}
$node->command_ok([ 'pg_dump', '--no-owner', '-f', "$folder/again.sql", 'restored' ], 'dumped again');
is(contents("$folder/again.sql"), contents($dump), '... it says the same');

# ---- It answers alike ----

# What a query answers; the share of pgvector's exact answers that is in its answers; how many are not exactly those.
value(<<'SQL');
CREATE FUNCTION answer(t text, c text, o text, q text) RETURNS float8[] LANGUAGE plpgsql AS $$
DECLARE
	result float8[];
BEGIN
	EXECUTE format('SELECT array_agg(d) FROM (SELECT %I %s %L AS d FROM %I ORDER BY %I %s %L LIMIT 20) x',
		c, o, q, t, c, o, q) INTO result;
	RETURN result;
END $$;
CREATE FUNCTION plan(t text, c text, o text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	line text;
	result text;
BEGIN
	FOR line IN EXECUTE format('EXPLAIN SELECT %I FROM %I ORDER BY %I %s (SELECT %I FROM %I LIMIT 1) LIMIT 20',
			c, t, c, o, c, t) LOOP
		result := concat(result, line);
	END LOOP;
	RETURN result;
END $$;
CREATE FUNCTION recall(t text, c text, o text) RETURNS float8 LANGUAGE sql AS $$
	SELECT avg((SELECT count(*) FROM unnest(answer(t, c, o, query)) d WHERE d <= distances[20] + 1e-5) / 20.0)
	FROM answers WHERE table_name = t AND column_name = c AND operator = o $$;
CREATE FUNCTION others(t text, c text, o text) RETURNS bigint LANGUAGE sql AS $$
	SELECT count(*) FROM answers
	WHERE table_name = t AND column_name = c AND operator = o
		AND EXISTS (SELECT FROM unnest(distances, answer(t, c, o, query)) x (a, b)
		            WHERE a IS NULL OR b IS NULL OR abs(a - b) > 1e-6 * (1 + abs(a))) $$;
SQL
my $answered = value('SELECT DISTINCT table_name, column_name, operator FROM answers ORDER BY 1, 2, 3');
foreach (split(/\n/, $answered))
{
	my ($what, $arguments) = (join(' ', split(/\|/)), join(', ', map { "'$_'" } split(/\|/)));

	is(value("SET enable_indexscan = off; SELECT others($arguments)"), '0', "$what, by a sequential scan: its answers");
}
is(scalar(split(/\n/, $answered)), 14, 'of every type and operator');

my %operator = (l2 => '<->', ip => '<#>', cosine => '<=>', l1 => '<+>', hamming => '<~>', jaccard => '<%>');
my $force = "SET client_min_messages = error; SET enable_seqscan = off; SET enable_sort = off; BEGIN;";
foreach my $index (split(/\n/, value(q(SELECT relname FROM pg_class JOIN pg_am a ON a.oid = relam
	WHERE relname ~ '^(items|kinds)_(ivfflat|hnsw)_([vhsb]_)?(l2|ip|cosine|l1|hamming|jaccard)$' ORDER BY 1))))
{
	my ($table, undef, $column, $distance) = $index =~ /^(\w+?)_(ivfflat|hnsw)_(?:([hsb])_)?(\w+)$/;
	my $arguments = join(', ', map { "'$_'" } $table, $column // 'v', $operator{$distance});
	my $drop = value("SELECT 'DROP INDEX ' || string_agg(indexrelid::regclass::text, ', ') FROM pg_index
		WHERE indrelid = '$table'::regclass AND NOT indisprimary AND indexrelid <> '$index'::regclass");

	like(value("$force $drop; SELECT plan($arguments)"), qr/Index Scan using $index on $table/, "$index is used");
	cmp_ok(value("$force $drop; SELECT recall($arguments)"), '>=', 0.95, '... and finds the rows');
	is(value("$force $drop; SET ivf.target_recall = 1; SELECT others($arguments)"), '0', '... all of them at recall 1');
}

# ---- pgvector's settings ask for more ----

# The startup cost of a query's index scan under some settings.
sub cost
{
	my ($query, $settings) = @_;
	my ($cost) = value("$force $settings; EXPLAIN $query") =~ /Index Scan.*cost=(\d+\.\d+)/;

	return $cost;
}

my $items = 'SELECT v FROM items ORDER BY v <-> $$[1,1,1,1,1,1,1,1]$$ LIMIT 5';
value('DROP INDEX items_hnsw_l2, items_partial');
cmp_ok(cost($items, 'SET ivf.target_recall = 0.5; SET ivfflat.probes = 9'),
	'>', cost($items, 'SET ivf.target_recall = 0.5'), 'ivfflat.probes: a scan reads more lists');
is(value("$force SET ivf.target_recall = 0.1; SET ivfflat.probes = 10;
	SELECT others('items', 'v', '<->')"),
	'0', '... all of them give the exact answer');
value('DROP INDEX items_ivfflat_cosine;
	CREATE TABLE more AS SELECT made(i)::vector(8) AS v FROM generate_series(1, 5000) i;
	CREATE INDEX ON more USING hnsw (v vector_l2_ops); ANALYZE more');
my %costs = map { $_ => cost($items =~ s/items/more/r, "SET hnsw.ef_search = $_") } (1, 40, 400);
is($costs{1}, $costs{40}, 'hnsw.ef_search: less than the default changes nothing');
cmp_ok($costs{400}, '>', $costs{40}, '... more reads more');
is(value('SET enable_seqscan = off; SET hnsw.ef_search = 1;
	SELECT count(*) FROM (SELECT v FROM more ORDER BY v <-> $$[1,1,1,1,1,1,1,1]$$ LIMIT 500) x'),
	'500', '... and none cuts an answer short');
is(value('SET enable_seqscan = off; SET ivfflat.max_probes = 1; SET ivfflat.iterative_scan = relaxed_order;
	SELECT count(*) FROM (SELECT v FROM items ORDER BY v <-> $$[1,1,1,1,1,1,1,1]$$ LIMIT 500) x'),
	'500', '... nor do those of iterative scans');

# A filter that lets one row of fifty through: LIMIT rows come, the nearest ones in order, whatever these settings are.
sub filtered
{
	return value(join('; ', @_, 'SELECT v <-> $$[1,1,1,1,1,1,1,1]$$ FROM filtered WHERE n % 50 = 7
		ORDER BY v <-> $$[1,1,1,1,1,1,1,1]$$ LIMIT 40'));
}
value('CREATE TABLE filtered AS SELECT i AS n, made(i)::vector(8) AS v FROM generate_series(1, 5000) i');
my $nearest = filtered('SET enable_indexscan = off');
is(scalar(split(/\n/, $nearest)), 40, 'forty rows pass the filter');
foreach my $case (
	[ 'hnsw', 'hnsw.iterative_scan = off', 'hnsw.ef_search = 1', 'hnsw.max_scan_tuples = 1',
		'hnsw.scan_mem_multiplier = 1' ],
	[ 'hnsw', 'hnsw.iterative_scan = relaxed_order', 'hnsw.max_scan_tuples = 1' ],
	[ 'hnsw', 'hnsw.iterative_scan = strict_order', 'hnsw.max_scan_tuples = 1' ],
	[ 'ivfflat', 'ivfflat.iterative_scan = off', 'ivfflat.probes = 1', 'ivfflat.max_probes = 1' ],
	[ 'ivfflat', 'ivfflat.iterative_scan = relaxed_order', 'ivfflat.max_probes = 1' ])
{
	my ($method, @settings) = @$case;
	my @set = ('SET enable_seqscan = off', 'SET enable_sort = off', map { "SET $_" } @settings);

	value("DROP INDEX IF EXISTS filtered_v_idx; CREATE INDEX ON filtered USING $method (v vector_l2_ops)");
	like(value(join('; ', @set, 'EXPLAIN SELECT n FROM filtered WHERE n % 50 = 7
		ORDER BY v <-> $$[1,1,1,1,1,1,1,1]$$ LIMIT 40')), qr/Index Scan using filtered_v_idx/,
		"$method under @settings: the index is used");

	my @found = split(/\n/, filtered(@set));

	is(scalar(@found), 40, '... forty rows come');
	is("@found", join(' ', sort { $a <=> $b } @found), '... in order');
	is(filtered(@set, 'SET ivf.target_recall = 1'), $nearest, '... and are the nearest at target 1');
}
is(value('SELECT count(DISTINCT x) FROM nearest($$[1,2,3,4,5,6,7,8]$$, 7) x'), '7', 'a function of the dump');
is(value('SELECT sum = (SELECT sum(v) FROM items WHERE id < 1000) FROM totals'), 't', '... a materialised view');
like(value('INSERT INTO items (id, v) VALUES (2000, $$[500,500,500,0,0,0,0,0]$$);
	SELECT norm FROM items WHERE id = 2000'), qr/^866.02/,
	'... a generated column');

# The settings are there as soon as the library is, and are pgvector's placeholders before.
is(value('SET ivfflat.probes = 7; SELECT $$[1]$$::vector; SHOW ivfflat.probes'), "[1]\n7",
	'a setting made beforehand holds');
is((sqlstate_of($node, 'SET hnsw.ef_search = 0', 'restored'))[0], '', 'a wrong one is taken before that');
is((sqlstate_of($node, 'SELECT $$[1]$$::vector; SET hnsw.ef_search = 0', 'restored'))[0], '22023',
	'... and refused after it');
$node->safe_psql('postgres', 'CREATE DATABASE plain; CREATE DATABASE beside');
is($node->safe_psql('plain', 'CREATE EXTENSION vecsim; SELECT $$[1]$$::vector;
	SELECT count(*) FROM pg_settings WHERE name ~ $$^(ivfflat|hnsw)\.$$'),
	"[1]\n0", 'a database of vecsim alone does not have them');

# ---- Beside vecsim ----

my $complaint;
$node->psql('beside', 'CREATE EXTENSION vecsim; CREATE EXTENSION vector', stderr => \$complaint);
like($complaint, qr/type "vector" already exists/, 'not in the same schema');
is( $node->safe_psql(
		'beside', 'CREATE SCHEMA other; CREATE EXTENSION vector SCHEMA other; SELECT vecsim_adopt_pgvector();
		CREATE TABLE a (v other.vector(2)); CREATE TABLE b (v vector(2)); INSERT INTO a VALUES ($$[1,2]$$), ($$[3,4]$$);
		INSERT INTO b SELECT v FROM a;
		CREATE INDEX ON a USING ivfflat (v other.vector_l2_ops); CREATE INDEX ON b USING ivf (v);
		SET enable_seqscan = off;
		SELECT v FROM a ORDER BY v OPERATOR(other.<->) $$[3,4]$$ LIMIT 1;
		SELECT v FROM b ORDER BY v <-> $$[3,4]$$ LIMIT 1'),
	"{vector,halfvec,sparsevec}\n[3,4]\n[3,4]",
	'in another one');

done_testing();
