#include "cardops/practice/control.h"

#include <jansson.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { WORDS = 4, SHOW_EVERY = 50, WAIT_SECONDS = 30, WAIT_MOST = 600 };

const char *control_fault_text(enum practice_fault fault)
{
    static const char *const texts[] = {
        [PRACTICE_OK] = "fine",
        [PRACTICE_NO_FILE] = "there is no such card file",
        [PRACTICE_BAD_FILE] = "the card's file is wrong at",
        [PRACTICE_STORE] = "the stand's directory cannot be read or written",
        [PRACTICE_CRYPTO] = "OpenSSL refused",
        [PRACTICE_NO_MEMORY] = "no memory",
    };
    return texts[fault];
}

/* --- the state, as JSON --------------------------------------------------------------------------- */

static json_t *card_json(const struct practice_card *card)
{
    static const char *const names[PRACTICE_PINS_NAMED] = {
        [PRACTICE_PIN_SIG] = "sig",   [PRACTICE_PIN_AUTH] = "auth",
        [PRACTICE_PIN_JUKI] = "juki", [PRACTICE_PIN_JUKI_COMMON] = "juki-common",
        [PRACTICE_PIN_KENMEN] = "kenmen"};
    if (!card)
        return json_null();
    char expiry[9];
    practice_card_expiry(card, expiry);
    json_t *tries = json_object();
    for (int p = 0; p < PRACTICE_PINS_NAMED; p++) {
        int left = practice_card_tries(card, (enum practice_pin)p);
        json_object_set_new(tries, names[p], left < 0 ? json_null() : json_integer(left));
    }
    return json_pack("{s:s, s:s, s:s, s:o}", "name", practice_card_name(card), "serial",
                     practice_card_serial(card), "expiry", expiry, "tries", tries);
}

static json_t *reader_json(const struct ccid *c, const char *name)
{
    return json_pack("{s:s, s:o, s:b, s:b, s:I}", "name", name, "card", card_json(c->card),
                     "powered", c->powered, "mute", c->mute, "commands", (json_int_t)c->commands);
}

static json_t *pad_json(const struct ccid *c)
{
    static const char *const outcomes[] = {
        [PAD_IDLE] = "idle",           [PAD_ASKING] = "asking",     [PAD_ENTERED] = "entered",
        [PAD_CANCELLED] = "cancelled", [PAD_TIMED_OUT] = "timeout", [PAD_MISMATCH] = "mismatch",
        [PAD_REFUSED] = "refused"};
    char first[PAD_LINE], second[PAD_LINE];
    pad_lines(&c->pad, c->card != NULL, first, second);
    return json_pack("{s:s, s:[ss], s:i, s:i, s:i, s:i}", "outcome", outcomes[c->pad.outcome],
                     "lines", first, second, "entry", c->pad.entry, "entries", c->pad.entries,
                     "typed", (int)pad_typed(&c->pad), "asked", (int)c->pad.asked);
}

static json_t *state_json(const struct stand *s)
{
    return json_pack("{s:i, s:b, s:{s:b, s:i}, s:o, s:o, s:o}", "pid", (int)getpid(), "service",
                     s->service.pid > 0, "ca", "listens", s->ca.listens, "port", s->ca.port, "display", pad_json(&s->readers[STAND_PAD]), "pad",
                     reader_json(&s->readers[STAND_PAD], "madoguchi-pad 00 00"), "plain",
                     reader_json(&s->readers[STAND_PLAIN], "madoguchi-plain 01 00"));
}

/* --- answers --------------------------------------------------------------------------------------- */

static void client_drop(struct stand_client *client)
{
    close(client->fd);
    *client = (struct stand_client){.fd = -1};
}

/* Takes over `object`. A client that does not read is dropped. */
static void send_json(struct stand_client *client, json_t *object)
{
    char *text = object ? json_dumps(object, JSON_COMPACT) : NULL;
    json_decref(object);
    size_t length = text ? strlen(text) : 0;
    if (text)
        text[length] = '\n';
    if (!text || send(client->fd, text, length + 1, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
        client_drop(client);
    free(text);
}

static void answer_ok(struct stand_client *client)
{
    send_json(client, json_pack("{s:b}", "ok", 1));
}

static void answer_error(struct stand_client *client, const char *text, const char *more)
{
    char sentence[STAND_LINE];
    snprintf(sentence, sizeof sentence, "%s %.200s", text, more);
    send_json(client, json_pack("{s:b, s:s}", "ok", 0, "error", sentence));
}

/* --- commands -------------------------------------------------------------------------------------- */

struct request {
    struct stand *stand;
    struct stand_client *client;
    const char *words[WORDS];
};

/* `plain` as the last word means the plain reader. */
static int reader_of(const char *word)
{
    return word && strcmp(word, "plain") == 0 ? STAND_PLAIN : STAND_PAD;
}

static void run_insert(struct request *r)
{
    char bad[PRACTICE_KEY_NAME] = "";
    const char *file = r->words[1] ? r->words[1] : r->stand->last_card;
    if (!*file) {
        answer_error(r->client, "there was no card yet", "");
        return;
    }
    enum practice_fault fault = stand_insert(r->stand, reader_of(r->words[2]), file, bad);
    if (fault)
        answer_error(r->client, control_fault_text(fault), bad);
    else
        answer_ok(r->client);
}

static void run_remove(struct request *r)
{
    if (stand_insert(r->stand, reader_of(r->words[1]), NULL, NULL))
        answer_error(r->client, "not removed", "");
    else
        answer_ok(r->client);
}

static struct ccid *pad_reader(struct request *r)
{
    return &r->stand->readers[STAND_PAD];
}

static void run_press(struct request *r)
{
    const char *keys = r->words[1];
    if (keys[strspn(keys, "0123456789EBC")] != '\0') {
        answer_error(r->client, "keys are 0-9, E (confirm), B (correct), C (cancel):", keys);
        return;
    }
    if (!pad_reader(r)->asking) {
        answer_error(r->client, "the pad asks nothing", "");
        return;
    }
    for (; *keys; keys++)
        ccid_key(pad_reader(r), *keys);
    answer_ok(r->client);
}

static void run_cancel(struct request *r)
{
    ccid_key(pad_reader(r), PAD_KEY_CANCEL);
    answer_ok(r->client);
}

static void run_timeout(struct request *r)
{
    ccid_timeout(pad_reader(r));
    answer_ok(r->client);
}

static bool number_of(const char *word, int base, unsigned most, unsigned *out)
{
    char *end;
    unsigned long n = strtoul(word, &end, base);
    *out = (unsigned)n;
    return *word && *end == '\0' && n >= 1 && n <= most;
}

static void run_refuse(struct request *r)
{
    unsigned sw;
    if (!number_of(r->words[1], 16, 0xFFFF, &sw)) {
        answer_error(r->client, "not a status word:", r->words[1]);
        return;
    }
    ccid_refuse(pad_reader(r), (uint16_t)sw);
    answer_ok(r->client);
}

static void fault_at(struct request *r, enum ccid_fault fault)
{
    unsigned nth = 0;
    bool back = strcmp(r->words[1], "0") == 0;
    if (!back && !number_of(r->words[1], 10, 100000, &nth)) {
        answer_error(r->client, "not a count of commands:", r->words[1]);
        return;
    }
    struct ccid *c = &r->stand->readers[reader_of(r->words[2])];
    c->fault = back ? CCID_NO_FAULT : fault;
    c->countdown = nth;
    answer_ok(r->client);
}

static void run_pull_at(struct request *r)
{
    fault_at(r, CCID_PULL_AT);
}

static void run_pull_after(struct request *r)
{
    fault_at(r, CCID_PULL_AFTER);
}

static void run_mute_at(struct request *r)
{
    fault_at(r, CCID_MUTE_AT);
}

static void run_mute(struct request *r)
{
    r->stand->readers[reader_of(r->words[1])].mute = true;
    answer_ok(r->client);
}

static void run_unmute(struct request *r)
{
    r->stand->readers[reader_of(r->words[1])].mute = false;
    answer_ok(r->client);
}

static void run_slow(struct request *r)
{
    unsigned milliseconds = 0;
    if (strcmp(r->words[1], "0") != 0 && !number_of(r->words[1], 10, CCID_SLOWEST, &milliseconds)) {
        answer_error(r->client, "not milliseconds, 0 to 999:", r->words[1]);
        return;
    }
    r->stand->readers[reader_of(r->words[2])].slowness = milliseconds;
    answer_ok(r->client);
}

static void run_lock(struct request *r)
{
    static const struct {
        const char *word;
        enum practice_pin first, last;
    } rows[] = {{"sig", PRACTICE_PIN_SIG, PRACTICE_PIN_SIG},
                {"auth", PRACTICE_PIN_AUTH, PRACTICE_PIN_AUTH},
                {"juki", PRACTICE_PIN_JUKI_COMMON, PRACTICE_PIN_JUKI},
                {"kenmen", PRACTICE_PIN_KENMEN, PRACTICE_PIN_KENMEN}};
    struct practice_card *card = r->stand->cards[reader_of(r->words[2])];
    if (!card) {
        answer_error(r->client, "there is no card in the reader", "");
        return;
    }
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (strcmp(rows[i].word, r->words[1]) != 0)
            continue;
        bool ok = true;
        for (int p = (int)rows[i].first; p <= (int)rows[i].last; p++)
            ok = practice_card_lock(card, (enum practice_pin)p) && ok;
        if (ok)
            answer_ok(r->client);
        else
            answer_error(r->client, "the card has no such PIN:", r->words[1]);
        return;
    }
    answer_error(r->client, "PINs are sig, auth, juki, kenmen; not", r->words[1]);
}

static void run_state(struct request *r)
{
    send_json(r->client, json_pack("{s:b, s:o}", "ok", 1, "state", state_json(r->stand)));
}

static void run_env(struct request *r)
{
    char text[2 * STAND_LINE];
    snprintf(text, sizeof text,
             "PCSCLITE_CSOCK_NAME='%s/pcscd.comm'\nexport PCSCLITE_CSOCK_NAME\n"
             "MADOGUCHI_PRACTICE_CA='http://127.0.0.1:%d'\nexport MADOGUCHI_PRACTICE_CA",
             r->stand->run, r->stand->ca.port);
    send_json(r->client, json_pack("{s:b, s:s}", "ok", 1, "text", text));
}

static void run_stop_service(struct request *r)
{
    stand_service_stop(r->stand);
    answer_ok(r->client);
}

static void run_start_service(struct request *r)
{
    if (r->stand->service.pid > 0) {
        answer_error(r->client, "pcscd runs already", "");
        return;
    }
    enum service_fault fault = stand_service_start(r->stand);
    if (fault)
        answer_error(r->client, service_fault_text(fault), "");
    else
        answer_ok(r->client);
}

static void run_stop_ca(struct request *r)
{
    ca_process_stop(&r->stand->ca);
    answer_ok(r->client);
}

static void run_start_ca(struct request *r)
{
    struct ca_process *ca = &r->stand->ca;
    if (ca->pid > 0) {
        answer_error(r->client, "the CA runs already", "");
        return;
    }
    if (ca_process_start(ca, r->stand->directory, &r->stand->clock) && ca_process_readable(ca)) {
        answer_ok(r->client);
        return;
    }
    ca_process_stop(ca);
    answer_error(r->client, "the CA cannot be started", "");
}

static void wait_begin(struct request *r, bool asking)
{
    unsigned seconds = WAIT_SECONDS;
    if (r->words[1] && !number_of(r->words[1], 10, WAIT_MOST, &seconds)) {
        answer_error(r->client, "not a number of seconds:", r->words[1]);
        return;
    }
    r->client->waits_for_asking = asking;
    r->client->waits_until = stand_now() + (int64_t)seconds * 1000;
}

static void run_wait_prompt(struct request *r)
{
    wait_begin(r, true);
}

static void run_wait_idle(struct request *r)
{
    wait_begin(r, false);
}

static void run_watch(struct request *r)
{
    r->client->watching = true;
    send_json(r->client, json_pack("{s:b, s:o}", "ok", 1, "state", state_json(r->stand)));
}

static void run_stop(struct request *r)
{
    r->stand->stopping = true;
    answer_ok(r->client);
}

static const struct {
    const char *word, *arguments, *help;
    int least, most;
    void (*run)(struct request *r);
} commands[] = {
    {"insert", "[CARD [plain]]", "put a card into the pinpad, or into the plain reader; or the last one",
     0, 2, run_insert},
    {"remove", "[plain]", "take the card out", 0, 1, run_remove},
    {"press", "KEYS", "press keys: 0-9, E confirm, B correct, C cancel", 1, 1, run_press},
    {"cancel", "", "press the cancel key", 0, 0, run_cancel},
    {"timeout", "", "let the entry time out now", 0, 0, run_timeout},
    {"refuse", "SW", "end the entry with the pad's own status word, such as 6403", 1, 1, run_refuse},
    {"pull-at", "N [plain]", "pull the card before the N-th command from now is carried out", 1, 2,
     run_pull_at},
    {"pull-after", "N [plain]", "pull the card after the N-th command, before its answer", 1, 2,
     run_pull_after},
    {"mute-at", "N [plain]", "let the reader fall silent at the N-th command from now", 1, 2,
     run_mute_at},
    {"mute", "[plain]", "let the reader fall silent now", 0, 1, run_mute},
    {"unmute", "[plain]", "let the reader answer again", 0, 1, run_unmute},
    {"slow", "MS [plain]", "let each command take so many milliseconds, as a real card does", 1, 2, run_slow},
    {"lock", "PIN [plain]", "use up all tries of a PIN: sig, auth, juki, kenmen", 1, 2, run_lock},
    {"state", "", "print the state as JSON", 0, 0, run_state},
    {"env", "", "print the shell lines that point PC/SC clients here", 0, 0, run_env},
    {"stop-pcscd", "", "stop the stand's pcscd", 0, 0, run_stop_service},
    {"start-pcscd", "", "start it again", 0, 0, run_start_service},
    {"stop-ca", "", "stop the stand's CA", 0, 0, run_stop_ca},
    {"start-ca", "", "start it again, at the same address", 0, 0, run_start_ca},
    {"wait-prompt", "[SECONDS]", "wait until the pad asks for a PIN (30 s)", 0, 1, run_wait_prompt},
    {"wait-idle", "[SECONDS]", "wait until the pad asks no more (30 s)", 0, 1, run_wait_idle},
    {"watch", "", "print the state, and again at every change", 0, 0, run_watch},
    {"stop", "", "end the stand", 0, 0, run_stop},
};

enum { COMMANDS = sizeof commands / sizeof commands[0] };

void control_help(FILE *to)
{
    for (size_t i = 0; i < COMMANDS; i++) {
        char usage[64];
        snprintf(usage, sizeof usage, "%s %s", commands[i].word, commands[i].arguments);
        fprintf(to, "  %-24s %s\n", usage, commands[i].help);
    }
}

bool control_known(const char *word)
{
    for (size_t i = 0; i < COMMANDS; i++)
        if (strcmp(commands[i].word, word) == 0)
            return true;
    return false;
}

/* Words are parted by tabs, so that a path may hold spaces; single spaces do as well from a keyboard. */
static int words_split(char *line, const char *words[WORDS])
{
    const char *separators = strchr(line, '\t') ? "\t" : " ";
    int n = 0;
    char *rest = NULL;
    for (char *w = strtok_r(line, separators, &rest); w; w = strtok_r(NULL, separators, &rest)) {
        if (n == WORDS)
            return WORDS + 1;
        words[n++] = w;
    }
    return n;
}

static void line_run(struct stand *s, struct stand_client *client, char *line)
{
    struct request r = {.stand = s, .client = client};
    int n = words_split(line, r.words);
    if (n == 0)
        return;
    for (size_t i = 0; i < COMMANDS; i++) {
        if (strcmp(commands[i].word, r.words[0]) != 0)
            continue;
        if (n - 1 < commands[i].least || n - 1 > commands[i].most)
            answer_error(client, "this command takes:", commands[i].arguments);
        else
            commands[i].run(&r);
        return;
    }
    answer_error(client, "there is no command", r.words[0]);
}

/* --- clients --------------------------------------------------------------------------------------- */

bool control_open(struct stand *s)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int n = snprintf(address.sun_path, sizeof address.sun_path, "%s/control", s->run);
    if (n < 0 || (size_t)n >= sizeof address.sun_path) {
        errno = ENAMETOOLONG;
        return false;
    }
    s->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    return s->listener >= 0 &&
           bind(s->listener, (struct sockaddr *)&address, sizeof address) == 0 &&
           listen(s->listener, STAND_CLIENTS) == 0;
}

void control_close(struct stand *s)
{
    for (int c = 0; c < STAND_CLIENTS; c++)
        if (s->clients[c].fd >= 0)
            client_drop(&s->clients[c]);
    if (s->listener >= 0)
        close(s->listener);
    s->listener = -1;
    free(s->shown);
    s->shown = NULL;
}

void control_accept(struct stand *s)
{
    int fd = accept4(s->listener, NULL, NULL, SOCK_CLOEXEC);
    if (fd < 0)
        return;
    for (int c = 0; c < STAND_CLIENTS; c++)
        if (s->clients[c].fd < 0) {
            s->clients[c].fd = fd;
            return;
        }
    close(fd);
}

void control_readable(struct stand *s, struct stand_client *client)
{
    ssize_t n = recv(client->fd, client->line + client->length,
                     sizeof client->line - 1 - client->length, MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n <= 0) {
        client_drop(client);
        return;
    }
    client->length += (size_t)n;
    client->line[client->length] = '\0';
    for (char *end; client->fd >= 0 && (end = strchr(client->line, '\n'));) {
        char line[STAND_LINE];
        *end = '\0';
        memcpy(line, client->line, (size_t)(end - client->line) + 1);
        client->length -= (size_t)(end - client->line) + 1;
        memmove(client->line, end + 1, client->length + 1);
        line_run(s, client, line);
        explicit_bzero(line, sizeof line);
    }
    explicit_bzero(client->line + client->length, sizeof client->line - client->length);
    if (client->fd >= 0 && client->length == sizeof client->line - 1)
        client_drop(client);
}

static void waiter_tick(struct stand *s, struct stand_client *client, int64_t now)
{
    bool asking = s->readers[STAND_PAD].asking;
    if (asking == client->waits_for_asking) {
        client->waits_until = 0;
        answer_ok(client);
    } else if (now >= client->waits_until) {
        client->waits_until = 0;
        answer_error(client, "waited in vain", "");
    }
}

static void watchers_tell(struct stand *s, int64_t now)
{
    if (now < s->show_again)
        return;
    json_t *state = state_json(s);
    char *text = state ? json_dumps(state, JSON_COMPACT) : NULL;
    bool changed = text && (!s->shown || strcmp(text, s->shown) != 0);
    for (int c = 0; changed && c < STAND_CLIENTS; c++)
        if (s->clients[c].fd >= 0 && s->clients[c].watching)
            send_json(&s->clients[c], json_pack("{s:O}", "state", state));
    json_decref(state);
    free(s->shown);
    s->shown = text;
    s->show_again = changed ? now + SHOW_EVERY : now;
}

static bool watched(const struct stand *s)
{
    for (int c = 0; c < STAND_CLIENTS; c++)
        if (s->clients[c].fd >= 0 && s->clients[c].watching)
            return true;
    return false;
}

void control_tick(struct stand *s, int64_t now)
{
    for (int c = 0; c < STAND_CLIENTS; c++)
        if (s->clients[c].fd >= 0 && s->clients[c].waits_until)
            waiter_tick(s, &s->clients[c], now);
    if (watched(s))
        watchers_tell(s, now);
}

int64_t control_deadline(const struct stand *s)
{
    int64_t next = CCID_NEVER;
    for (int c = 0; c < STAND_CLIENTS; c++) {
        const struct stand_client *client = &s->clients[c];
        if (client->fd >= 0 && client->waits_until &&
            (next == CCID_NEVER || client->waits_until < next))
            next = client->waits_until;
    }
    if (watched(s) && s->show_again > stand_now() && (next == CCID_NEVER || s->show_again < next))
        next = s->show_again;
    return next;
}
