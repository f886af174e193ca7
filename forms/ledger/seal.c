#include "forms/ledger/seal.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

static bool add_number(EVP_MD_CTX *digest, int64_t value)
{
    unsigned char bytes[8];

    for (unsigned i = 0; i < sizeof bytes; i++)
        bytes[i] = (unsigned char)((uint64_t)value >> (56 - 8 * i));
    return EVP_DigestUpdate(digest, bytes, sizeof bytes) == 1;
}

static bool add_text(EVP_MD_CTX *digest, const char *text)
{
    size_t length = strlen(text);

    return add_number(digest, (int64_t)length) && EVP_DigestUpdate(digest, text, length) == 1;
}

static bool add_column(EVP_MD_CTX *digest, const struct ledger_column *column, const void *record)
{
    if (column->type == LEDGER_TEXT)
        return add_text(digest, column_text(column, record));
    return add_number(digest, column_integer(column, record));
}

/* Unused columns go in as their absence, so that filling one later breaks the seal. */
static bool add_row(EVP_MD_CTX *digest, const struct ledger_row *row)
{
    bool ok = add_number(digest, LEDGER_VERSION);

    for (unsigned i = 0; ok && i < ledger_column_count; i++) {
        const struct ledger_column *column = &ledger_columns[i];

        if (!column->sealed)
            continue;
        ok = add_text(digest, column_used(column, row) ? column->name : "");
        if (ok && column_used(column, row))
            ok = add_column(digest, column, row);
    }
    ok = ok && add_number(digest, row->item_count);
    for (unsigned n = 0; ok && n < row->item_count; n++)
        for (unsigned i = 0; ok && i < ledger_item_column_count; i++)
            ok = add_column(digest, &ledger_item_columns[i], &row->items[n]);
    return ok;
}

static void to_hexadecimal(const unsigned char *bytes, size_t count, char *text)
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < count; i++) {
        *text++ = digits[bytes[i] >> 4];
        *text++ = digits[bytes[i] & 15];
    }
    *text = '\0';
}

bool seal_row(const struct ledger_row *row, char seal[LEDGER_SEAL_MAX])
{
    EVP_MD_CTX *digest = EVP_MD_CTX_new();
    unsigned char bytes[(LEDGER_SEAL_MAX - 1) / 2];
    bool ok = digest && EVP_DigestInit_ex(digest, EVP_sha256(), NULL) == 1 &&
              add_row(digest, row) && EVP_DigestFinal_ex(digest, bytes, NULL) == 1;

    EVP_MD_CTX_free(digest);
    if (ok)
        to_hexadecimal(bytes, sizeof bytes, seal);
    return ok;
}

static bool add_file(EVP_MD_CTX *digest, const char *path)
{
    unsigned char block[4096];
    size_t count;
    FILE *file = fopen(path, "re");
    bool ok = file != NULL;

    while (ok && (count = fread(block, 1, sizeof block, file)) > 0)
        ok = EVP_DigestUpdate(digest, block, count) == 1;
    ok = ok && ferror(file) == 0;
    if (file != NULL)
        fclose(file);
    return ok;
}

bool ledger_digest_files(const char *const paths[], size_t count, char digest[CASE_DIGEST_MAX])
{
    unsigned char bytes[EVP_MAX_MD_SIZE];
    unsigned length = 0;
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool ok = context != NULL && EVP_DigestInit_ex(context, EVP_sha256(), NULL) == 1;

    for (size_t i = 0; ok && i < count; i++)
        ok = add_file(context, paths[i]);
    ok = ok && EVP_DigestFinal_ex(context, bytes, &length) == 1;
    digest[0] = '\0';
    if (ok)
        to_hexadecimal(bytes, length, digest);
    EVP_MD_CTX_free(context);
    return ok;
}
