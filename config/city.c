#include "config/city.h"

#include "config/city_hours.h"
#include "config/city_reader.h"
#include "config/holidays.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- names: offices, presenters, facts ------------------------------------------------------- */

static void know_one_name(struct city_reader *r, const char *section, const char *key,
                          const char *name)
{
    const struct profile *profile = &r->city->profile;
    if (name != NULL && name[0] != '\0' && profile_office(profile, name) != profile->office_count - 1)
        city_fault(r, section, key, FAULT_CONFLICT, name,
                   profile->offices[profile_office(profile, name)].id);
}

/* The last office read: none of its names is an earlier one's. */
static void know_one_office(struct city_reader *r, const char *section,
                            const struct office *office)
{
    know_one_name(r, section, "name.ja", office->name.ja);
    know_one_name(r, section, "name.en", office->name.en);
    for (size_t i = 0; i < office->aliases; i++) {
        char key[16];
        snprintf(key, sizeof key, "alias.%zu", i + 1);
        know_one_name(r, section, key, office->alias[i]);
    }
}

static void read_offices(struct city_reader *r)
{
    struct profile *profile = &r->city->profile;
    const char *section;
    for (size_t i = 0; (section = ini_section(r->ini, "office.", i)) != NULL; i++) {
        if (!city_define(r, section, &r->offices, city_id(section), PROFILE_OFFICES))
            continue;
        struct office *office = &profile->offices[profile->office_count++];
        const char *source = ini_need(r->ini, section, "source", r->faults);
        office->id = r->offices.word[r->offices.count - 1];
        office->name = city_text(r, section, "name");
        office->source = city_keep(r->city, source != NULL ? source : "");
        const char *alias;
        for (size_t n = 1; n <= 6 && (alias = ini_numbered(r->ini, section, "alias", n)) != NULL;
             n++)
            office->alias[office->aliases++] = city_keep(r->city, alias);
        know_one_office(r, section, office);
    }
    if (profile->office_count == 0)
        city_fault(r, "city", NULL, FAULT_MISSING_SECTION, "office.NAME", NULL);
}

static void read_presenters(struct city_reader *r)
{
    struct profile *profile = &r->city->profile;
    const char *section;
    for (size_t i = 0; i < terms_presenters.count; i++) {
        r->presenters.word[r->presenters.count++] = terms_presenters.word[i];
        profile->presenters[profile->presenter_count++].id = terms_presenters.word[i];
    }
    for (size_t i = 0; (section = ini_section(r->ini, "presenter.", i)) != NULL; i++) {
        if (!city_define(r, section, &r->presenters, city_id(section), PROFILE_PRESENTERS))
            continue;
        struct named *presenter = &profile->presenters[profile->presenter_count++];
        presenter->id = r->presenters.word[r->presenters.count - 1];
        presenter->name = city_text(r, section, "name");
    }
}

static void read_facts(struct city_reader *r)
{
    static const char *const kinds[] = {"yes-no", "date"};
    struct profile *profile = &r->city->profile;
    const char *section;
    for (size_t i = 0; i < terms_facts.count; i++)
        r->facts.word[r->facts.count++] = terms_facts.word[i];
    for (size_t i = 0; (section = ini_section(r->ini, "fact.", i)) != NULL; i++) {
        if (!city_define(r, section, &r->facts, city_id(section), FACTS_MAX))
            continue;
        profile->facts[profile->fact_count].name.id = r->facts.word[r->facts.count - 1];
        profile->facts[profile->fact_count].name.name = city_text(r, section, "name");
        profile->facts[profile->fact_count++].kind =
            city_choice(r, section, "kind", kinds, 2, 0) == 1 ? FACT_IS_DATE : FACT_IS_YES_NO;
    }
}

/* --- the city itself ------------------------------------------------------------------------- */

static const char *needed(struct city_reader *r, const char *key)
{
    const char *value = ini_need(r->ini, "city", key, r->faults);
    return city_keep(r->city, value != NULL ? value : "");
}

static void read_validity(struct city_reader *r)
{
    struct profile *profile = &r->city->profile;
    ini_know_section(r->ini, "validity");
    if (!ini_has_section(r->ini, "validity"))
        return;
    city_citation(r, "validity", &profile->validity);
    for (size_t i = PROCEDURE_RENEW; i <= PROCEDURE_ISSUE; i++) {
        int birthdays = 0;
        ini_number(r->ini, "validity", terms_procedures.word[i], 1, 10, &birthdays, r->faults);
        profile->birthdays[i] = (uint8_t)birthdays;
    }
}

static void read_city(struct city_reader *r)
{
    static const char *const languages[] = {"ja", "en"};
    struct profile *profile = &r->city->profile;
    profile->name = city_text(r, "city", "name");
    profile->page = city_text(r, "city", "page");
    profile->file = needed(r, "source");
    profile->phone = needed(r, "phone");
    if (ini_need(r->ini, "city", "date", r->faults) != NULL)
        ini_date(r->ini, "city", "date", &profile->date, r->faults);
    int code = 0;
    ini_number(r->ini, "city", "code", 1001, 47999, &code, r->faults);
    profile->code = (uint32_t)code;
    profile->english = city_choice(r, "city", "language", languages, 2, 0) == 1;
    for (size_t i = 0; i < PROCEDURES; i++) {
        char key[32];
        snprintf(key, sizeof key, "covers.%s", terms_procedures.word[i]);
        profile->covers[i] = (uint8_t)city_terms(r, "city", key, &terms_pins, 0);
        if (i != PROCEDURE_RENEW && i != PROCEDURE_ISSUE)
            continue;
        snprintf(key, sizeof key, "typed.%s", terms_procedures.word[i]);
        profile->typed[i] = (uint8_t)city_terms(r, "city", key, &terms_pins, 0);
    }
    read_validity(r);
}

/* A copy of `text` with {page} and {date} filled in; "" for a text that is not there. */
static const char *fill_page(struct city *city, const char *text, const char *page,
                             const char *date)
{
    char out[1024] = "";
    size_t used = 0;
    while (text != NULL && *text != '\0' && used < sizeof out - 1) {
        bool is_page = strncmp(text, "{page}", 6) == 0, is_date = strncmp(text, "{date}", 6) == 0;
        if (is_page || is_date) {
            fault_text(out + used, sizeof out - used, is_page ? page : date);
            used += strlen(out + used);
            text += 6;
        } else {
            out[used++] = *text++;
            out[used] = '\0';
        }
    }
    return city_keep(city, out);
}

/* "The page is old" names the page and its date, and is cited from the line of that date. */
static void cite_age(struct city_reader *r)
{
    struct profile *profile = &r->city->profile;
    const char *line = ini_value(r->ini, "city", "date-source");
    char source[512], ja[64], en[DATE_TEXT_SIZE];
    snprintf(source, sizeof source, "%s%s%s", profile->file, line != NULL ? ":" : "",
             line != NULL ? line : "");
    snprintf(ja, sizeof ja, "%d年%d月%d日", profile->date.year, profile->date.month,
             profile->date.day);
    date_format(profile->date, en);
    profile->old = r->city->national.say[SAY_PAGE_OLD];
    profile->old.home = NULL;
    profile->old.text.ja = fill_page(r->city, profile->old.text.ja, profile->page.ja, ja);
    profile->old.text.en = fill_page(r->city, profile->old.text.en, profile->page.en, en);
    for (size_t i = 0; i < PROCEDURES; i++)
        profile->old.source[i] = city_keep(r->city, source);
}

/* "Silent" is said with the page's own phone number as its source. */
static void cite_silence(struct city_reader *r)
{
    struct profile *profile = &r->city->profile;
    char source[512];
    snprintf(source, sizeof source, "%s:%s", profile->file, needed(r, "phone-source"));
    profile->contact = r->city->national.say[SAY_SILENT];
    profile->contact.home = NULL;
    for (size_t i = 0; i < PROCEDURES; i++)
        profile->contact.source[i] = city_keep(r->city, source);
}

static void read_hours(struct city_reader *r, struct hours_table *table)
{
    const struct city_words words = {
        .offices = {r->offices.word, r->offices.count},
        .procedures = {terms_procedures.word, terms_procedures.count},
        .presenters = {r->presenters.word, r->presenters.count},
    };
    city_hours_load(r->ini, &words, table, r->faults);
}

/* --- national rules -------------------------------------------------------------------------- */

static const char *const say_sections[NATIONAL_SAYS] = {
    [SAY_SILENT] = "say.silent",
    [SAY_PAGE_OLD] = "say.page-old",
    [SAY_NO_HOURS] = "say.no-hours",
    [SAY_HOURS_UNKNOWN] = "say.hours-unknown",
    [SAY_CLOSED] = "say.closed",
    [SAY_VALIDITY_DIFFERS] = "say.validity-differs",
    [SAY_VALIDITY_DOUBT] = "say.validity-doubt",
    [SAY_UNLISTED] = "say.unlisted",
    [SAY_FACT] = "say.fact",
    [SAY_TIME_UNSTATED] = "say.time-unstated",
    [SAY_MAY_CLOSE] = "say.may-close",
    [SAY_CARD_END_UNKNOWN] = "say.card-end-unknown",
    [SAY_AUTH_END_UNKNOWN] = "say.auth-end-unknown",
    [SAY_CHOSEN_IN_WINDOW] = "say.chosen-in-window",
    [SAY_BOOKING_OK] = "say.booking-ok",
    [SAY_BOOKING_EARLY] = "say.booking-early",
    [SAY_BOOKING_LATE] = "say.booking-late",
    [SAY_KIOSK_OK] = "say.kiosk-ok",
    [SAY_KIOSK_CLOSED] = "say.kiosk-closed",
    [SAY_KIOSK_LATE] = "say.kiosk-late",
    [SAY_KIOSK_NOT_READY] = "say.kiosk-not-ready",
    [SAY_DOCUMENT_ENDED] = "say.document-ended",
    [SAY_STANDS_FOR] = "say.stands-for",
};

/* What choosing a presenter says about the resident: [presenter-says], PRESENTER = ward:no
 * under15:no. */
static void read_assumed(struct city_reader *r)
{
    static const char *const words[] = {"ward:yes", "ward:no", "under15:yes", "under15:no"};
    struct national *national = &r->city->national;
    uint64_t others = 0;
    ini_set(r->ini, "presenter-says", "others", (struct ini_words){words, 4}, &others, r->faults);
    for (size_t i = 0; i < PROFILE_PRESENTERS; i++) {
        uint64_t said = i < PRESENTERS_COMMON ? 0 : others;
        if (i < PRESENTERS_COMMON)
            ini_set(r->ini, "presenter-says", terms_presenters.word[i],
                    (struct ini_words){words, 4}, &said, r->faults);
        national->assumed[i][0] = (uint8_t)(said & 3);
        national->assumed[i][1] = (uint8_t)(said >> 2 & 3);
    }
}

static void read_national(struct city_reader *r)
{
    struct national *national = &r->city->national;
    struct hours_table *table =
        &r->city->profile.hours; /* for its kiosk; the profile's own comes later */
    int months = 12;
    ini_number(r->ini, "national", "page-old-months", 1, 600, &months, r->faults);
    national->page_old_months = (uint16_t)months;
    for (size_t i = 0; i < NATIONAL_SAYS; i++)
        city_citation(r, say_sections[i], &national->say[i]);
    read_assumed(r);
    read_hours(r, table);
    if (!table->has_kiosk)
        city_fault(r, "national", NULL, FAULT_MISSING_SECTION, "kiosk", NULL);
    national->kiosk = table->kiosk;
    memset(table, 0, sizeof *table);
    city_read_classes(r);
    city_read_rules(r);
}

/* --- files ----------------------------------------------------------------------------------- */

typedef void read_sections(struct city_reader *r);

/* Reads one file with the vocabularies gathered so far; whatever nobody asked for is a fault. */
static void read_file(struct city_reader *r, const char *path, read_sections *sections)
{
    r->ini = ini_load(path, r->faults);
    if (r->ini == NULL)
        return;
    sections(r);
    ini_unread(r->ini, r->faults);
    ini_free(r->ini);
    r->ini = NULL;
}

static void read_profile(struct city_reader *r)
{
    static const char *const needed_sections[] = {"city"};
    for (size_t i = 0; i < sizeof needed_sections / sizeof needed_sections[0]; i++)
        if (!ini_has_section(r->ini, needed_sections[i])) {
            city_fault(r, needed_sections[i], NULL, FAULT_MISSING_SECTION, needed_sections[i],
                       NULL);
            return;
        }
    read_city(r);
    cite_silence(r);
    cite_age(r);
    read_offices(r);
    read_presenters(r);
    read_facts(r);
    city_read_documents(r);
    city_read_classes(r);
    city_read_needs(r);
    city_read_ways(r);
    city_read_rules(r);
    read_hours(r, &r->city->profile.hours);
}

/* national.ini speaks of the common presenters, facts and documents. */
static void read_national_file(struct city_reader *r)
{
    read_presenters(r);
    read_facts(r);
    read_national(r);
}

static bool profile_path(const char *data, const char *city, char *out, size_t size)
{
    size_t length = strlen(city);
    bool path = length > 4 && strcmp(city + length - 4, ".ini") == 0 && strchr(city, '/') == NULL;
    if (path)
        return (size_t)snprintf(out, size, "%s", city) < size;
    return settings_city_path(data, city, out, size);
}

/* The profile's name: the file's name without its folder and .ini. */
static const char *profile_id(struct city *city, const char *path)
{
    const char *slash = strrchr(path, '/');
    char name[SETTINGS_PATH_SIZE];
    snprintf(name, sizeof name, "%s", slash != NULL ? slash + 1 : path);
    char *dot = strstr(name, ".ini");
    if (dot != NULL && dot != name)
        *dot = '\0';
    return city_keep(city, name);
}

bool city_files(const char *data, const char *city, struct city_files *out)
{
    static const char *const shared[CITY_SHARED] = {"documents.ini", "national.ini",
                                                    "holidays.ini"};
    bool fits = profile_path(data, city, out->profile, sizeof out->profile);
    for (size_t i = 0; i < CITY_SHARED; i++)
        fits = settings_data_path(data, shared[i], out->shared[i], sizeof out->shared[i]) && fits;
    return fits;
}

static void read_all(struct city *city, const struct city_files *files, struct fault_list *faults)
{
    struct city_reader shared = {.faults = faults, .city = city, .national = true};
    read_file(&shared, files->shared[0], city_read_documents);
    const struct city_vocabulary catalogue = shared.documents;
    read_file(&shared, files->shared[1], read_national_file);
    holidays_load(files->shared[2], &city->national.holidays, faults);
    city->profile.presenter_count = 0;
    struct city_reader own = {.faults = faults, .city = city, .documents = catalogue};
    read_file(&own, files->profile, read_profile);
}

struct city *city_load(const char *data, const char *name, struct fault_list *faults)
{
    struct city_files files;
    struct city *city = calloc(1, sizeof *city);
    if (city == NULL || !city_files(data, name, &files)) {
        fault_add(faults,
                  &(struct fault){.code = city == NULL ? FAULT_NO_MEMORY : FAULT_TEXT_TOO_LONG});
        city_free(city);
        return NULL;
    }
    city->profile.id = profile_id(city, files.profile);
    read_all(city, &files, faults);
    if (fault_any(faults)) {
        city_free(city);
        return NULL;
    }
    return city;
}
