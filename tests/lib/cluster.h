/*
 * A PostgreSQL cluster of its own for one test program, on a Unix socket below one directory. It ends with the
 * program, however that ends; it runs as nobody where the program is root, for the server refuses root.
 */
#ifndef TESTS_LIB_CLUSTER_H
#define TESTS_LIB_CLUSTER_H

#include <stdbool.h>
#include <sys/types.h>

struct cluster {
    char folder[64], data[96];
    char conninfo[160];     /* for libpq: the owner of the database `postgres` */
    pid_t server;           /* 0: it does not run */
};

/* Makes it and starts its server; false: it cannot be had. */
bool cluster_open(struct cluster *c) __attribute__((warn_unused_result));
void cluster_close(struct cluster *c);
/* Its server alone. */
bool cluster_start(struct cluster *c) __attribute__((warn_unused_result));
void cluster_stop(struct cluster *c);

#endif
