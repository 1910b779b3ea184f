# IvfPages.pm - the pages of an ivf index in a file: where things are on them, for tests that damage them on purpose.
#
# The layout is that of src/ivf/ivf_page.h; a test that finds nothing where it looks fails.
package IvfPages;

use strict;
use warnings FATAL => 'all';

use Exporter 'import';

our @EXPORT = qw(read_index write_index get put pages_of_kind seal_meta seal_entry seal_block entry_at block_at
  %KIND %META %ENTRY %BLOCK %OPAQUE);

our %KIND = (
	meta => 1, centroid => 2, directory => 3, block => 4, tid => 5, row => 6, mean => 8, code => 10, sketch => 12,
	value => 13);

# Offset and format of fields: from the page's first byte, or from that of the entry or block header.
our %OPAQUE = (
	room => [ 8176, 'V' ], check => [ 8180, 'V' ], kind => [ 20, 'v' ], page_id => [ 22, 'v' ]);
our %META = (
	magic => [ 24, 'V' ], version => [ 28, 'v' ], metric => [ 30, 'C' ], quantizer => [ 31, 'C' ], dim => [ 32, 'V' ],
	lists => [ 36, 'V' ], height => [ 40, 'V' ], blocks_per_page => [ 44, 'V' ], mean => [ 72, 'V' ],
	tid_extents => [ 80, 'v' ], row_extents => [ 82, 'v' ], centroid_extents => [ 84, 'v' ],
	directory_extents => [ 86, 'v' ], code_extents => [ 88, 'v' ], sketch_extents => [ 90, 'v' ],
	value_extents => [ 96, 'v' ], values => [ 98, 'v' ], groups => [ 100, 'V' ],
	sketch_pages => [ 4716, 'V' ], check => [ 4968, 'V' ]);
our %ENTRY = (
	generation => [ 0, 'V' ], blocks => [ 4, 'V' ], first => [ 8, 'V' ], first_index => [ 12, 'v' ],
	tail => [ 16, 'V' ], tail_index => [ 20, 'v' ], room => [ 24, 'V' ], room_index => [ 28, 'v' ],
	live => [ 32, 'V' ], check => [ 60, 'V' ]);
our %BLOCK = (
	list => [ 0, 'V' ], generation => [ 4, 'V' ], next => [ 8, 'V' ], next_index => [ 12, 'v' ],
	live_mask => [ 16, 'V' ], check => [ 20, 'V' ]);

# The pages of a file as a reference to a list of strings, and back into the file.
sub read_index
{
	my ($path) = @_;

	open my $file, '<:raw', $path or die "$path: $!";
	local $/;
	return [ unpack '(a8192)*', <$file> ];
}

sub write_index
{
	my ($path, $pages) = @_;

	open my $file, '+<:raw', $path or die "$path: $!";
	print $file @$pages;
	truncate $file, 8192 * @$pages;
	close $file or die "$path: $!";
	return;
}

# A field of a page; base is where its entry or header begins.
sub get
{
	my ($pages, $page, $field, $base) = @_;

	return unpack $field->[1], substr($pages->[$page], ($base // 0) + $field->[0]);
}

sub put
{
	my ($pages, $page, $field, $value, $base) = @_;
	my $bytes = pack $field->[1], $value;

	substr($pages->[$page], ($base // 0) + $field->[0], length $bytes) = $bytes;
	return;
}

sub pages_of_kind
{
	my ($pages, $kind) = @_;

	return grep { get($pages, $_, $OPAQUE{kind}) == $KIND{$kind} } 0 .. $#$pages;
}

# (page, base) of the directory entry of a list, of which the first with a centroid is 3.
sub entry_at
{
	my ($pages, $list) = @_;
	my $per_page = int((8176 - 32) / 64);

	return ((pages_of_kind($pages, 'directory'))[ $list / $per_page ], 32 + 64 * ($list % $per_page));
}

# (page, base) of a block header.
sub block_at
{
	my ($page, $index) = @_;

	return ($page, 24 + 24 * $index);
}

sub crc32c
{
	my $crc = 0xFFFFFFFF;

	foreach my $byte (unpack 'C*', $_[0])
	{
		$crc ^= $byte;
		$crc = $crc & 1 ? ($crc >> 1) ^ 0x82F63B78 : $crc >> 1 for 1 .. 8;
	}
	return $crc ^ 0xFFFFFFFF;
}

# Makes check sums right again after a change.
sub seal_meta
{
	my ($pages) = @_;

	put($pages, 0, $META{check}, crc32c(substr($pages->[0], 24, $META{check}[0] - 24)));
	return;
}

sub seal_entry
{
	my ($pages, $page, $base) = @_;

	put($pages, $page, $ENTRY{check}, crc32c(substr($pages->[$page], $base, 60)), $base);
	return;
}

# Products of 32 bits must not become floating point numbers.
sub product
{
	use integer;
	my ($a, $b) = @_;

	return ($a * $b) & 0xFFFFFFFF;
}

# The term of a block's check sum for its link.
sub link_mix
{
	my ($list, $page, $index) = @_;

	return (product($page ^ product($index, 0x9E3779B1), 0xC2B2AE35) + $list) & 0xFFFFFFFF;
}

# Links a block to another one, with the check sum that fits.
sub seal_block
{
	my ($pages, $page, $base, $next, $next_index) = @_;
	my $list = get($pages, $page, $BLOCK{list}, $base);
	my $was = link_mix($list, get($pages, $page, $BLOCK{next}, $base), get($pages, $page, $BLOCK{next_index}, $base));
	my $is = link_mix($list, $next, $next_index);

	put($pages, $page, $BLOCK{next}, $next, $base);
	put($pages, $page, $BLOCK{next_index}, $next_index, $base);
	put($pages, $page, $BLOCK{check}, (get($pages, $page, $BLOCK{check}, $base) + $is - $was) & 0xFFFFFFFF, $base);
	return;
}

1;
