/*
 * A real SSH login on loopback for tests: OpenSSH's client on a pty, its server behind a port of the kernel's
 * choice, with keys, configuration and known hosts of their own, as the user who runs the test.
 *
 * Order of calls: ssh_open once, with an existing folder that takes keys and configuration; for each login
 * ssh_login, then either end is cut or the command ends; ssh_close. One login at a time. The server serves one
 * connection and is this process's child (sshd -i), so that no service of the machine's own is touched; for
 * root it has a private /run and /var/log. What fails fails the running cmocka test.
 */
#ifndef TESTS_LIB_SSH_H
#define TESTS_LIB_SSH_H

#include "tests/lib/terminal.h"

struct ssh {
    char folder[96];
    int listener, port;
    pid_t server;        /* of the connection; 0: there is none */
};

void ssh_open(struct ssh *ssh, const char *folder);
/* `command` runs in the login's shell on a pty of the server's. The terminal is the client's, the caller's to end. */
struct terminal *ssh_login(struct ssh *ssh, const char *command, int rows, int columns);
/* Kills the connection's server outright (SIGKILL), as a server that crashes. */
void ssh_kill_server(struct ssh *ssh);
/* Waits for the server's own end, after the client's. */
void ssh_await_server(struct ssh *ssh);
void ssh_close(struct ssh *ssh);

#endif
