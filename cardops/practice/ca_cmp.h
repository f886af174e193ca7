/*
 * The practice CA's side of CMP: one message in, one out, on OpenSSL's server interface.
 *
 * Each transaction has a context of its own, found by the message's transactionID: a shared one would mix
 * interleaved transactions. A transaction ends with its confirmation, or is forgotten after ten minutes.
 * ca_cmp_answer may be called by several threads at once.
 */
#ifndef CARDOPS_PRACTICE_CA_CMP_H
#define CARDOPS_PRACTICE_CA_CMP_H

#include "cardops/practice/ca_state.h"
#include "cardops/wire/bytes.h"

struct ca_cmp;

/* What practice and tests may change while it runs. */
enum ca_loss { CA_LOSE_NOTHING, CA_LOSE_REQUEST, CA_LOSE_ANSWER };
struct ca_knobs {
    int slow_milliseconds;
    bool down;
    int poll;
    enum ca_loss loss;
    int loss_type;           /* body type of the message, see ca_cmp_type */
    enum ca_wrong wrong;
};

struct ca_counters {
    unsigned messages, issued, repeated, confirmed, rejected, revoked, refused;
};

/* Both are borrowed and must outlive it. NULL: no memory. */
struct ca_cmp *ca_cmp_new(struct ca_state *state, const struct ca_settings *settings);
void ca_cmp_free(struct ca_cmp *cmp);

/* False: the connection is to be dropped without an answer. */
bool ca_cmp_answer(struct ca_cmp *cmp, enum ca_kind kind, const uint8_t *message, size_t length, struct bytes *answer,
                   int64_t now) __attribute__((warn_unused_result));

void ca_cmp_knobs(struct ca_cmp *cmp, struct ca_knobs *knobs);
void ca_cmp_turn(struct ca_cmp *cmp, const struct ca_knobs *knobs);
void ca_cmp_count(struct ca_cmp *cmp, struct ca_counters *counters);

/* Body type of p10cr, certConf, pollReq, rr (RFC 4210 section 5.1.2); -1: another word. */
int ca_cmp_type(const char *word);

#endif
