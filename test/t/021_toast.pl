# 021_toast.pl - values out of line: a damaged TOAST table, and scans that end before their time.
use strict;
use warnings FATAL => 'all';

use FindBin;
use lib $FindBin::RealBin;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use VecsimTest;

# Without page check sums, which would see the damage first.
my $node = PostgreSQL::Test::Cluster->new('toast');
$node->init(extra => $node->pg_version >= 18 ? ['--no-data-checksums'] : []);
$node->append_conf('postgresql.conf', "autovacuum = off\nshared_buffers = 64MB\n");
$node->start;
$node->safe_psql('postgres', $VecsimTest::helpers . <<'SQL');
CREATE TABLE t (id bigint, v vector(600));
INSERT INTO t SELECT i, make_vector(i, 600) FROM generate_series(1, 400) i;
CREATE INDEX ON t USING ivf (v);
CREATE TABLE u AS SELECT * FROM t;
ALTER TABLE u ALTER v TYPE vector(600);
CREATE INDEX ON u USING ivf (v);
SQL

my $scan = 'SET enable_seqscan = off; SET enable_sort = off; SET ivf.target_recall = 1;';
my $nearest = 'SELECT id, v <-> make_vector(7, 600) AS d FROM t ORDER BY v <-> make_vector(7, 600)';

# ---- Scans that do not come to their end leave nothing open ----

foreach my $how (
	"$nearest LIMIT 3",
	"BEGIN; DECLARE c CURSOR FOR $nearest LIMIT 300; FETCH 5 FROM c; COMMIT",
	"BEGIN; DECLARE c CURSOR FOR $nearest LIMIT 300; FETCH 5 FROM c; ROLLBACK",
	"BEGIN; DECLARE c CURSOR WITH HOLD FOR $nearest LIMIT 300; FETCH 5 FROM c; COMMIT; FETCH 50 FROM c; CLOSE c",
	"BEGIN; SAVEPOINT s; DECLARE c CURSOR FOR $nearest LIMIT 300; FETCH 5 FROM c; ROLLBACK TO s;
	 $nearest LIMIT 5; COMMIT",
	"BEGIN; DECLARE c CURSOR FOR $nearest LIMIT 300; FETCH 5 FROM c; SAVEPOINT s; FETCH 5 FROM c;
	 RELEASE s; FETCH 5 FROM c; CLOSE c; COMMIT",
	"BEGIN; DECLARE c CURSOR FOR $nearest LIMIT 300; SAVEPOINT s; FETCH 5 FROM c; ROLLBACK TO s; FETCH 5 FROM c;
	 CLOSE c; COMMIT",
	"SELECT 1 FROM ($nearest LIMIT 300) x WHERE 1 / (id - 7) > 1")
{
	my ($state) = sqlstate_of($node, "$scan $how");

	is($state, $how =~ /1 \// ? '22012' : '', $how);
}

# A cursor at rest keeps no page of the TOAST index: VACUUM, which wants each for itself, is not kept waiting.
$node->safe_psql('postgres', 'DELETE FROM t WHERE id > 390');
my $background = $node->background_psql('postgres', on_error_stop => 1);
$background->query_safe("$scan BEGIN; DECLARE c CURSOR FOR $nearest LIMIT 300; FETCH 5 FROM c");
my (undef, $told) = sqlstate_of($node, "SET statement_timeout = '60s'; VACUUM (VERBOSE, INDEX_CLEANUP on) t");
like($told, qr/index "pg_toast_\d+_index".*deleted|index scan needed/s, 'VACUUM beside a cursor at rest');
unlike($told, qr/ERROR/, '... is not kept waiting');
$background->query_safe('FETCH 300 FROM c; COMMIT');
$background->quit;

# ---- A page of the TOAST table is lost ----

my $file = $node->data_dir . '/' . $node->safe_psql('postgres',
	"SELECT pg_relation_filepath(reltoastrelid) FROM pg_class WHERE oid = 't'::regclass");
$node->stop;
open my $handle, '+<', $file or die "$file: $!";
binmode $handle;
seek $handle, 8192 * 20, 0 or die $!;
print $handle "\0" x 8192;
close $handle or die $!;
$node->start;

my ($state, $message) = sqlstate_of($node, "$scan $nearest LIMIT 390");
is($state, 'XX001', 'a page of zeros: an error');
like($message, qr/missing chunk number \d+ for toast value \d+ in pg_toast_\d+/, '... as PostgreSQL tells it');
my $nearest_whole = $nearest =~ s/FROM t/FROM u/r;
my ($whole) = sqlstate_of($node, "SELECT sum(v <-> make_vector(7, 600)) FROM t");
is($whole, 'XX001', 'so has a sequential scan');
is($node->safe_psql('postgres', <<SQL), 'XX001, then 5 rows', 'a scan goes on beside one that fails');
$scan
DO \$\$
DECLARE
	state text;
	rows int;
BEGIN
	BEGIN
		PERFORM sum(d) FROM ($nearest LIMIT 390) x;
	EXCEPTION WHEN data_corrupted THEN
		state := SQLSTATE;
	END;
	SELECT count(*) INTO rows FROM ($nearest_whole LIMIT 5) x
	WHERE x.d = (SELECT v <-> make_vector(7, 600) FROM u WHERE id = x.id);
	PERFORM set_config('toast.result', format('%s, then %s rows', state, rows), false);
END
\$\$;
SELECT current_setting('toast.result');
SQL

unlike(slurp_file($node->logfile), qr/leak|you don't own|PANIC|TRAP|terminated by signal/, 'nothing was left open');
done_testing();
