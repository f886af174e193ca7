#include "config/city_reader.h"

#include <stdio.h>
#include <string.h>

static const char *const kinds[] = {"identity", "paper"};

static void read_document(struct city_reader *r, const char *section)
{
    struct profile *profile = &r->city->profile;
    if (!city_define(r, section, &r->documents, city_id(section), PROFILE_DOCUMENTS))
        return;
    struct document *d = &profile->documents[profile->document_count++];
    const char *source = ini_value(r->ini, section, "source");
    *d = (struct document){
        .id = r->documents.word[r->documents.count - 1],
        .name = city_text(r, section, "name"),
        .paper = city_choice(r, section, "kind", kinds, 2, 0) == 1,
        .stands_for = NOTHING,
        .source = source != NULL ? city_keep(r->city, source) : NULL,
    };
    ini_date(r->ini, section, "from", &d->from, r->faults);
    ini_date(r->ini, section, "until", &d->until, r->faults);
    const char *other = ini_value(r->ini, section, "stands-for");
    int found = other != NULL ? city_word(r, section, "stands-for", other, &r->documents) : -1;
    if (found >= 0)
        d->stands_for = (uint8_t)found;
}

void city_read_documents(struct city_reader *r)
{
    const char *section;
    for (size_t i = 0; (section = ini_section(r->ini, "document.", i)) != NULL; i++)
        read_document(r, section);
}

/* added.N, removed.N = DATE DOCUMENT...: each is one change of the list, kept in the order of days.
 */
static bool read_change(struct city_reader *r, const char *section, const char *kind, int n,
                        struct document_class *class)
{
    char key[32];
    struct ini_list list;
    snprintf(key, sizeof key, "%s.%d", kind, n);
    if (!ini_list(r->ini, section, key, &list, r->faults) || list.count == 0)
        return false;
    struct date day;
    if (date_parse(list.item[0], &day) != DATE_OK) {
        city_fault(r, section, key, FAULT_NOT_A_DATE, list.item[0], "YYYY-MM-DD");
        return true;
    }
    uint64_t documents = 0;
    for (size_t i = 1; i < list.count; i++) {
        int found = city_word(r, section, key, list.item[i], &r->documents);
        documents |= found >= 0 ? UINT64_C(1) << found : 0;
    }
    if (class->extras == CLASS_EXTRAS) {
        city_fault(r, section, key, FAULT_TOO_MANY, list.item[0], "8");
        return false;
    }
    size_t at = class->extras++;
    for (; at > 0 && date_compare(class->extra[at - 1].day, day) > 0; at--)
        class->extra[at] = class->extra[at - 1];
    bool adds = strcmp(kind, "added") == 0;
    class->extra[at].day = day;
    class->extra[at].added = adds ? documents : 0;
    class->extra[at].removed = adds ? 0 : documents;
    return true;
}

static void read_wheres(struct city_reader *r, const char *section, struct document_class *class)
{
    char key[96];
    for (; class->wheres < ALTERNATIVES; class->wheres++) {
        snprintf(key, sizeof key, "where.%d", class->wheres + 1);
        if (!city_tests(r, section, key, &class->where[class->wheres]))
            break;
    }
    for (size_t d = 0; d < r->documents.count; d++) {
        struct tests tests;
        snprintf(key, sizeof key, "where.%s", r->documents.word[d]);
        if (!city_tests(r, section, key, &tests))
            continue;
        if (class->alones == CLASS_ALONE) {
            city_fault(r, section, key, FAULT_TOO_MANY, r->documents.word[d], "8");
            return;
        }
        class->alone[class->alones].document = (uint8_t)d;
        class->alone[class->alones++].tests = tests;
    }
}

static void read_class(struct city_reader *r, const char *section)
{
    static const char *const yes_no[] = {"no", "yes"};
    struct profile *profile = &r->city->profile;
    if (!city_define(r, section, &r->classes, city_id(section), PROFILE_CLASSES))
        return;
    struct document_class *class = &profile->classes[profile->class_count++];
    class->id = r->classes.word[r->classes.count - 1];
    class->name = city_text(r, section, "name");
    class->documents = city_bits(r, section, "documents", &r->documents, 0);
    class->open = city_choice(r, section, "open", yes_no, 2, 0) == 1;
    ini_date(r->ini, section, "from", &class->from, r->faults);
    ini_date(r->ini, section, "until", &class->until, r->faults);
    for (int n = 1; read_change(r, section, "added", n, class); n++)
        ;
    for (int n = 1; read_change(r, section, "removed", n, class); n++)
        ;
    read_wheres(r, section, class);
    if (class->documents == 0 && class->extras == 0)
        city_fault(r, section, "documents", FAULT_MISSING_KEY, "documents", NULL);
}

/* Slots may name a class or a document: classes come first in that vocabulary. */
static void collect_slots(struct city_reader *r)
{
    for (size_t i = 0; i < r->classes.count; i++)
        r->slots.word[r->slots.count++] = r->classes.word[i];
    for (size_t i = 0; i < r->documents.count; i++)
        r->slots.word[r->slots.count++] = r->documents.word[i];
}

void city_read_classes(struct city_reader *r)
{
    const char *section;
    for (size_t i = 0; (section = ini_section(r->ini, "class.", i)) != NULL; i++)
        read_class(r, section);
    collect_slots(r);
}
