/* Digests of files: one or several give the bytes' own SHA-256, and a file that is not there none. */
#include "forms/ledger/ledger.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* FIPS 180-2, appendix B.1: "abc". */
static const char abc[] = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

static char folder[] = "/tmp/madoguchi-digest-XXXXXX";

static void write_file(const char *name, const char *text, char path[64])
{
    snprintf(path, 64, "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

static void test_files_one_after_the_other(void **state)
{
    char a[64], bc[64], whole[64], digest[CASE_DIGEST_MAX];
    (void)state;
    write_file("a", "a", a);
    write_file("bc", "bc", bc);
    write_file("whole", "abc", whole);
    assert_true(ledger_digest_files((const char *const[]){whole}, 1, digest));
    assert_string_equal(digest, abc);
    assert_true(ledger_digest_files((const char *const[]){a, bc}, 2, digest));
    assert_string_equal(digest, abc);
}

static void test_a_file_that_is_not_there(void **state)
{
    char a[64], digest[CASE_DIGEST_MAX] = "x";
    (void)state;
    write_file("a", "a", a);
    assert_false(ledger_digest_files((const char *const[]){a, "/no/such/file"}, 2, digest));
    assert_string_equal(digest, "");
}

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) == NULL ? -1 : 0;
}

static int remove_folder(void **state)
{
    static const char *const names[] = {"a", "bc", "whole"};
    char path[64];
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        unlink(path);
    }
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_files_one_after_the_other),
        cmocka_unit_test(test_a_file_that_is_not_there),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
