#include "config/settings.h"

#include "config/ini.h"
#include "config/options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct ini_words choices_of(const struct option_row *row)
{
    struct ini_words words = {row->choices, 0};

    while (words.count < OPTION_CHOICES && row->choices[words.count] != NULL)
        words.count++;
    return words;
}

/* --- defaults -------------------------------------------------------------------------------- */

static void set_default(const struct option_row *row, struct settings *out)
{
    char *field = (char *)out + row->offset;
    const char *value = row->value == NULL ? "" : row->value;
    int number = 0;

    if (row->type == OPTION_NUMBER) {
        number = atoi(value);
    } else if (row->type == OPTION_CHOICE) {
        struct ini_words words = choices_of(row);

        while ((size_t)number < words.count && strcmp(words.word[number], value) != 0)
            number++;
    } else {
        fault_text(field, row->size, value);
        return;
    }
    memcpy(field, &number, sizeof number);
}

void settings_default(const struct settings_place *place, struct settings *out)
{
    *out = (struct settings){.office = {.city = ""}};
    for (size_t i = 0; i < option_row_count; i++)
        set_default(&option_rows[i], out);
    if (place != NULL && place->data != NULL)
        fault_text(out->office.data, sizeof out->office.data, place->data);
    if (place != NULL && place->runtime != NULL)
        fault_text(out->card.runtime, sizeof out->card.runtime, place->runtime);
}

/* --- the file -------------------------------------------------------------------------------- */

static void read_text(struct ini *ini, const struct option_row *row, char *field,
                      struct fault_list *faults)
{
    const char *value = ini_value(ini, row->section, row->key);
    bool relative;

    if (value == NULL)
        return;
    if (value[0] == '\0') {
        ini_fault(ini, faults, row->section, row->key, FAULT_EMPTY_VALUE, row->key, NULL, NULL);
        return;
    }
    relative = value[0] != '/';
    if (relative && (row->type == OPTION_PATH ||
                     (row->type == OPTION_CITY && strchr(value, '/') != NULL))) {
        ini_fault(ini, faults, row->section, row->key, FAULT_NOT_A_PATH, value, NULL, "/...");
        return;
    }
    ini_text(ini, row->section, row->key, field, row->size, faults);
}

static void read_row(struct ini *ini, const struct option_row *row, struct settings *out,
                     struct fault_list *faults)
{
    char *field = (char *)out + row->offset;
    size_t choice;
    int number;

    if (row->needed && ini_value(ini, row->section, row->key) == NULL)
        ini_fault(ini, faults, row->section, NULL, FAULT_MISSING_KEY, row->key, NULL, row->key);
    if (row->type != OPTION_NUMBER && row->type != OPTION_CHOICE) {
        read_text(ini, row, field, faults);
        return;
    }
    memcpy(&number, field, sizeof number);
    choice = (size_t)number;
    if (row->type == OPTION_NUMBER) {
        ini_number(ini, row->section, row->key, row->least, row->most, &number, faults);
    } else {
        ini_word(ini, row->section, row->key, choices_of(row), &choice, faults);
        number = (int)choice;
    }
    memcpy(field, &number, sizeof number);
}

bool settings_load(const char *path, const struct settings_place *place, struct settings *out,
                   struct fault_list *faults)
{
    size_t before = faults->count + faults->lost;
    struct ini *ini = ini_load(path, faults);
    struct settings settings;

    if (ini == NULL)
        return false;
    settings_default(place, &settings);
    for (size_t i = 0; i < option_row_count; i++)
        read_row(ini, &option_rows[i], &settings, faults);
    if (settings.ledger.kind == LEDGER_POSTGRESQL && settings.ledger.conninfo[0] == '\0')
        ini_fault(ini, faults, "ledger", "kind", FAULT_NEEDS, "kind", NULL, "conninfo");
    ini_unread(ini, faults);
    ini_free(ini);
    if (faults->count + faults->lost != before)
        return false;
    if (place != NULL && place->data != NULL)
        fault_text(settings.office.data, sizeof settings.office.data, place->data);
    *out = settings;
    return true;
}

/* --- paths ----------------------------------------------------------------------------------- */

bool settings_city_path(const char *data, const char *city, char *out, size_t size)
{
    int length = strchr(city, '/') != NULL ? snprintf(out, size, "%s", city)
                                           : snprintf(out, size, "%s/cities/%s.ini", data, city);

    return length > 0 && (size_t)length < size;
}

bool settings_data_path(const char *data, const char *name, char *out, size_t size)
{
    int length = snprintf(out, size, "%s/%s", data, name);

    return length > 0 && (size_t)length < size;
}
