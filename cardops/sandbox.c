#include "cardops/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

bool sandbox_begin(int keep)
{
    const struct rlimit none = {0, 0};
    umask(077);
    if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0 || setrlimit(RLIMIT_CORE, &none) != 0)
        return false;
    for (int fd = 0; fd <= 2; fd++) {
        if (fcntl(fd, F_GETFD) >= 0)
            continue;
        if (open("/dev/null", O_RDWR) != fd)
            return false;
    }
    unsigned first = 3, kept = (unsigned)keep;
    return (kept == first || close_range(first, kept - 1, 0) == 0) &&
           close_range(kept + 1, ~0U, 0) == 0;
}

static const int allowed[] = {
    SCMP_SYS(read),           SCMP_SYS(write),
    SCMP_SYS(readv),          SCMP_SYS(writev),
    SCMP_SYS(pread64),        SCMP_SYS(pwrite64),
    SCMP_SYS(close),          SCMP_SYS(openat),
    SCMP_SYS(open),           SCMP_SYS(fstat),
    SCMP_SYS(newfstatat),     SCMP_SYS(stat),
    SCMP_SYS(lstat),          SCMP_SYS(statx),
    SCMP_SYS(lseek),          SCMP_SYS(fcntl),
    SCMP_SYS(flock),          SCMP_SYS(ftruncate),
    SCMP_SYS(access),         SCMP_SYS(faccessat),
    SCMP_SYS(faccessat2),     SCMP_SYS(readlink),
    SCMP_SYS(readlinkat),     SCMP_SYS(unlink),
    SCMP_SYS(unlinkat),       SCMP_SYS(mkdir),
    SCMP_SYS(chmod),          SCMP_SYS(fchmodat),
    SCMP_SYS(chown),          SCMP_SYS(fchownat),
    SCMP_SYS(umask),          SCMP_SYS(mmap),
    SCMP_SYS(munmap),         SCMP_SYS(mprotect),
    SCMP_SYS(mremap),         SCMP_SYS(madvise),
    SCMP_SYS(mlock),          SCMP_SYS(mlock2),
    SCMP_SYS(munlock),        SCMP_SYS(brk),
    SCMP_SYS(poll),           SCMP_SYS(ppoll),
    SCMP_SYS(select),         SCMP_SYS(pselect6),
    SCMP_SYS(sendto),         SCMP_SYS(recvfrom),
    SCMP_SYS(sendmsg),        SCMP_SYS(recvmsg),
    SCMP_SYS(accept4),        SCMP_SYS(bind),
    SCMP_SYS(listen),         SCMP_SYS(connect),
    SCMP_SYS(shutdown),       SCMP_SYS(getsockopt),
    SCMP_SYS(setsockopt),     SCMP_SYS(getsockname),
    SCMP_SYS(getpeername),    SCMP_SYS(eventfd2),
    SCMP_SYS(futex),          SCMP_SYS(clone),
    SCMP_SYS(clone3),         SCMP_SYS(set_robust_list),
    SCMP_SYS(rseq),           SCMP_SYS(rt_sigaction),
    SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn),
    SCMP_SYS(sigaltstack),    SCMP_SYS(exit),
    SCMP_SYS(exit_group),     SCMP_SYS(restart_syscall),
    SCMP_SYS(clock_gettime),  SCMP_SYS(clock_nanosleep),
    SCMP_SYS(nanosleep),      SCMP_SYS(gettimeofday),
    SCMP_SYS(getrandom),      SCMP_SYS(getpid),
    SCMP_SYS(gettid),         SCMP_SYS(tgkill),
    SCMP_SYS(getuid),         SCMP_SYS(geteuid),
    SCMP_SYS(getgid),         SCMP_SYS(getegid),
    SCMP_SYS(getrlimit),      SCMP_SYS(prlimit64),
    SCMP_SYS(sched_yield),    SCMP_SYS(sched_getaffinity),
    SCMP_SYS(uname),          SCMP_SYS(sysinfo),
};

void sandbox_confine(const int *more, size_t count)
{
    const struct scmp_arg_cmp local = {.arg = 0, .op = SCMP_CMP_EQ, .datum_a = AF_UNIX};
    scmp_filter_ctx list = seccomp_init(SCMP_ACT_ERRNO(EPERM));
    int fault = list == NULL;
    for (size_t i = 0; fault == 0 && i < sizeof allowed / sizeof allowed[0]; i++)
        fault = seccomp_rule_add(list, SCMP_ACT_ALLOW, allowed[i], 0);
    for (size_t i = 0; fault == 0 && i < count; i++)
        fault = seccomp_rule_add(list, SCMP_ACT_ALLOW, more[i], 0);
    if (fault == 0)
        fault = seccomp_rule_add(list, SCMP_ACT_ALLOW, SCMP_SYS(socket), 1, local);
    if (fault == 0)
        fault = seccomp_load(list);
    seccomp_release(list);
    if (fault != 0)
        _exit(3);
}
