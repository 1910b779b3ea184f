# 007_cancel.pl - builds, scans and VACUUM are cancelled, in every phase and at random moments: nothing stays behind.
use strict;
use warnings FATAL => 'all';

use FindBin;
use lib $FindBin::RealBin;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(time);
use VecsimTest;

my $node = new_node('cancel', conf => "max_parallel_maintenance_workers = 1\n");

fill($node, rows => 3000);
fill($node, table => 'b', rows => 12000, dim => 48, no_index => 1);
my $build = 'CREATE INDEX b_v_idx ON b USING ivf (v vector_cosine_ops) WITH (lists = 600)';
my $settings = "SET maintenance_work_mem = '16MB'; SET vecsim.build_threads = 2; ";

# Nothing is left of a build that was cancelled: no relation, no file, no bytes.
my %before = file_bytes($node);
sub nothing_left
{
	my ($name) = @_;
	my %after = file_bytes($node);
	my @more = grep { !exists $before{$_} && !/_(vm|fsm)$/ && m{/base/\d+/\d+$} || m{/pgsql_tmp/} } keys %after;

	is($node->safe_psql('postgres', "SELECT count(*) FROM pg_class WHERE relname LIKE 'b_v_idx%'"),
		'0', "$name: no relation is left");
	is_deeply(\@more, [], "$name: no file is left");
	return;
}

# ---- What a build says of its progress, and a cancel in each of its phases ----

# Watches the progress of builds from another session; cancels the first one seen in a phase, and watches what it does
# until it ends.  Prints what was seen.
sub watch_sql
{
	my ($cancel_in) = @_;

	return <<SQL;
CREATE TEMP TABLE seen (phase text, tuples_total bigint, tuples_done bigint, blocks_total bigint, blocks_done bigint);
DO \$\$
DECLARE
	until timestamptz := clock_timestamp() + interval '60 s';
	at record;
	cancelled bool := false;
BEGIN
	LOOP
		PERFORM pg_stat_clear_snapshot();
		SELECT * INTO at FROM pg_stat_progress_create_index;
		IF FOUND THEN
			INSERT INTO seen VALUES (at.phase, at.tuples_total, at.tuples_done, at.blocks_total, at.blocks_done);
			IF at.phase = 'building index: $cancel_in' AND NOT cancelled THEN
				cancelled := pg_cancel_backend(at.pid);
				INSERT INTO seen VALUES ('cancelled', 0, at.tuples_done, 0, 0);
			END IF;
		END IF;
		EXIT WHEN clock_timestamp() > until OR NOT EXISTS (SELECT FROM pg_stat_activity
			WHERE query LIKE 'CREATE INDEX%' AND state = 'active')
			AND (FOUND OR EXISTS (SELECT FROM seen));
	END LOOP;
END \$\$;
SELECT phase, max(tuples_total), max(tuples_done), max(blocks_total), max(blocks_done),
       bool_and(tuples_total = 0 OR tuples_done <= tuples_total)
FROM seen GROUP BY phase ORDER BY phase;
SQL
}

my %counted = (
	'sampling rows' => 'blocks',
	'performing k-means' => 'tuples',
	'polishing lists' => 'blocks',
	'assigning rows' => 'blocks',
	'sorting entries' => '',
	'loading entries' => 'tuples',
	'writing WAL' => '');
my %seen;
# A sort in memory is over in a few milliseconds and often not seen; in 1 MB it takes longer, and lists are polished.
my $little = "SET maintenance_work_mem = '1MB'; ";
for (my $attempt = 0; $attempt < 30 && grep({ !$seen{$_} } keys %counted); $attempt++)
{
	my $watch = start_psql($node, watch_sql(''));
	my $memory = $attempt < 3 ? '' : $little;

	$node->safe_psql('postgres', "$settings$memory$build; DROP INDEX b_v_idx");
	foreach (split /\n/, (finish_psql($watch))[0])
	{
		my ($phase, @counts) = split /\|/;

		$seen{$1} = \@counts if $phase =~ /^building index: (.*)/;
	}
}
foreach my $phase (sort keys %counted)
{
	my ($total, $done, $blocks, $blocks_done, $sane) = @{ $seen{$phase} // [] };

	ok(defined $total, "pg_stat_progress_create_index says \"$phase\"") or next;
	ok($total > 0 && $done > 0, '... with rows done of a total') if $counted{$phase} eq 'tuples';
	ok($blocks > 0 && $blocks_done > 0, '... with blocks done of a total') if $counted{$phase} eq 'blocks';
	is($sane, 't', '... and never more than the total');
}

# A phase of a few milliseconds may be over before it is seen, or before the cancel arrives: a number of attempts.
foreach my $phase (sort keys %counted)
{
	my ($state, $message) = ('', '');
	my %reached;

	for (my $attempt = 0; $attempt < 20 && $state ne '57014'; $attempt++)
	{
		my $watch = start_psql($node, watch_sql($phase));

		($state, $message) = sqlstate_of($node, $settings . ($phase =~ /polish/ ? $little : '') . $build);
		%reached = map { /^(?:building index: )?(.*?)\|(\d+)\|(\d+)/ ? ($1 => [ $2, $3 ]) : () } split /\n/,
		  (finish_psql($watch))[0];
		$node->safe_psql('postgres', 'DROP INDEX b_v_idx') if $state eq '';
		last if $state eq '' && $phase =~ /sorting entries|writing WAL/ && $attempt >= 4;
	}
	SKIP:
	{
		skip "no cancel hit \"$phase\", which is short", 3
		  if $state eq '' && $phase =~ /sort|WAL/;
		is($state, '57014', "cancelled while $phase");
		if ($phase =~ /k-means/)
		{
			my ($total, $done) = @{ $reached{$phase} };

			cmp_ok($done - $reached{cancelled}[1], '<', 0.5 * $total, "cancelled while $phase: within that phase");
		}
		nothing_left("cancelled while $phase");
	}
}

# ---- Builds that run into a timeout at moments spread over their time, in one session ----

# SQL that ends a statement_timeout of a few milliseconds.  On a busy machine the command itself may exceed that.
my $no_timeout = "SET statement_timeout = 0;\n" x 10;

# In 1 MB the lists are found group by group.  With storage = full rows' own values are sorted and written as well.
foreach my $case ([ '16MB', $build ], [ '1MB', $build ], [ '1MB', $build =~ s/\)$/, storage = full)/r ])
{
	my ($memory, $build) = @$case;
	my $whole;

	# The quickest of three: on a busy machine one may take several times as long as those that follow.
	foreach (1 .. 3)
	{
		my $start = time;

		$node->safe_psql('postgres', "$settings; SET maintenance_work_mem = '$memory'; $build; DROP INDEX b_v_idx");
		my $took = 1000 * (time - $start);
		$whole = $took if !defined $whole || $took < $whole;
	}
	my $builds = 20;
	my $sql = "$settings; SET maintenance_work_mem = '$memory';\n";
	foreach my $i (1 .. $builds)
	{
		$sql .= sprintf "SET statement_timeout = %d;\n%s;\n${no_timeout}DROP INDEX IF EXISTS b_v_idx;\n",
		  1 + $whole * $i / $builds, $build;
	}
	my $err;
	$node->psql('postgres', "SET client_min_messages = warning;\n$sql$build;\n", stderr => \$err, on_error_stop => 0);
	my @errors = grep { /ERROR|FATAL|WARNING|server closed/ } split /\n/, $err // '';
	my $cancelled = grep { /canceling statement due to statement timeout/ } @errors;
	cmp_ok($cancelled, '>=', $builds / 2,
		"$cancelled builds of $builds were cancelled by statement_timeout ($memory)");
	is(scalar @errors, $cancelled, "nothing else happened ($memory)") or diag($err);
	is($node->safe_psql('postgres', "SELECT indisvalid FROM pg_index WHERE indexrelid = 'b_v_idx'::regclass"),
		't', 'the session of all these builds then makes the index');
	same_answers($node, "which is right ($memory)", table => 'b', dim => 48, op => '<=>');
	$node->safe_psql('postgres', 'DROP INDEX b_v_idx');
	nothing_left("after them ($memory)");
}
$node->safe_psql('postgres', $build);

# ---- Scans and VACUUM ----

# A function that runs a statement under statement_timeouts of so many milliseconds, more each time, in one session.
sub interrupted
{
	my ($name, $statement, $from, $to, @between) = @_;
	my $sql = '';
	my $n = 25;

	for my $i (0 .. $n - 1)
	{
		$sql .= "$_;\n" foreach @between;
		$sql .= sprintf("SET statement_timeout = %d;\n", $from + ($to - $from) * $i / $n) . "$statement;\n";
		$sql .= $no_timeout;
		$sql .= "SELECT CASE cardinality(ids) WHEN 10 THEN 'good' ELSE 'bad' END
		         FROM by_index('t', '<->', make_vector(4, 16), 10);\n";
	}
	my ($out, $err);
	$node->psql('postgres', $sql, stdout => \$out, stderr => \$err, on_error_stop => 0);
	my $timeouts = () = $err =~ /due to statement timeout/g;
	my @others = grep { /ERROR|FATAL|WARNING/ && !/due to statement timeout/ } split /\n/, $err;

	cmp_ok($timeouts, '>=', 3, "$name: $timeouts of $n were cancelled");
	is_deeply(\@others, [], "$name: nothing else happened");
	is(scalar(() = $out =~ /^good$/mg), $n, "$name: the session answers after each")
		or diag($out, $err);
	same_answers($node, "$name: afterwards the index answers as the table does");
	return;
}

my $pull = 'SELECT count(*) FROM (SELECT id FROM b ORDER BY v <=> make_vector(5, 48) LIMIT 100000) x';
interrupted('scan pulled to its end', $pull, 2, 60, "SET work_mem = '64kB'", 'SET enable_seqscan = off',
	'SET enable_sort = off', 'SET ivf.target_recall = 1');
interrupted('many scans', 'SELECT count(*) FROM generate_series(1, 400) i, LATERAL
	(SELECT id FROM t ORDER BY v <-> make_vector(i, 16) LIMIT 10) x', 2, 60);
$node->safe_psql('postgres', 'INSERT INTO t SELECT i, make_vector(i, 16) FROM generate_series(3001, 20000) i');
interrupted('VACUUM', 'VACUUM (INDEX_CLEANUP on) t', 1, 30,
	'DELETE FROM t WHERE ctid IN (SELECT ctid FROM t LIMIT 300)', 'SET vacuum_cost_delay = 1',
	'SET vacuum_cost_limit = 100');
interrupted('INSERT', 'INSERT INTO t SELECT i + (random() * 1e12)::bigint, make_vector(i, 16)
	FROM generate_series(1, 3000) i', 2, 200);
$node->safe_psql('postgres', 'VACUUM (INDEX_CLEANUP on) t');
same_answers($node, 'after all of it, and VACUUM');

# ---- Rows' own values in the index, of 3,072 dimensions: each on two or three pages ----

my %long = (table => 'long', dim => 3072);

fill($node, %long, rows => 150, with => 'lists = 2, storage = full');
my $nearest = 'SELECT count(*) FROM generate_series(1, 400) i, LATERAL
	(SELECT id FROM long ORDER BY v <-> (SELECT v FROM long WHERE id = i % 150 + 1) LIMIT 100) x';
interrupted('scans of values', $nearest, 1, 60, 'SET enable_seqscan = off', 'SET ivf.target_recall = 0.99');
interrupted('scans of values, exact', $nearest, 1, 60, 'SET enable_seqscan = off', 'SET ivf.target_recall = 1');
interrupted('INSERT of values', 'INSERT INTO long SELECT i + (random() * 1e12)::bigint, v
	FROM generate_series(1, 3) i, long WHERE id <= 150', 2, 150);
same_answers($node, 'values after cancelled insertions', %long);
interrupted('VACUUM of values', 'VACUUM (INDEX_CLEANUP on) long', 1, 20,
	'DELETE FROM long WHERE id > 150 AND ctid IN (SELECT ctid FROM long WHERE id > 150 LIMIT 40)',
	'SET vacuum_cost_delay = 1', 'SET vacuum_cost_limit = 100');
$node->safe_psql('postgres', 'VACUUM (INDEX_CLEANUP on) long');
same_answers($node, 'values after all of it, and VACUUM', %long);
is($node->safe_psql('postgres', found_themselves('long')), '', '... and codes are right');

done_testing();
