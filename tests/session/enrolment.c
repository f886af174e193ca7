#include "tests/session/enrolment.h"

#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { DOCUMENT_ROWS = 64, PATIENCE = 2000 };

/* --- cards and authority ------------------------------------------------------------------------- */

void enrolment_authority(const struct session *s)
{
    bool listens = false;
    for (int i = 0; !listens && i < PATIENCE; i++) {
        json_t *state = session_state(s);
        listens = json_is_true(json_object_get(json_object_get(state, "ca"), "listens"));
        json_decref(state);
        if (!listens) {
            poll(NULL, 0, 50);
        }
    }
    assert_true(listens);
}

static void write_card(const struct session *s, const struct enrolment_card *card)
{
    char name[64], text[1024];
    snprintf(name, sizeof name, "cards/%s.ini", card->name);
    snprintf(text, sizeof text,
             "[card]\nkind = my-number\nserial = %s\nmunicipality = 27211\nexpires = 2031-03-31\n"
             "[resident]\nname = %s\nbirth = %s\nsex = 2\naddress = 大阪府茨木市見本町一丁目1番1号\n"
             "prefecture = Osaka-fu\ncity = Ibaraki-shi\n"
             "[pins]\nsig = %s\nauth = %s\njuki = 1234\nkenmen = 1234\n[tries]\n%s"
             "[certificates]\nsig = %s\nauth = %s\n",
             card->serial, card->holder, card->birth, card->sig_pin,
             strcmp(card->auth, "none") != 0 ? "1234" : "none", card->tries != NULL ? card->tries : "", card->sig,
             card->auth);
    session_write(s, name, text);
}

/* The stand makes its authority and the card when they are first asked for, which takes its time. */
static void hand_out(struct session *s, const struct enrolment_card *card)
{
    session_fresh(s, card->name);
    session_clerk(s, NULL);
    terminal_type(s->clerk, "3");
    session_type(s, "どなたが来られましたか", "1");
    session_expect(s, card->serial);
    session_rest(s);
}

void enrolment_open(struct session *s, const struct enrolment_card *cards, size_t count)
{
    session_open(s, "none");
    enrolment_authority(s);
    for (size_t i = 0; i < count; i++) {
        write_card(s, &cards[i]);
        hand_out(s, &cards[i]);
    }
}

void enrolment_tell(const struct session *s, const char *words)
{
    char command[512];
    snprintf(command, sizeof command, "'%s/madoguchi-practice' --dir '%s' ca %s >/dev/null", getenv("BUILD"),
             session_path(s, "stand"), words);
    assert_int_equal(system(command), 0);
}

int enrolment_issued(const struct session *s, const char *serial, const char *kind)
{
    char command[512], wanted[16], line[256];
    int count = 0;
    snprintf(command, sizeof command, "'%s/madoguchi-practice' --dir '%s' ca issued %s", getenv("BUILD"),
             session_path(s, "stand"), serial);
    snprintf(wanted, sizeof wanted, " %s ", kind);
    FILE *list = popen(command, "re");
    assert_non_null(list);
    while (fgets(line, sizeof line, list) != NULL) {
        count += strstr(line, wanted) != NULL;
    }
    assert_int_equal(pclose(list), 0);
    return count;
}

/* --- programs ------------------------------------------------------------------------------------ */

void enrolment_clerk(struct session *s, const char *card)
{
    session_fresh(s, card);
    enrolment_clerk_again(s);
}

void enrolment_clerk_again(struct session *s)
{
    char more[256];
    snprintf(more, sizeof more, "[enrol]\nprogram = %s\n", session_path(s, "stand/enrol"));
    session_clerk(s, &(struct session_setup){.city = "ibaraki", .more = more});
    session_expect(s, "カードあり");
}

void enrolment_resident(struct session *s)
{
    session_resident(s);
    session_expect(s, "接続中");
}

void enrolment_type(struct session *s, const char *text, const char *keys)
{
    if (!terminal_wait_for(s->resident, text)) {
        (void)terminal_wait_idle(s->clerk);
        fprintf(stderr, "%s\n%s\n", terminal_screen(s->resident), terminal_screen(s->clerk));
        fail_msg("no \"%s\" on the resident's terminal", text);
    }
    assert_true(terminal_wait_idle(s->resident));
    terminal_type(s->resident, keys);
}

static bool is_other(struct terminal *t, const void *screen)
{
    return strcmp(terminal_screen(t), screen) != 0;
}

void enrolment_tick(struct session *s, const char *document)
{
    static char before[TERMINAL_SCREEN_MAX];
    char row[128];
    snprintf(row, sizeof row, "> [ ] %s", document);
    session_expect(s, "提示書類");
    for (int i = 0; i < DOCUMENT_ROWS; i++) {
        assert_true(terminal_wait_idle(s->clerk));
        if (strstr(terminal_screen(s->clerk), row) != NULL) {
            terminal_type(s->clerk, " ");
            return;
        }
        snprintf(before, sizeof before, "%s", terminal_screen(s->clerk));
        terminal_type(s->clerk, "\033[B");
        if (!terminal_wait_until(s->clerk, is_other, before)) {
            break;
        }
    }
    print_error("%s\n", terminal_screen(s->clerk));
    fail_msg("no row \"%s\"", row);
}

/* --- record -------------------------------------------------------------------------------------- */

void enrolment_is_done(const struct session *s, unsigned certificates)
{
    static struct case_file file;
    session_case(s, &file);
    assert_int_equal(file.state, CASE_DONE);
    for (unsigned i = 0; i < file.plan.step_count; i++) {
        assert_int_equal(file.steps[i].state, CASE_STEP_IS_DONE);
    }
    for (unsigned pin = 0; pin < CASE_CERTIFICATES; pin++) {
        assert_int_equal(file.papers[pin].certificate.length > 0, (certificates >> pin) & 1);
    }
}

/* --- witnesses ----------------------------------------------------------------------------------- */

static void write_paper(const struct session *s, const char *name, const struct case_paper *paper)
{
    FILE *file = fopen(session_path(s, name), "we");
    assert_non_null(file);
    assert_int_equal(fwrite(paper->at, 1, paper->length, file), paper->length);
    assert_int_equal(fclose(file), 0);
}

void enrolment_witness(struct session *s, const struct case_file *file, unsigned pin, const char *value)
{
    static const struct {
        const char *kind, *id, *slot, *opened; /* the signature certificate is read after its PIN */
    } rows[CASE_CERTIFICATES] = {{"sig", "2", "1", "--verify-pin --auth-id 2 --pin"}, {"auth", "1", "0", NULL}};
    const char *kind = rows[pin].kind, *opened = rows[pin].opened;
    char name[32], command[4096];
    session_rest(s);
    snprintf(name, sizeof name, "%s.record", kind);
    write_paper(s, name, &file->papers[pin].certificate);
    snprintf(command, sizeof command,
             "exec >'%s/witness' 2>&1; set -x; cd '%s' && export PCSCLITE_CSOCK_NAME=stand/run/pcscd.comm && "
             "pkcs15-tool --reader 0 --read-certificate %s %s %s -o %s.pem && "
             "openssl x509 -in %s.pem -outform DER | cmp - %s.record && "
             "openssl verify -x509_strict -attime %d -CAfile stand/ca/trust/%s-roots.pem %s.pem && "
             "echo challenge >asked && "
             "pkcs11-tool --slot-index %s --login --pin %s --sign -m SHA256-RSA-PKCS -i asked -o made && "
             "openssl x509 -in %s.pem -pubkey -noout >key.pem && "
             "openssl dgst -sha256 -verify key.pem -signature made asked",
             s->folder, s->folder, rows[pin].id, opened != NULL ? opened : "", opened != NULL ? value : "", kind, kind,
             kind, SESSION_TIME, kind, kind, rows[pin].slot, value, kind);
    if (system(command) != 0) {
        char show[128];
        snprintf(show, sizeof show, "tail -n 12 '%s/witness' >&2", s->folder);
        fail_msg("%s: the witnesses do not agree (%d)", kind, system(show));
    }
}
