#include "tests/lib/session.h"

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { LINE = 8192, TURN_MS = 20, TURNS_A_SECOND = 1000 / TURN_MS };

json_t *session_control(const struct session *s, const char *command)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    char line[LINE];
    size_t used = 0;
    ssize_t got;
    snprintf(address.sun_path, sizeof address.sun_path, "%s/stand/run/control", s->folder);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct timeval patience = {.tv_sec = 2 * DEADLINE_SECONDS};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (connect(fd, (struct sockaddr *)&address, sizeof address) != 0) {
        close(fd);
        return NULL;
    }
    dprintf(fd, "%s\n", command);
    while ((used == 0 || line[used - 1] != '\n') && (got = read(fd, line + used, sizeof line - used)) > 0) {
        used += (size_t)got;
    }
    close(fd);
    return json_loadb(line, used, 0, NULL);
}

void session_stand(const struct session *s, const char *command)
{
    json_t *answer = session_control(s, command);
    const char *error = json_string_value(json_object_get(answer, "error"));
    if (!json_is_true(json_object_get(answer, "ok"))) {
        session_report(s);
        fail_msg("the stand on \"%s\": %s", command, error != NULL ? error : "no answer");
    }
    json_decref(answer);
}

void session_insert(const struct session *s, const char *card)
{
    char command[PATH_MAX];
    snprintf(command, sizeof command, "insert\t%s/cards/%s.ini", s->folder, card);
    session_stand(s, command);
}

void session_wait_prompt(const struct session *s)
{
    char command[32];
    snprintf(command, sizeof command, "wait-prompt\t%d", DEADLINE_SECONDS);
    session_stand(s, command);
}

void session_press(const struct session *s, const char *keys)
{
    char command[64];
    session_wait_prompt(s);
    snprintf(command, sizeof command, "press\t%s", keys);
    session_stand(s, command);
}

json_t *session_state(const struct session *s)
{
    json_t *answer = session_control(s, "state");
    json_t *state = json_incref(json_object_get(answer, "state"));
    json_decref(answer);
    assert_non_null(state);
    return state;
}

int session_tries(const struct session *s, const char *pin)
{
    json_t *state = session_state(s), *tries;
    tries = json_object_get(json_object_get(json_object_get(json_object_get(state, "pad"), "card"), "tries"), pin);
    int left = json_is_integer(tries) ? (int)json_integer_value(tries) : -1;
    json_decref(state);
    return left;
}

int session_commands(const struct session *s)
{
    json_t *state = session_state(s);
    int count = (int)json_integer_value(json_object_get(json_object_get(state, "pad"), "commands"));
    json_decref(state);
    return count;
}

void session_powered_off(const struct session *s)
{
    bool powered = true;
    for (int i = 0; powered && i < TURNS_A_SECOND * DEADLINE_SECONDS; i++) {
        json_t *state = session_state(s);
        powered = json_is_true(json_object_get(json_object_get(state, "pad"), "powered"));
        json_decref(state);
        if (powered) {
            poll(NULL, 0, TURN_MS);
        }
    }
    assert_false(powered);
}

bool session_pin_is(const struct session *s, const char *card, const char *pin, const char *value)
{
    char name[128];
    snprintf(name, sizeof name, "stand/cards/%s/state.json", card);
    json_t *state = json_load_file(session_path(s, name), 0, NULL);
    const char *held = json_string_value(json_object_get(json_object_get(json_object_get(state, "secrets"), pin), "value"));
    bool is = held != NULL && strcmp(held, value) == 0;
    json_decref(state);
    return is;
}

/* --- its life ----------------------------------------------------------------------------------- */

static void shell(const char *format, ...) __attribute__((format(printf, 1, 2)));

static void shell(const char *format, ...)
{
    char command[4 * PATH_MAX];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(command, sizeof command, format, arguments);
    va_end(arguments);
    if (system(command) != 0) {
        fail_msg("in vain: %s", command);
    }
}

/* The stand ends with this program, however that ends. */
static void start_stand(struct session *s, const char *build, const char *card)
{
    char program[PATH_MAX];
    snprintf(program, sizeof program, "%s/madoguchi-practice", build);
    const pid_t parent = getpid();
    s->stand = fork();
    assert_true(s->stand >= 0);
    if (s->stand == 0) {
        int null = open("/dev/null", O_RDWR | O_CLOEXEC);
        dup2(null, STDIN_FILENO);
        dup2(null, STDOUT_FILENO);
        if (prctl(PR_SET_PDEATHSIG, SIGTERM) == 0 && getppid() == parent) {
            execl(program, program, "run", "--foreground", "--dir", session_path(s, "stand"), "--cards",
                  session_path(s, "cards"), "--card", card, "--clock", SESSION_CLOCK, (char *)NULL);
        }
        _exit(127);
    }
    json_t *answer = NULL;
    for (int i = 0; answer == NULL && i < TURNS_A_SECOND * DEADLINE_SECONDS && waitpid(s->stand, NULL, WNOHANG) == 0; i++) {
        poll(NULL, 0, TURN_MS);
        answer = session_control(s, "state");
    }
    json_decref(answer);
}

void session_open(struct session *s, const char *card)
{
    const char *place = getenv("TMPDIR"), *build = getenv("BUILD");
    *s = (struct session){.golden = "session/golden"};
    assert_non_null(build);
    /* A socket's path is short: the runner's own folder is too, anything longer is not used. */
    snprintf(s->folder, sizeof s->folder, "%s/s.XXXXXX", place != NULL && strlen(place) < 50 ? place : "/tmp");
    assert_non_null(mkdtemp(s->folder));
    /* Days that stand still, as the clock of these tests does. */
    shell("mkdir %s && cp cardops/practice/cards/*.ini %s && sed -i 's/= +.*/= 2031-03-31/; s/= -.*/= 2026-10-24/' %s/*.ini",
          session_path(s, "cards"), session_path(s, "cards"), session_path(s, "cards"));
    start_stand(s, build, card);
    json_decref(session_state(s));
}

void session_close(struct session *s)
{
    session_rest(s);
    if (s->stand > 0) {
        json_decref(session_control(s, "stop"));
        waitpid(s->stand, NULL, 0);
    }
    shell("rm -rf '%s'", s->folder);
}

/* A card's first state is kept beside its data, so that the next test has it as new. */
static void renew_card(const struct session *s, const char *card)
{
    char kept[128], state[128];
    snprintf(kept, sizeof kept, "cards/%s.kept", card);
    snprintf(state, sizeof state, "stand/cards/%s/state.json", card);
    if (access(session_path(s, kept), F_OK) == 0) {
        shell("cp %s %s", session_path(s, kept), session_path(s, state));
    }
    session_insert(s, card);
    if (access(session_path(s, kept), F_OK) != 0) {
        shell("cp %s %s", session_path(s, state), session_path(s, kept));
    }
}

void session_fresh(struct session *s, const char *card)
{
    session_rest(s);
    shell("rm -rf %s* %s && mkdir -p -m 700 %s", session_path(s, "ledger.db"), session_path(s, "runtime"),
          session_path(s, "runtime"));
    json_t *state = session_state(s);
    if (!json_is_true(json_object_get(state, "service"))) {
        session_stand(s, "start-pcscd");
    }
    json_decref(state);
    session_stand(s, "pull-at\t0");
    session_stand(s, "remove");
    session_stand(s, "remove\tplain");
    if (strcmp(card, "none") != 0) {
        renew_card(s, card);
    }
}
