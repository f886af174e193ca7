/*
 * The practice CA: two issuing authorities (signature, authentication) that exist for practice only.
 *
 * It speaks CMP (RFC 4210) over HTTP or HTTPS on loopback, at the paths CA_PATH_SIG and CA_PATH_AUTH
 * (RFC 9483 section 6.1, the profile label), and issues certificates of the form in card.md section 6.
 * A request (p10cr) names the card and the municipality; everything else about the holder the CA asks of
 * ca_settings.find. A public key that it knows gets the certificate already issued, never a second one.
 *
 * Order of calls: ca_create once for a directory (it does nothing where a CA already lives), then
 * ca_serve in a process of its own. ca_issue_direct and ca_root may be called by any process at any time,
 * before ca_create too: they make what they need; the three never make the same key twice.
 *
 * State: everything is a file under `directory`, written to a temporary name, synced and renamed, so a
 * crash at any point leaves either the old or the new state. Writers hold a lock on `directory`/lock;
 * nothing is kept in memory between messages but CMP transactions under way.
 *
 *   trust/sig-roots.pem, auth-roots.pem   all generations of each authority (one name, several keys)
 *   trust/cmp-root.pem                    what the CA's own messages and its HTTPS are verified with
 *   trust/office.pem .key .p12            the office's credential; the password of the .p12 is `practice`
 *   issued/KEYHASH.der                    by SHA-256 of the public key (SubjectPublicKeyInfo)
 *   revoked/KIND-GENERATION-SERIAL        one file a revoked certificate, holding the time
 *   crl/KIND-GENERATION.crl               DER
 *   log                                   one line an event, append only
 *   port                                  decimal, while ca_serve listens
 *   control                               Unix socket for ca_ask, likewise
 *
 * Dates are YYYYMMDD in Japan (UTC+9, no summer time); times are seconds since the epoch.
 */
#ifndef CARDOPS_PRACTICE_CA_H
#define CARDOPS_PRACTICE_CA_H

#include "cardops/practice/clock.h"

#include <stddef.h>

#define CA_PATH_SIG "/.well-known/cmp/p/sig"
#define CA_PATH_AUTH "/.well-known/cmp/p/auth"

enum ca_kind { CA_SIG, CA_AUTH, CA_KINDS };

enum {
    CA_GENERATIONS = 3,
    CA_DER_MAX = 4096,
};

/* What the resident register of the stand knows of one card's holder. Text is UTF-8. */
struct ca_resident {
    char name[256];           /* parts separated by a full-width space */
    char address[700];
    char municipality_code[8]; /* five digits */
    char prefecture[64];      /* Latin letters: Osaka-fu */
    char municipality[64];    /* Latin letters: Minoh-shi */
    uint32_t birth;
    uint32_t card_expiry;
    uint8_t sex;              /* 1 male, 2 female, 3 other, 9 unknown */
    bool no_signature;        /* a ward: no signature certificate */
};

enum ca_fault {
    CA_OK = 0,
    CA_STATE,          /* `directory` cannot be read or written */
    CA_CRYPTO,         /* OpenSSL refused; its error queue was printed to stderr */
    CA_NETWORK,        /* the port cannot be had */
    CA_UNKNOWN_CARD,   /* ca_settings.find does not know this card, or not in this municipality */
    CA_NOT_ENTITLED,   /* signature certificate for a ward or under 15 */
    CA_ENDED,          /* nothing would be valid: the card has expired */
    CA_OTHER_KIND,     /* this public key already has a certificate of the other authority */
    CA_REVOKED,        /* this public key's certificate, or the one to revoke, is already revoked */
    CA_NO_CERTIFICATE, /* nothing with that serial number was issued */
    CA_ANSWER,         /* ca_ask: no CA listens, or it does not know the command */
};

struct ca_settings {
    const char *directory;
    int port;                 /* 0: any free one, told in the file `port` */
    bool https;
    int generation;           /* of the issuing keys, 1..CA_GENERATIONS; 0: the newest */
    int ready_fd;             /* gets "PORT\n" and is closed when requests are accepted; -1: none */
    struct clock clock;       /* what it issues, revokes and lists by; its own keys and messages are of the machine's */
    int life_fd;              /* ca_serve ends when this can be read or closes; -1: only by SIGTERM or SIGINT */
    /* False: no such card. Called from several threads at once. */
    bool (*find)(void *context, const char *card_serial, struct ca_resident *resident);
    void *context;
};

struct ca_certificate {
    uint8_t der[CA_DER_MAX];
    size_t length;
};

/* Keys, roots, the office's credential: what does not exist yet. */
enum ca_fault ca_create(const char *directory) __attribute__((warn_unused_result));

/* Serves until told to end; 0 means it ended in order. Blocks SIGTERM, SIGINT and SIGPIPE in its process. */
int ca_serve(const struct ca_settings *settings);

/*
 * The certificate for a public key (SubjectPublicKeyInfo, DER) without CMP: for a card that is
 * personalised. Valid from `from` to the end of the day of `until`, both times; `until` 0: by the rule, and
 * only for who may have it. A known key gets its certificate again.
 */
enum ca_fault ca_issue_direct(const struct ca_settings *settings, enum ca_kind kind, const uint8_t *key,
                              size_t key_length, const char *card_serial, const char *municipality_code,
                              int64_t from, int64_t until, struct ca_certificate *certificate)
    __attribute__((warn_unused_result));

/* The newest root of an authority, DER. */
enum ca_fault ca_root(const char *directory, enum ca_kind kind, struct ca_certificate *certificate)
    __attribute__((warn_unused_result));

/*
 * One command to a CA that runs, one line back (without its newline). Commands, for practice and tests:
 *
 *   slow SECONDS           before every answer, until set to 0; fractions allowed
 *   down yes|no            connections are dropped as they come
 *   poll N                 the next N questions about each request are answered "waiting"
 *   lose TYPE request|answer   the next message of TYPE (p10cr certConf pollReq rr) is dropped before it
 *                          is looked at, or its answer after it was carried out
 *   wrong KIND|no          the next certificate sent is other-key wrong-usage wrong-policy not-yet-valid
 *                          expired unknown-issuer broken-signature too-large not-der
 *   status                 counters, as NAME=NUMBER words
 */
enum ca_fault ca_ask(const char *directory, const char *command, char *answer, size_t room)
    __attribute__((warn_unused_result));

/*
 * Last day of validity (procedures.md section 5.2): the 5th birthday after the day of issue, the 6th when
 * `old_end` (the certificate that this one replaces; 0: none) is at most three months ahead and not past;
 * no later than `card_expiry`, nor `cap` (0: none). Born on 29 February: 28 February in common years.
 */
uint32_t ca_last_day(uint32_t birth, uint32_t issued, uint32_t old_end, uint32_t card_expiry, uint32_t cap);

#endif
