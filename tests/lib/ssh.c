#include "tests/lib/ssh.h"

#include <arpa/inet.h>
#include <limits.h>
#include <netinet/in.h>
#include <poll.h>
#include <pwd.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { COMMAND = 4 * PATH_MAX };

static void listen_on_loopback(struct ssh *ssh)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    ssh->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(ssh->listener, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(ssh->listener, 1), 0);
    assert_int_equal(getsockname(ssh->listener, (struct sockaddr *)&address, &size), 0);
    ssh->port = ntohs(address.sin_port);
}

void ssh_open(struct ssh *ssh, const char *folder)
{
    char command[COMMAND];
    *ssh = (struct ssh){.listener = -1};
    assert_true(strlen(folder) < sizeof ssh->folder);
    strcpy(ssh->folder, folder);
    listen_on_loopback(ssh);
    snprintf(command, sizeof command,
             "cd '%s' && for k in host login; do ssh-keygen -q -t ed25519 -N '' -C $k -f $k || exit; done && "
             "echo \"[127.0.0.1]:%d $(cat host.pub)\" >known_hosts && "
             "printf '%%s\\n' 'HostKey %s/host' 'AuthorizedKeysFile %s/login.pub' 'StrictModes no' 'UsePAM no' "
             "'PasswordAuthentication no' 'KbdInteractiveAuthentication no' 'PermitRootLogin prohibit-password' "
             "'PidFile none' 'UseDNS no' 'PrintMotd no' 'PrintLastLog no' 'LogLevel ERROR' >sshd_config",
             folder, ssh->port, folder, folder);
    assert_int_equal(system(command), 0);
}

/* Serves the connection on standard input and output; does not return. */
static void serve(const char *folder)
{
    static const char private[] = "mount -t tmpfs none /run && mkdir -m 755 /run/sshd && mount -t tmpfs none /var/log && "
                                  "exec \"$0\" \"$@\"";
    static const char sshd[] = "/usr/sbin/sshd";
    char config[PATH_MAX];
    snprintf(config, sizeof config, "%s/sshd_config", folder);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (geteuid() == 0) {
        execlp("unshare", "unshare", "-m", "sh", "-c", private, sshd, "-i", "-e", "-f", config, (char *)NULL);
    } else {
        execl(sshd, sshd, "-i", "-e", "-f", config, (char *)NULL);
    }
    _exit(127);
}

static void accept_login(struct ssh *ssh)
{
    struct pollfd call = {.fd = ssh->listener, .events = POLLIN};
    assert_int_equal(poll(&call, 1, DEADLINE_SECONDS * 1000), 1);
    int connection = accept4(ssh->listener, NULL, NULL, SOCK_CLOEXEC);
    assert_true(connection >= 0);
    ssh->server = fork();
    assert_true(ssh->server >= 0);
    if (ssh->server == 0) {
        dup2(connection, STDIN_FILENO);
        dup2(connection, STDOUT_FILENO);
        serve(ssh->folder);
    }
    close(connection);
}

struct terminal *ssh_login(struct ssh *ssh, const char *command, int rows, int columns)
{
    char key[PATH_MAX], hosts[PATH_MAX + 32], port[16];
    const struct passwd *user = getpwuid(geteuid());
    assert_non_null(user);
    snprintf(key, sizeof key, "%s/login", ssh->folder);
    snprintf(hosts, sizeof hosts, "UserKnownHostsFile=%s/known_hosts", ssh->folder);
    snprintf(port, sizeof port, "%d", ssh->port);
    const char *argv[] = {"/usr/bin/ssh", "-F", "/dev/null", "-tt",  "-e", "none",        "-i",
                          key,            "-o", hosts,       "-o",   "BatchMode=yes",     "-o",
                          "IdentitiesOnly=yes", "-p", port, "-l", user->pw_name, "127.0.0.1", command, NULL};
    const char *environment[] = {"TERM=xterm-256color", "LC_ALL=C.UTF-8", "PATH=/usr/bin:/bin", NULL};
    struct terminal *client = terminal_start(argv, environment, rows, columns);
    accept_login(ssh);
    return client;
}

void ssh_kill_server(struct ssh *ssh)
{
    if (ssh->server > 0) {
        kill(ssh->server, SIGKILL);
        waitpid(ssh->server, NULL, 0);
        ssh->server = 0;
    }
}

void ssh_await_server(struct ssh *ssh)
{
    enum { TURN_MS = 20 };
    for (int i = 0; ssh->server > 0 && i < DEADLINE_SECONDS * 1000 / TURN_MS; i++) {
        if (waitpid(ssh->server, NULL, WNOHANG) == ssh->server) {
            ssh->server = 0;
            return;
        }
        poll(NULL, 0, TURN_MS);
    }
    assert_int_equal(ssh->server, 0);
}

void ssh_close(struct ssh *ssh)
{
    ssh_kill_server(ssh);
    if (ssh->listener >= 0) {
        close(ssh->listener);
        ssh->listener = -1;
    }
}
