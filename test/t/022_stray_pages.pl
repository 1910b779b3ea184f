# 022_stray_pages.pl - VACUUM passes over pages that belong to nothing, as crashes leave them, and reaches all behind.
use strict;
use warnings FATAL => 'all';

use FindBin;
use lib $FindBin::RealBin;
use PostgreSQL::Test::Utils;
use Test::More;
use VecsimTest;

my $node = new_node('stray_pages');

fill($node, table => 't', dim => 16, rows => 300, with => 'lists = 4');

# Adds so many rows, behind so many empty pages.
sub grow
{
	my ($first, $rows, $pages) = @_;
	my $last = $first + $rows - 1;
	my $file = index_file($node, 't_v_idx');

	$node->stop;
	append_to_file($file, "\0" x (8192 * $pages));
	$node->start;
	$node->safe_psql('postgres', "INSERT INTO t SELECT i, make_vector(i, 16) FROM generate_series($first, $last) i");
	return;
}

# Entries that a search for all rows meets: two a row that is live.
sub entries
{
	return $node->safe_psql('postgres', <<SQL);
SET enable_seqscan = off;
SELECT count(*) FROM (SELECT FROM t ORDER BY v <-> make_vector(3, 16) LIMIT 100000) x;
SELECT codes_scored FROM ivf_last_scans() LIMIT 1;
SQL
}

# Often enough that blocks stand behind empty pages, not only pages of stores, which are known.
grow(301 + $_ * 30, 30, 1 + $_ % 2) foreach 0 .. 9;
is(entries(), "600\n1200", 'rows stand before and behind stray pages');

$node->safe_psql('postgres', 'DELETE FROM t WHERE id % 3 = 0');
is(entries(), "400\n1200", 'entries of deleted rows are there');
$node->safe_psql('postgres', 'VACUUM (INDEX_CLEANUP on) t');
is(entries(), "400\n800", 'VACUUM has found all of them');
is($node->safe_psql('postgres', "SELECT index_differs('t', '<->', make_vector(5, 16))"), '',
	'the others are as they were');

# Their slots are found again.
my $size = "SELECT pg_relation_size('t_v_idx')";
my $before = $node->safe_psql('postgres', $size);

$node->safe_psql('postgres', 'INSERT INTO t SELECT i, make_vector(i, 16) FROM generate_series(3, 300, 3) i');
is($node->safe_psql('postgres', $size), $before, 'new rows take the slots of the old ones');
is(entries(), "500\n1000", 'and are found');

$node->stop;
done_testing();
