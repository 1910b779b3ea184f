# Makefile - what is built, room by room, and every target a person types.
EXTENSION  = vecsim
MODULE_big = vecsim
DATA       = $(wildcard sql/vecsim--*.sql)

SRC_KERNELS = $(wildcard src/kernels/*.cpp)
SRC_CORE    = $(wildcard src/core/*.cpp)
SRC_PG      = $(wildcard src/pg/*.cpp src/types/*.cpp src/ivf/*.cpp) src/vecsim.cpp
OBJS        = $(patsubst %.cpp,%.o,$(SRC_KERNELS) $(SRC_CORE) $(SRC_PG))

PG_CONFIG  ?= pg_config
PG_CPPFLAGS = -Isrc -MMD -MP -isystem $(shell $(PG_CONFIG) --includedir-server)
PG_CXXFLAGS = -std=gnu++20 -O3 -fno-exceptions -fno-rtti -fno-threadsafe-statics -fopenmp -Wextra -Wshadow \
              -Wno-register -Wno-unused-parameter -Wno-missing-field-initializers
SHLIB_LINK  = -fopenmp -Wl,--version-script=src/vecsim.map

REGRESS      = $(patsubst test/sql/%.sql,%,$(sort $(wildcard test/sql/*.sql)))
REGRESS_OPTS = --inputdir=test --load-extension=vecsim
EXTRA_CLEAN  = $(OBJS:.o=.d)

override with_llvm := no
PGXS := $(shell $(PG_CONFIG) --pgxs)
include $(PGXS)
src/kernels/%.o: CXXFLAGS += -ffp-contract=off
-include $(OBJS:.o=.d)
