# 003_crash.pl - servers and backends die in the midst of inserts, of VACUUM and of builds: nothing committed is lost.
use strict;
use warnings FATAL => 'all';

use File::Path qw(rmtree);
use FindBin;
use lib $FindBin::RealBin;
use PostgreSQL::Test::RecursiveCopy;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep);
use VecsimTest;

my $node = new_node('crash', conf => "restart_after_crash = on\nwal_skip_threshold = 0\n");

# ---- Inserts, deletions and VACUUM, killed at several moments ----

fill($node, rows => 500, with => 'quantizer = rabitq');
$node->safe_psql('postgres', 'CREATE INDEX t_sq8 ON t USING ivf (v vector_cosine_ops) WITH (quantizer = sq8)');

# A client that inserts into a table from an id on, one or several rows a transaction, and deletes some of them.  It
# prints the ids whose commit it has seen.
sub writer
{
	my ($first, $t, $dim) = @_;
	my $sql = '';

	for (my $id = $first; $id < $first + 20000; $id += 8)
	{
		$sql .= "INSERT INTO $t VALUES ($id, make_vector($id, $dim)) RETURNING id;\n";
		$sql .= sprintf("INSERT INTO $t SELECT i, make_vector(i, $dim) FROM generate_series(%d, %d) i RETURNING id;\n",
			$id + 1, $id + 7);
		$sql .= sprintf("DELETE FROM $t WHERE id = %d RETURNING -id;\n", $id + 3);
		$sql .= "VACUUM (INDEX_CLEANUP on) $t;\n" if $first % 200000 == 0 && $id % ($dim > 16 ? 80 : 800) == 0;
	}
	return start_psql($node, $sql);
}

# What the writers saw committed is there, and what they saw deleted is not.  Of the deletion that was under way nothing
# is known: a commit may be durable and its answer unsent.
sub committed_is_there
{
	my ($round, $t, @outs) = @_;
	my %there = map { $_ => 1 } split /\n/, $node->safe_psql('postgres', "SELECT id FROM $t");
	my @seen = map { my $out = $_; $out =~ s/[^\n]*\z//; [ grep { /^-?\d+$/ } split /\n/, $out ] } @outs;
	my @ids = map { @$_ } @seen;
	my %deleted = map { -$_ => 1 } grep { $_ < 0 } @ids;
	my %unknown = map { $_->[-1] - 4 => 1 } grep { @$_ && $_->[-1] % 8 == 7 } @seen;
	my @lost = grep { $_ > 0 && !$there{$_} && !$deleted{$_} && !$unknown{$_} } @ids;
	my @back = grep { $there{$_} } keys %deleted;

	cmp_ok(scalar @ids, '>', 20, "$round: the writers were at work");
	is_deeply([ @lost, @back ], [], "$round: every committed change is there");
	return;
}

# Lets two writers work until there are `wait` rows more, kills a backend or the server, and looks.
sub crash
{
	my ($round, $way, $t, $dim, $wait, $delay) = @_;
	my @writers = map { writer($round * 200000 + $_ * 50000, $t, $dim) } 0 .. 1;

	$node->poll_query_until('postgres', sprintf("SELECT count(*) > %d FROM $t WHERE id >= %d", $wait, $round * 200000));
	sleep $delay;
	if ($way eq 'kill -9')
	{
		my $pid = $node->safe_psql('postgres', "SELECT pid FROM pg_stat_activity
			WHERE query ~ '^(INSERT|DELETE|VACUUM)' AND pid <> pg_backend_pid() LIMIT 1");

		like($pid, qr/^\d+$/, 'a writer to kill');
		kill 'KILL', $pid;
	}
	else
	{
		$node->stop('immediate');
	}
	my @outs = map { (finish_psql($_))[0] } @writers;
	$way eq 'kill -9' ? poll_start($node) : $node->start;
	committed_is_there("round $round, $way, $t", $t, @outs);
	same_answers($node, "round $round, $way, $t: the index answers as the table does", table => $t, dim => $dim);
	return;
}

my @ways = ('kill -9', 'immediate', 'kill -9', 'immediate', 'kill -9');
for my $round (1 .. @ways)
{
	my $way = $ways[ $round - 1 ];

	crash($round, $way, 't', 16, 150, 0.05 * $round);
	same_answers($node, "round $round, $way: and so does the one of sq8", op => '<=>');

	my $next = $round * 200000 + 100000;
	$node->safe_psql('postgres', "INSERT INTO t SELECT i, make_vector(i, 16) FROM generate_series($next, $next + 400) i;
	                              DELETE FROM t WHERE id % 5 = $round - 1");
	$node->safe_psql('postgres', 'VACUUM (INDEX_CLEANUP on) t');
	same_answers($node, "round $round, $way: inserts, deletions and VACUUM go on");
	same_answers($node, "round $round, $way: they do with sq8", op => '<=>');
}

# ---- The same where a row's own value takes three pages: an insertion is many records ----

my %long = (table => 'long', dim => 4096);

fill($node, %long, rows => 150, with => 'lists = 2');
$node->safe_psql('postgres',
	'CREATE INDEX long_full ON long USING ivf (v vector_ip_ops) WITH (lists = 2, storage = full)');
# Lists that inserts find by sketches, which stand on several pages.
$node->safe_psql('postgres', 'CREATE INDEX long_many ON long USING ivf (v vector_cosine_ops) WITH (lists = 150)');
foreach my $round (1 .. 3)
{
	my $way = $ways[ $round - 1 ];
	my $next = $round * 200000 + 100000;

	crash($round, $way, 'long', 4096, 50, 0.03 * $round);
	same_answers($node, "round $round, $way, long: so does the index with values", %long, op => '<#>');
	same_answers($node, "round $round, $way, long: so does that of many lists", %long, op => '<=>');
	$node->safe_psql('postgres', "DELETE FROM long WHERE id % 3 = $round - 1");
	$node->safe_psql('postgres', 'VACUUM (INDEX_CLEANUP on) long');
	$node->safe_psql('postgres',
		"INSERT INTO long SELECT i, make_vector(i, 4096) FROM generate_series($next, $next + 80) i");
	same_answers($node, "round $round, $way, long: inserts, deletions and VACUUM go on", %long);
	same_answers($node, "round $round, $way, long: they do with values", %long, op => '<#>');
	is($node->safe_psql('postgres', found_themselves('long')), '', "round $round, $way, long: codes are right");
	is($node->safe_psql('postgres', found_themselves('long', op => '<=>', probes => 8)), '',
		"round $round, $way, long: so are sketches");
}

# ---- A crash behind each record of one insertion: WAL that ends there is all that such a crash leaves ----

my $cut = new_node('cut', initdb => ['--wal-segsize=1'],
	conf => "bgwriter_lru_maxpages = 0\nbgwriter_flush_after = 0\ncheckpoint_timeout = '1h'\n");
my $segment_bytes = 1 << 20;

# The place of an LSN: its segment's number, and the byte in it.
sub lsn_place
{
	my ($high, $low) = map { hex } split m{/}, $_[0];
	my $at = ($high << 32) + $low;

	return (int($at / $segment_bytes), $at % $segment_bytes);
}

# Ends the WAL of a stopped node before the record at an LSN.
sub end_wal
{
	my ($folder, $lsn) = @_;
	my ($last, $offset) = lsn_place($lsn);

	foreach my $path (glob("$folder/*"))
	{
		my ($high, $low) = $path =~ m{/[0-9A-F]{8}([0-9A-F]{8})([0-9A-F]{8})$} or next;
		my $number = hex($high) * (1 << 32) / $segment_bytes + hex($low);

		unlink $path or die "$path: $!" if $number > $last;
		next if $number != $last;
		open my $file, '+<:raw', $path or die "$path: $!";
		seek $file, $offset, 0 or die $!;
		print $file "\0" x ($segment_bytes - $offset);
		close $file or die "$path: $!";
	}
	return;
}

# The first insertion behind the checkpoint logs whole pages, the second what it changes.
fill($cut, %long, rows => 40, with => 'lists = 2');
$cut->safe_psql('postgres',
	'CREATE INDEX long_full ON long USING ivf (v vector_ip_ops) WITH (lists = 2, storage = full)');
$cut->safe_psql('postgres', 'CHECKPOINT');
my $from = $cut->safe_psql('postgres', 'SELECT pg_current_wal_insert_lsn()');
$cut->safe_psql('postgres', "INSERT INTO long VALUES ($_, make_vector($_, 4096))") foreach 101, 102;
my $to = $cut->safe_psql('postgres', 'SELECT pg_current_wal_insert_lsn()');
$cut->stop('immediate');

my $data = $cut->data_dir;
my ($records) = PostgreSQL::Test::Utils::run_command([ 'pg_waldump', '-p', "$data/pg_wal", '-s', $from, '-e', $to ]);
my @ends = map { m{^rmgr: Generic .*lsn: ([0-9A-F]+/[0-9A-F]+)} ? $1 : () } split /\n/, $records;

# Of each of two rows: the record of its entries in either index, and three pages of its value.
cmp_ok(scalar @ends, '>=', 10, scalar(@ends) . ' records are of the indexes');
PostgreSQL::Test::RecursiveCopy::copypath($data, "$data.crashed");
foreach my $lsn (@ends)
{
	rmtree($data);
	PostgreSQL::Test::RecursiveCopy::copypath("$data.crashed", $data);
	chmod 0700, $data or die "$data: $!";
	end_wal("$data/pg_wal", $lsn);
	$cut->start;

	my $there = $cut->safe_psql('postgres', q(SELECT count(*) || ' ' || max(id) % 100 FROM long));

	like($there, qr/^(?:40 40|41 1)$/, "WAL ends before $lsn: no row of an insertion that is broken off");
	same_answers($cut, '... the index answers as the table does', %long);
	same_answers($cut, '... so does the one with values', %long, op => '<#>');
	$cut->safe_psql('postgres', 'VACUUM (INDEX_CLEANUP on) long') if $lsn =~ /[0-7]$/;
	$cut->safe_psql('postgres', 'INSERT INTO long SELECT i, make_vector(i, 4096) FROM generate_series(103, 106) i');
	same_answers($cut, '... and after further insertions', %long, op => '<#>');
	is($cut->safe_psql('postgres', found_themselves('long')), '', '... codes are right');
	$cut->stop('immediate');
}

# ---- A build, killed in several phases ----

fill($node, table => 'b', rows => 6000, dim => 48, no_index => 1);
foreach my $phase ('performing k-means', 'assigning rows', 'loading entries')
{
	my $killed = '';

	# A phase may be over before it is seen: a few attempts.
	for (my $attempt = 0; $attempt < 10 && $killed !~ /^\d+$/; $attempt++)
	{
		my $build = start_psql($node, "SET maintenance_work_mem = '16MB'; SET vecsim.build_threads = 1;
		                               CREATE INDEX b_v_idx ON b USING ivf (v vector_l2_ops) WITH (lists = 1500)");

		$killed = $node->safe_psql('postgres', <<SQL);
CREATE TEMP TABLE found (pid int);
DO \$\$
DECLARE
	until timestamptz := clock_timestamp() + interval '30 s';
	seen text := '';
BEGIN
	WHILE clock_timestamp() < until AND NOT EXISTS (SELECT FROM found) LOOP
		PERFORM pg_stat_clear_snapshot();
		INSERT INTO found SELECT pid FROM pg_stat_progress_create_index WHERE phase = 'building index: $phase';
		EXIT WHEN to_regclass('b_v_idx') IS NOT NULL;
	END LOOP;
END \$\$;
SELECT pid FROM found
SQL
		kill 'KILL', $killed if $killed =~ /^\d+$/;
		finish_psql($build);
		poll_start($node);
		$node->safe_psql('postgres', 'DROP INDEX IF EXISTS b_v_idx');
	}
	like($killed, qr/^\d+$/, "a build was killed while $phase");
	is($node->safe_psql('postgres', "SELECT count(*) FROM pg_class WHERE relname = 'b_v_idx'"),
		'0', '... no index is left');
	is($node->safe_psql('postgres', 'SELECT count(*) FROM b'), '6000', '... the table is whole');
}
$node->safe_psql('postgres', 'CREATE INDEX b_v_idx ON b USING ivf (v vector_l2_ops)');
same_answers($node, 'the build that is not killed is right', table => 'b', dim => 48);

# ---- Table and index made in one transaction, which at wal_level minimal writes no WAL ----

is($node->safe_psql('postgres', 'SHOW wal_level'), 'minimal', 'wal_level is minimal');
$node->safe_psql('postgres', <<'SQL');
BEGIN;
CREATE TABLE one (id bigint PRIMARY KEY, v vector(16));
INSERT INTO one SELECT i, make_vector(i, 16) FROM generate_series(1, 1500) i;
CREATE INDEX ON one USING ivf (v vector_l2_ops);
INSERT INTO one SELECT i, make_vector(i, 16) FROM generate_series(1501, 3500) i;
COMMIT;
SQL

# ---- Unlogged ----

fill($node, table => 'u', kind => 'UNLOGGED', rows => 3000, with => 'storage = full');
same_answers($node, 'an unlogged index', table => 'u');
$node->stop('immediate');
$node->start;
same_answers($node, 'an index made without WAL outlives a crash', table => 'one');
is($node->safe_psql('postgres', 'SELECT count(*) FROM u'), '0', 'an unlogged table is empty after a crash');
is($node->safe_psql('postgres', "SELECT ids IS NULL AND plan LIKE '%Index Scan using u_v_idx%'
                                 FROM by_index('u', '<->', make_vector(1, 16), 10)"), 't', '... and so is its index');
$node->safe_psql('postgres', 'INSERT INTO u SELECT i, make_vector(i, 16) FROM generate_series(1, 3000) i');
same_answers($node, '... which takes rows again', table => 'u');
$node->safe_psql('postgres', 'DELETE FROM u WHERE id % 3 = 0');
$node->safe_psql('postgres', 'VACUUM u');
same_answers($node, '... and VACUUM', table => 'u');
$node->stop('fast');
$node->start;
is($node->safe_psql('postgres', 'SELECT count(*) FROM u'), '2000', 'a clean stop keeps unlogged rows');
same_answers($node, '... and their index', table => 'u');

# ---- Check sums ----

$node->stop('fast');
command_ok([ 'pg_checksums', '--check', '-D', $node->data_dir ], 'every page has the right check sum');

done_testing();
