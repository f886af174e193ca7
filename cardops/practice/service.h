/*
 * A pcscd of our own, with our two readers and nothing else (stand.md section 1).
 *
 * Its socket is handed over as systemd does it (descriptor 3, LISTEN_FDS). It gets a mount namespace with
 * a /run/pcscd of its own, because as root it would write and at its end remove the machine's own pid
 * file, and because without that folder it does not start. Where /run/pcscd exists and the user is an
 * ordinary one, no namespace is needed. The machine's own service is never touched.
 *
 * Order of calls: service_start; service_stop (waits, at most some seconds); either may come again.
 * When the stand is killed, the kernel ends the service (PR_SET_PDEATHSIG).
 */
#ifndef CARDOPS_PRACTICE_SERVICE_H
#define CARDOPS_PRACTICE_SERVICE_H

#include <stdbool.h>
#include <sys/types.h>

enum service_fault {
    SERVICE_OK = 0,
    SERVICE_NO_PROGRAM,   /* pcscd is not installed */
    SERVICE_NO_DRIVER,    /* libccidtwin.so is not installed */
    SERVICE_NO_NAMESPACE, /* namespaces are forbidden here, and without one it must not run */
    SERVICE_NO_SOCKET,    /* the socket cannot be made; its path may be too long */
    SERVICE_NO_FILE,      /* its files cannot be written below the folder */
    SERVICE_NO_PROCESS,
};

struct service {
    char folder[512]; /* absolute; socket, reader.conf.d and log lie in it */
    char socket[108];
    pid_t pid;        /* 0: not running */
};

/* `pad` and `plain` are device names of pseudo-terminals. */
enum service_fault service_start(struct service *s, const char *folder, const char *pad,
                                 const char *plain) __attribute__((warn_unused_result));
void service_stop(struct service *s);
/* For people who asked for the stand and cannot have it: what is wrong and what helps. */
const char *service_fault_text(enum service_fault fault);

#endif
