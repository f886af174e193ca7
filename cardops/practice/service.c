#include "cardops/practice/service.h"

#include "cardops/practice/child.h"
#include "cardops/practice/store.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static const char program[] = "/usr/sbin/pcscd";
static const char driver[] = "/usr/lib/pcsc/drivers/serial/libccidtwin.so";

const char *service_fault_text(enum service_fault fault)
{
    static const char *const texts[] = {
        [SERVICE_OK] = "fine",
        [SERVICE_NO_PROGRAM] = "/usr/sbin/pcscd is missing; install the package pcscd",
        [SERVICE_NO_DRIVER] = "libccidtwin.so is missing; install the package libccid",
        [SERVICE_NO_NAMESPACE] =
            "this machine forbids mount namespaces, and without one the practice pcscd would touch "
            "/run/pcscd of the machine; allow them, or run as an ordinary user where the package "
            "pcscd has made /run/pcscd",
        [SERVICE_NO_SOCKET] = "the socket cannot be made; give a shorter directory with --dir",
        [SERVICE_NO_FILE] = "the files of pcscd cannot be written in the stand's directory",
        [SERVICE_NO_PROCESS] = "pcscd cannot be started",
    };
    return texts[fault];
}

static bool reader_conf(const char *folder, const char *pad, const char *plain)
{
    char text[1024], conf[STORE_PATH_MAX];
    int n = snprintf(text, sizeof text,
                     "FRIENDLYNAME \"madoguchi-pad\"\nDEVICENAME %s:GemPCPinPad\nLIBPATH %s\n"
                     "FRIENDLYNAME \"madoguchi-plain\"\nDEVICENAME %s:GemPCTwin\nLIBPATH %s\n",
                     pad, driver, plain, driver);
    return n > 0 && store_path(conf, folder, "reader.conf.d") && store_folder(conf) &&
           store_write(conf, "readers", text, (size_t)n);
}

static int socket_listen(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    memcpy(address.sun_path, path, strlen(path) + 1);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    unlink(path);
    if (fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof address) == 0 &&
        chmod(path, 0600) == 0 && listen(fd, 64) == 0)
        return fd;
    if (fd >= 0)
        close(fd);
    return -1;
}

/* --- in the child -------------------------------------------------------------------------------- */

static bool text_write(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    bool ok = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);
    if (fd >= 0)
        close(fd);
    return ok;
}

/* A user namespace in which we are root over our own files and nothing else. */
static bool become_own_root(uid_t uid, gid_t gid)
{
    char map[64];
    if (!text_write("/proc/self/setgroups", "deny"))
        return false;
    snprintf(map, sizeof map, "0 %u 1", (unsigned)uid);
    if (!text_write("/proc/self/uid_map", map))
        return false;
    snprintf(map, sizeof map, "0 %u 1", (unsigned)gid);
    return text_write("/proc/self/gid_map", map);
}

static bool folders_make(char *path)
{
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(path, 0700) != 0 && errno != EEXIST)
            return false;
        *slash = '/';
    }
    return mkdir(path, 0700) == 0 || errno == EEXIST;
}

/* An empty /run with a /run/pcscd, and in it the stand's own folder where that lies below /run. */
static bool run_replace(const char *folder)
{
    char from[64], path[512];
    int kept = -1;
    bool inside = strncmp(folder, "/run/", 5) == 0;
    if (inside && (kept = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC)) < 0)
        return false;
    if (mount("none", "/run", "tmpfs", MS_NOSUID | MS_NODEV, "mode=755") != 0 ||
        mkdir("/run/pcscd", 0755) != 0)
        return false;
    if (!inside)
        return true;
    snprintf(from, sizeof from, "/proc/self/fd/%d", kept);
    snprintf(path, sizeof path, "%s", folder);
    return folders_make(path) && mount(from, folder, NULL, MS_BIND, NULL) == 0;
}

static bool namespace_enter(const char *folder)
{
    uid_t uid = geteuid();
    gid_t gid = getegid();
    bool root = uid == 0;
    if (!root && access("/run/pcscd", F_OK) == 0)
        return true;
    if (unshare(root ? CLONE_NEWNS : CLONE_NEWNS | CLONE_NEWUSER) != 0)
        return false;
    if (!root && !become_own_root(uid, gid))
        return false;
    return mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 && run_replace(folder);
}

static void child_report(int report, unsigned char fault)
{
    if (write(report, &fault, 1) != 1)
        _exit(2);
    _exit(1);
}

/* Becomes pcscd, or writes one byte to `report` (closed by a successful exec) and ends. */
static void child_run(const struct service *s, int listener, int report, pid_t parent)
{
    char conf[STORE_PATH_MAX], log[STORE_PATH_MAX], pid[32], socket_path[160];
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    if (!namespace_enter(s->folder))
        child_report(report, SERVICE_NO_NAMESPACE);
    bool named = store_path(conf, s->folder, "reader.conf.d") &&
                 store_path(log, s->folder, "pcscd.log");
    int out = named ? open(log, O_WRONLY | O_CREAT | O_APPEND, 0600) : -1;
    int in = open("/dev/null", O_RDONLY);
    /* the report moves out of the way of descriptor 3 */
    int apart = fcntl(report, F_DUPFD_CLOEXEC, 10);
    int mine = fcntl(listener, F_DUPFD_CLOEXEC, 10);
    if (out < 0 || in < 0 || apart < 0 || mine < 0 || dup2(in, 0) < 0 || dup2(out, 1) < 0 ||
        dup2(out, 2) < 0 || dup2(mine, 3) < 0)
        child_report(report, SERVICE_NO_FILE);
    close_range(4, ~0u, CLOSE_RANGE_CLOEXEC);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent)
        _exit(1);
    snprintf(pid, sizeof pid, "LISTEN_PID=%d", (int)getpid());
    snprintf(socket_path, sizeof socket_path, "PCSCLITE_CSOCK_NAME=%s", s->socket);
    char fds[] = "LISTEN_FDS=1", path[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin", lang[] = "LANG=C",
         filter[] = "PCSCLITE_FILTER_IGNORE_READER_NAMES= ";
    /* libccid's faults and notes. Its next level, which the machine's Info.plist may have set, writes
     * every command, and with it a PIN typed on the resident's terminal. */
    char level[] = "LIBCCID_ifdLogLevel=0x0003";
    char *environment[] = {pid, fds, path, lang, filter, level, socket_path, NULL};
    char name[] = "pcscd", f[] = "-f", c[] = "-c";
    char *arguments[] = {name, f, c, conf, NULL};
    execve(program, arguments, environment);
    child_report(apart, SERVICE_NO_PROCESS);
}

/* --- in the stand -------------------------------------------------------------------------------- */

static enum service_fault child_result(int report)
{
    unsigned char fault;
    ssize_t n;
    do
        n = read(report, &fault, 1);
    while (n < 0 && errno == EINTR);
    return n == 1 ? (enum service_fault)fault : SERVICE_OK;
}

static enum service_fault process_start(struct service *s, int listener)
{
    int report[2];
    pid_t parent = getpid();
    if (pipe2(report, O_CLOEXEC) != 0)
        return SERVICE_NO_PROCESS;
    pid_t pid = fork();
    if (pid == 0)
        child_run(s, listener, report[1], parent);
    close(report[1]);
    enum service_fault fault = pid < 0 ? SERVICE_NO_PROCESS : child_result(report[0]);
    close(report[0]);
    if (fault && pid > 0)
        waitpid(pid, NULL, 0);
    s->pid = fault ? 0 : pid;
    return fault;
}

enum service_fault service_start(struct service *s, const char *folder, const char *pad,
                                 const char *plain)
{
    if (access(program, X_OK) != 0)
        return SERVICE_NO_PROGRAM;
    if (access(driver, R_OK) != 0)
        return SERVICE_NO_DRIVER;
    snprintf(s->folder, sizeof s->folder, "%s", folder);
    if (snprintf(s->socket, sizeof s->socket, "%s/pcscd.comm", folder) >= (int)sizeof s->socket)
        return SERVICE_NO_SOCKET;
    if (!reader_conf(folder, pad, plain))
        return SERVICE_NO_FILE;
    int listener = socket_listen(s->socket);
    if (listener < 0)
        return SERVICE_NO_SOCKET;
    enum service_fault fault = process_start(s, listener);
    close(listener);
    if (fault)
        unlink(s->socket);
    return fault;
}

void service_stop(struct service *s)
{
    if (s->pid > 0)
        child_stop(s->pid);
    s->pid = 0;
    if (s->socket[0])
        unlink(s->socket);
}
