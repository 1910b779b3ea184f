# VecsimTest.pm - what the TAP tests share: nodes, vectors made in SQL, answers held against sequential scans.
package VecsimTest;

use strict;
use warnings FATAL => 'all';

use Exporter 'import';
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep time);

our @EXPORT = qw(new_node fill vector_extensions has_pgvector same_answers found_themselves start_psql finish_psql
  poll_start sqlstate_of index_file page_images start_by file_bytes);

# SQL that every node gets.
#   make_vector(n, dim)  the n-th vector of a series: forty clusters, the same on every machine
#   by_index, by_scan    ids, distances and plan of ORDER BY v OP q LIMIT n, through the index at recall 1 or without
#   index_differs        '' where both agree, and no row comes twice; else what differs.  n null: pulled to the end
our $helpers = <<'SQL';
CREATE EXTENSION vecsim;
CREATE FUNCTION make_vector(n bigint, dim int) RETURNS vector LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
	SELECT array_agg((10 * sin((n % 40) * 12.9898 + d * 78.233)
	                  + hashint8(n * 4099 + d) / 2147483648.0::float8)::real ORDER BY d)::vector
	FROM generate_series(1, dim) d $$;
CREATE FUNCTION answer(rel regclass, op text, q vector, n bigint,
                       OUT ids bigint[], OUT distances float8[], OUT plan text) LANGUAGE plpgsql AS $$
DECLARE
	query text := format('SELECT id, v %s $1 AS d FROM %s ORDER BY v %s $1 LIMIT %s', op, rel, op, n);
	line text;
BEGIN
	FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) ' || query USING q LOOP
		plan := concat(plan, line);
	END LOOP;
	EXECUTE 'SELECT array_agg(id), array_agg(d) FROM (' || query || ') x' INTO ids, distances USING q;
END $$;
CREATE FUNCTION by_index(rel regclass, op text, q vector, n bigint,
                         OUT ids bigint[], OUT distances float8[], OUT plan text) LANGUAGE sql
	SET enable_seqscan = off SET enable_sort = off SET ivf.target_recall = 1
	AS 'SELECT * FROM answer(rel, op, q, n)';
CREATE FUNCTION by_scan(rel regclass, op text, q vector, n bigint,
                        OUT ids bigint[], OUT distances float8[], OUT plan text) LANGUAGE sql
	SET enable_indexscan = off
	AS 'SELECT * FROM answer(rel, op, q, n)';
CREATE FUNCTION index_differs(rel regclass, op text, q vector, n bigint DEFAULT NULL) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	most bigint := n;
	i record;
	s record;
BEGIN
	IF n IS NULL THEN
		EXECUTE format('SELECT count(*) + 5 FROM %s', rel) INTO most;
	END IF;
	i := by_index(rel, op, q, most);
	s := by_scan(rel, op, q, most);
	IF i.plan NOT LIKE '%Index Scan using%' OR s.plan NOT LIKE '%Seq Scan%' THEN
		RETURN 'not the plans to be compared: ' || i.plan || ' / ' || s.plan;
	ELSIF i.distances IS DISTINCT FROM s.distances THEN
		RETURN format('distances differ: %s rows by index, %s by scan', cardinality(i.ids), cardinality(s.ids));
	ELSIF (SELECT count(DISTINCT id) FROM unnest(i.ids) id) <> cardinality(i.ids) THEN
		RETURN 'a row came twice';
	ELSIF n IS NULL AND (SELECT array_agg(id ORDER BY id) FROM unnest(i.ids) id)
	                    IS DISTINCT FROM (SELECT array_agg(id ORDER BY id) FROM unnest(s.ids) id) THEN
		RETURN 'other rows';
	END IF;
	RETURN '';
END $$;
SQL

# A running node with vecsim and the helpers.  streaming: it can have standbys; conf: lines for postgresql.conf.
sub new_node
{
	my ($name, %option) = @_;
	my $node = PostgreSQL::Test::Cluster->new($name);

	$node->init(extra => [ '-k', @{ $option{initdb} // [] } ], allows_streaming => $option{streaming} // 0);
	$node->append_conf('postgresql.conf', "log_statement = none\nshared_buffers = 32MB\nautovacuum = off\n");
	$node->append_conf('postgresql.conf', $option{conf}) if defined $option{conf};
	$node->start;
	$node->safe_psql('postgres', $helpers);
	return $node;
}

# Extensions "vector" that a test can have: [ what it is, lines for postgresql.conf ].  vecsim under that name is there
# but on a PostgreSQL that cannot be told where to look, pgvector where it is installed.
sub vector_extensions
{
	my @found;

	push @found, [ 'vecsim as vector', "$ENV{COMPAT_CONFIG}\n" ] if $ENV{COMPAT_CONFIG};
	push @found, [ 'pgvector', '' ] if has_pgvector();
	return @found;
}

# Whether pgvector is installed.
sub has_pgvector
{
	my ($folder) = PostgreSQL::Test::Utils::run_command([ 'pg_config', '--sharedir' ]);

	return -e "$folder/extension/vector.control";
}

# Makes a table t (or another) of n vectors, ids from 1, and an index t_v_idx on it unless no_index is set.
sub fill
{
	my ($node, %option) = @_;
	my $table = $option{table} // 't';
	my $dim = $option{dim} // 16;
	my $rows = $option{rows} // 2000;
	my $kind = $option{kind} // '';
	my $opclass = $option{opclass} // 'vector_l2_ops';
	my $with = defined $option{with} ? "WITH ($option{with})" : '';

	$node->safe_psql('postgres', <<SQL);
CREATE $kind TABLE $table (id bigint PRIMARY KEY, v vector($dim));
INSERT INTO $table SELECT i, make_vector(i, $dim) FROM generate_series(1, $rows) i;
SQL
	$node->safe_psql('postgres', "CREATE INDEX ${table}_v_idx ON $table USING ivf (v $opclass) $with")
	  unless $option{no_index};
	return;
}

# Tests that the index of a table answers as a sequential scan does: a few queries, one of them pulled to the end.
sub same_answers
{
	my ($node, $name, %option) = @_;
	my $table = $option{table} // 't';
	my $dim = $option{dim} // 16;
	my $op = $option{op} // '<->';
	local $Test::Builder::Level = $Test::Builder::Level + 1;

	my $differences = $node->safe_psql('postgres', <<SQL);
SELECT string_agg(difference, '; ')
FROM (SELECT index_differs('$table', '$op', make_vector(q, $dim), n) AS difference
      FROM (VALUES (3, 10), (1000017, 100), (77, NULL)) x (q, n)) y
WHERE difference <> ''
SQL
	return is($differences, '', $name);
}

# SQL that gives the ids of rows whose own value a search of one list (or more) does not find.  (At recall 1, as in
# same_answers(), lists and the codes in them are not read.)  A cosine distance to oneself is not quite 0.
sub found_themselves
{
	my ($table, %option) = @_;
	my $op = $option{op} // '<->';
	my $probes = $option{probes} // 1;
	my $itself = $op eq '<=>' ? 1e-6 : 0;

	return <<SQL;
SET enable_seqscan = off; SET enable_sort = off; SET ivf.probes = $probes;
SELECT string_agg(t.id::text, ' ' ORDER BY t.id)
FROM $table t CROSS JOIN LATERAL (SELECT x.v $op t.v AS d FROM $table x ORDER BY x.v $op t.v LIMIT 1) nearest
WHERE d > $itself
SQL
}

# Starts psql on SQL text without waiting for it; finish_psql() waits and returns (standard output, standard error).
sub start_psql
{
	my ($node, $sql) = @_;
	my $folder = PostgreSQL::Test::Utils::tempdir();
	my %run = map { $_ => "$folder/$_" } qw(in out err);

	append_to_file($run{in}, $sql);
	$run{handle} = IPC::Run::start(
		[
			'psql', '-XAtq', '-v', 'ON_ERROR_STOP=1', '-v', 'VERBOSITY=verbose', '-d', $node->connstr('postgres'),
			'-f', $run{in}
		],
		'<', '/dev/null', '>', $run{out}, '2>', $run{err});
	return \%run;
}

sub finish_psql
{
	my ($run) = @_;

	IPC::Run::finish($run->{handle});
	return (slurp_file($run->{out}), slurp_file($run->{err}));
}

# Waits until a node that restarts by itself takes connections again.
sub poll_start
{
	my ($node) = @_;
	my $until = time + 60;

	while (time < $until)
	{
		# Not $node->psql, which writes to a psql that may have given up already, and dies of that.
		return 1 if run_log([ 'pg_isready', '-q', '-d', $node->connstr('postgres') ]);
		sleep 0.1;
	}
	die "the node did not come back";
}

# The SQLSTATE of a statement's first error, '' where there is none, 'lost' where the backend died; and the message.
# In the database postgres unless another is named.
sub sqlstate_of
{
	my ($node, $sql, $database) = @_;
	my $err;

	$node->psql($database // 'postgres', $sql, stderr => \$err, extra_params => [ '-v', 'VERBOSITY=verbose' ]);
	my ($state) = ($err // '') =~ /(?:ERROR|FATAL|PANIC):\s+(\w{5}):/;
	$state = 'lost' if ($err // '') =~ /server closed the connection|connection to server was lost/;
	return wantarray ? ($state // '', $err) : $state // '';
}

# The path of a relation's first file.
sub index_file
{
	my ($node, $relation) = @_;

	return $node->data_dir . '/' . $node->safe_psql('postgres', "SELECT pg_relation_filepath('$relation')");
}

# The pages of a file, without the parts of their headers that depend on WAL (LSN and check sum).
sub page_images
{
	my ($path) = @_;
	my @pages = unpack('(a8192)*', slurp_file($path));

	substr($_, 0, 10) = "\0" x 10 foreach @pages;
	return @pages;
}

# Starts a stopped node by a shell command in which START stands for what starts it.
sub start_by
{
	my ($node, $command) = @_;
	my $start = sprintf("pg_ctl -w -s -D '%s' -l '%s' start >/dev/null", $node->data_dir, $node->logfile);

	die "the node was not started by $command" if system('sh', '-c', $command =~ s/START/$start/r) != 0;
	$node->_update_pid(1);
	return;
}

# Bytes of all files of relations and temporary files, by path: what an accident must not leave behind.
sub file_bytes
{
	my ($node) = @_;
	my %bytes;

	$node->safe_psql('postgres', 'CHECKPOINT');
	foreach my $path (glob($node->data_dir . '/base/*/[0-9]*'), glob($node->data_dir . '/base/pgsql_tmp/*'))
	{
		my $size = -s $path;

		$bytes{$path} = $size if $size;
	}
	return %bytes;
}

1;
