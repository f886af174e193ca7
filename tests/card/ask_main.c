/*
 * madoguchi-card by hand, for tests on the practice stand: one request a line on standard input,
 * one line for each reply and event on standard output.
 *
 *   ask_main PROGRAM PCSC-SOCKET READER MODULE MODULE-CONFIG RUNTIME
 *   requests: open   read   release   tries|verify|change|reset sig|auth|juki|kenmen
 *             digits (from the next open on, the signature PIN is of six digits: a pad takes it)
 *             key|sign|install|prove|certificate sig|auth [IN-FILE|-] [OUT-FILE]   serial DIGITS   kill
 *
 * `serial` names the card of the coming requests; before it, the one last read.
 */
#include "cardops/client.h"
#include "tests/lib/card_rig.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct card_request request;
static struct card_reply reply;
static char serial[CARD_SERIAL_MAX] = "000000000000000";
static struct card_client *client;
static char out_file[256]; /* gets the blob of the next reply; empty: none */

static const struct {
    const char *word;
    enum card_ask ask;
} asks[] = {
    {"open", CARD_ASK_OPEN},   {"read", CARD_ASK_READ},     {"release", CARD_ASK_RELEASE},
    {"tries", CARD_ASK_TRIES}, {"verify", CARD_ASK_VERIFY}, {"change", CARD_ASK_CHANGE},
    {"reset", CARD_ASK_RESET}, {"key", CARD_ASK_KEY},       {"sign", CARD_ASK_SIGN},
    {"install", CARD_ASK_INSTALL}, {"prove", CARD_ASK_PROVE}, {"certificate", CARD_ASK_CERTIFICATE},
};

static const char *const pins[] = {"sig", "auth", "juki", "kenmen"};

static void file_write(void)
{
    FILE *file = fopen(out_file, "we");
    if (file == NULL || fwrite(reply.blob, 1, reply.blob_length, file) != reply.blob_length ||
        fclose(file) != 0)
        printf("fault %s\n", out_file);
}

/* The file as the request's blob; `-` or nothing: none. */
static void file_read(const char *name)
{
    FILE *file = *name == '\0' || strcmp(name, "-") == 0 ? NULL : fopen(name, "re");
    if (file == NULL)
        return;
    request.blob_length = (uint16_t)fread(request.body.blob, 1, sizeof request.body.blob, file);
    fclose(file);
}

static void print_message(void)
{
    static const char *const events[] = {
        [CARD_EVENT_PRESENCE] = "presence",
        [CARD_EVENT_AT_PAD] = "at-pad",
        [CARD_EVENT_LEFT_PAD] = "left-pad",
        [CARD_EVENT_RESIDENT] = "resident",
    };
    if (reply.sequence == 0) {
        printf("event %s presence=%u entry=%u/%u\n", events[reply.event], reply.presence,
               reply.entry, reply.entries);
        return;
    }
    if (out_file[0] != '\0' && reply.code == CARD_OK)
        file_write();
    out_file[0] = '\0';
    if (request.ask == CARD_ASK_READ && reply.code == CARD_OK)
        memcpy(serial, reply.facts.serial, sizeof serial);
    printf("reply code=%u sw=%04X tries=%d done=%u commands=%u pad=%u practice=%u held=%d "
           "presence=%u serial=%.15s\n",
           reply.code, reply.sw, reply.tries, reply.places_done, reply.commands, reply.pad,
           reply.practice, reply.since != 0, reply.presence, reply.facts.serial);
}

static bool ask(const char *word, const char *pin, const char *in,
                const struct card_settings *settings)
{
    for (size_t i = 0; i < sizeof asks / sizeof asks[0]; i++) {
        if (strcmp(asks[i].word, word) != 0)
            continue;
        request = (struct card_request){.ask = asks[i].ask};
        memcpy(request.serial, serial, sizeof request.serial);
        if (asks[i].ask == CARD_ASK_OPEN)
            request.body.settings = *settings;
        for (uint8_t p = 0; p < 4; p++)
            if (strcmp(pins[p], pin) == 0)
                request.pin = p;
        request.certificate =
            request.pin == 0 ? CARD_CERTIFICATE_SIG : CARD_CERTIFICATE_AUTH;
        file_read(in);
        return card_client_send(client, &request) == CARD_OK;
    }
    return false;
}

static void sig_by_pad(struct card_pin_profile *pin)
{
    pin->alphabet = CARD_DIGITS;
    pin->minimum = pin->maximum = 6;
}

static void obey(const char *line, struct card_settings *settings)
{
    char word[16] = "", argument[32] = "", in[256] = "";
    if (sscanf(line, "%15s %31s %255s %255s", word, argument, in, out_file) < 1)
        return;
    if (strcmp(word, "serial") == 0)
        snprintf(serial, sizeof serial, "%.15s", argument);
    else if (strcmp(word, "digits") == 0)
        sig_by_pad(&settings->profile.pins[CARD_PIN_SIG]);
    else if (strcmp(word, "kill") == 0)
        card_client_kill(client);
    else if (!ask(word, argument, in, settings))
        printf("fault %s\n", word);
}

static void serve(struct card_settings *settings)
{
    char line[600];
    for (;;) {
        struct pollfd fds[] = {{.fd = STDIN_FILENO, .events = POLLIN},
                               {.fd = card_client_fd(client), .events = POLLIN}};
        if (poll(fds, 2, -1) < 0)
            return;
        if (fds[1].revents != 0)
            while (card_client_receive(client, &reply)) {
                print_message();
                if (reply.code == CARD_PROCESS_DIED)
                    return;
            }
        if (fds[0].revents == 0)
            continue;
        if (fgets(line, sizeof line, stdin) == NULL)
            return;
        obey(line, settings);
    }
}

int main(int count, char **arguments)
{
    static struct card_settings settings = {
        .use_pad = 1, .entry_seconds = 60, .resident_gid = UINT32_MAX};
    if (count != 7 || card_client_start(&client, arguments[1], arguments[2]) != CARD_OK)
        return 2;
    setvbuf(stdout, NULL, _IOLBF, 0);
    setvbuf(stdin, NULL, _IONBF, 0);
    snprintf(settings.reader, sizeof settings.reader, "%s", arguments[3]);
    snprintf(settings.module, sizeof settings.module, "%s", arguments[4]);
    snprintf(settings.module_config, sizeof settings.module_config, "%s", arguments[5]);
    snprintf(settings.runtime, sizeof settings.runtime, "%s", arguments[6]);
    snprintf(settings.log, sizeof settings.log, "%s/log", arguments[6]);
    settings.log_level = 2;
    strcpy(settings.window, "1");
    rig_profile(&settings.profile);
    printf("pid %ld\n", (long)card_client_pid(client));
    serve(&settings);
    card_client_stop(&client);
    return 0;
}
