#include "tests/lib/session.h"
#include "tests/lib/session_tmux.h"

#include <errno.h>
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
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

enum { PATHS = 4, LINE = 8192, GOLDEN_MAX = 32 * 1024, TURN_MS = 20, TURNS_A_SECOND = 1000 / TURN_MS };

/* --- files ------------------------------------------------------------------------------------- */

const char *session_path(const struct session *s, const char *name)
{
    static char paths[PATHS][PATH_MAX];
    static int next;
    next = (next + 1) % PATHS;
    snprintf(paths[next], sizeof paths[next], "%s/%s", s->folder, name);
    return paths[next];
}

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

void session_write(const struct session *s, const char *name, const char *text)
{
    FILE *file = fopen(session_path(s, name), "we");
    if (file == NULL || fputs(text, file) < 0 || fclose(file) != 0) {
        fail_msg("%s cannot be written", name);
    }
}

/* --- the stand --------------------------------------------------------------------------------- */

static json_t *control(const struct session *s, const char *command)
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

/* What everybody sees, for the report of a failure; cmocka's own messages are too short for a screen. */
static void print_screens(const struct session *s)
{
    struct terminal *terminals[] = {s->clerk, s->resident};
    for (size_t i = 0; i < sizeof terminals / sizeof *terminals; i++) {
        if (terminals[i] != NULL) {
            terminal_wait_idle(terminals[i]);
            fprintf(stderr, "%s sees\n%s", i == 0 ? "the clerk" : "the resident", terminal_screen(terminals[i]));
        }
    }
    json_t *answer = control(s, "state");
    char *state = json_dumps(answer, JSON_COMPACT);
    fprintf(stderr, "the stand: %s\n", state != NULL ? state : "no answer");
    free(state);
    json_decref(answer);
}

void session_stand(const struct session *s, const char *command)
{
    json_t *answer = control(s, command);
    const char *error = json_string_value(json_object_get(answer, "error"));
    if (!json_is_true(json_object_get(answer, "ok"))) {
        print_screens(s);
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
    json_t *answer = control(s, "state");
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
        answer = control(s, "state");
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
        json_decref(control(s, "stop"));
    }
    if (s->stand > 0) {
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

/* --- the programs ------------------------------------------------------------------------------ */

void session_ini(const struct session *s, const struct session_setup *setup)
{
    char root[PATH_MAX], authority[2 * PATH_MAX] = "", record[2 * PATH_MAX], text[8 * PATH_MAX];
    const char *build = getenv("BUILD");
    assert_non_null(getcwd(root, sizeof root));
    if (!setup->no_authority) {
        snprintf(authority, sizeof authority,
                 "authority = %s%s\nauthority-config = %s/stand/office.key\n", setup->authority != NULL ? "" : build,
                 setup->authority != NULL ? setup->authority : "/practice-authority.so", s->folder);
    }
    snprintf(record, sizeof record, s->conninfo != NULL ? "kind = postgresql\nconninfo = %s\n" : "path = %s\n",
             s->conninfo != NULL ? s->conninfo
                                 : setup->ledger != NULL ? setup->ledger : session_path(s, "ledger.db"));
    snprintf(text, sizeof text,
             "[office]\ncity = %s\nwindow = 1\ndata = %s%s\n"
             "[card]\nprogram = %s/madoguchi-card\nreader = %s\nruntime = %s/runtime\n%s"
             "[ledger]\n%s%s",
             setup->city != NULL ? setup->city : "minoh", setup->data != NULL ? "" : root,
             setup->data != NULL ? setup->data : "/config", build,
             setup->reader != NULL ? setup->reader : "madoguchi-pad 00 00", s->folder, authority, record,
             setup->more != NULL ? setup->more : "");
    session_write(s, "madoguchi.ini", text);
}

/* A program that gives `program` a mount namespace in which FOLDER/disk is a file system of that size. */
static void write_small_disk(const struct session *s, const char *size, char *program, size_t room)
{
    char script[2 * PATH_MAX];
    snprintf(script, sizeof script,
             "#!/bin/sh\nmkdir -p %s/disk\nexec unshare %s sh -c 'mount -t tmpfs -o size=%s,mode=700 none %s/disk && "
             "exec \"$0\" \"$@\"' %s \"$@\"\n",
             s->folder, geteuid() == 0 ? "-m" : "-rm", size, s->folder, program);
    session_write(s, "small-disk", script);
    assert_int_equal(chmod(session_path(s, "small-disk"), 0700), 0);
    snprintf(program, room, "%s", session_path(s, "small-disk"));
}

static void start(struct session *s, const struct session_setup *setup)
{
    char program[PATH_MAX], socket_name[PATH_MAX], locale[64], ini[PATH_MAX];
    snprintf(program, sizeof program, "%s/madoguchi", getenv("BUILD"));
    snprintf(socket_name, sizeof socket_name, "PCSCLITE_CSOCK_NAME=%s/stand/run/pcscd.comm", s->folder);
    snprintf(locale, sizeof locale, "LC_ALL=%s", setup->locale != NULL ? setup->locale : "C.UTF-8");
    snprintf(ini, sizeof ini, "%s/madoguchi.ini", s->folder);
    const char *argv[16] = {program, "--config", ini};
    const char *environment[] = {locale, "TERM=xterm-256color", "HOME=/nonexistent", "PATH=/usr/bin:/bin", socket_name,
                                 NULL};
    size_t used = 3;
    if (setup->disk != NULL) {
        write_small_disk(s, setup->disk, program, sizeof program);
    }
    if (setup->clock == NULL || setup->clock[0] != '\0') {
        argv[used++] = "--clock";
        argv[used++] = setup->clock != NULL ? setup->clock : SESSION_CLOCK;
    }
    if (setup->language != NULL) {
        argv[used++] = "--language";
        argv[used++] = setup->language;
    }
    s->clerk = session_program(s, "clerk", argv, environment, setup->rows > 0 ? setup->rows : 24,
                               setup->columns > 0 ? setup->columns : 80);
}

void session_clerk(struct session *s, const struct session_setup *setup)
{
    static const struct session_setup usual;
    terminal_end(&s->clerk);
    session_ini(s, setup != NULL ? setup : &usual);
    start(s, setup != NULL ? setup : &usual);
}

void session_resident(struct session *s)
{
    char program[PATH_MAX];
    snprintf(program, sizeof program, "%s/madoguchi-resident", getenv("BUILD"));
    const char *argv[] = {program, "--runtime", session_path(s, "runtime"), "--window", "1", NULL};
    const char *environment[] = {"LC_ALL=C.UTF-8", "TERM=xterm-256color", NULL};
    s->resident = session_program(s, "resident", argv, environment, 24, 80);
}

pid_t session_card_process(const struct session *s)
{
    char path[96];
    long pid = 0;
    snprintf(path, sizeof path, "/proc/%ld/task/%ld/children", (long)terminal_pid(s->clerk), (long)terminal_pid(s->clerk));
    FILE *file = fopen(path, "re");
    if (file != NULL) {
        if (fscanf(file, "%ld", &pid) != 1) {
            pid = 0;
        }
        fclose(file);
    }
    return (pid_t)pid;
}

void session_kill_clerk(struct session *s)
{
    terminal_end(&s->clerk);
}

static bool card_lock_free(const struct session *s)
{
    char command[PATH_MAX];
    snprintf(command, sizeof command, "for l in '%s'/runtime/*.lock; do [ ! -e \"$l\" ] || flock -n \"$l\" true || exit 1; done",
             s->folder);
    return system(command) == 0;
}

void session_rest(struct session *s)
{
    terminal_end(&s->resident);
    terminal_end(&s->clerk);
    session_tmux_end(s);
    json_decref(control(s, "unmute"));
    /* A card process finishes its step before it ends; nobody types any more, also where the pad asks only now. */
    for (int i = 0; i < TURNS_A_SECOND * DEADLINE_SECONDS && !card_lock_free(s); i++) {
        json_decref(control(s, "cancel"));
        poll(NULL, 0, TURN_MS);
    }
}

/* Sentences are broken into rows wherever they end: compared without blanks. */
static void squeeze(const char *text, char *out, size_t size)
{
    size_t used = 0;
    for (; *text != '\0' && used + 1 < size; text++) {
        if (*text != ' ' && *text != '\n') {
            out[used++] = *text;
        }
    }
    out[used] = '\0';
}

static bool says(struct terminal *t, const void *text)
{
    static char wanted[TERMINAL_SCREEN_MAX], screen[TERMINAL_SCREEN_MAX];
    squeeze(text, wanted, sizeof wanted);
    squeeze(terminal_screen(t), screen, sizeof screen);
    return strstr(screen, wanted) != NULL;
}

static bool says_not(struct terminal *t, const void *text)
{
    return !says(t, text);
}

void session_expect(struct session *s, const char *text)
{
    if (!terminal_wait_until(s->clerk, says, text)) {
        print_screens(s);
        fail_msg("no \"%s\" on this screen", text);
    }
}

void session_expect_gone(struct session *s, const char *text)
{
    if (!terminal_wait_until(s->clerk, says_not, text)) {
        print_screens(s);
        fail_msg("still \"%s\" on this screen", text);
    }
}

void session_type(struct session *s, const char *text, const char *keys)
{
    session_expect(s, text);
    /* A screen that throws away what was typed ahead has done so before it waits. */
    assert_true(terminal_wait_idle(s->clerk));
    terminal_type(s->clerk, keys);
}

static bool is_golden(struct terminal *t, const void *golden)
{
    return strcmp(terminal_screen(t), golden) == 0;
}

void session_screen(struct session *s, const char *text, const char *name)
{
    char path[PATH_MAX], golden[GOLDEN_MAX] = "";
    const char *generate = getenv("GENERATE");
    session_expect(s, text);
    snprintf(path, sizeof path, "tests/%s/%s.screen", s->golden, name);
    FILE *file = fopen(path, generate != NULL ? "we" : "re");
    assert_non_null(file);
    if (generate != NULL) {
        assert_true(terminal_wait_idle(s->clerk));
        fputs(terminal_screen(s->clerk), file);
        fclose(file);
        return;
    }
    golden[fread(golden, 1, sizeof golden - 1, file)] = '\0';
    fclose(file);
    if (!terminal_wait_until(s->clerk, is_golden, golden)) {
        fprintf(stderr, "expected\n%s\nbut the screen is\n%s", golden, terminal_screen(s->clerk));
        fail_msg("the screen is not %s", path);
    }
}

void session_says(struct session *s, const char *happened, const char *truth, const char *act)
{
    session_expect(s, happened);
    session_expect(s, truth);
    session_expect(s, act);
}

void session_card_is_back(struct session *s)
{
    session_expect_gone(s, "マイナンバーカードをリーダーに入れてください");
    session_expect_gone(s, "読み取っています");
}

void session_to_plan(struct session *s, const struct session_setup *setup)
{
    session_clerk(s, setup);
    session_type(s, "カードあり", "2");
    session_type(s, "どなたが来られましたか", "1");
    session_type(s, "ロック（0回）", "\r");
    session_type(s, "不足があります", " ");
    session_type(s, "受付できます", "\r");
    session_expect(s, "次のことを行います");
}

void session_to_pad(struct session *s, const struct session_setup *setup)
{
    session_to_plan(s, setup);
    session_type(s, "次のことを行います", "\r");
    session_expect(s, "ピンパッドで入力中です");
    session_wait_prompt(s);
}

int session_ended(struct session *s)
{
    int status = 0;
    if (!terminal_wait_end(s->clerk, &status)) {
        print_screens(s);
        fail_msg("the program does not end");
    }
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

/* --- the record -------------------------------------------------------------------------------- */

static struct ledger *open_record(const struct session *s)
{
    struct ledger *ledger = NULL;
    enum ledger_fault fault = s->conninfo != NULL
                                  ? ledger_open_postgresql(&ledger, s->conninfo, NULL)
                                  : ledger_open_sqlite(&ledger, session_path(s, "ledger.db"), NULL);
    assert_int_equal(fault, LEDGER_OK);
    return ledger;
}

static void first_case(const struct session *s, char id[CASE_ID_MAX])
{
    char *text = NULL;
    size_t size = 0;
    struct ledger *ledger;
    struct ledger_end end;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    ledger = open_record(s);
    assert_int_equal(ledger_verify(ledger, &end), LEDGER_OK);
    assert_int_equal(ledger_export(ledger, out, &end), LEDGER_OK);
    ledger_close(&ledger);
    fclose(out);
    json_t *row = json_loads(text, JSON_DISABLE_EOF_CHECK, NULL);
    const char *first = json_string_value(json_object_get(row, "case_id"));
    snprintf(id, CASE_ID_MAX, "%s", first != NULL ? first : "");
    json_decref(row);
    free(text);
}

void session_case(const struct session *s, struct case_file *file)
{
    char id[CASE_ID_MAX];
    struct ledger *ledger;
    first_case(s, id);
    ledger = open_record(s);
    assert_int_equal(ledger_read_case(ledger, id, file), LEDGER_OK);
    ledger_close(&ledger);
}

void session_step_is(const struct session *s, enum case_state state, enum case_step_state step)
{
    static struct case_file file;
    session_case(s, &file);
    if (file.state != state || file.steps[0].state != step) {
        fail_msg("the record says %s, step %d; expected %s, step %d", case_state_word(file.state), file.steps[0].state,
                 case_state_word(state), step);
    }
}
