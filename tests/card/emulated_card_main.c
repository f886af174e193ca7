/*
 * The card process's own loop over the emulated reader. The reader's "name" is the path of a
 * script, read anew at every CARD_ASK_OPEN; one word a line:
 *
 *   stand DIRECTORY   card FILE   other FILE   pad   keys SCRIPT   fault NUMBER NTH   refuse   deaf QUESTIONS
 */
#include "cardops/practice/emulated_reader.h"
#include "cardops/server.h"

#include <stdio.h>
#include <string.h>

enum { PEER = 3, NOW = 1800000000 };

static struct practice_card *card, *other;

struct script {
    char stand[256], card[256], other[256], keys[8][64];
    unsigned key_count, fault, nth, deaf;
    bool pad, refuse;
};

static bool read_script(struct script *s, const char *path)
{
    char line[400], word[300];
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return false;
    setvbuf(file, NULL, _IONBF, 0);
    while (fgets(line, sizeof line, file) != NULL) {
        if (sscanf(line, "stand %255s", s->stand) == 1 ||
            sscanf(line, "card %255s", s->card) == 1 ||
            sscanf(line, "other %255s", s->other) == 1 ||
            sscanf(line, "fault %u %u", &s->fault, &s->nth) == 2 ||
            sscanf(line, "deaf %u", &s->deaf) == 1)
            continue;
        if (s->key_count < 8 && sscanf(line, "keys %63s", s->keys[s->key_count]) == 1)
            s->key_count++;
        else if (sscanf(line, "%299s", word) == 1) {
            s->pad |= strcmp(word, "pad") == 0;
            s->refuse |= strcmp(word, "refuse") == 0;
        }
    }
    fclose(file);
    explicit_bzero(line, sizeof line);
    return true;
}

static struct reader *open_emulated(const struct card_settings *settings)
{
    struct script s = {0};
    practice_card_close(&card);
    practice_card_close(&other);
    if (!read_script(&s, settings->reader))
        return NULL;
    struct reader *r = emulated_reader_new(s.pad);
    bool ready = r != NULL;
    if (ready && s.card[0] != '\0') {
        ready = practice_card_open(&card, s.stand, s.card, NOW, NULL) == PRACTICE_OK;
        emulated_reader_insert(r, card);
    }
    if (ready && s.other[0] != '\0') {
        ready = practice_card_open(&other, s.stand, s.other, NOW, NULL) == PRACTICE_OK;
        emulated_reader_other(r, other);
    }
    for (unsigned i = 0; ready && i < s.key_count; i++)
        ready = emulated_reader_keys(r, s.keys[i]);
    if (ready && s.nth > 0)
        emulated_reader_fault(r, (enum emulated_fault)s.fault, s.nth);
    if (ready)
        emulated_reader_deaf(r, s.deaf);
    if (ready && s.refuse)
        emulated_reader_refuse(r);
    if (!ready && r != NULL)
        r->ops->close(&r);
    explicit_bzero(&s, sizeof s);
    return r;
}

int main(void)
{
    int result = card_serve(PEER, open_emulated, NULL);
    practice_card_close(&card);
    practice_card_close(&other);
    return result;
}
