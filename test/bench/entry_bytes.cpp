// entry_bytes.cpp - prints, for each quantiser, the bytes of an entry.
#include "core/quant.h"

#include <stdio.h>
#include <stdlib.h>

// Takes the number of dimensions; one line a quantiser: its name and the bytes.
int
main(int argc, char **argv)
{
	if (argc != 2)
	{
		fprintf(stderr, "usage: entry_bytes DIMENSIONS\n");
		return 2;
	}

	size_t dim = strtoul(argv[1], nullptr, 10);

	for (size_t i = 0; vecsim::core::quantizer_at(i) != nullptr; i++)
	{
		const vecsim::core::Quantizer *quantizer = vecsim::core::quantizer_at(i);

		printf("%s %zu\n", quantizer->name, quantizer->entry_bytes(dim));
	}
	return 0;
}
