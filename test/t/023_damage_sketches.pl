# 023_damage_sketches.pl - damaged sketches that stand on several pages, or are of groups of lists: an error that names
# the block, or less recall.
use strict;
use warnings FATAL => 'all';

use FindBin;
use lib $FindBin::RealBin;
use IvfPages;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use VecsimTest;

# Without page check sums, which would see most of this before the index does, and are the rule from 18 on.
my $node = PostgreSQL::Test::Cluster->new('damage_sketches');
$node->init(extra => $node->pg_version >= 18 ? ['--no-data-checksums'] : []);
$node->append_conf('postgresql.conf', "log_statement = none\nautovacuum = off\nshared_buffers = 64MB\n");
$node->start;
$node->safe_psql('postgres', $VecsimTest::helpers . <<'SQL');
-- '' if a scan pulled to its end, of all lists or of two and then the others, gives each row once.
CREATE FUNCTION incomplete(rel regclass, settings text, dim int) RETURNS text LANGUAGE plpgsql
	SET enable_seqscan = off SET enable_sort = off AS $$
DECLARE
	n bigint;
	found record;
BEGIN
	PERFORM set_config(split_part(settings, '=', 1), split_part(settings, '=', 2), true);
	EXECUTE format('SELECT count(*) FROM %s', rel) INTO n;
	SELECT * INTO found FROM answer(rel, '<->', make_vector(12, dim), n + 5);
	RETURN CASE WHEN cardinality(found.ids) = n AND (SELECT count(DISTINCT id) FROM unnest(found.ids) id) = n
	            THEN '' ELSE format('%s rows of %s', cardinality(found.ids), n) END;
END $$;
CREATE TABLE original AS SELECT i AS id, make_vector(i, 2100) AS v FROM generate_series(1::bigint, 140) i;
SQL

my $seed = $ENV{VECSIM_SEED} // 20240;
srand($seed);

# Each changes the pages and returns the number of the block that the error names, if that is known.
sub damage_second
{
	my ($code) = @_;

	return sub {
		my ($pages) = @_;
		my $page = (pages_of_kind($pages, 'sketch'))[1];

		$code->($pages, $page);
		return $page;
	};
}

sub damage_meta
{
	my ($field, $code) = @_;

	return sub {
		my ($pages) = @_;

		put($pages, 0, $META{$field}, $code->(get($pages, 0, $META{$field})));
		seal_meta($pages);
		return 0;
	};
}

# Overwrites the content of all pages of sketches.
sub damage_content
{
	my ($byte) = @_;

	return sub {
		my ($pages) = @_;

		substr($pages->[$_], 32, 8176 - 32) = join '', map { chr $byte->() } 33 .. 8176
		  foreach pages_of_kind($pages, 'sketch');
		return;
	};
}

my %damages = (
	kind => damage_second(sub { put(@_, $OPAQUE{kind}, 4) }),
	id => damage_second(sub { put(@_, $OPAQUE{page_id}, 1) }),
	zero => damage_second(sub { $_[0][ $_[1] ] = "\0" x 8192 }),
	meta_pages => damage_meta('sketch_pages', sub { $_[0] - 1 }),
	meta_extents => damage_meta('sketch_extents', sub { 5000 }),
	codes_none => sub { damage_meta('sketch_extents', sub { 0 })->(@_); return },
	codes_ff => damage_content(sub { 0xFF }),
	codes_00 => damage_content(sub { 0 }),
	codes_7f => damage_content(sub { 0x7F }),
	codes_random => damage_content(sub { int rand 256 }));
my @names = sort keys %damages;

$node->safe_psql('postgres', join "\n", map { <<SQL } @names);
CREATE TABLE d_$_ (id bigint, v vector(2100));
INSERT INTO d_$_ SELECT * FROM original;
CREATE INDEX d_${_}_idx ON d_$_ USING ivf (v vector_l2_ops) WITH (lists = 140);
DELETE FROM d_$_ WHERE id % 10 = 3;
SQL

# Lists so many that sketches of groups are read first: they are the last ones.
sub damage_last
{
	my ($code) = @_;

	return sub {
		my ($pages) = @_;
		my $page = (pages_of_kind($pages, 'sketch'))[-1];

		$code->($pages, $page);
		return $page;
	};
}

my %group_damages = (
	many_kind => damage_last(sub { put(@_, $OPAQUE{kind}, 4) }),
	many_meta_groups => damage_meta('groups', sub { $_[0] + 1 }),
	many_meta_pages => damage_meta('sketch_pages', sub { $_[0] - 1 }),
	many_codes_none => sub { damage_meta('groups', sub { 0 })->(@_); return },
	many_codes_random => damage_content(sub { int rand 256 }));
my @many = sort keys %group_damages;

$node->safe_psql('postgres', <<SQL . join "\n", map { <<SQL } @many);
CREATE TABLE original_many AS SELECT i AS id, make_vector(i, 8) AS v FROM generate_series(1::bigint, 17500) i;
SQL
CREATE TABLE d_$_ (id bigint, v vector(8));
INSERT INTO d_$_ SELECT * FROM original_many;
CREATE INDEX d_${_}_idx ON d_$_ USING ivf (v vector_l2_ops) WITH (lists = 17000);
DELETE FROM d_$_ WHERE id % 10 = 3;
SQL
%damages = (%damages, %group_damages);

my %file = map { $_ => index_file($node, "d_${_}_idx") } @names, @many;
my %block;
$node->stop('fast');
foreach my $name (@names, @many)
{
	my $pages = read_index($file{$name});

	cmp_ok(scalar(pages_of_kind($pages, 'sketch')), '>', 1, "$name: sketches have several pages");
	cmp_ok(get($pages, 0, $META{groups}), '>', 511, "$name: lists have groups") if $name =~ /^many/;
	$block{$name} = $damages{$name}->($pages);
	write_index($file{$name}, $pages);
}
$node->start;
my $since = $node->safe_psql('postgres', 'SELECT pg_postmaster_start_time()');

foreach my $name (@names)
{
	my $exact = "SELECT incomplete('d_$name', 'ivf.target_recall=1', 2100)";
	my $probe = "SELECT incomplete('d_$name', 'ivf.probes=2', 2100)";
	my $fill = "INSERT INTO d_$name SELECT i, make_vector(i, 2100) FROM generate_series(5001, 5020) i";
	my $vacuum = "VACUUM (INDEX_CLEANUP on) d_$name";

	foreach my $statement ($exact, $probe, $fill, $vacuum, $probe)
	{
		my ($state, $message) = sqlstate_of($node, $statement);
		my $reads = $statement eq $probe || $statement eq $fill;
		my $wrong = $name =~ /^meta/ || ($name !~ /^codes/ && $reads);

		# Pages that no store has are none that VACUUM knows.
		$wrong = 1 if $name eq 'codes_none' && $statement eq $vacuum;
		is($state, $wrong ? 'XX002' : '', "$name: $statement") or diag($message);
		next if $state ne 'XX002';
		my $where = $block{$name} // '\d+';
		like($message, qr/"d_${name}_idx" is damaged at block $where\n/, "$name: the message names the block");
		like($message, qr/HINT:.*REINDEX/, "$name: and gives a hint");
	}
	is($node->safe_psql('postgres', $probe), '', "$name: each row once") if $name =~ /^codes/;
	is((sqlstate_of($node, "REINDEX INDEX d_${name}_idx"))[0], '', "$name: REINDEX");
	is($node->safe_psql('postgres', $probe), '', "$name: and the index is right");
	is($node->safe_psql('postgres', found_themselves("d_$name")), '', "$name: so are its sketches");
}

foreach my $name (@many)
{
	my $probe = "SELECT incomplete('d_$name', 'ivf.probes=2', 8)";
	my $fill = "INSERT INTO d_$name SELECT i, make_vector(i, 8) FROM generate_series(50001, 50020) i";
	my $vacuum = "VACUUM (INDEX_CLEANUP on) d_$name";

	foreach my $statement ($probe, $fill, $vacuum, $probe)
	{
		my ($state, $message) = sqlstate_of($node, $statement);
		my $wrong = $name =~ /meta/ || ($name !~ /codes/ && $statement ne $vacuum);

		is($state, $wrong ? 'XX002' : '', "$name: $statement") or diag($message);
		next if $state ne 'XX002';
		like($message, qr/"d_${name}_idx" is damaged at block $block{$name}\n/, "$name: the message names the block");
		like($message, qr/HINT:.*REINDEX/, "$name: and gives a hint");
	}
	is($node->safe_psql('postgres', $probe), '', "$name: each row once") if $name =~ /codes/;
}
is($node->safe_psql('postgres', 'SELECT pg_postmaster_start_time()'), $since, 'the server has not been restarted');
unlike(slurp_file($node->logfile), qr/terminated by signal|PANIC|TRAP/, 'no backend has died');

done_testing();
