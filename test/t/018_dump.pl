# 018_dump.pl - tables of every type with ivf indexes: COPY in both formats, dump and restore, logical replication.
use strict;
use warnings FATAL => 'all';

use FindBin;
use lib $FindBin::RealBin;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use VecsimTest;

my $node = new_node('publisher', streaming => 'logical');
my $folder = PostgreSQL::Test::Utils::tempdir();
my $columns = 'id int PRIMARY KEY, v vector(8), h halfvec(8), s sparsevec(16), b bit(24), a vector(2)[], w vector';

# A row's values from its number; every tenth has NULLs.
my $make = <<'SQL';
CREATE FUNCTION made(n int, OUT v vector(8), OUT h halfvec(8), OUT s sparsevec(16), OUT b bit(24), OUT a vector(2)[],
                     OUT w vector) LANGUAGE sql AS $$
	SELECT x, x::halfvec, (x || (x * '[0,0,1,0,0,0,0,1]'))::sparsevec,
		(binary_quantize(x) || binary_quantize(-x) || binary_quantize(x - make_vector(5, 8)))::bit(24),
		ARRAY[subvector(x, 1, 2), NULL, subvector(x, 3, 2)], subvector(x, 1, 1 + n % 8)
	FROM (SELECT CASE WHEN n % 10 = 0 THEN NULL ELSE make_vector(n, 8) END AS x) y $$;
SQL
my %class = (
	v => [qw(l2 ip cosine l1)],
	h => [qw(l2 ip cosine l1)],
	s => [qw(l2 ip cosine l1)],
	b => [qw(hamming jaccard)]);
my %type = (v => 'vector', h => 'halfvec', s => 'sparsevec', b => 'bit');
my %operator = (l2 => '<->', ip => '<#>', cosine => '<=>', l1 => '<+>', hamming => '<~>', jaccard => '<%>');
my %with = map { $_ => ' WITH (storage = full)' } qw(v_l2 v_l1 h_ip h_cosine);
my @indexes = map {
	my $c = $_;
	map { "CREATE INDEX ${c}_$_ ON t USING ivf ($c $type{$c}_${_}_ops)" . ($with{"${c}_$_"} // '') } @{ $class{$c} }
} sort keys %class;

$node->safe_psql('postgres', "$make CREATE TABLE t ($columns);
	INSERT INTO t SELECT i, m.* FROM generate_series(1, 600) i, made(i) m");
$node->safe_psql('postgres', join(';', @indexes));

my $contents = 'SELECT string_agg(t::text, $$ $$ ORDER BY id) FROM t';

# All indexes of a database's table t are there and answer as a sequential scan does, exactly at recall 1.
sub right
{
	my ($server, $database, $name) = @_;
	my @different;

	is($server->safe_psql($database, q(SELECT count(*) FROM pg_index JOIN pg_class c ON c.oid = indexrelid
		JOIN pg_am a ON a.oid = relam WHERE indrelid = 't'::regclass AND indisvalid AND amname = 'ivf')),
		scalar(@indexes), "$name: all indexes are there");
	is($server->safe_psql($database, q(SELECT string_agg(relname, ' ' ORDER BY relname) FROM pg_class
		WHERE reloptions = '{storage=full}')), join(' ', sort keys %with), "$name: with their options");
	foreach my $column (sort keys %class)
	{
		foreach my $distance (@{ $class{$column} })
		{
			my $value = "(SELECT $column FROM t WHERE id = 77)";
			my $query = "SELECT $column $operator{$distance} $value AS d FROM t ORDER BY d";
			my ($by_scan, $by_index) = map {
				$server->safe_psql($database, "SET ivf.target_recall = 1; SET $_ = off; SET jit = off;
					EXPLAIN (COSTS OFF) $query LIMIT 30; SELECT array_agg(d) FROM ($query LIMIT 30) x")
			} qw(enable_indexscan enable_seqscan);
			my ($answer) = $by_index =~ /Index Scan using ${column}_$distance on t.*^(\{.*\})$/ms;

			push @different, "$column $distance" if !defined $answer || $by_scan !~ /^\Q$answer\E$/m;
		}
	}
	return is("@different", '', "$name: and answer rightly");
}

right($node, 'postgres', 'original');
my $expected = $node->safe_psql('postgres', $contents);

# ---- COPY ----

foreach my $format (qw(text csv binary))
{
	my $file = "$folder/copy.$format";

	is( $node->safe_psql(
			'postgres', "CREATE TABLE u (LIKE t); COPY t TO '$file' (FORMAT $format);
			COPY u FROM '$file' (FORMAT $format);
			SELECT string_agg(u::text, ' ' ORDER BY id) FROM u"),
		$expected,
		"COPY in the format $format there and back");
	is( $node->safe_psql(
			'postgres', 'SELECT count(*) FROM t JOIN u USING (id) WHERE NOT (t.v = u.v AND t.h = u.h AND t.s = u.s
			AND t.b = u.b AND t.a = u.a AND t.w = u.w); DROP TABLE u'),
		'0',
		'... the same values');
}
($_) = sqlstate_of($node, "CREATE TABLE u (id int, v vector(7)); COPY t (id, v) TO '$folder/short' (FORMAT binary);
	COPY u FROM '$folder/short' (FORMAT binary)");
is($_, '22000', 'dimensions are checked on the way in');
$node->safe_psql('postgres', 'DROP TABLE IF EXISTS u');

# ---- Dump and restore ----

foreach my $format (qw(plain custom))
{
	my $file = "$folder/dump.$format";

	$node->safe_psql('postgres', "CREATE DATABASE $format");
	$node->command_ok([ 'pg_dump', "--format=$format", '-f', $file, 'postgres' ], "a $format dump");
	my @restore = $format eq 'plain' ? ('psql', '-Xq', '-v', 'ON_ERROR_STOP=1', '-f') : ('pg_restore', '-e', '-j', '2');
	$node->command_ok([ @restore, $format eq 'plain' ? ($file, $format) : ('-d', $format, $file) ], '... is restored');
	is($node->safe_psql($format, $contents), $expected, '... with the same rows');
	right($node, $format, '... and indexes');
}

# ---- Logical replication ----

my $subscriber = new_node('subscriber');

$node->safe_psql('postgres', 'CREATE PUBLICATION p FOR TABLE t');
foreach my $binary (qw(false true))
{
	my $database = "binary_$binary";

	$subscriber->safe_psql('postgres', "CREATE DATABASE $database TEMPLATE postgres");
	$subscriber->safe_psql($database, "CREATE TABLE t ($columns)");
	$subscriber->safe_psql($database, join(';', @indexes));
	$subscriber->safe_psql($database, "CREATE SUBSCRIPTION s_$database CONNECTION \$\$" . $node->connstr('postgres') .
		"\$\$ PUBLICATION p WITH (binary = $binary)");
	$subscriber->wait_for_subscription_sync($node, "s_$database", $database);
	is($subscriber->safe_psql($database, $contents), $expected, "$database: the rows that were there");
}
$node->safe_psql('postgres', <<'SQL');
INSERT INTO t SELECT i, m.* FROM generate_series(1001, 1200) i, made(i) m;
UPDATE t SET (v, h, s, b, a, w) = (SELECT m.* FROM made(t.id + 5000) m) WHERE id % 7 = 0;
UPDATE t SET w = '[1,2,3]' WHERE id = 5;
DELETE FROM t WHERE id % 11 = 3;
SQL
$expected = $node->safe_psql('postgres', $contents);
foreach my $database (qw(binary_false binary_true))
{
	$node->wait_for_catchup("s_$database");
	is($subscriber->safe_psql($database, $contents), $expected, "$database: what happened since");
	right($subscriber, $database, $database);
}
right($node, 'postgres', 'publisher');

done_testing();
