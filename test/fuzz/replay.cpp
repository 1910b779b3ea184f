// replay.cpp - runs the fuzzer's corpus without a fuzzer and prints TAP: replay FOLDER, of a folder of files a type.
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>

#include <string>
#include <vector>

extern "C" int LLVMFuzzerInitialize(int *argc, char ***argv);
extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static std::vector<uint8_t>
contents(const std::string &path)
{
	std::vector<uint8_t> bytes;

	if (FILE *file = fopen(path.c_str(), "rb"))
	{
		for (int byte = fgetc(file); byte != EOF; byte = fgetc(file))
		{
			bytes.push_back(static_cast<uint8_t>(byte));
		}
		fclose(file);
	}
	return bytes;
}

// The number of files of a folder that were run.  A sanitizer's report or a broken invariant ends the program.
static int
replay(const std::string &folder)
{
	DIR *directory = opendir(folder.c_str());
	int count = 0;

	if (directory == nullptr)
	{
		return 0;
	}
	while (const dirent *entry = readdir(directory))
	{
		if (entry->d_name[0] != '.')
		{
			std::vector<uint8_t> bytes = contents(folder + "/" + entry->d_name);

			LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
			count++;
		}
	}
	closedir(directory);
	return count;
}

int
main(int count, char **arguments)
{
	const char *types[] = {"vector", "halfvec", "sparsevec"};
	int number = 0;

	if (count != 2)
	{
		fprintf(stderr, "usage: replay FOLDER\n");
		return 2;
	}
	printf("1..3\n");
	for (const char *type : types)
	{
		std::string option = std::string("--type=") + type;
		char *options[] = {arguments[0], option.data(), nullptr};
		char **values = options;
		int two = 2;

		LLVMFuzzerInitialize(&two, &values);

		int files = replay(std::string(arguments[1]) + "/" + type);

		printf("%s %d - %s: %d inputs\n", files > 0 ? "ok" : "not ok", ++number, type, files);
		fflush(stdout);
	}
	return 0;
}
