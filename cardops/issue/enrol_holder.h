/*
 * Whose signature certificate it is: the attributes in its subjectAltName (card.md section 6.3).
 *
 * For showing the holder's name before a new certificate is written. The texts are the certificate's own:
 * the receiver cleans them before they are shown. No log and no outcome line holds them.
 */
#ifndef CARDOPS_ISSUE_ENROL_HOLDER_H
#define CARDOPS_ISSUE_ENROL_HOLDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct enrol_holder {
    char name[256];      /* UTF-8, parts separated by a full-width space */
    char address[1024];  /* UTF-8 */
    uint32_t birth;      /* YYYYMMDD; 0: unknown */
    uint8_t sex;         /* 1 male, 2 female, 3 or 9 other or unknown; 0: not told */
};

/*
 * False: not exactly one certificate, no name in it (an authentication certificate has none), an
 * attribute given twice, too long, or with a NUL inside.
 */
bool enrol_holder_read(struct enrol_holder *holder, const uint8_t *der, size_t length)
    __attribute__((warn_unused_result));

#endif
