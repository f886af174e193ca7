# Tests: every tests/AREA/*_test.c is one cmocka program; every tests/AREA/*.test is one shell test printing TAP.
# TEST_IN_AREA names the folders a C test of that area is linked with; TEST_LIBS_AREA the libraries.

ALL_LIBS := -lcmocka -lpcsclite -lncursesw -lunistring -liniparser -lsqlite3 -lpq -ljansson -lmicrohttpd -lseccomp \
            -lvterm -lssl -lcrypto $(call pkg,libs,pangocairo) -ldl -lpthread -lutil -lm

CARD_FOLDERS  := cardops/wire cardops/reader cardops/applet cardops/authority cardops/issue cardops
TEST_IN_wire     := cardops/wire
TEST_IN_practice := cardops/practice cardops/wire cardops/reader
TEST_IN_card     := $(CARD_FOLDERS) cardops/practice
TEST_IN_issue    := cardops/issue cardops/practice cardops/wire
TEST_IN_rules    := forms/rules
TEST_IN_config   := config forms/rules
TEST_IN_explain  := tui tui/term tui/words config forms/rules
TEST_IN_case     := forms/case
TEST_IN_ledger   := forms/ledger forms/case
TEST_IN_paper    := forms/paper
TEST_IN_desk     := forms/desk forms/ledger forms/case forms/rules config cardops/practice $(CARD_FOLDERS)
TEST_IN_words    := tui/words config forms/rules
TEST_IN_term     := tui/term tui/words
TEST_IN_resident := tui/resident tui/term tui/words cardops cardops/wire
TEST_IN_screens  := tui tui/screens tui/term tui/words config forms/desk forms/paper forms/ledger forms/case forms/rules $(CARD_FOLDERS)

TEST_IN_faults   := $(TEST_IN_desk)

TEST_IN_session  := forms/ledger forms/case cardops/wire
TEST_IN_bench    := $(TEST_IN_session) config forms/rules forms/desk $(CARD_FOLDERS)

LIB_SOURCES := $(wildcard tests/lib/*.c)
LIB_OBJECTS := $(patsubst %.c,$(BUILD)/%.o,$(LIB_SOURCES))
$(BUILD)/lib/tests-lib.a: $(LIB_OBJECTS)
	@mkdir -p $(@D)
	$(Q)rm -f $@ && ar rcs $@ $^

C_TESTS     := $(sort $(wildcard tests/*/*_test.c))
SHELL_TESTS := $(sort $(wildcard tests/*/*.test))
TEST_PROGRAMS := $(patsubst %.c,$(BUILD)/%,$(C_TESTS))

area = $(word 2,$(subst /, ,$(1)))
# What the programs of an area share: its other files.
parts = $(patsubst %.c,$(BUILD)/%.o,$(filter-out %_test.c %_main.c %_fuzz.c,$(wildcard tests/$(call area,$(1))/*.c)))
# In tests/faults the calls of our own code are wrapped; calls.def names them.
WRAPPED := $(shell sed -n 's/^CALL[A-Z_]*.\([A-Za-z0-9_]*\),.*/-Wl,--wrap=\1/p' tests/faults/calls.def)
# Bound at start as the programs are: the lazy binder saves vector registers, with what they hold, on the stack.
$(BUILD)/tests/faults/%: LDFLAGS += -Wl,-z,now $(WRAPPED)
define test_rule
$(BUILD)/$(basename $(1)): $(BUILD)/$(basename $(1)).o $(call parts,$(1)) $(foreach f,$(TEST_IN_$(call area,$(1))),$(call archive,$(f))) $(if $(LIB_SOURCES),$(BUILD)/lib/tests-lib.a)
	$(Q)$(CC) $(LINKHARD) $$(LDFLAGS) -o $$@ $$(filter %.o,$$^) -Wl,--start-group $$(filter %.a,$$^) -Wl,--end-group $(ALL_LIBS)
endef
$(foreach t,$(C_TESTS),$(eval $(call test_rule,$(t))))

# Programs that only tests start (an emulated card behind the card process's own loop, for instance).
HELPERS := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/*/*_main.c))
define helper_rule
$(BUILD)/$(basename $(1)): $(BUILD)/$(basename $(1)).o $(call parts,$(1)) $(foreach f,$(TEST_IN_$(call area,$(1))),$(call archive,$(f))) $(if $(LIB_SOURCES),$(BUILD)/lib/tests-lib.a)
	$(Q)$(CC) $(LINKHARD) $$(LDFLAGS) -o $$@ $$(filter %.o,$$^) -Wl,--start-group $$(filter %.a,$$^) -Wl,--end-group $(ALL_LIBS)
endef
$(foreach t,$(wildcard tests/*/*_main.c),$(eval $(call helper_rule,$(t))))

tests: all $(HELPERS) $(TEST_PROGRAMS)

# `make test`: installs what is missing, builds, runs everything. `make run-tests` runs without installing.
.PHONY: test tests run-tests asan check coverage fuzz fuzz-replay bench soak
CORES := $(shell nproc)
PARALLEL = $(if $(findstring jobserver,$(MAKEFLAGS)),,-j$(CORES))
# The longest first, so that none is left alone at the end, those that work beside those that wait; four a core, sanitized two.
CUT_VISITS := $(patsubst %,desk/cut_%,pad terminal places places_pad visit)
LONG := $(patsubst %,tests/%_test,session/cuts desk/enrol_cut session/cut_renew faults/calls session/cut_issue \
            desk/cut_visit session/cut_change desk/cut_pad session/cut_check desk/cut_terminal session/renew \
            desk/cut_places session/change desk/cut_places_pad card/key_cuts)
FIRST := $(filter $(TEST_PROGRAMS),$(addprefix $(BUILD)/,$(LONG)))
test:
	@.ci/packages build practice test
	@$(MAKE) --no-print-directory $(PARALLEL) tests
	@$(MAKE) --no-print-directory run-tests
run-tests:
	@BUILD=$(abspath $(BUILD)) tests/run -j $(shell expr $(CORES) \* 4) $(RUN_OPTIONS) \
	    $(abspath $(FIRST)) $(abspath $(filter-out $(FIRST),$(TEST_PROGRAMS))) $(abspath $(SHELL_TESTS))

# The whole suite again under AddressSanitizer and UndefinedBehaviorSanitizer.
asan:
	@$(MAKE) --no-print-directory $(PARALLEL) BUILD=$(BUILD)/asan SANITIZE=1 tests
	@$(MAKE) --no-print-directory BUILD=$(BUILD)/asan SANITIZE=1 RUN_OPTIONS="-t 900 -j $(shell expr $(CORES) \* 2)" run-tests

CHECKS := includes sizes headers words
check:
	@bad=0; for c in $(CHECKS); do tests/checks/$$c || { echo "check $$c failed"; bad=1; }; done; exit $$bad

# Fuzzing: every tests/fuzz/NAME_fuzz.c is a libFuzzer target with its corpus in tests/fuzz/corpus/NAME.
# `make fuzz SECONDS=60` runs each so long, new inputs go to the build folder; `make fuzz-replay` runs the corpus once.
SECONDS ?= 30
FUZZERS := $(patsubst tests/fuzz/%_fuzz.c,%,$(wildcard tests/fuzz/*_fuzz.c))
TEST_IN_fuzz := cardops/wire cardops/reader cardops/applet cardops/authority cardops/issue cardops cardops/practice \
                forms/rules config tui/resident tui/words tui/term tui
$(BUILD)/tests/fuzz/%_fuzz: $(BUILD)/tests/fuzz/%_fuzz.o $(foreach f,$(TEST_IN_fuzz),$(call archive,$(f)))
	$(Q)$(CC) $(LINKHARD) -fsanitize=fuzzer -o $@ $< -Wl,--start-group $(filter %.a,$^) -Wl,--end-group $(ALL_LIBS)
fuzzers: $(patsubst %,$(BUILD)/tests/fuzz/%_fuzz,$(FUZZERS))
fuzz fuzz-replay:
	@$(MAKE) --no-print-directory $(PARALLEL) CC=clang BUILD=$(BUILD)/fuzz SANITIZE=fuzz fuzzers
	@for f in $(FUZZERS); do \
	    log=$(BUILD)/fuzz/$$f.log new=$(BUILD)/fuzz/corpus/$$f; mkdir -p $$new; \
	    $(BUILD)/fuzz/tests/fuzz/$${f}_fuzz -print_final_stats=1 -timeout=10 -rss_limit_mb=2048 \
	        -artifact_prefix=$(BUILD)/fuzz/ \
	        $(if $(filter fuzz,$@),-max_total_time=$(SECONDS) $$new,-runs=0) tests/fuzz/corpus/$$f >$$log 2>&1 || \
	        { cat $$log; exit 1; }; \
	    echo "$$f: $$(ls tests/fuzz/corpus/$$f | wc -l) inputs, $$(sed -n 's/stat::number_of_executed_units: *//p' $$log) runs, no fault"; \
	done

# Line and function coverage of the floors below the screens.
coverage:
	@$(MAKE) --no-print-directory $(PARALLEL) BUILD=$(BUILD)/coverage COVERAGE=1 tests
	@find $(BUILD)/coverage -name '*.gcda' -delete
	@$(MAKE) --no-print-directory BUILD=$(BUILD)/coverage COVERAGE=1 run-tests; end=$$?; \
	tests/checks/coverage $(BUILD)/coverage; exit $$end

# The figures as one table (of some groups: make bench ONLY="card enrol"), and the whole loop of cuts on real pcscd and libccid (minutes).
bench: all $(patsubst %,$(BUILD)/tests/%_main,bench/bench bench/recording_card issue/ca)
	@BUILD=$(abspath $(BUILD)) $(BUILD)/tests/bench/bench_main $(ONLY) 2>&1 | \
	    awk '/FAILED/ { bad = 1 } !/^\[ *(RUN|=*|OK|PASSED) *\]/; END { exit bad }'

SOAKED := $(patsubst %,$(BUILD)/tests/%_test,desk/enrol_cut faults/calls $(CUT_VISITS))
soak: all $(HELPERS) $(SOAKED)
	@SOAK=1 BUILD=$(abspath $(BUILD)) tests/run -t 3600 $(abspath $(SOAKED))
	@printf "%s\n" reset change check renew issue | \
	    BUILD=$(abspath $(BUILD)) xargs -P 5 -n 1 $(BUILD)/tests/session/soak_main
