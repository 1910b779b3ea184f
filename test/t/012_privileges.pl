# 012_privileges.pl - vecsim in the hands of an ordinary user: rights, row-level security, search_path, schemas.
use strict;
use warnings FATAL => 'all';

use FindBin;
use lib $FindBin::RealBin;
use PostgreSQL::Test::Utils;
use Test::More;
use VecsimTest;

my $node = new_node('privileges');
my @as_alice = (extra_params => [ '-U', 'alice' ]);

$node->safe_psql('postgres', 'CREATE USER alice; CREATE USER bob; CREATE DATABASE shop OWNER alice');
$node->safe_psql('shop', 'GRANT CREATE ON SCHEMA public TO alice');

# ---- The owner of a database, who is no superuser, with the extension in a schema of its own ----

is($node->psql('shop', 'CREATE SCHEMA s; CREATE EXTENSION vecsim SCHEMA s', @as_alice),
	0, 'alice creates the extension');
my ($status, $out, $err) = $node->psql('shop', <<'SQL', @as_alice);
SET search_path = '';
CREATE TABLE public.items (id bigint, owner name, v s.vector(3));
INSERT INTO public.items SELECT i, CASE i % 5 WHEN 0 THEN 'bob' ELSE 'alice' END,
	ARRAY[i % 17, i % 23, 1 + i % 29]::pg_catalog.float4[]::s.vector FROM generate_series(1, 2000) i;
CREATE INDEX items_v_idx ON public.items USING ivf (v s.vector_cosine_ops);
ANALYZE public.items;
INSERT INTO public.items SELECT i, 'bob', ARRAY[i % 7, i % 5, 1]::pg_catalog.float4[]::s.vector
	FROM generate_series(2001, 2500) i;
DELETE FROM public.items WHERE id % 7 = 0;
VACUUM public.items;
REINDEX INDEX public.items_v_idx;
GRANT SELECT ON public.items TO bob;
GRANT USAGE ON SCHEMA s TO bob;
SQL
is($err, '', 'alice makes and fills an index with an empty search_path');

# Distances of the 20 nearest as a user sees them, through the index or not.
sub distances
{
	my ($user, $settings) = @_;
	my ($code, $found, $error) = $node->psql('shop', <<SQL, extra_params => [ '-U', $user ]);
SET search_path = '';
$settings
SELECT array_agg(d) FROM (SELECT v OPERATOR(s.<=>) '[3,4,5]'::s.vector AS d FROM public.items
                          ORDER BY v OPERATOR(s.<=>) '[3,4,5]'::s.vector LIMIT 20) x;
SQL
	return ($error // '') eq '' ? $found : $error;
}

sub plan_of
{
	my ($user) = @_;
	my ($code, $found) = $node->psql('shop', <<SQL, extra_params => [ '-U', $user ]);
SET enable_seqscan = off; SET enable_sort = off;
EXPLAIN SELECT id FROM public.items ORDER BY v OPERATOR(s.<=>) '[3,4,5]'::s.vector LIMIT 20;
SQL
	return $found;
}

my $by_index = 'SET enable_seqscan = off; SET enable_sort = off; SET ivf.target_recall = 1;';
my $by_scan = 'SET enable_indexscan = off;';

like(plan_of('alice'), qr/Index Scan using items_v_idx/, 'the index is used');
is(distances('alice', $by_index), distances('alice', $by_scan), 'and answers as the table does');

# ---- Row-level security ----

$node->safe_psql('shop', <<'SQL');
ALTER TABLE public.items ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON public.items USING (owner = current_user);
SQL
like(plan_of('bob'), qr/Index Scan using items_v_idx.*Filter: \(owner = CURRENT_USER\)/s,
	'bob searches through the index and his filter');
is(distances('bob', $by_index), distances('bob', $by_scan), "bob's answer has all of his nearest rows");
isnt(distances('bob', $by_index), distances('alice', $by_index), '... and alice sees others');
is($node->safe_psql('shop', "SELECT count(*) FROM (SELECT owner FROM public.items ORDER BY v OPERATOR(s.<=>)
	'[3,4,5]'::s.vector LIMIT 3000) x WHERE owner <> 'bob'", extra_params => [ '-U', 'bob' ]),
	'0', 'no row of others comes');

# ---- Rights that bob lacks ----

sub refused
{
	my ($sql) = @_;
	my ($code, $found, $error) = $node->psql('shop', $sql, extra_params => [ '-U', 'bob', '-v', 'VERBOSITY=verbose' ]);

	return $error =~ /ERROR:\s+(\w{5})/ ? $1 : '';
}

is(refused('CREATE INDEX ON public.items USING ivf (v s.vector_l2_ops)'), '42501', 'bob may not index the table');
is(refused('REINDEX INDEX public.items_v_idx'), '42501', '... nor rebuild its index');
$node->safe_psql('shop', 'REVOKE SELECT ON public.items FROM bob');
is(refused("SELECT id FROM public.items ORDER BY v OPERATOR(s.<=>) '[3,4,5]'::s.vector LIMIT 1"),
	'42501', '... nor read it without the right to');
is(refused('ALTER EXTENSION vecsim UPDATE'), '42501', '... nor touch the extension');
is(refused('CREATE FUNCTION f() RETURNS int LANGUAGE c AS $$vecsim$$, $$vecsim_ivf_metric_l2$$'),
	'42501', '... nor call into the library as he likes');

# The settings are everybody's.
is(refused('SET ivf.target_recall = 0.5; SET ivf.probes = 3; SET vecsim.build_threads = 1'),
	'', 'bob sets the settings');
is(refused("SELECT '[1]'::s.vector; SET ivf.target_recall = 2"), '22023', '... within their ranges');

# ---- The extension goes with everything that is made of it, and only so ----

is(refused('DROP EXTENSION vecsim'), '42501', 'bob may not drop the extension');
($status, $out, $err) = $node->psql('shop', 'DROP EXTENSION vecsim', @as_alice);
like($err, qr/other objects depend on it/, 'the extension does not go while a table needs it');
is($node->psql('shop', 'DROP EXTENSION vecsim CASCADE; CREATE EXTENSION vecsim SCHEMA s', @as_alice),
	0, 'CASCADE takes it, and it can be created again');
is($node->safe_psql('shop', "SELECT count(*) FROM pg_attribute
	WHERE attrelid = 'public.items'::regclass AND attname = 'v'"), '0', '... the columns are gone');

done_testing();
