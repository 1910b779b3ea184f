# 015_same.pl - pgvector_same_*.sql have the same answers from vecsim under pgvector's name and from pgvector itself.
#
# The regress suite holds vecsim under its own name against those in sql; those in compat are about ivfflat and hnsw.
use strict;
use warnings FATAL => 'all';

use FindBin;
use lib $FindBin::RealBin;
use File::Basename;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use VecsimTest;

plan skip_all => 'no extension "vector" can be had here' unless vector_extensions();
$ENV{PG_ABS_SRCDIR} = "$ENV{TESTDIR}/test";
foreach my $extension (vector_extensions())
{
	my ($what, $conf) = @$extension;
	my $node = PostgreSQL::Test::Cluster->new('same_' . ($what =~ s/ /_/gr));

	$node->init;
	$node->append_conf('postgresql.conf', $conf);
	$node->start;
	foreach my $file (glob("$ENV{TESTDIR}/test/sql/pgvector_same_*.sql $ENV{TESTDIR}/test/compat/*.sql"))
	{
		my $name = basename($file, '.sql');
		my $answers = "$PostgreSQL::Test::Utils::tmp_check/$name.out";
		my $expected = $file =~ /compat/ ? $file =~ s/sql$/out/r : "$ENV{TESTDIR}/expected/$name.out";

		$node->safe_psql('postgres', "CREATE DATABASE x_$name");
		$node->safe_psql("x_$name", 'CREATE EXTENSION vector');
		# As pg_regress runs it.
		system("psql -X -a -q -d '" . $node->connstr("x_$name") . "' <'$file' >'$answers' 2>&1");
		is(slurp_file($answers), slurp_file($expected), "$name: $what");
	}
	$node->stop;
}

done_testing();
