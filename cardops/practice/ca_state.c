#include "cardops/practice/ca_state.h"

#include "cardops/practice/ca_create.h"
#include "cardops/practice/ca_days.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <openssl/err.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { HASH_HEX = 64, REVOKED_MAX = 20000, ADULT_FROM = 15 };

/* An issued certificate as it lies on disk. */
struct issued {
    X509 *certificate;
    enum ca_kind kind;
    int generation;      /* from 0 */
    uint64_t serial;
    char hash[HASH_HEX + 1];
};

enum ca_fault ca_state_open(struct ca_state *state, const char *directory)
{
    *state = (struct ca_state){ 0 };
    int n = snprintf(state->directory, sizeof state->directory, "%s", directory);
    if (n > 0 && n < (int)sizeof state->directory && ca_load_authorities(directory, state->authorities) &&
        ca_load_services(directory, &state->server, &state->office_root))
        return CA_OK;
    ca_state_close(state);
    return CA_STATE;
}

void ca_state_close(struct ca_state *state)
{
    for (int kind = 0; kind < CA_KINDS; kind++)
        for (int i = 0; i < CA_GENERATIONS; i++)
            ca_pair_free(&state->authorities[kind][i]);
    ca_pair_free(&state->server);
    X509_free(state->office_root);
    state->office_root = NULL;
}

void ca_state_log(const struct ca_state *state, int64_t now, const char *event)
{
    char path[STORE_PATH_MAX], line[512];
    if (!store_path(path, state->directory, "log"))
        return;
    int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    int length = snprintf(line, sizeof line, "%" PRId64 " %s\n", now, event);
    if (fd < 0)
        return;
    if (length > 0 && length < (int)sizeof line && write(fd, line, (size_t)length) != length)
        fprintf(stderr, "practice CA: the log cannot be written\n");
    close(fd);
}

/* --- records ------------------------------------------------------------------------------------- */

static bool read_in(const struct ca_state *state, const char *folder, const char *name, struct bytes *out)
{
    char path[STORE_PATH_MAX];
    return store_path(path, state->directory, folder) && store_read(path, name, out);
}

static bool write_in(const struct ca_state *state, const char *folder, const char *name, const void *data, size_t length)
{
    char path[STORE_PATH_MAX];
    return store_path(path, state->directory, folder) && store_write(path, name, data, length);
}

static bool hash_of(EVP_PKEY *key, char hash[HASH_HEX + 1])
{
    unsigned char *der = NULL, digest[EVP_MAX_MD_SIZE];
    unsigned int digest_length = 0;
    int length = i2d_PUBKEY(key, &der);
    bool ok = length > 0 && EVP_Digest(der, (size_t)length, digest, &digest_length, EVP_sha256(), NULL) == 1;
    for (unsigned int i = 0; ok && i < digest_length; i++)
        snprintf(hash + (size_t)2 * i, 3, "%02x", digest[i]);
    OPENSSL_free(der);
    return ok;
}

/* Which authority signed it: names are all alike, so by trying. */
static bool find_authority(const struct ca_state *state, struct issued *issued)
{
    for (int kind = 0; kind < CA_KINDS; kind++)
        for (int i = 0; i < CA_GENERATIONS; i++)
            if (state->authorities[kind][i].key != NULL &&
                X509_verify(issued->certificate, state->authorities[kind][i].key) == 1) {
                issued->kind = (enum ca_kind)kind;
                issued->generation = i;
                return true;
            }
    return false;
}

static bool read_issued(const struct ca_state *state, const char *hash, struct issued *issued)
{
    char name[HASH_HEX + 8];
    struct bytes der = { 0 };
    *issued = (struct issued){ 0 };
    snprintf(name, sizeof name, "%s.der", hash);
    snprintf(issued->hash, sizeof issued->hash, "%s", hash);
    if (read_in(state, "issued", name, &der)) {
        const unsigned char *at = der.at;
        issued->certificate = d2i_X509(NULL, &at, (long)der.length);
    }
    bytes_free(&der);
    ERR_set_mark();
    bool ok = issued->certificate != NULL && find_authority(state, issued) &&
              ASN1_INTEGER_get_uint64(&issued->serial, X509_get0_serialNumber(issued->certificate)) == 1;
    ERR_pop_to_mark();
    if (!ok) {
        X509_free(issued->certificate);
        issued->certificate = NULL;
    }
    return ok;
}

static void revocation_name(const struct issued *issued, char name[64])
{
    snprintf(name, 64, "%s-%d-%016" PRIX64, ca_kind_word(issued->kind), issued->generation + 1, issued->serial);
}

static bool is_revoked(const struct ca_state *state, const struct issued *issued)
{
    char name[64], path[STORE_PATH_MAX];
    revocation_name(issued, name);
    return store_path(path, state->directory, "revoked") && store_exists(path, name);
}

/* The certificate that `name` in `folder` points to. */
static bool follow(const struct ca_state *state, const char *folder, const char *name, struct issued *issued)
{
    struct bytes text = { 0 };
    char hash[HASH_HEX + 1] = "";
    bool ok = read_in(state, folder, name, &text) && text.length == HASH_HEX;
    if (ok)
        memcpy(hash, text.at, HASH_HEX);
    bytes_free(&text);
    return ok && read_issued(state, hash, issued);
}

static void holder_name(const char *card_serial, enum ca_kind kind, char name[64])
{
    snprintf(name, 64, "%.40s-%s", card_serial, ca_kind_word(kind));
}

/* Last day of the holder's present certificate of that kind; 0: none, revoked, or over on `today`. */
static uint32_t present_end(const struct ca_state *state, const char *card_serial, enum ca_kind kind, uint32_t today)
{
    char name[64];
    struct issued issued;
    holder_name(card_serial, kind, name);
    if (!follow(state, "holder", name, &issued))
        return 0;
    struct tm tm = { 0 };
    uint32_t end = !is_revoked(state, &issued) && ASN1_TIME_to_tm(X509_get0_notAfter(issued.certificate), &tm) == 1
                       ? ca_day_at((int64_t)timegm(&tm))
                       : 0;
    X509_free(issued.certificate);
    return end >= today ? end : 0;
}

/* --- issuing ------------------------------------------------------------------------------------- */

static bool is_number(const char *text)
{
    size_t length = strlen(text);
    return length > 0 && length < 40 && strspn(text, "0123456789") == length;
}

static bool draw_serial(uint64_t *serial)
{
    *serial = 0;
    bool ok = RAND_bytes((unsigned char *)serial, sizeof *serial) == 1;
    *serial &= INT64_MAX;
    return ok && *serial != 0;
}

/* From 0. */
static int generation_of(const struct ca_settings *settings)
{
    return settings->generation == 0 ? CA_GENERATIONS - 1 : settings->generation - 1;
}

/* Who it is for and until when, without a serial number yet. */
static enum ca_fault take_order(struct ca_state *state, const struct ca_settings *settings,
                                const struct ca_wish *wish, int64_t now, struct ca_resident *resident,
                                struct ca_order *order)
{
    *resident = (struct ca_resident){ 0 };
    if (!is_number(wish->card_serial) || !settings->find(settings->context, wish->card_serial, resident) ||
        strcmp(resident->municipality_code, wish->municipality_code) != 0)
        return CA_UNKNOWN_CARD;
    uint32_t today = ca_day_at(now), cap = 0;
    if (wish->kind == CA_SIG && wish->until == 0) {
        if (resident->no_signature || ca_age(resident->birth, today) < ADULT_FROM)
            return CA_NOT_ENTITLED;
        cap = present_end(state, wish->card_serial, CA_AUTH, today);
    }
    uint32_t last = ca_last_day(resident->birth, today, present_end(state, wish->card_serial, wish->kind, today),
                                resident->card_expiry, cap);
    if (wish->until != 0)
        last = ca_day_at(wish->until);
    *order = (struct ca_order){
        .kind = wish->kind,
        .issuer = &state->authorities[wish->kind][generation_of(settings)],
        .key = wish->key,
        .resident = resident,
        .from = now,
        .until = ca_day_end(last),
    };
    return last < today && wish->until == 0 ? CA_ENDED : draw_serial(&order->serial) ? CA_OK : CA_CRYPTO;
}

/* The certificate itself comes last: what points to it without it is passed over. */
static bool record(const struct ca_state *state, const struct ca_wish *wish, const struct ca_order *order,
                   const char *hash, X509 *certificate)
{
    char serial[32], holder[64], file[HASH_HEX + 8], event[160];
    unsigned char *der = NULL;
    snprintf(serial, sizeof serial, "%016" PRIX64, order->serial);
    snprintf(file, sizeof file, "%s.der", hash);
    holder_name(wish->card_serial, wish->kind, holder);
    int length = i2d_X509(certificate, &der);
    bool ok = length > 0 && length <= CA_DER_MAX && write_in(state, "serial", serial, hash, HASH_HEX) &&
              write_in(state, "issued", file, der, (size_t)length) &&
              write_in(state, "holder", holder, hash, HASH_HEX);
    OPENSSL_free(der);
    snprintf(event, sizeof event, "issued %s %s card=%s", ca_kind_word(wish->kind), serial, wish->card_serial);
    if (ok)
        ca_state_log(state, order->from, event);
    return ok;
}

static enum ca_fault make_new(struct ca_state *state, const struct ca_settings *settings, const struct ca_wish *wish,
                              int64_t now, const char *hash, X509 **certificate)
{
    struct ca_resident resident;
    struct ca_order order;
    enum ca_fault fault = take_order(state, settings, wish, now, &resident, &order);
    if (fault != CA_OK)
        return fault;
    *certificate = ca_profile_resident(&order, CA_RIGHT);
    if (*certificate == NULL)
        return CA_CRYPTO;
    if (record(state, wish, &order, hash, *certificate))
        return CA_OK;
    X509_free(*certificate);
    *certificate = NULL;
    return CA_STATE;
}

static enum ca_fault find_or_make(struct ca_state *state, const struct ca_settings *settings,
                                  const struct ca_wish *wish, int64_t now, X509 **certificate, bool *issued)
{
    char hash[HASH_HEX + 1];
    struct issued known;
    if (!hash_of(wish->key, hash))
        return CA_CRYPTO;
    *issued = !read_issued(state, hash, &known);
    if (*issued)
        return make_new(state, settings, wish, now, hash, certificate);
    enum ca_fault fault = known.kind != wish->kind ? CA_OTHER_KIND : is_revoked(state, &known) ? CA_REVOKED : CA_OK;
    if (fault == CA_OK)
        *certificate = known.certificate;
    else
        X509_free(known.certificate);
    return fault;
}

/* Replaces *certificate by one that is wrong in the wished way. */
static enum ca_fault make_wrong(struct ca_state *state, const struct ca_settings *settings,
                                const struct ca_wish *wish, int64_t now, X509 **certificate)
{
    struct ca_resident resident;
    struct ca_order order;
    enum ca_fault fault = take_order(state, settings, wish, now, &resident, &order);
    X509_free(*certificate);
    *certificate = fault == CA_OK ? ca_profile_resident(&order, wish->wrong) : NULL;
    return fault == CA_OK && *certificate == NULL ? CA_CRYPTO : fault;
}

enum ca_fault ca_state_issue(struct ca_state *state, const struct ca_settings *settings, const struct ca_wish *wish,
                             int64_t now, X509 **certificate, bool *issued)
{
    int lock = ca_lock(state->directory);
    *certificate = NULL;
    *issued = false;
    if (lock < 0)
        return CA_STATE;
    enum ca_fault fault = find_or_make(state, settings, wish, now, certificate, issued);
    ca_unlock(lock);
    if (fault == CA_OK && wish->wrong != CA_RIGHT)
        fault = make_wrong(state, settings, wish, now, certificate);
    return fault;
}

/* For one who issues without serving: the authority that is needed, and what there is of the others. */
static enum ca_fault open_direct(struct ca_state *state, const struct ca_settings *settings, enum ca_kind kind)
{
    struct ca_pair needed;
    char path[STORE_PATH_MAX];
    static const char *const records[] = { "issued", "serial", "holder", "revoked" };
    *state = (struct ca_state){ 0 };
    int n = snprintf(state->directory, sizeof state->directory, "%s", settings->directory);
    bool ok = ca_authority(settings->directory, kind, generation_of(settings), &needed);
    ca_pair_free(&needed);
    for (size_t i = 0; ok && i < sizeof records / sizeof *records; i++)
        ok = store_path(path, settings->directory, records[i]) && store_folder(path);
    if (ok)
        ca_load_authorities(settings->directory, state->authorities);
    return ok && n < (int)sizeof state->directory ? CA_OK : CA_STATE;
}

enum ca_fault ca_issue_direct(const struct ca_settings *settings, enum ca_kind kind, const uint8_t *key,
                              size_t key_length, const char *card_serial, const char *municipality_code,
                              int64_t from, int64_t until, struct ca_certificate *certificate)
{
    struct ca_state state;
    const unsigned char *at = key;
    X509 *made = NULL;
    bool issued;
    enum ca_fault fault = open_direct(&state, settings, kind);
    EVP_PKEY *public_key = key_length > CA_DER_MAX ? NULL : d2i_PUBKEY(NULL, &at, (long)key_length);
    struct ca_wish wish = { kind, public_key, card_serial, municipality_code, until, CA_RIGHT };
    if (fault == CA_OK)
        fault = public_key == NULL ? CA_CRYPTO : ca_state_issue(&state, settings, &wish, from, &made, &issued);
    if (fault == CA_OK) {
        unsigned char *to = certificate->der;
        int length = i2d_X509(made, NULL);
        certificate->length = length > 0 && length <= CA_DER_MAX ? (size_t)length : 0;
        if (certificate->length == 0 || i2d_X509(made, &to) != length)
            fault = CA_CRYPTO;
    }
    X509_free(made);
    EVP_PKEY_free(public_key);
    ca_state_close(&state);
    return fault;
}

/* --- revocation ---------------------------------------------------------------------------------- */

/* All revocations of one authority. The caller frees *list. */
static bool collect(const struct ca_state *state, enum ca_kind kind, int generation, struct ca_revocation **list,
                    size_t *count)
{
    char path[STORE_PATH_MAX], prefix[32];
    struct bytes text = { 0 };
    *count = 0;
    *list = calloc(REVOKED_MAX, sizeof **list);
    DIR *folder = *list != NULL && store_path(path, state->directory, "revoked") ? opendir(path) : NULL;
    if (folder == NULL)
        return false;
    int length = snprintf(prefix, sizeof prefix, "%s-%d-", ca_kind_word(kind), generation + 1);
    for (struct dirent *entry; *count < REVOKED_MAX && (entry = readdir(folder)) != NULL;)
        if (strncmp(entry->d_name, prefix, (size_t)length) == 0 && store_read(path, entry->d_name, &text) &&
            bytes_append_byte(&text, '\0')) {
            (*list)[*count].serial = strtoull(entry->d_name + length, NULL, 16);
            (*list)[(*count)++].time = strtoll((const char *)text.at, NULL, 10);
        }
    closedir(folder);
    bytes_free(&text);
    return *count < REVOKED_MAX; /* rather no list than one that leaves some out */
}

static bool write_list(const struct ca_state *state, enum ca_kind kind, int generation, int64_t now)
{
    struct ca_revocation *revoked = NULL;
    size_t count;
    char name[32];
    unsigned char *der = NULL;
    if (!collect(state, kind, generation, &revoked, &count)) {
        free(revoked);
        return false;
    }
    snprintf(name, sizeof name, "%s-%d.crl", ca_kind_word(kind), generation + 1);
    X509_CRL *list = ca_profile_list(&state->authorities[kind][generation], revoked, count, now, now);
    int length = list == NULL ? 0 : i2d_X509_CRL(list, &der);
    bool ok = length > 0 && write_in(state, "crl", name, der, (size_t)length);
    OPENSSL_free(der);
    X509_CRL_free(list);
    free(revoked);
    return ok;
}

enum ca_fault ca_state_lists(struct ca_state *state, int64_t now)
{
    int lock = ca_lock(state->directory);
    bool ok = lock >= 0;
    for (int kind = 0; ok && kind < CA_KINDS; kind++)
        for (int i = 0; ok && i < CA_GENERATIONS; i++)
            ok = write_list(state, (enum ca_kind)kind, i, now);
    if (lock >= 0)
        ca_unlock(lock);
    return ok ? CA_OK : CA_STATE;
}

static enum ca_fault revoke_issued(struct ca_state *state, const struct issued *issued, int64_t now)
{
    char name[64], time[32], event[96];
    if (is_revoked(state, issued))
        return CA_REVOKED;
    revocation_name(issued, name);
    int length = snprintf(time, sizeof time, "%" PRId64, now);
    if (!write_in(state, "revoked", name, time, (size_t)length) ||
        !write_list(state, issued->kind, issued->generation, now))
        return CA_STATE;
    snprintf(event, sizeof event, "revoked %s", name);
    ca_state_log(state, now, event);
    return CA_OK;
}

enum ca_fault ca_state_revoke(struct ca_state *state, const X509_NAME *issuer, const ASN1_INTEGER *serial, int64_t now)
{
    char name[32];
    uint64_t number;
    struct issued issued;
    if (ASN1_INTEGER_get_uint64(&number, serial) != 1)
        return CA_NO_CERTIFICATE;
    snprintf(name, sizeof name, "%016" PRIX64, number);
    int lock = ca_lock(state->directory);
    if (lock < 0)
        return CA_STATE;
    enum ca_fault fault = CA_NO_CERTIFICATE;
    if (follow(state, "serial", name, &issued)) {
        if (X509_NAME_cmp(X509_get_issuer_name(issued.certificate), issuer) == 0)
            fault = revoke_issued(state, &issued, now);
        X509_free(issued.certificate);
    }
    ca_unlock(lock);
    return fault;
}
