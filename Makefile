# Makefile - what is built, room by room, and every target a person types.
#
#   make demo          what vecsim is, on real data: installs what is missing, builds, shows
#   make test          everything that can be checked; the last line counts
#   make, install      the library, and its place in PostgreSQL's directories
#   install-compat     likewise, and vecsim as the extension "vector" too: pgvector's name (uninstall-compat)
#   deps               the Debian packages of test/packages.txt
#   unit rules         tests of the pure rooms; the rules that hold the design
#   fuzz               what the fuzzer found, replayed (fuzz-run searches on: FUZZ_TYPE, FUZZ_SECONDS)
#   neon               tests of the kernels for AArch64, built by a cross compiler and run by an emulator
#   installcheck isolation pgtap prove examples clients    one suite each, on a throw-away server
#   psql               a throw-away server with the bundled data, and a prompt
#   bench              the measurements (BENCH_ARGS=--help)
#   matrix             the suites on every supported PostgreSQL, each in a folder of its own (MATRIX_ARGS=--help)
#   format lint        clang-format, clang-tidy
#
# PG_CONFIG chooses the PostgreSQL to build for; WERROR=-Werror makes warnings errors.
EXTENSION  = vecsim
MODULE_big = vecsim
DATA       = $(wildcard sql/vecsim--*.sql)

SRC_KERNELS = $(wildcard src/kernels/*.cpp)
SRC_CORE    = $(wildcard src/core/*.cpp)
SRC_PG      = $(wildcard src/pg/*.cpp src/types/*.cpp src/ivf/*.cpp) src/vecsim.cpp
OBJS        = $(patsubst %.cpp,%.o,$(SRC_KERNELS) $(SRC_CORE) $(SRC_PG))

PG_CONFIG  ?= pg_config
DIALECT     = -std=gnu++20 -fno-exceptions -fno-rtti -fno-threadsafe-statics
WARNINGS    = -Wextra -Wshadow -Wno-register -Wno-unused-parameter -Wno-missing-field-initializers $(WERROR)
PG_CPPFLAGS = -Isrc -MMD -MP -isystem $(shell $(PG_CONFIG) --includedir-server 2>/dev/null)
PG_CXXFLAGS = $(DIALECT) -O3 -fopenmp $(WARNINGS)
SHLIB_LINK  = -fopenmp -lm -Wl,--version-script=src/vecsim.map

REGRESS      = $(patsubst test/sql/%.sql,%,$(sort $(wildcard test/sql/*.sql)))
REGRESS_OPTS = --inputdir=test --load-extension=vecsim
EXTRA_CLEAN  = $(OBJS:.o=.d) build results regression.diffs regression.out

# A server named by PGHOST or PGPORT is used as it is, the way of PGXS; otherwise test/run.py makes one.
ifeq ($(PGHOST)$(PGPORT),)
NO_INSTALLCHECK = 1
endif

override with_llvm := no
PGXS := $(shell $(PG_CONFIG) --pgxs 2>/dev/null)
ifneq ($(PGXS),)
include $(PGXS)
src/kernels/%.o: CXXFLAGS += -ffp-contract=off
$(OBJS): build/flags
-include $(OBJS:.o=.d)
else
all install:
	@echo "'$(PG_CONFIG)' was not found: install PostgreSQL's server headers (make deps) or set PG_CONFIG" >&2; exit 1
endif

# Objects are made anew when the flags change.  Those made under -Werror serve a build without it as well.
FLAGS := $(strip $(CXX) $(CPPFLAGS) $(filter-out $(WERROR),$(CXXFLAGS)))
build/flags: FORCE
	@mkdir -p build; printf '%s\n' $(if $(WERROR),,'$(FLAGS)') '$(FLAGS) -Werror' | \
	  grep -qxF -f - $@ 2>/dev/null || echo '$(FLAGS) $(WERROR)' | sed 's/ *$$//' >$@
FORCE:

# The extension "vector": vecsim under pgvector's name, made from the same script.  It takes nobody's place.
COMPAT     = vector--0.8.6.sql
COMPAT_DIR = $(DESTDIR)$(datadir)/extension

build/compat/$(COMPAT): sql/compat.awk sql/vecsim--0.1.0.sql
	@mkdir -p $(@D)
	awk -f $^ >$@

install-compat: build/compat/$(COMPAT)
	@if [ -e '$(COMPAT_DIR)/vector.control' ] && ! grep -q vecsim '$(COMPAT_DIR)/vector.control'; then \
	  echo "'$(COMPAT_DIR)/vector.control' is not vecsim's: pgvector is installed, remove it first" >&2; exit 1; fi
	@$(MAKE) --no-print-directory install
	$(INSTALL_DATA) sql/compat.control '$(COMPAT_DIR)/vector.control'
	$(INSTALL_DATA) build/compat/$(COMPAT) '$(COMPAT_DIR)/$(COMPAT)'

uninstall-compat:
	@if ! grep -qs vecsim '$(COMPAT_DIR)/vector.control'; then echo 'vecsim is not installed as "vector"' >&2; exit 1; fi
	rm -f '$(COMPAT_DIR)/vector.control' '$(COMPAT_DIR)/$(COMPAT)'

# The pure rooms and their tests, without PostgreSQL.
UNIT_OBJS  = $(patsubst %.cpp,build/unit/%.o,$(wildcard test/unit/*.cpp) $(SRC_KERNELS) $(SRC_CORE))
UNIT_FLAGS = -std=gnu++20 -g -Isrc -MMD -MP -fopenmp -Wall $(WARNINGS)

build/unit/src/%.o: src/%.cpp
	@mkdir -p $(@D)
	$(CXX) $(UNIT_FLAGS) $(DIALECT) -O3 -ffp-contract=off -c -o $@ $<
build/unit/test/%.o: test/%.cpp
	@mkdir -p $(@D)
	$(CXX) $(UNIT_FLAGS) -O1 -c -o $@ $<
build/unit/unit_tests: $(UNIT_OBJS)
	$(CXX) -fopenmp -o $@ $^ -lgtest -lgtest_main -lpthread
-include $(UNIT_OBJS:.o=.d)

unit: build/unit/unit_tests
	$< --gtest_brief=1

# The kernels and their tests for AArch64, on a machine of another kind: a cross compiler builds them, with
# GoogleTest from its sources, and qemu's emulator runs them.  On AArch64 itself the unit tests are these.
ifneq ($(shell uname -m),aarch64)
CROSS        = cross
CROSS_CXX    = aarch64-linux-gnu-g++
CROSS_GTEST  = /usr/src/googletest/googletest
CROSS_OBJS   = $(patsubst %.cpp,build/cross/%.o,$(wildcard test/unit/test_kernels*.cpp) $(SRC_KERNELS))
CROSS_TESTS  = build/cross/kernel_tests
endif

build/cross/src/%.o: src/%.cpp
	@mkdir -p $(@D)
	$(CROSS_CXX) $(UNIT_FLAGS) $(DIALECT) -O3 -ffp-contract=off -c -o $@ $<
build/cross/test/%.o: test/%.cpp
	@mkdir -p $(@D)
	$(CROSS_CXX) $(UNIT_FLAGS) -O1 -c -o $@ $<
build/cross/gtest/%.o:
	@mkdir -p $(@D)
	$(CROSS_CXX) -std=gnu++20 -O1 -I$(CROSS_GTEST) -c -o $@ $(CROSS_GTEST)/src/$*.cc
build/cross/kernel_tests: $(CROSS_OBJS) build/cross/gtest/gtest-all.o build/cross/gtest/gtest_main.o
	$(CROSS_CXX) -o $@ $^ -lpthread
-include $(CROSS_OBJS:.o=.d)

neon: $(CROSS_TESTS)
	$(RUN) neon

# Input, output and aggregate states of the types, given any bytes, on a stand-in for the server: test/fuzz.  Replaying
# its corpus is a test; `make fuzz-run` searches for more, with clang's libFuzzer.
FUZZ_TYPE    = vector
FUZZ_SECONDS = 600
FUZZ_CXX     = clang++
FUZZ_SRC     = test/fuzz/backend.cpp test/fuzz/inputs.cpp test/fuzz/fuzz_types.cpp src/pg/memory.cpp \
               src/core/softmax.cpp $(wildcard src/kernels/kernels_scalar*.cpp) \
               $(addprefix src/types/,array_elements.cpp vector_type.cpp vector_agg.cpp vector_cast.cpp \
                 halfvec_type.cpp halfvec_agg.cpp halfvec_cast.cpp sparsevec_type.cpp sparsevec_text.cpp \
                 sparsevec_cast.cpp learn_attention.cpp learn_score.cpp)
FUZZ_HEADERS = $(wildcard test/fuzz/*.h src/types/*.h src/core/*.h src/pg/*.h)
FUZZ_FLAGS   = $(DIALECT) -g -O1 -fno-omit-frame-pointer -ffunction-sections -fno-sanitize-recover -Wno-register \
               -Isrc -Itest/fuzz -isystem $(shell $(PG_CONFIG) --includedir-server 2>/dev/null) -Wl,--gc-sections
FUZZ_LIBS    = $(shell $(PG_CONFIG) --pkglibdir 2>/dev/null)/libpgcommon.a

build/fuzz/replay: test/fuzz/replay.cpp $(FUZZ_SRC) $(FUZZ_HEADERS)
	@mkdir -p $(@D)
	$(CXX) -fsanitize=address,undefined $(FUZZ_FLAGS) -o $@ $(filter %.cpp,$^) $(FUZZ_LIBS)
build/fuzz/fuzz_types: $(FUZZ_SRC) $(FUZZ_HEADERS)
	@mkdir -p $(@D)
	$(FUZZ_CXX) -fsanitize=fuzzer,address,undefined $(FUZZ_FLAGS) -Wno-align-mismatch -o $@ $(filter %.cpp,$^) $(FUZZ_LIBS)

fuzz: build/fuzz/replay
	$(RUN) fuzz
fuzz-run: build/fuzz/fuzz_types
	@mkdir -p build/fuzz/$(FUZZ_TYPE)
	$< --type=$(FUZZ_TYPE) -max_total_time=$(FUZZ_SECONDS) -max_len=4096 -artifact_prefix=build/fuzz/ \
	  build/fuzz/$(FUZZ_TYPE) test/fuzz/corpus/$(FUZZ_TYPE)

# The PostgreSQL world compiled once with exceptions: an object with a destructor then shows as _Unwind_Resume.
RULES_OBJS = $(patsubst %.cpp,build/rules/%.o,$(SRC_PG))

build/rules/%.o: %.cpp
	@mkdir -p $(@D)
	$(CXX) $(CPPFLAGS) -U_FORTIFY_SOURCE $(DIALECT) -fexceptions -O0 -w -c -o $@ $<
-include $(RULES_OBJS:.o=.d)

rules-objects: all $(RULES_OBJS)
rules: rules-objects
	$(PYTHON) test/check/rules.py
	$(PYTHON) test/check/self_test.py

# Suites that need a server run on a copy of the tree, with what `stage` installs aside from PostgreSQL's folders.
PYTHON = /usr/bin/python3
RUN    = PG_CONFIG='$(PG_CONFIG)' $(PYTHON) test/run.py

stage: all
	@rm -rf build/root build/root-compat
	@$(MAKE) --no-print-directory -s install DESTDIR='$(CURDIR)/build/root'
	@$(MAKE) --no-print-directory -s install-compat DESTDIR='$(CURDIR)/build/root-compat'

ifdef NO_INSTALLCHECK
installcheck: stage
	$(RUN) regress
endif
isolation pgtap prove examples clients: stage
	$(RUN) $@

deps:
	test/deps.sh build demo test $(CROSS) tools bench

demo psql:
	@test/deps.sh build demo
	@echo 'Building vecsim (half a minute the first time) ...'
	@$(MAKE) --no-print-directory -s -j2 stage
	@PG_CONFIG='$(PG_CONFIG)' $(PYTHON) test/demo/demo.py $(if $(filter psql,$@),--psql) $(DEMO_ARGS)

test:
	@test/deps.sh build demo test $(CROSS)
	@$(MAKE) --no-print-directory -j2 WERROR=-Werror stage build/unit/unit_tests $(CROSS_TESTS) build/fuzz/replay \
	  rules-objects
	@$(RUN) all

# As root: other versions of PostgreSQL live in folders with a Debian of their own, made by the first run.
matrix:
	@$(PYTHON) test/matrix.py $(MATRIX_ARGS)

bench: stage build/bench/kernels
	$(PYTHON) test/bench/bench.py $(BENCH_ARGS)

BENCH_SRC = $(wildcard test/bench/bench_kernels*.cpp)

build/bench/kernels: $(BENCH_SRC) test/bench/bench_kernels.h $(filter build/unit/src/%,$(UNIT_OBJS))
	@mkdir -p $(@D)
	$(CXX) -std=gnu++20 -O3 -Isrc -fopenmp -o $@ $(filter-out %.h,$^) -lbenchmark -lpthread

# Tidy.
FORMAT_SRC = $(wildcard src/*.cpp src/*/*.cpp src/*/*.h test/unit/*.cpp test/unit/*.h test/bench/*.cpp test/bench/*.h)

format:
	clang-format -i $(FORMAT_SRC)

# clang-tidy brings no omp.h, and GCC's other headers would hide its own: that one header is lent to it.
lint:
	@mkdir -p build/lint; sed 's/__malloc__ *([a-z_]*), *//' "$$($(CXX) -print-file-name=include/omp.h)" >build/lint/omp.h
	printf '%s\n' $(SRC_KERNELS) $(SRC_CORE) $(SRC_PG) | xargs -P 2 -I FILE \
	  clang-tidy --quiet FILE -- -xc++ $(filter-out -MMD -MP,$(CPPFLAGS)) -Ibuild/lint $(DIALECT) -fopenmp

.PHONY: FORCE install-compat uninstall-compat deps unit fuzz fuzz-run neon rules rules-objects stage isolation pgtap \
        prove examples clients demo psql test matrix bench format lint
.DEFAULT_GOAL = all
