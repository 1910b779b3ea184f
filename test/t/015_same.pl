# 015_same.pl - what sql/pgvector_same_*.sql expects of vecsim is what pgvector answers, and of which version.
#
# The regress suite holds vecsim against these files; here they are held against pgvector itself, where it is installed.
use strict;
use warnings FATAL => 'all';

use File::Basename;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('same');

$node->init;
$node->start;
if ($node->safe_psql('postgres', q(SELECT count(*) FROM pg_available_extensions WHERE name = 'vector')) == 0)
{
	plan skip_all => 'pgvector is not installed';
}
note('pgvector ' . $node->safe_psql('postgres', 'CREATE EXTENSION vector; SELECT extversion FROM pg_extension
	WHERE extname = $$vector$$'));
$ENV{PG_ABS_SRCDIR} = "$ENV{TESTDIR}/test";
foreach my $file (sort glob("$ENV{TESTDIR}/test/sql/pgvector_same_*.sql"))
{
	my $name = basename($file, '.sql');
	my $answers = "$PostgreSQL::Test::Utils::tmp_check/$name.out";
	my $database = "x_$name";

	$node->safe_psql('postgres', "CREATE DATABASE $database");
	$node->safe_psql($database, 'CREATE EXTENSION vector');
	# As pg_regress runs it.
	system("psql -X -a -q -d '" . $node->connstr($database) . "' <'$file' >'$answers' 2>&1");
	is(slurp_file($answers), slurp_file("$ENV{TESTDIR}/expected/$name.out"), "$name: pgvector's answers");
}

done_testing();
