/*
 * The practice CA's keys and certificates as files: made where they are missing (ca_create in ca.h), read.
 * A crash while they are made leaves some of them; the next ca_create makes the rest.
 */
#ifndef CARDOPS_PRACTICE_CA_CREATE_H
#define CARDOPS_PRACTICE_CA_CREATE_H

#include "cardops/practice/ca_profile.h"
#include "cardops/practice/store.h"

/* `sig`, `auth`: in file names and in the log. */
const char *ca_kind_word(enum ca_kind kind);

/* One authority's key and root, generation from 0, made where missing. The caller frees what is in *pair. */
bool ca_authority(const char *directory, enum ca_kind kind, int generation, struct ca_pair *pair)
    __attribute__((warn_unused_result));

/* What is there of the authorities, of the services. False: not all of them. The caller frees it in either case. */
bool ca_load_authorities(const char *directory, struct ca_pair authorities[CA_KINDS][CA_GENERATIONS]);
bool ca_load_services(const char *directory, struct ca_pair *server, X509 **office_root)
    __attribute__((warn_unused_result));

void ca_pair_free(struct ca_pair *pair);

/* Waits for the directory's lock, between threads and processes; -1: it cannot be had. */
int ca_lock(const char *directory);
void ca_unlock(int fd);

#endif
