#include "cardops/practice/ca_cards.h"

#include "cardops/practice/card_state.h"
#include "cardops/practice/store.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char ending[] = ".ini";

static uint32_t number_of(struct day day)
{
    char digits[9];
    day_digits(day, digits);
    return (uint32_t)strtoul(digits, NULL, 10);
}

/* When the card was first put in; now, if it never was. */
static int64_t first_opened(const char *stand, const char *name)
{
    char cards[STORE_PATH_MAX], folder[STORE_PATH_MAX];
    struct card_state state;
    if (store_path(cards, stand, "cards") && store_path(folder, cards, name) &&
        card_state_read(&state, folder) == PRACTICE_OK)
        return state.first_opened;
    return (int64_t)time(NULL);
}

static bool read_card(const struct ca_cards *cards, const char *file, struct card_data *data)
{
    char path[STORE_PATH_MAX], name[256], bad[PRACTICE_KEY_NAME];
    size_t length = strlen(file);
    if (length < sizeof ending || length >= sizeof name || strcmp(file + length - (sizeof ending - 1), ending) != 0)
        return false;
    snprintf(name, sizeof name, "%.*s", (int)(length - (sizeof ending - 1)), file);
    return store_path(path, cards->files, file) &&
           card_data_read(data, path, first_opened(cards->stand, name), bad) == PRACTICE_OK;
}

static void describe(const struct card_data *data, struct ca_resident *resident)
{
    *resident = (struct ca_resident){
        .birth = number_of(data->birth),
        .card_expiry = number_of(data->expires),
        .sex = (uint8_t)(data->sex - '0'),
        .no_signature = data->pins[PRACTICE_PIN_SIG].value[0] == '\0' && data->pins[PRACTICE_PIN_AUTH].value[0] != '\0',
    };
    snprintf(resident->name, sizeof resident->name, "%s", data->name);
    snprintf(resident->address, sizeof resident->address, "%s", data->address);
    snprintf(resident->municipality_code, sizeof resident->municipality_code, "%s", data->municipality);
    snprintf(resident->prefecture, sizeof resident->prefecture, "%s", data->prefecture);
    snprintf(resident->municipality, sizeof resident->municipality, "%s", data->city);
}

bool ca_cards_find(void *context, const char *card_serial, struct ca_resident *resident)
{
    const struct ca_cards *cards = context;
    struct card_data data;
    bool found = false;
    DIR *folder = opendir(cards->files);
    for (struct dirent *entry; folder != NULL && !found && (entry = readdir(folder)) != NULL;)
        if (read_card(cards, entry->d_name, &data) && strcmp(data.serial, card_serial) == 0) {
            describe(&data, resident);
            found = true;
        }
    if (folder != NULL)
        closedir(folder);
    return found;
}
