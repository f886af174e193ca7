#include "cardops/issue/enrol_holder.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

enum { SHORT_MAX = 16 };

/* Where each attribute goes; card.md section 6.3. */
struct texts {
    char name[256], address[1024], birth[SHORT_MAX], sex[SHORT_MAX];
};
static const struct {
    const char *oid;
    size_t at, room;
} attributes[] = {
    { "1.2.392.200149.8.5.5.1", offsetof(struct texts, name), sizeof(((struct texts *)0)->name) },
    { "1.2.392.200149.8.5.5.3", offsetof(struct texts, sex), SHORT_MAX },
    { "1.2.392.200149.8.5.5.4", offsetof(struct texts, birth), SHORT_MAX },
    { "1.2.392.200149.8.5.5.5", offsetof(struct texts, address), sizeof(((struct texts *)0)->address) },
};

static bool take(struct texts *texts, const OTHERNAME *other)
{
    char oid[64];
    if (other->value->type != V_ASN1_UTF8STRING || OBJ_obj2txt(oid, sizeof oid, other->type_id, 1) <= 0)
        return true;
    const ASN1_STRING *string = other->value->value.utf8string;
    size_t length = (size_t)ASN1_STRING_length(string);
    for (size_t i = 0; i < sizeof attributes / sizeof *attributes; i++) {
        char *to = (char *)texts + attributes[i].at;
        if (strcmp(attributes[i].oid, oid) != 0)
            continue;
        if (to[0] != '\0' || length >= attributes[i].room ||
            memchr(ASN1_STRING_get0_data(string), '\0', length) != NULL)
            return false;
        memcpy(to, ASN1_STRING_get0_data(string), length);
    }
    return true;
}

/* EYYYYMMDD: the era is one digit, the year that of the common calendar. */
static uint32_t birth_of(const char *text)
{
    bool told = strlen(text) == 9 && strspn(text, "0123456789") == 9;
    return told ? (uint32_t)strtoul(text + 1, NULL, 10) : 0;
}

static bool read_names(X509 *certificate, struct texts *texts)
{
    int found = 0;
    GENERAL_NAMES *names = X509_get_ext_d2i(certificate, NID_subject_alt_name, &found, NULL);
    bool ok = names != NULL;
    for (int i = 0; ok && i < sk_GENERAL_NAME_num(names); i++) {
        const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);
        ok = name->type != GEN_OTHERNAME || take(texts, name->d.otherName);
    }
    GENERAL_NAMES_free(names);
    return ok && texts->name[0] != '\0';
}

bool enrol_holder_read(struct enrol_holder *holder, const uint8_t *der, size_t length)
{
    struct texts texts = { 0 };
    const unsigned char *at = der;
    *holder = (struct enrol_holder){ 0 };
    ERR_set_mark();
    X509 *certificate = length > 0 && length < 65536 ? d2i_X509(NULL, &at, (long)length) : NULL;
    bool ok = certificate != NULL && at == der + length && read_names(certificate, &texts);
    X509_free(certificate);
    ERR_pop_to_mark();
    if (!ok)
        return false;
    memcpy(holder->name, texts.name, sizeof holder->name);
    memcpy(holder->address, texts.address, sizeof holder->address);
    holder->birth = birth_of(texts.birth);
    holder->sex = texts.sex[0] >= '1' && texts.sex[0] <= '9' ? (uint8_t)(texts.sex[0] - '0') : 0;
    return true;
}
