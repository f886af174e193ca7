/*
 * The shapes in which a PIN could lie in memory, in a file or on a line, for tests that search for it.
 *
 * Such a search is only worth something with a PIN that does not occur by chance: twelve characters do not, not
 * even as the six octets of their BCD form (2^48 against some 2^30 octets searched); the four digits of a usual
 * PIN do, in any log with a time in it. A test plants each form where it searches, before it trusts a search that
 * finds nothing.
 */
#ifndef TESTS_LIB_SECRET_FORMS_H
#define TESTS_LIB_SECRET_FORMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SECRET_FORMS = 10, SECRET_LENGTH_MAX = 16, SECRET_FORM_MAX = 4 * SECRET_LENGTH_MAX };

struct secret_form {
    const char *name;
    bool text; /* printable: what a log, a screen, a command line can show */
    uint8_t at[SECRET_FORM_MAX];
    size_t length;
};

/*
 * The forms that this secret has (small letters: where it has letters; BCD and PIN blocks: digits only), wiped
 * by the caller where it must not stay. Answers how many.
 */
size_t secret_forms(const char *secret, struct secret_form forms[SECRET_FORMS]);

#endif
