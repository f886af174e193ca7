/*
 * The stand's control socket, RUN/control: a line of words in, a line of JSON out.
 *
 * `{"ok": true, ...}` or `{"ok": false, "error": "a sentence"}`; `state` adds "state", `env` adds "text".
 * A client may stay and send many lines; after `watch` it is also sent `{"state": ...}` at every change.
 * The commands are rows of one table in control.c, which is also what `madoguchi-practice help` prints.
 */
#ifndef CARDOPS_PRACTICE_CONTROL_H
#define CARDOPS_PRACTICE_CONTROL_H

#include "cardops/practice/stand.h"

#include <stdio.h>

bool control_open(struct stand *s) __attribute__((warn_unused_result));
void control_close(struct stand *s);
void control_accept(struct stand *s);
void control_readable(struct stand *s, struct stand_client *client);
/* Answers those who wait, tells watchers what changed. */
void control_tick(struct stand *s, int64_t now);
/* When control_tick is wanted, or CCID_NEVER. */
int64_t control_deadline(const struct stand *s);

/* One line a command, for people. */
void control_help(FILE *to);
/* Whether `word` is a command. */
bool control_known(const char *word);
const char *control_fault_text(enum practice_fault fault);

#endif
