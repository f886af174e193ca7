/*
 * The practice CA's control socket: the commands of ca_ask (ca.h), one line in and one line out.
 */
#ifndef CARDOPS_PRACTICE_CA_CONTROL_H
#define CARDOPS_PRACTICE_CA_CONTROL_H

#include "cardops/practice/ca_cmp.h"

/* Listens at `directory`/control, replacing what a dead CA left there; -1: it cannot. */
int ca_control_listen(const char *directory);

/* Takes one connection, carries its line out and answers. A peer that says nothing is dropped. */
void ca_control_serve(int listening, struct ca_cmp *cmp);

#endif
