# 022_stray_pages.pl - VACUUM passes over pages that belong to nothing, as crashes leave them, and reaches all behind.
use strict;
use warnings FATAL => 'all';

use FindBin;
use lib $FindBin::RealBin;
use PostgreSQL::Test::Utils;
use Test::More;
use VecsimTest;

my $node = new_node('stray_pages');

# In 2,500 dimensions a block has a spill page, which VACUUM does not read: it must not take a block for one.
my %table = (t => 16, s => 2500);

foreach my $table (sort keys %table)
{
	fill($node, table => $table, dim => $table{$table}, rows => 300, with => 'lists = 4');
}

# Adds so many rows to both tables, behind so many empty pages.
sub grow
{
	my ($first, $rows, $pages) = @_;
	my $last = $first + $rows - 1;
	my %file = map { $_ => index_file($node, "${_}_v_idx") } keys %table;

	$node->stop;
	append_to_file($file{$_}, "\0" x (8192 * $pages)) foreach sort keys %table;
	$node->start;
	$node->safe_psql('postgres', "INSERT INTO $_ SELECT i, make_vector(i, $table{$_})
		FROM generate_series($first, $last) i") foreach sort keys %table;
}

# Entries that a search for all rows of a table meets: two a row that is live.
sub entries
{
	my ($table) = @_;

	return $node->safe_psql('postgres', <<SQL);
SET enable_seqscan = off;
SELECT count(*) FROM (SELECT FROM $table ORDER BY v <-> make_vector(3, $table{$table}) LIMIT 100000) x;
SELECT codes_scored FROM ivf_last_scans() LIMIT 1;
SQL
}

# Often enough that blocks stand behind empty pages, not only pages of stores, which are known.
grow(301 + $_ * 30, 30, 1 + $_ % 2) foreach 0 .. 9;
is(entries($_), "600\n1200", "$_: rows stand before and behind stray pages") foreach sort keys %table;

foreach my $table (sort keys %table)
{
	$node->safe_psql('postgres', "DELETE FROM $table WHERE id % 3 = 0");
	is(entries($table), "400\n1200", "$table: entries of deleted rows are there");
	$node->safe_psql('postgres', "VACUUM (INDEX_CLEANUP on) $table");
	is(entries($table), "400\n800", "$table: VACUUM has found all of them");
	is($node->safe_psql('postgres', "SELECT index_differs('$table', '<->', make_vector(5, $table{$table}))"), '',
		"$table: the others are as they were");
}

# Their slots are found again.
foreach my $table (sort keys %table)
{
	my $size = "SELECT pg_relation_size('${table}_v_idx')";
	my $before = $node->safe_psql('postgres', $size);

	$node->safe_psql('postgres', "INSERT INTO $table SELECT i, make_vector(i, $table{$table})
		FROM generate_series(3, 300, 3) i");
	is($node->safe_psql('postgres', $size), $before, "$table: new rows take the slots of the old ones");
	is(entries($table), "500\n1000", "$table: and are found");
}

$node->stop;
done_testing();
