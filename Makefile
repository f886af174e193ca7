# madoguchi: build, practice, tests. The two commands of the README are `make practice` and `make test`.
#
# Layout: every folder of the house becomes one archive of all its .c files but *_main.c and *_module.c
# (programs and loadable modules). A program is its main plus the archives it may know; which folder may
# include which is held by tests/checks/includes.
#
# Variables: BUILD (output folder), CC, SANITIZE=1 (ASan and UBSan), COVERAGE=1, V=1 (show commands).

BUILD     ?= build
CC        ?= gcc
PREFIX    ?= /usr/local
DESTDIR   ?=
VERSION   := 0.1

ifeq ($(origin CC),default)
CC := gcc
endif
ifneq ($(V),1)
Q := @
endif

# --- flags ---------------------------------------------------------------------------------------

WARNINGS := -Wall -Wextra -Werror -Wshadow -Wcast-qual -Wwrite-strings -Wmissing-prototypes \
            -Wstrict-prototypes -Wbad-function-cast -Wimplicit-fallthrough -Wformat=2 -Wundef \
            -Wvla -pedantic-errors -Wconversion -Wsign-conversion
HARDEN   := -fstack-protector-strong -fPIE
OPTIMISE := -O2 -g -D_FORTIFY_SOURCE=2
LINKHARD := -pie -Wl,-z,relro,-z,now,-z,noexecstack
ifeq ($(SANITIZE),1)
OPTIMISE := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
LINKHARD := -fsanitize=address,undefined -pie -Wl,-z,now
endif
ifeq ($(SANITIZE),fuzz)
OPTIMISE := -O1 -g -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all
LINKHARD := -fsanitize=address,undefined -pie
endif
ifeq ($(COVERAGE),1)
OPTIMISE := -O0 -g --coverage -include tests/checks/coverage.h
LINKHARD := --coverage -pie
endif
CFLAGS   ?=
ALLFLAGS := -std=c11 -D_GNU_SOURCE -DMADOGUCHI_VERSION='"$(VERSION)"' -iquote . $(WARNINGS) $(HARDEN) \
            $(OPTIMISE) $(CFLAGS)

pkg = $(shell pkg-config --$(1) $(2) 2>/dev/null)
ALLFLAGS += $(foreach p,libpcsclite jansson pangocairo,$(call pkg,cflags,$(p))) -I/usr/include/postgresql

# --- folders -------------------------------------------------------------------------------------

FOLDERS := cardops/wire cardops/reader cardops/applet cardops/authority cardops/issue cardops/practice \
           cardops forms/rules forms/case forms/ledger forms/paper forms/desk config \
           tui/words tui/term tui/screens tui/resident tui/pad tui
sources = $(sort $(filter-out %_main.c %_module.c,$(wildcard $(1)/*.c)))
objects = $(patsubst %.c,$(BUILD)/%.o,$(call sources,$(1)))
archive = $(BUILD)/lib/$(subst /,-,$(1)).a

define archive_rule
$(call archive,$(1)): $(call objects,$(1)) $(EXTRA_$(subst /,-,$(1)))
	@mkdir -p $$(@D)
	$(Q)rm -f $$@ && ar rcs $$@ $$^
endef

# Words: one .po a language, checked and compiled by msgfmt, embedded as data. The resident's terminal has
# more languages than the clerk's, and catalogues of its own.
WORDS := $(patsubst tui/words/%.po,$(BUILD)/tui/words/%.mo.o,$(wildcard tui/words/*.po))
EXTRA_tui-words := $(WORDS)
EXTRA_tui-resident := $(patsubst %.po,$(BUILD)/%.mo.o,$(wildcard tui/resident/words/*.po))

$(foreach f,$(FOLDERS),$(eval $(call archive_rule,$(f))))

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALLFLAGS) -MMD -MP -c -o $@ $<

# Where an installation finds its data and programs; compiled again when the prefix is another.
$(BUILD)/prefix: always
	@mkdir -p $(@D)
	@echo '$(PREFIX)' | cmp -s - $@ || echo '$(PREFIX)' >$@
$(BUILD)/tui/place.o $(BUILD)/config/options.o: $(BUILD)/prefix
$(BUILD)/tui/place.o $(BUILD)/config/options.o: \
    ALLFLAGS += -DMADOGUCHI_DATADIR='"$(PREFIX)/share/madoguchi"' -DMADOGUCHI_BINDIR='"$(PREFIX)/bin"'

$(BUILD)/%.pic.o: %.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALLFLAGS) -fPIC -MMD -MP -c -o $@ $<

$(BUILD)/%.mo: %.po
	@mkdir -p $(@D)
	$(Q)msgfmt --check-format -o $@ $<

.PRECIOUS: $(BUILD)/%.mo

# Named after the catalogue alone (_binary_ja_mo_start); the resident's after resident/words/ja.mo.
$(BUILD)/tui/words/%.mo.o: $(BUILD)/tui/words/%.mo
	$(Q)cd $(@D) && ld -r -b binary -z noexecstack -o $*.mo.o $*.mo

$(BUILD)/tui/resident/words/%.mo.o: $(BUILD)/tui/resident/words/%.mo
	$(Q)cd $(BUILD)/tui && ld -r -b binary -z noexecstack -o resident/words/$*.mo.o resident/words/$*.mo

# --- programs ------------------------------------------------------------------------------------
# NAME_main: its main; NAME_in: the folders it is made of; NAME_libs: what it links with.

PROGRAMS := madoguchi madoguchi-card madoguchi-enrol madoguchi-resident madoguchi-practice madoguchi-pad

madoguchi_main := tui/madoguchi_main.c
madoguchi_in   := tui tui/screens tui/term tui/words config forms/desk forms/paper forms/ledger forms/case \
                  forms/rules cardops cardops/issue cardops/wire
madoguchi_libs := -lncursesw -lunistring -liniparser -lsqlite3 -lpq -ljansson -lcrypto $(call pkg,libs,pangocairo)

madoguchi-card_main := cardops/card_main.c
madoguchi-card_in   := cardops cardops/reader cardops/applet cardops/authority cardops/issue cardops/wire
madoguchi-card_libs := -lpcsclite -lcrypto -lseccomp -ldl -lpthread

madoguchi-enrol_main := cardops/issue/enrol_main.c
madoguchi-enrol_in   := cardops/issue cardops/wire
madoguchi-enrol_libs := -lssl -lcrypto

madoguchi-resident_main := tui/resident/resident_main.c
madoguchi-resident_in   := tui/resident tui/term tui/words cardops/wire
madoguchi-resident_libs := -lncursesw -lunistring

madoguchi-practice_main := cardops/practice/practice_main.c
madoguchi-practice_in   := cardops/practice cardops/wire
madoguchi-practice_libs := -liniparser -ljansson -lmicrohttpd -lssl -lcrypto -lpthread

madoguchi-pad_main := tui/pad/pad_main.c
madoguchi-pad_in   := tui/pad tui/term tui/words
madoguchi-pad_libs := -lncursesw -lunistring -ljansson

define program_rule
$(BUILD)/$(1): $(patsubst %.c,$(BUILD)/%.o,$($(1)_main)) $(foreach f,$($(1)_in),$(call archive,$(f)))
	$(Q)$(CC) $(LINKHARD) $(LDFLAGS) -o $$@ $$< -Wl,--start-group $$(filter %.a,$$^) -Wl,--end-group $($(1)_libs)
endef
HAVE := $(foreach p,$(PROGRAMS),$(if $(wildcard $($(p)_main)),$(p)))
$(foreach p,$(PROGRAMS),$(eval $(call program_rule,$(p))))

# The practice authority module, loaded by path like a site's own.
MODULES := $(patsubst cardops/practice/%_module.c,$(BUILD)/%-authority.so,$(wildcard cardops/practice/*_module.c))
$(BUILD)/%-authority.so: $(BUILD)/cardops/practice/%_module.pic.o $(patsubst %.c,$(BUILD)/%.pic.o,$(wildcard cardops/wire/*.c))
	$(Q)$(CC) -shared $(filter-out -pie,$(LINKHARD)) -o $@ $^ -lcrypto

.DEFAULT_GOAL := all
.PHONY: all practice packages install uninstall clean always

all: $(addprefix $(BUILD)/,$(HAVE)) $(MODULES)

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)

include tests/tests.mk

# --- practice ------------------------------------------------------------------------------------
# ARGS goes to the session: make practice ARGS='--city ibaraki --card child'

practice:
	@.ci/packages build practice
	@$(MAKE) --no-print-directory $(PARALLEL) all
	@BUILD=$(abspath $(BUILD)) tui/practice $(ARGS)

packages:
	@.ci/packages build practice test

# --- install -------------------------------------------------------------------------------------

bindir  := $(DESTDIR)$(PREFIX)/bin
execdir := $(DESTDIR)$(PREFIX)/libexec/madoguchi
datadir := $(DESTDIR)$(PREFIX)/share/madoguchi
mandir  := $(DESTDIR)$(PREFIX)/share/man
PAGES   := $(wildcard man/*.[1-9])
DATA    := $(wildcard config/*.ini) $(wildcard config/cities/*.ini) $(wildcard config/cards/*.ini)
CARDS   := $(wildcard cardops/practice/cards/*.ini)

install: all
	@install -d $(bindir) $(execdir) $(datadir)
	@install -m 755 $(addprefix $(BUILD)/,$(HAVE)) $(bindir)
	@install -m 755 tui/practice $(bindir)/madoguchi-practice-session
	@install -m 644 $(MODULES) $(execdir)
	@for f in $(DATA); do install -D -m 644 $$f $(datadir)/$${f#config/}; done
	@for f in $(CARDS); do install -D -m 644 $$f $(datadir)/practice-cards/$${f##*/}; done
	@for f in $(PAGES); do install -D -m 644 $$f $(mandir)/man$${f##*.}/$${f##*/}; done

uninstall:
	@rm -f $(addprefix $(bindir)/,$(PROGRAMS) madoguchi-practice-session) $(foreach p,$(PAGES),$(mandir)/man$(subst .,,$(suffix $(p)))/$(notdir $(p)))
	@rm -rf $(execdir) $(datadir)

clean:
	@rm -rf $(BUILD)
