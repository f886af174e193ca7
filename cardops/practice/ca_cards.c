#include "cardops/practice/ca_cards.h"

#include "cardops/practice/card_state.h"
#include "cardops/practice/store.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint32_t number_of(struct day day)
{
    char digits[9];
    day_digits(day, digits);
    return (uint32_t)strtoul(digits, NULL, 10);
}

static bool read_card(const char *cards, const char *name, struct card_data *data)
{
    char folder[STORE_PATH_MAX], file[STORE_PATH_MAX], bad[PRACTICE_KEY_NAME];
    struct card_state state;
    return name[0] != '.' && store_path(folder, cards, name) && card_state_read(&state, folder) == PRACTICE_OK &&
           store_path(file, folder, CARD_FILE_NAME) &&
           card_data_read(data, file, state.first_opened, bad) == PRACTICE_OK;
}

void ca_cards_describe(const struct card_data *data, struct ca_resident *resident)
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
    char cards[STORE_PATH_MAX];
    struct card_data data;
    bool found = false;
    DIR *folder = store_path(cards, context, "cards") ? opendir(cards) : NULL;
    for (struct dirent *entry; folder != NULL && !found && (entry = readdir(folder)) != NULL;)
        if (read_card(cards, entry->d_name, &data) && strcmp(data.serial, card_serial) == 0) {
            card_data_home(&data, context);
            ca_cards_describe(&data, resident);
            found = true;
        }
    if (folder != NULL)
        closedir(folder);
    return found;
}
