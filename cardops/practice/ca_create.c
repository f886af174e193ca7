#include "cardops/practice/ca_create.h"

#include <fcntl.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/rsa.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

static const char *const kind_words[CA_KINDS] = { [CA_SIG] = "sig", [CA_AUTH] = "auth" };

enum { CMP_ROOT, SERVER, OFFICE_ROOT, OFFICE, SERVICES };

/* Everything that is not an issuing authority; a root stands before what it signs. */
static const struct {
    const char *file, *name;
    int root;     /* row of its issuer, its own for a root */
    bool server;
} services[SERVICES] = {
    [CMP_ROOT] = { "cmp-root", "Practice messages root", CMP_ROOT, false },
    [SERVER] = { "server", "Practice CA", CMP_ROOT, true },
    [OFFICE_ROOT] = { "office-root", "Practice offices root", OFFICE_ROOT, false },
    [OFFICE] = { "office", "Practice office", OFFICE_ROOT, false },
};

const char *ca_kind_word(enum ca_kind kind)
{
    return kind_words[kind];
}

void ca_pair_free(struct ca_pair *pair)
{
    EVP_PKEY_free(pair->key);
    X509_free(pair->certificate);
    *pair = (struct ca_pair){ 0 };
}

static int lock_file(const char *folder, const char *name)
{
    char path[STORE_PATH_MAX];
    if (!store_path(path, folder, name))
        return -1;
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd >= 0 && flock(fd, LOCK_EX) != 0) {
        close(fd);
        fd = -1;
    }
    return fd;
}

int ca_lock(const char *directory)
{
    return lock_file(directory, "lock");
}

void ca_unlock(int fd)
{
    close(fd);
}

/* --- PEM files ----------------------------------------------------------------------------------- */

static bool write_bio(const char *folder, const char *name, BIO *bio)
{
    char *text;
    long length = BIO_get_mem_data(bio, &text);
    return length > 0 && store_write(folder, name, text, (size_t)length);
}

static bool write_pair(const char *folder, const char *file, const struct ca_pair *pair, bool key)
{
    char name[64];
    snprintf(name, sizeof name, "%s.%s", file, key ? "key" : "pem");
    BIO *bio = BIO_new(BIO_s_mem());
    bool ok = bio != NULL &&
              (key ? PEM_write_bio_PrivateKey(bio, pair->key, NULL, NULL, 0, NULL, NULL)
                   : PEM_write_bio_X509(bio, pair->certificate)) == 1 &&
              write_bio(folder, name, bio);
    BIO_free(bio);
    return ok;
}

static BIO *read_bio(const char *folder, const char *file, const char *ending, struct bytes *text)
{
    char name[64];
    snprintf(name, sizeof name, "%s.%s", file, ending);
    return store_read(folder, name, text) ? BIO_new_mem_buf(text->at, (int)text->length) : NULL;
}

/* What of the pair is on disk. */
static void read_pair(const char *folder, const char *file, struct ca_pair *pair)
{
    struct bytes text = { 0 };
    BIO *bio = read_bio(folder, file, "key", &text);
    pair->key = bio == NULL ? NULL : PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);
    BIO_free(bio);
    bio = read_bio(folder, file, "pem", &text);
    pair->certificate = bio == NULL ? NULL : PEM_read_bio_X509(bio, NULL, NULL, NULL);
    BIO_free(bio);
    bytes_free(&text);
}

/* --- making what is missing ---------------------------------------------------------------------- */

static bool need_key(const char *folder, const char *file, struct ca_pair *pair, bool rsa)
{
    if (pair->key != NULL)
        return true;
    pair->key = rsa ? EVP_RSA_gen(2048) : EVP_EC_gen("P-256");
    return pair->key != NULL && write_pair(folder, file, pair, true);
}

static bool folder(char path[STORE_PATH_MAX], const char *directory, const char *name)
{
    return store_path(path, directory, name) && store_folder(path);
}

static void authority_file(char file[64], enum ca_kind kind, int generation)
{
    snprintf(file, 64, "%s-%d", kind_words[kind], generation + 1);
}

/* The caller frees what is in *pair in either case. */
static bool make_authority(const char *keys, enum ca_kind kind, int generation, struct ca_pair *pair)
{
    char file[64];
    authority_file(file, kind, generation);
    read_pair(keys, file, pair);
    bool ok = need_key(keys, file, pair, true);
    if (ok && pair->certificate == NULL)
        ok = (pair->certificate = ca_profile_root(kind, pair->key, generation)) != NULL &&
             write_pair(keys, file, pair, false);
    return ok;
}

bool ca_authority(const char *directory, enum ca_kind kind, int generation, struct ca_pair *pair)
{
    char keys[STORE_PATH_MAX], name[64];
    *pair = (struct ca_pair){ 0 };
    if (!store_folder(directory) || !folder(keys, directory, "keys"))
        return false;
    snprintf(name, sizeof name, "%s-%d.lock", kind_words[kind], generation + 1);
    int lock = lock_file(keys, name);
    bool ok = lock >= 0 && make_authority(keys, kind, generation, pair);
    if (lock >= 0)
        ca_unlock(lock);
    return ok;
}

/* The newest first, each under a lock of its own: cards that are personalised meanwhile wait for those alone. */
static bool make_authorities(const char *directory)
{
    struct ca_pair pair;
    bool ok = true;
    for (int i = CA_GENERATIONS - 1; ok && i >= 0; i--)
        for (int kind = 0; ok && kind < CA_KINDS; kind++) {
            ok = ca_authority(directory, (enum ca_kind)kind, i, &pair);
            ca_pair_free(&pair);
        }
    return ok;
}

static bool make_bundle(const char *keys, const char *trust, enum ca_kind kind)
{
    char file[64];
    BIO *roots = BIO_new(BIO_s_mem());
    bool ok = roots != NULL;
    for (int i = 0; ok && i < CA_GENERATIONS; i++) {
        struct ca_pair pair;
        authority_file(file, kind, i);
        read_pair(keys, file, &pair);
        ok = pair.certificate != NULL && PEM_write_bio_X509(roots, pair.certificate) == 1;
        ca_pair_free(&pair);
    }
    snprintf(file, sizeof file, "%s-roots.pem", kind_words[kind]);
    ok = ok && (store_exists(trust, file) || write_bio(trust, file, roots));
    BIO_free(roots);
    return ok;
}

/* What the office is given, in each of the forms that a credential may have. */
static bool hand_out(const char *trust, const struct ca_pair *cmp_root, const struct ca_pair *office)
{
    PKCS12 *box = PKCS12_create("practice", "office", office->key, office->certificate, NULL, 0, 0, 0, 0, 0);
    BIO *bio = BIO_new(BIO_s_mem());
    bool ok = box != NULL && bio != NULL && i2d_PKCS12_bio(bio, box) == 1 && write_bio(trust, "office.p12", bio) &&
              write_pair(trust, "office", office, false) && write_pair(trust, "office", office, true) &&
              write_pair(trust, "cmp-root", cmp_root, false);
    BIO_free(bio);
    PKCS12_free(box);
    return ok;
}

static bool make_services(const char *keys, const char *trust, int64_t now)
{
    struct ca_pair pairs[SERVICES] = { 0 };
    bool ok = true;
    for (int i = 0; ok && i < SERVICES; i++) {
        read_pair(keys, services[i].file, &pairs[i]);
        ok = need_key(keys, services[i].file, &pairs[i], false);
        if (ok && pairs[i].certificate == NULL) {
            const struct ca_pair *root = services[i].root == i ? NULL : &pairs[services[i].root];
            pairs[i].certificate = ca_profile_service(services[i].name, pairs[i].key, root, services[i].server, now);
            ok = pairs[i].certificate != NULL && write_pair(keys, services[i].file, &pairs[i], false);
        }
    }
    if (ok && !store_exists(trust, "cmp-root.pem"))
        ok = hand_out(trust, &pairs[CMP_ROOT], &pairs[OFFICE]);
    for (int i = 0; i < SERVICES; i++)
        ca_pair_free(&pairs[i]);
    return ok;
}

enum ca_fault ca_create(const char *directory)
{
    static const char *const records[] = { "issued", "serial", "holder", "revoked", "crl" };
    char keys[STORE_PATH_MAX], trust[STORE_PATH_MAX], other[STORE_PATH_MAX];
    bool ok = store_folder(directory) && folder(keys, directory, "keys") && folder(trust, directory, "trust");
    for (size_t i = 0; ok && i < sizeof records / sizeof *records; i++)
        ok = folder(other, directory, records[i]);
    if (!ok)
        return CA_STATE;
    if (!make_authorities(directory))
        return CA_CRYPTO;
    int lock = ca_lock(directory);
    if (lock < 0)
        return CA_STATE;
    ok = make_bundle(keys, trust, CA_SIG) && make_bundle(keys, trust, CA_AUTH) &&
         make_services(keys, trust, (int64_t)time(NULL));
    ca_unlock(lock);
    return ok ? CA_OK : CA_CRYPTO;
}

/* --- reading them -------------------------------------------------------------------------------- */

static bool is_whole(const struct ca_pair *pair)
{
    return pair->key != NULL && pair->certificate != NULL;
}

bool ca_load_authorities(const char *directory, struct ca_pair authorities[CA_KINDS][CA_GENERATIONS])
{
    char keys[STORE_PATH_MAX], file[64];
    bool all = store_path(keys, directory, "keys");
    for (int kind = 0; kind < CA_KINDS; kind++)
        for (int i = 0; i < CA_GENERATIONS; i++) {
            authority_file(file, (enum ca_kind)kind, i);
            read_pair(keys, file, &authorities[kind][i]);
            all = all && is_whole(&authorities[kind][i]);
        }
    return all;
}

bool ca_load_services(const char *directory, struct ca_pair *server, X509 **office_root)
{
    char keys[STORE_PATH_MAX];
    struct ca_pair office = { 0 };
    if (!store_path(keys, directory, "keys"))
        return false;
    read_pair(keys, services[SERVER].file, server);
    read_pair(keys, services[OFFICE_ROOT].file, &office);
    *office_root = office.certificate;
    EVP_PKEY_free(office.key);
    return is_whole(server) && *office_root != NULL;
}

enum ca_fault ca_root(const char *directory, enum ca_kind kind, struct ca_certificate *certificate)
{
    struct ca_pair pair;
    unsigned char *to = certificate->der;
    bool ok = ca_authority(directory, kind, CA_GENERATIONS - 1, &pair);
    int length = ok ? i2d_X509(pair.certificate, NULL) : 0;
    ok = length > 0 && length <= CA_DER_MAX && i2d_X509(pair.certificate, &to) == length;
    certificate->length = ok ? (size_t)length : 0;
    ca_pair_free(&pair);
    return ok ? CA_OK : CA_STATE;
}
