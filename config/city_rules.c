#include "config/city_reader.h"

#include <stdio.h>
#include <string.h>

static const char *const yes_no[] = {"no", "yes"};
static const char *const otherwise_words[] = {"missing", "refuse", "warn"};
static const char *const rule_words[] = {"reroute", "refuse", "ask-office",
                                         "warn",    "guide",  "alternative"};
static const char *const unstated_words[] = {"ask", "pass"};
static const char *const way_words[] = {"ask-office"};
static const char *const visit_words[] = {"0", "1", "2", "3", "4", "5", "6", "7"};
static const struct terms visit_terms = {.word = visit_words, .count = 8};

#define COUNT(array) (sizeof array / sizeof array[0])

/* --- needs ----------------------------------------------------------------------------------- */

static void read_waivers(struct city_reader *r, const char *section, struct need *need)
{
    struct ini_list list;
    if (!ini_list(r->ini, section, "waived-by", &list, r->faults))
        return;
    for (size_t i = 0; i < list.count; i++) {
        int found = city_word(r, section, "waived-by", list.item[i], &r->needs);
        if (found >= 0 && need->waivers == NEED_WAIVERS)
            city_fault(r, section, "waived-by", FAULT_TOO_MANY, list.item[i], "4");
        else if (found >= 0)
            need->waived_by[need->waivers++] = (uint8_t)found;
    }
}

static void read_need(struct city_reader *r, const char *section, struct need *need)
{
    city_citation(r, section, &need->citation);
    need->holder = (uint8_t)city_choice(r, section, "holder", terms_holders.word,
                                        terms_holders.count, HOLDER_ANY);
    need->otherwise =
        (uint8_t)city_choice(r, section, "otherwise", otherwise_words, COUNT(otherwise_words), 0);
    need->count = city_slot_alternatives(r, section, "any", need->any);
    if (need->count == 0)
        city_fault(r, section, "any.1", FAULT_MISSING_KEY, "any.1", NULL);
    city_conditions(r, section, "when", &need->when);
    city_conditions(r, section, "unless", &need->unless);
    need->not_documents = city_bits(r, section, "not", &r->documents, 0);
    need->shared = city_bits(r, section, "shared", &r->documents, 0);
    read_waivers(r, section, need);
}

/* Whether following "waived by" from one need comes to another. */
static bool leads_to(const struct profile *profile, size_t from, size_t to, size_t depth)
{
    for (size_t i = 0; i < profile->needs[from].waivers && depth < PROFILE_NEEDS; i++)
        if (profile->needs[from].waived_by[i] == to ||
            leads_to(profile, profile->needs[from].waived_by[i], to, depth + 1))
            return true;
    return false;
}

void city_read_needs(struct city_reader *r)
{
    struct profile *profile = &r->city->profile;
    const char *section;
    for (size_t i = 0; (section = ini_section(r->ini, "need.", i)) != NULL; i++)
        city_define(r, section, &r->needs, city_id(section), PROFILE_NEEDS);
    for (size_t i = 0; (section = ini_section(r->ini, "need.", i)) != NULL && i < r->needs.count;
         i++)
        read_need(r, section, &profile->needs[profile->need_count++]);
    for (size_t i = 0; i < profile->need_count; i++)
        if (leads_to(profile, i, i, 0)) {
            char name[FAULT_SECTION_SIZE];
            snprintf(name, sizeof name, "need.%s", profile->needs[i].citation.id);
            city_fault(r, name, "waived-by", FAULT_CIRCLE, profile->needs[i].citation.id, NULL);
        }
}

/* --- ways ------------------------------------------------------------------------------------ */

static bool has_need(const struct way *way, size_t need)
{
    for (size_t i = 0; i < way->need_count; i++)
        if (way->needs[i] == need)
            return true;
    return false;
}

/* Takes the listed needs so that one that waives another comes before it. */
static void place_needs(struct city_reader *r, const char *section, uint64_t listed,
                        struct way *way)
{
    const struct profile *profile = &r->city->profile;
    for (size_t round = 0; round < PROFILE_NEEDS; round++)
        for (size_t n = 0; n < profile->need_count; n++) {
            bool ready = (listed >> n & 1) != 0 && !has_need(way, n);
            for (size_t w = 0; w < profile->needs[n].waivers; w++) {
                size_t waiver = profile->needs[n].waived_by[w];
                ready = ready && ((listed >> waiver & 1) == 0 || has_need(way, waiver));
            }
            if (ready && way->need_count == WAY_NEEDS) {
                city_fault(r, section, "needs", FAULT_TOO_MANY, profile->needs[n].citation.id,
                           "12");
                return;
            }
            if (ready)
                way->needs[way->need_count++] = (uint8_t)n;
        }
}

static void read_asks(struct city_reader *r, const char *section, struct way *way)
{
    struct ini_list list;
    if (!ini_list(r->ini, section, "asks", &list, r->faults))
        return;
    for (size_t i = 0; i < list.count; i++) {
        int fact = city_word(r, section, "asks", list.item[i], &r->facts);
        if (fact >= 0 && way->ask_count == CONJUNCTION)
            city_fault(r, section, "asks", FAULT_TOO_MANY, list.item[i], "6");
        else if (fact >= 0)
            way->asks[way->ask_count++] = (uint8_t)fact;
    }
}

static void read_way(struct city_reader *r, const char *section, struct way *way)
{
    int visit = 1, visits = 1;
    city_citation(r, section, &way->citation);
    ini_need(r->ini, section, "procedures", r->faults);
    ini_need(r->ini, section, "presenters", r->faults);
    way->procedures = (uint8_t)city_terms(r, section, "procedures", &terms_procedures, 0);
    way->presenters = (uint16_t)city_bits(r, section, "presenters", &r->presenters, 0);
    ini_number(r->ini, section, "visit", 1, 7, &visit, r->faults);
    ini_number(r->ini, section, "visits", 1, 7, &visits, r->faults);
    way->visit = (uint8_t)visit;
    way->visits = (uint8_t)visits;
    if (visit > visits)
        city_fault(r, section, "visit", FAULT_WRONG_ORDER, ini_value(r->ini, section, "visit"),
                   "visit <= visits");
    way->pin_by =
        (uint8_t)(city_choice(r, section, "pin-by", terms_pin_by.word + 1, 2, NOTHING) + 1);
    if (way->pin_by > PIN_BY_STAFF)
        way->pin_by = PIN_BY_NOBODY;
    place_needs(r, section, city_bits(r, section, "needs", &r->needs, 0), way);
    city_slots(r, section, "started-by", &way->started_by);
    city_conditions(r, section, "when", &way->when);
    read_asks(r, section, way);
    way->ask_office = city_choice(r, section, "verdict", way_words, 1, NOTHING) == 0;
}

void city_read_ways(struct city_reader *r)
{
    struct profile *profile = &r->city->profile;
    struct city_vocabulary seen = {.count = 0};
    const char *section;
    for (size_t i = 0; (section = ini_section(r->ini, "way.", i)) != NULL; i++)
        if (city_define(r, section, &seen, city_id(section), PROFILE_WAYS))
            read_way(r, section, &profile->ways[profile->way_count++]);
    if (profile->way_count == 0)
        city_fault(r, "city", NULL, FAULT_MISSING_SECTION, "way.NAME", NULL);
}

/* --- rules ----------------------------------------------------------------------------------- */

static void read_rule_target(struct city_reader *r, const char *section, struct rule *rule)
{
    size_t to = city_choice(r, section, "to", terms_ways_on.word, terms_ways_on.count, NOTHING);
    bool leads = rule->kind == RULE_REROUTE || rule->kind == RULE_ALTERNATIVE;
    rule->to = (uint8_t)to;
    if (leads && ini_value(r->ini, section, "to") == NULL)
        city_fault(r, section, "verdict", FAULT_NEEDS, rule_words[rule->kind], "to");
    if (!leads && ini_value(r->ini, section, "to") != NULL)
        city_fault(r, section, "to", FAULT_CONFLICT, "to", rule_words[rule->kind]);
}

static void read_rule(struct city_reader *r, const char *section, struct rule *rule)
{
    const char *phone = ini_value(r->ini, section, "phone");
    city_citation(r, section, &rule->citation);
    ini_need(r->ini, section, "verdict", r->faults);
    rule->kind =
        (uint8_t)city_choice(r, section, "verdict", rule_words, COUNT(rule_words), RULE_GUIDE);
    read_rule_target(r, section, rule);
    rule->procedures = (uint8_t)city_terms(r, section, "procedures", &terms_procedures, UINT8_MAX);
    rule->presenters = (uint16_t)city_bits(r, section, "presenters", &r->presenters, UINT16_MAX);
    rule->offices = (uint16_t)city_bits(r, section, "offices", &r->offices, UINT16_MAX);
    rule->visits = (uint8_t)city_terms(r, section, "visits", &visit_terms, UINT8_MAX);
    rule->pins = (uint8_t)city_terms(r, section, "pins", &terms_pins, PINS_ALL);
    rule->only_pins = (uint8_t)city_terms(r, section, "only-pins", &terms_pins, PINS_ALL);
    city_conditions(r, section, "when", &rule->when);
    rule->showns = city_slot_alternatives(r, section, "shown", rule->shown);
    ini_date(r->ini, section, "from", &rule->from, r->faults);
    ini_date(r->ini, section, "until", &rule->until, r->faults);
    rule->phone = phone != NULL ? city_keep(r->city, phone) : NULL;
    rule->pass = city_choice(r, section, "unstated", unstated_words, 2, 0) == 1;
    rule->settle = city_choice(r, section, "settle", yes_no, 2, 0) == 1;
    rule->silent = r->national && city_choice(r, section, "silent", yes_no, 2, 0) == 1;
}

void city_read_rules(struct city_reader *r)
{
    struct city *city = r->city;
    struct rule *rules = r->national ? city->national.rules : city->profile.rules;
    uint8_t *count = r->national ? &city->national.rule_count : &city->profile.rule_count;
    struct city_vocabulary seen = {.count = 0};
    const char *section;
    for (size_t i = 0; (section = ini_section(r->ini, "rule.", i)) != NULL; i++)
        if (city_define(r, section, &seen, city_id(section),
                        r->national ? NATIONAL_RULES : PROFILE_RULES))
            read_rule(r, section, &rules[(*count)++]);
}
