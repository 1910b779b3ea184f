# 009_damage.pl - pages damaged on purpose: an error that names index and block, or a right answer, never a crash.
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
my $node = PostgreSQL::Test::Cluster->new('damage');
$node->init(extra => $node->pg_version >= 18 ? ['--no-data-checksums'] : []);
$node->append_conf('postgresql.conf', "log_statement = none\nautovacuum = off\nshared_buffers = 64MB\n");
$node->start;
$node->safe_psql('postgres', $VecsimTest::helpers . <<'SQL');
-- A scan of few lists, pulled to its end.
CREATE FUNCTION by_probes(rel regclass, op text, q vector, n bigint,
                          OUT ids bigint[], OUT distances float8[], OUT plan text) LANGUAGE sql
	SET enable_seqscan = off SET enable_sort = off SET ivf.probes = 2
	AS 'SELECT * FROM answer(rel, op, q, n)';
-- '' if a scan pulled to its end gives each row once, in order but for one run of late rows.
CREATE FUNCTION index_incomplete(rel regclass, by text DEFAULT 'by_index') RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	n bigint;
	i record;
BEGIN
	EXECUTE format('SELECT count(*) FROM %s', rel) INTO n;
	EXECUTE format('SELECT * FROM %I($1, ''<->'', make_vector(12, 8), $2)', by) INTO i USING rel, n + 5;
	IF cardinality(i.ids) <> n OR (SELECT count(DISTINCT id) FROM unnest(i.ids) id) <> n THEN
		RETURN format('%s rows of %s', cardinality(i.ids), n);
	END IF;
	RETURN CASE WHEN (SELECT count(*) FROM generate_subscripts(i.distances, 1) k
	                  WHERE i.distances[k] > i.distances[k + 1]) <= 1 THEN '' ELSE 'order' END;
END $$;
CREATE TABLE original AS SELECT i::bigint AS id, CASE WHEN i % 30 = 0 THEN NULL ELSE make_vector(i, 8) END AS v
	FROM generate_series(1, 2500) i;
SQL

# ---- The damages ----
#
# Each is a function that changes the pages (a reference to a list of strings) and returns the number of the block that
# the error names, if that is known.  query, vacuum and insert: the SQLSTATEs that are right.
my $corrupted = qr/^XX002$/;
my $maybe = qr/^(XX002)?$/;

my $seed = $ENV{VECSIM_SEED} // 20240;
srand($seed);

sub random_bytes { return join '', map { chr int rand 256 } 1 .. $_[0] }
sub first_of { return (pages_of_kind($_[0], $_[1]))[0] }

# A block of a list with a centroid, that has a successor: (page, base).
sub linked_block
{
	my ($pages) = @_;

	foreach my $page (pages_of_kind($pages, 'block'))
	{
		foreach my $index (0 .. get($pages, 0, $META{blocks_per_page}) - 1)
		{
			my (undef, $base) = block_at($page, $index);

			return ($page, $base)
			  if get($pages, $page, $BLOCK{list}, $base) >= 3
			  && get($pages, $page, $BLOCK{list}, $base) != 0xFFFFFFFF
			  && get($pages, $page, $BLOCK{next}, $base) != 0xFFFFFFFF;
		}
	}
	die 'no linked block';
}

# Changes the first page of a kind by code (pages, page).
sub damage_page
{
	my ($kind, $code) = @_;

	return sub { my $page = first_of($_[0], $kind); $code->($_[0], $page); $page };
}

sub damage_field
{
	my ($kind, $field, $value) = @_;

	return damage_page($kind, sub { put(@_, $field, $value) });
}

sub damage_meta
{
	my ($field, $value, $seal) = @_;

	return sub { put($_[0], 0, $META{$field}, $value); seal_meta($_[0]) if $seal; 0 };
}

# Changes the directory entry of list 3 by code (pages, page, base).
sub damage_entry
{
	my ($seal, $code) = @_;

	return sub {
		my ($page, $base) = entry_at($_[0], 3);

		$code->($_[0], $page, $base);
		seal_entry($_[0], $page, $base) if $seal;
		return $seal ? undef : $page;
	};
}

sub damage_block
{
	my ($code) = @_;

	return sub { my ($page, $base) = linked_block($_[0]); $code->($_[0], $page, $base); $page };
}

# Changes a field by adding to it.
sub add_to
{
	my ($pages, $page, $field, $n, $base) = @_;

	put($pages, $page, $field, (get($pages, $page, $field, $base) + $n) & 0xFFFFFFFF, $base);
	return;
}

# Where the payloads of a page begin, and bytes of all of them.
sub payload_of
{
	my ($pages) = @_;
	my ($height, $blocks) = map { get($pages, 0, $META{$_}) } qw(height blocks_per_page);
	my $start = 24 + 24 * $blocks + 4 * $height * $blocks;
	my $entry = { 1 => 4 * 8 + 4, 2 => 8 + 12, 3 => 64 / 8 + 8 }->{ get($pages, 0, $META{quantizer}) };

	return ($start + -$start % 32, $blocks * (($height * $entry + 31) & ~31));
}

# Overwrites the codes and factors of all lists with centroids.
sub damage_codes
{
	my ($byte) = @_;

	return sub {
		my ($pages) = @_;
		my ($start, $bytes) = payload_of($pages);
		my $blocks = get($pages, 0, $META{blocks_per_page});

		foreach my $page (pages_of_kind($pages, 'block'))
		{
			foreach my $index (0 .. $blocks - 1)
			{
				my (undef, $base) = block_at($page, $index);

				next if get($pages, $page, $BLOCK{list}, $base) < 3;
				substr($pages->[$page], $start + $index * $bytes / $blocks, $bytes / $blocks) =
				  defined $byte ? chr($byte) x ($bytes / $blocks) : random_bytes($bytes / $blocks);
			}
		}
		return;
	};
}

# Overwrites the content of all pages of a kind.
sub damage_content
{
	my ($kind, $byte) = @_;

	return sub {
		my ($pages) = @_;
		my @numbers = pages_of_kind($pages, $kind);

		die "no page of kind $kind" if !@numbers;
		substr($pages->[$_], 32, 8176 - 32) = defined $byte ? chr($byte) x (8176 - 32) : random_bytes(8176 - 32)
		  foreach @numbers;
		return;
	};
}

my $other_list = sub {
	my ($pages, $which) = @_;
	my ($page, $base) = entry_at($pages, 9);

	return map { get($pages, $page, $ENTRY{$_}, $base) } 'first', 'first_index';
};

my %damages = (
	# Pages.
	page_id => { do => damage_field('block', $OPAQUE{page_id}, 0) },
	kind => { do => damage_field('block', $OPAQUE{kind}, 2) },
	kind_unknown => { do => damage_field('block', $OPAQUE{kind}, 77) },
	special => { do => damage_page('block', sub { substr($_[0][ $_[1] ], 12, 6) = pack('v3', 8160, 8160, 8160) }) },
	hole => { do => damage_page('block', sub { substr($_[0][ $_[1] ], 12, 2) = pack('v', 200) }) },
	header => {
		do => damage_page('block', sub { substr($_[0][ $_[1] ], 8, 16) = "\xA5" x 16; }),
		query => qr/^XX001$/, vacuum => qr/^XX001$/, insert => qr/^(XX001)?$/ },
	zero_block => { do => damage_page('block', sub { $_[0][ $_[1] ] = "\0" x 8192 }), vacuum => $maybe },
	zero_tid => { do => damage_page('tid', sub { $_[0][ $_[1] ] = "\0" x 8192 }), insert => $maybe },
	zero_directory => { do => damage_page('directory', sub { $_[0][ $_[1] ] = "\0" x 8192 }), insert => $corrupted },
	zero_centroid => { do => damage_page('centroid', sub { $_[0][ $_[1] ] = "\0" x 8192 }), vacuum => $maybe },
	zero_meta => { do => sub { $_[0][0] = "\0" x 8192; 0 }, insert => $corrupted },
	tid_kind => { do => damage_field('tid', $OPAQUE{kind}, 4) },
	centroid_kind => { do => damage_field('centroid', $OPAQUE{kind}, 4), insert => $corrupted, vacuum => $maybe },
	directory_id => { do => damage_field('directory', $OPAQUE{page_id}, 1), insert => $corrupted },
	truncated => {
		do => sub { splice @{ $_[0] }, int(@{ $_[0] } / 2); undef },
		query => qr/^XX00[12]$/, vacuum => qr/^(XX00[12])?$/, insert => qr/^(XX00[12])?$/ },

	# The metapage.
	(map { my ($name, $field, $value) = @$_;
		("meta_$name" => { do => damage_meta($field, $value, $name !~ /unsealed/), insert => $corrupted }) }
		  [ 'magic', 'magic', 1 ], [ 'version', 'version', 9 ], [ 'unsealed', 'lists', 5 ], [ 'metric', 'metric', 9 ],
		[ 'quantizer', 'quantizer', 200 ], [ 'dim', 'dim', 0 ], [ 'dim_large', 'dim', 15000 ],
		[ 'lists', 'lists', 0xFFFFFFF ], [ 'no_lists', 'lists', 0 ], [ 'height', 'height', 33 ],
		[ 'blocks', 'blocks_per_page', 0 ], [ 'blocks_large', 'blocks_per_page', 300 ],
		[ 'tid_extents', 'tid_extents', 5000 ], [ 'directory', 'directory_extents', 0 ],
		[ 'centroids', 'centroid_extents', 0 ]),

	# The directory.
	entry => { do => damage_entry(0, sub { put(@_[ 0, 1 ], $ENTRY{first}, 3, $_[2]) }) },
	entry_live => { do => damage_entry(0, sub { put(@_[ 0, 1 ], $ENTRY{live}, 3, $_[2]) }) },
	entry_blocks => { do => damage_entry(1, sub { add_to(@_[ 0, 1 ], $ENTRY{blocks}, 100, $_[2]) }), vacuum => $maybe },
	entry_generation => {
		do => damage_entry(1, sub { add_to(@_[ 0, 1 ], $ENTRY{generation}, 1, $_[2]) }), vacuum => $maybe },
	entry_first => {
		do => damage_entry(1, sub {
			my ($page, $index) = $other_list->($_[0]);
			put(@_[ 0, 1 ], $ENTRY{first}, $page, $_[2]);
			put(@_[ 0, 1 ], $ENTRY{first_index}, $index, $_[2]);
		}),
		vacuum => $maybe },

	# Blocks.
	block_list => { do => damage_block(sub { add_to(@_[ 0, 1 ], $BLOCK{list}, 1, $_[2]) }) },
	block_no_list => { do => damage_block(sub { put(@_[ 0, 1 ], $BLOCK{list}, 123456, $_[2]) }) },
	block_generation => {
		do => damage_block(sub { add_to(@_[ 0, 1 ], $BLOCK{generation}, 1, $_[2]) }), vacuum => $maybe },
	block_next => {
		do => damage_block(sub { put(@_[ 0, 1 ], $BLOCK{next}, 100000, $_[2]) }), insert => qr/^(XX00[12])?$/ },
	block_mask => { do => damage_block(sub { put(@_[ 0, 1 ], $BLOCK{live_mask}, 5, $_[2]) }) },
	block_check => { do => damage_block(sub { add_to(@_[ 0, 1 ], $BLOCK{check}, 1, $_[2]) }) },
	block_circle => {
		do => damage_block(sub { seal_block(@_, $_[1], ($_[2] - 24) / 24); }), vacuum => $maybe },
	block_cut => { do => damage_block(sub { seal_block(@_, 0xFFFFFFFF, 0) }), block => undef, vacuum => $maybe },
	block_other => {
		do => damage_block(sub { seal_block(@_, $other_list->($_[0])) }), block => undef, vacuum => $maybe },
	row_number => {
		do => damage_block(sub {
			my $rows = 24 + 24 * get($_[0], 0, $META{blocks_per_page})
			  + 4 * get($_[0], 0, $META{height}) * ($_[2] - 24) / 24;
			add_to(@_[ 0, 1 ], [ $rows, 'V' ], 1);
		}) },
	row_number_null => {
		do => sub {
			my ($page, $base) = entry_at($_[0], 2); # the NULLs
			my ($at, $index) = map { get($_[0], $page, $ENTRY{$_}, $base) } 'first', 'first_index';
			my ($start, $bytes) = payload_of($_[0]);

			add_to($_[0], $at, [ $start + $index * $bytes / get($_[0], 0, $META{blocks_per_page}), 'V' ], 7);
			return $at;
		} },

	# Heap TIDs: block number in two halves, offset with the live bit on top.
	tid_offset => { do => damage_page('tid', sub { substr($_[0][ $_[1] ], 24 + 6 * 5 + 4, 2) = pack('v', 0x8000) }) },
	tid_beyond => { do => damage_page('tid', sub { substr($_[0][ $_[1] ], 24 + 6 * 5, 4) = pack('v2', 1, 0) }) },
	tid_other => { do => damage_page('tid', sub { substr($_[0][ $_[1] ], 24 + 6 * 5 + 4, 2) = pack('v', 0x8003) }),
		query => qr/^(XX002)?$/, lax => 1 },
	tid_check => { do => damage_page('tid', sub { add_to(@_, $OPAQUE{check}, 1) }), query => qr/^$/ });

# Those of what only two-level codes have: cold codes of rows, codes of centroids, the mean.
my %damages_two_level = (
	(map { my $kind = $_;
		("${kind}_kind" => { do => damage_field($kind, $OPAQUE{kind}, 4) },
			"${kind}_id" => { do => damage_field($kind, $OPAQUE{page_id}, 1) },
			"zero_$kind" => { do => damage_page($kind, sub { $_[0][ $_[1] ] = "\0" x 8192 }) }) }
		qw(row code sketch mean)),
	meta_height_low => { do => damage_meta('height', 16, 1) },
	meta_rows => { do => damage_meta('row_extents', 0, 1) },
	meta_rows_many => { do => damage_meta('row_extents', 5000, 1) },
	meta_codes => { do => damage_meta('code_extents', 0, 1) },
	meta_codes_many => { do => damage_meta('code_extents', 5000, 1) },
	meta_sketches => { do => damage_meta('sketch_extents', 0, 1), query => qr/^$/ },
	meta_sketches_many => { do => damage_meta('sketch_extents', 5000, 1) },
	meta_no_mean => { do => damage_meta('mean', 0xFFFFFFFF, 1) },
	meta_mean => { do => damage_meta('mean', 1, 1) },
	meta_mean_beyond => { do => damage_meta('mean', 100000, 1) });

# Damages after which queries must still be answered: at most recall may be lost.
my %tolerated = (
	codes_ff => damage_codes(0xFF),
	codes_00 => damage_codes(0),
	codes_7f => damage_codes(0x7F),
	codes_random => damage_codes(undef),
	centroids => damage_page('centroid', sub { substr($_[0][ $_[1] ], 32, 2000) = "\xFF" x 2000 }),
	centroids_random => damage_page('centroid', sub { substr($_[0][ $_[1] ], 32, 2000) = random_bytes(2000) }));

my %tolerated_two_level = (
	%tolerated,
	map { my $kind = $_;
		("${kind}_ff" => damage_content($kind, 0xFF), "${kind}_00" => damage_content($kind, 0),
			"${kind}_7f" => damage_content($kind, 0x7F), "${kind}_random" => damage_content($kind, undef)) }
	  qw(row code mean centroid));

# Those of rows' own values, which carry sums: wrong ones must not give a wrong order.  dead: of deleted rows alone.
my %values = (
	kind => damage_field('value', $OPAQUE{kind}, 4),
	id => damage_field('value', $OPAQUE{page_id}, 1),
	zero => damage_page('value', sub { $_[0][ $_[1] ] = "\0" x 8192 }),
	byte => damage_page('value', sub { my ($pages, $page) = @_; substr($pages->[$page], 5000, 1) ^= "\1"; }),
	swapped => damage_page('value', sub {
		my ($pages, $page) = @_; # two neighbouring values of 36 bytes, sums included
		(substr($pages->[$page], 24, 36), substr($pages->[$page], 60, 36)) =
		  (substr($pages->[$page], 60, 36), substr($pages->[$page], 24, 36));
	}),
	content_00 => damage_content('value', 0),
	content_random => damage_content('value', undef),
	dead => damage_content('value', undef),
	extents => damage_meta('value_extents', 0, 1),
	extents_many => damage_meta('value_extents', 5000, 1),
	flag => damage_meta('values', 2, 1));

# ---- An index for each of them, all damaged while the server is down ----

my $fuzzed = 40;
my @two_level = map { "two_$_" } sort(keys %damages, keys %damages_two_level, keys %tolerated_two_level);
my @tables = (sort(keys %damages, keys %tolerated), (map { "flat_$_" } grep { /codes/ } sort keys %tolerated),
	@two_level, map { "fuzz_$_" } 1 .. $fuzzed);

$node->safe_psql('postgres', join "\n", map { <<SQL } @tables);
CREATE TABLE d_$_ (id bigint, v vector(8));
INSERT INTO d_$_ SELECT * FROM original;
CREATE INDEX d_${_}_idx ON d_$_ USING ivf (v vector_l2_ops)
	WITH (lists = 40, quantizer = @{[ /^flat/ ? 'flat' : /^two_|^fuzz_.*[02468]$/ ? 'rabitq' : 'sq8' ]});
DELETE FROM d_$_ WHERE id % 10 = 3;
SQL
same_answers($node, 'whole', table => 'd_kind', dim => 8);

$node->safe_psql('postgres', join "\n", map { <<SQL } map { "full_$_" } sort keys %values);
CREATE TABLE d_$_ (id bigint, v vector(8));
INSERT INTO d_$_ SELECT * FROM original WHERE v IS NOT NULL;
CREATE INDEX d_${_}_idx ON d_$_ USING ivf (v vector_l2_ops) WITH (lists = 40, storage = full);
DELETE FROM d_$_ WHERE id % 10 = 3 OR '$_' = 'full_dead';
SQL
push @tables, map { "full_$_" } sort keys %values;

my %file = map { $_ => index_file($node, "d_${_}_idx") } @tables;
my %block;
$node->stop('fast');
foreach my $table (@tables)
{
	my $pages = read_index($file{$table});
	my ($flat) = $table =~ /^flat_(.*)/;

	if (defined $flat)
	{
		$tolerated{$flat}->($pages);
	}
	elsif ($table =~ /^two_(.*)/)
	{
		my $damage = $damages{$1} // $damages_two_level{$1};

		$block{$table} = ($tolerated_two_level{$1} // $damage->{do})->($pages);
	}
	elsif ($table =~ /^full_(.*)/)
	{
		$block{$table} = $values{$1}->($pages);
	}
	elsif ($table =~ /^fuzz/)
	{
		my $page = int rand @$pages;
		my $length = 1 + int rand 40;

		substr($pages->[$page], int rand(8192 - $length), $length) = random_bytes($length);
	}
	else
	{
		$block{$table} = ($tolerated{$table} // $damages{$table}{do})->($pages);
	}
	write_index($file{$table}, $pages);
}
$node->start;
my $since = $node->safe_psql('postgres', 'SELECT pg_postmaster_start_time()');

# ---- What becomes of queries, VACUUM and inserts ----

my $query = "SELECT count(*) FROM (SELECT * FROM index_differs('d_%s', '<->', make_vector(12, 8))) x";
my $insert = 'INSERT INTO d_%s SELECT i, make_vector(i, 8) FROM generate_series(5001, 5400) i';
my $vacuum = 'VACUUM (INDEX_CLEANUP on) d_%s';

sub right_message
{
	my ($name, $state, $message, $block) = @_;

	return if $state ne 'XX002';
	my $where = defined $block ? $block : '\d+';
	my $version = $message =~ /has format version 9, this vecsim reads version 4/;

	ok($version || $message =~ /"d_\w+_idx" is damaged at block $where\n/, "$name: the message names the block")
	  or diag($message);
	like($message, qr/HINT:.*REINDEX/, "$name: and gives a hint");
	unlike($message, qr/sum of the metapage/, "$name: what is wrong, not the sum, is seen")
	  if $name =~ /^meta_(?!unsealed)/;
	return;
}

foreach my $name (sort keys %damages)
{
	my %damage = %{ $damages{$name} };
	my $block = exists $damage{block} ? $damage{block} : $block{$name};

	$block = undef if $name =~ /^block_(list|no_list|generation|cut|other)|^tid_(other|check)/;

	my ($state, $message) = sqlstate_of($node, sprintf $query, $name);
	like($state, $damage{query} // $corrupted, "$name: query") or diag($message);
	right_message("$name: query", $state, $message, $block);
	my $first = $state;

	($state, $message) = sqlstate_of($node, sprintf $vacuum, $name);
	like($state, $damage{vacuum} // $corrupted, "$name: VACUUM") or diag($message);
	right_message("$name: VACUUM", $state, $message, $block);

	($state, $message) = sqlstate_of($node, sprintf $insert, $name);
	like($state, $damage{insert} // $maybe, "$name: INSERT") or diag($message);

	# Neither may hide what is wrong.
	($state, $message) = sqlstate_of($node, sprintf $vacuum, $name);
	like($state, $damage{vacuum} // $corrupted, "$name: VACUUM again") or diag($message);
	($state, $message) = sqlstate_of($node, sprintf $query, $name);
	is($state, $first, "$name: query again") or diag($message);

	is((sqlstate_of($node, "REINDEX INDEX d_${name}_idx"))[0], '', "$name: REINDEX");
	same_answers($node, "$name: and the index is right", table => "d_$name", dim => 8);
}

foreach my $name ((sort keys %tolerated), grep { /^flat/ } @tables)
{
	is($node->safe_psql('postgres', "SELECT index_incomplete('d_$name')"), '', "$name: each row once, in order")
	  if $name !~ /^flat/;
	like(
		$node->safe_psql('postgres', "SELECT index_incomplete('d_$name')"), qr/^(order)?$/, "$name: each row once");
	is((sqlstate_of($node, sprintf $insert, $name))[0], '', "$name: INSERT");
	is((sqlstate_of($node, sprintf $vacuum, $name))[0], '', "$name: VACUUM");
	like(
		$node->safe_psql('postgres', "SELECT index_incomplete('d_$name')"), qr/^(order)?$/, "$name: again");
	is((sqlstate_of($node, "REINDEX INDEX d_${name}_idx"))[0], '', "$name: REINDEX");
	same_answers($node, "$name: and the index is right", table => "d_$name", dim => 8);
}

# ---- Two-level codes: exact and probing queries read different pages; one of them sees what is wrong ----

my $probing = "SELECT index_incomplete('d_%s', 'by_probes')";
my %unseen = map { ($_ => 1) } qw(tid_other);
foreach my $name (sort(keys %damages, keys %damages_two_level))
{
	my $block = $name =~ /^block_|^entry_|^row_number|^tid_|^truncated|^meta|^zero_meta/ ? undef : $block{"two_$name"};
	my @states;

	foreach my $statement ($query, $probing, $insert, $vacuum, $query, $probing)
	{
		my ($state, $message) = sqlstate_of($node, sprintf $statement, "two_$name");

		like($state, qr/^(XX00[12])?$/, "$name, two levels: $statement") or diag($message);
		right_message("$name, two levels", $state, $message, $block);
		push @states, $state;
	}
	ok((grep { $_ ne '' } @states) || $unseen{$name}, "$name, two levels: it is seen") or diag("@states");
	is((sqlstate_of($node, "REINDEX INDEX d_two_${name}_idx"))[0], '', "$name, two levels: REINDEX");
	same_answers($node, "$name, two levels: and the index is right", table => "d_two_$name", dim => 8);
}

foreach my $name (sort keys %tolerated_two_level)
{
	foreach my $statement ("SELECT index_incomplete('d_%s')", $probing, $insert, $vacuum,
		"SELECT index_incomplete('d_%s')", $probing)
	{
		my ($state, $message) = sqlstate_of($node, sprintf $statement, "two_$name");

		is($state, '', "$name, two levels: $statement") or diag($message);
		next if $statement !~ /^SELECT/ || $state ne '';
		like($node->safe_psql('postgres', sprintf $statement, "two_$name"), qr/^(order)?$/, "$name: each row once");
	}
	is((sqlstate_of($node, "REINDEX INDEX d_two_${name}_idx"))[0], '', "$name, two levels: REINDEX");
	same_answers($node, "$name, two levels: and the index is right", table => "d_two_$name", dim => 8);
}

# ---- Rows' own values: an error, never another order; none where nobody sees the row ----

foreach my $name (sort keys %values)
{
	my $table = "full_$name";
	my $right = $name eq 'dead' ? '' : 'XX002';

	foreach my $statement ($query, $probing)
	{
		my ($state, $message) = sqlstate_of($node, sprintf $statement, $table);

		is($state, $right, "$table: $statement") or diag($message);
		right_message("$table: $statement", $state, $message, $name =~ /^extents$/ ? undef : $block{$table});
	}
	foreach my $statement ($vacuum, $insert)
	{
		my ($state, $message) = sqlstate_of($node, sprintf $statement, $table);

		like($state, $maybe, "$table: $statement") or diag($message);
	}
	is((sqlstate_of($node, "REINDEX INDEX d_${table}_idx"))[0], '', "$table: REINDEX");
	same_answers($node, "$table: and the index is right", table => "d_$table", dim => 8);
}

my %outcomes;
foreach my $table (grep { /^fuzz/ } @tables)
{
	my @problems;

	foreach my $statement ("SELECT index_incomplete('d_%s')", $probing, $vacuum, $insert, $vacuum, $query, $probing,
		'REINDEX INDEX d_%s_idx')
	{
		my ($state, $message) = sqlstate_of($node, sprintf $statement, $table);

		$outcomes{ $state eq '' ? 'fine' : $state }++;
		push @problems, "$statement: $message" if $state !~ /^(XX00[12])?$/;
	}
	is_deeply(\@problems, [], "seed $seed, $table: errors of the right kind") or diag(explain \@problems);
}
note(explain \%outcomes);

is($node->safe_psql('postgres', 'SELECT pg_postmaster_start_time()'), $since, 'the server has not been restarted');
unlike(slurp_file($node->logfile), qr/terminated by signal|PANIC|TRAP/, 'no backend has died');

done_testing();
