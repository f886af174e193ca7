/*
 * The card process's own loop with the real PC/SC filler, over a service of its own (winscard.h);
 * its calls fail on order (faults.h).
 */
#include "cardops/practice/emulated_reader.h"
#include "cardops/reader/pcsc.h"
#include "cardops/server.h"
#include "tests/faults/faults.h"
#include "tests/faults/winscard.h"

enum { PEER = 3, NOW = 1800000000 };

static struct faults_page *page;

static struct reader *open_pcsc(const struct card_settings *settings)
{
    return pcsc_reader_new(settings->reader);
}

int main(void)
{
    struct practice_card *card;
    struct reader *emulated;
    int result;

    faults_pause();
    page = faults_join();
    emulated = emulated_reader_new(true);
    if (!page || !emulated ||
        practice_card_open(&card, page->stand, page->card, NOW, NULL) != PRACTICE_OK)
        return 2;
    page->started++;
    emulated_reader_insert(emulated, card);
    winscard_serve("reader", emulated, page);
    faults_resume();
    result = card_serve(PEER, open_pcsc, NULL);
    faults_pause();
    emulated->ops->close(&emulated);
    practice_card_close(&card);
    faults_look_for_leaks();
    page->ended++;
    return result;
}
