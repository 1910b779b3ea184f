# 019_products.pl - inner products of rows whose lengths differ a hundredfold: recall, and what it costs.
#
# The same rows under cosine are the measure.  Cost is pages of the index that a query reads: time would tell of the
# machine.  So few rows are unkind to it: lists of long rows are a part of a page each, which takes 2.0 and 2.4 times
# the pages; 115,648 rows take 1.6 times the pages, and 1.1 times the time (make bench, mips).
use strict;
use warnings FATAL => 'all';

use FindBin;
use lib $FindBin::RealBin;
use PostgreSQL::Test::Utils;
use Test::More;
use VecsimTest;

my $node = new_node('products', conf => "shared_buffers = 128MB\n");
my $folder = PostgreSQL::Test::Utils::tempdir();

foreach my $name ('base', 'queries')
{
	run_log([ '/usr/bin/python3', "$FindBin::RealBin/../data/load.py", $name ], '>', "$folder/$name")
	  or die "no data: $name";
	$node->safe_psql('postgres', "CREATE TABLE $name (id bigint PRIMARY KEY, text text, v vector(384));
	                              COPY $name FROM '$folder/$name'");
}
$node->safe_psql('postgres', <<'SQL');
SELECT setseed(0.5);
CREATE TABLE scaled AS SELECT id, v * (10 ^ (2 * random() - 1))::real AS v FROM base ORDER BY id;
ALTER TABLE scaled ALTER v TYPE vector(384);
CREATE INDEX base_v_idx ON base USING ivf (v vector_cosine_ops);
CREATE INDEX scaled_v_idx ON scaled USING ivf (v vector_ip_ops);
VACUUM ANALYZE base, scaled;
SQL
cmp_ok($node->safe_psql('postgres', 'SELECT max(l2_norm(v)) / min(l2_norm(v)) FROM scaled'), '>', 95,
	'lengths differ a hundredfold');

# The ids that each query finds, by the index or by a sequential scan.
sub find
{
	my ($items, $op, $settings) = @_;

	return $node->safe_psql('postgres',
		"$settings; SELECT q.id, ARRAY(SELECT id FROM $items ORDER BY v $op q.v LIMIT 10)
		 FROM queries q ORDER BY q.id");
}

# Recall of both kinds of queries, definitions (the first hundred) and sentences.
sub recalls
{
	my ($found, $exact) = @_;
	my @exact = split(/\n/, $exact);
	my @hits = (0, 0);

	foreach my $line (split(/\n/, $found))
	{
		my ($query, $rows) = $line =~ /^(\d+)\|\{(.*)\}$/;
		my ($wanted) = $exact[$query] =~ /\{(.*)\}/;
		my %wanted = map { $_ => 1 } split(/,/, $wanted);

		$hits[$query / 100] += grep { $wanted{$_} } split(/,/, $rows);
	}
	return map { $_ / 1000 } @hits;
}

# Pages of the index that have been read so far.
sub pages_read
{
	my ($items) = @_;

	return $node->safe_psql('postgres', "SELECT idx_blks_read + idx_blks_hit FROM pg_statio_user_indexes
	                                     WHERE indexrelname = '${items}_v_idx'");
}

# The same once it is more than before: a session hands its counters over when it ends, a moment after psql is gone.
sub pages_when_more
{
	my ($items, $before) = @_;
	my $pages = $before;

	foreach (1 .. 100)
	{
		$pages = pages_read($items);
		return $pages if $pages > $before;
		select(undef, undef, undef, 0.05);
	}
	return $pages;
}

my %exact = map { $_->[0] => find(@$_, 'SET enable_indexscan = off') } [ 'base', '<=>' ], [ 'scaled', '<#>' ];
my %cheapest; # pages a query of the least target by which the mean recall of both kinds is that of the key

foreach my $case ([ 'base', '<=>' ], [ 'scaled', '<#>' ])
{
	my ($items, $op) = @$case;

	foreach my $target (0.6, 0.7, 0.8, 0.85, 0.9, 0.92, 0.94, 0.95, 0.96, 0.97, 0.98, 0.985, 0.99, 0.995)
	{
		my $before = pages_read($items);
		my $found = find($items, $op, "SET enable_seqscan = off; SET ivf.target_recall = $target");
		my @recalls = recalls($found, $exact{$items});
		my $pages = (pages_when_more($items, $before) - $before) / 200;

		note("$items, target $target: @recalls, $pages pages a query");
		foreach my $goal (0.95, 0.99)
		{
			$cheapest{$items}{$goal} //= $pages if ($recalls[0] + $recalls[1]) / 2 >= $goal;
			next if $items eq 'base' || $target != $goal;
			cmp_ok($_, '>=', $target, "recall\@10 for target $target") foreach @recalls;
		}
	}
}
foreach my $goal (0.95, 0.99)
{
	cmp_ok($cheapest{scaled}{$goal}, '>', 5, "recall $goal: by the index");
	cmp_ok($cheapest{scaled}{$goal}, '<=', 3 * $cheapest{base}{$goal},
		'... of which at most three times the pages are read that equal lengths take');
}

done_testing();
