#include "tests/lib/session.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

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
