/*
 * How fast the stand is: a command through client, pcscd, driver, pseudo-terminal and emulated card and back, beside
 * the least that such a way can cost, one echo over a socket and one over a pseudo-terminal between bare processes.
 */
#include "tests/bench/bench.h"

#include <fcntl.h>
#include <inttypes.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#include <winscard.h>

#include <cmocka.h>

enum { TRIPS = 2000, ROUNDS = 9, FRAME = 32 };

/* --- the bare way -------------------------------------------------------------------------------- */

static void whole(ssize_t (*carry)(int, void *, size_t), int fd, void *block)
{
    for (size_t done = 0; done < FRAME;) {
        ssize_t n = carry(fd, (char *)block + done, FRAME - done);
        assert_true(n > 0);
        done += (size_t)n;
    }
}

static ssize_t put(int fd, void *block, size_t length)
{
    return write(fd, block, length);
}

static pid_t echo(int fd, int other)
{
    char block[FRAME];
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        close(other);
        for (ssize_t n; (n = read(fd, block, sizeof block)) > 0;) {
            if (write(fd, block, (size_t)n) != n) {
                break;
            }
        }
        _exit(0);
    }
    return pid;
}

struct bare {
    int socket, line; /* our ends */
    int lines[2];
    pid_t pids[2];
};

static void bare_begin(struct bare *b)
{
    int pair[2];
    struct termios raw;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
    b->pids[0] = echo(pair[1], pair[0]);
    close(pair[1]);
    b->socket = pair[0];
    int master = posix_openpt(O_RDWR | O_NOCTTY);
    assert_true(master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0);
    b->line = open(ptsname(master), O_RDWR | O_NOCTTY | O_CLOEXEC);
    assert_int_equal(tcgetattr(b->line, &raw), 0);
    cfmakeraw(&raw);
    assert_int_equal(tcsetattr(b->line, TCSANOW, &raw), 0);
    b->pids[1] = echo(master, b->line);
    close(master);
}

static void bare_end(struct bare *b)
{
    close(b->socket);
    close(b->line);
    for (int i = 0; i < 2; i++) {
        kill(b->pids[i], SIGKILL);
        waitpid(b->pids[i], NULL, 0);
    }
}

static double bare_round(const struct bare *b)
{
    char block[FRAME] = {0};
    double from = bench_now();
    for (int i = 0; i < TRIPS; i++) {
        whole(put, b->socket, block);
        whole(read, b->socket, block);
        whole(put, b->line, block);
        whole(read, b->line, block);
    }
    return bench_now() - from;
}

/* --- the stand ----------------------------------------------------------------------------------- */

static double stand_round(SCARDHANDLE card)
{
    static const uint8_t select[] = {0x00, 0xA4, 0x04, 0x0C, 10, 0xD3, 0x92, 0xF0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01};
    double from = bench_now();
    for (int i = 0; i < TRIPS; i++) {
        uint8_t answer[64];
        DWORD length = sizeof answer;
        assert_int_equal(SCardTransmit(card, SCARD_PCI_T1, select, sizeof select, NULL, answer, &length), SCARD_S_SUCCESS);
        assert_int_equal(length, 2);
    }
    return bench_now() - from;
}

/* Milliseconds on a processor, of all threads. */
static double processor_of(pid_t pid)
{
    char path[64];
    uint64_t nanoseconds = 0;
    snprintf(path, sizeof path, "/proc/%d/schedstat", (int)pid);
    FILE *file = fopen(path, "re");
    assert_non_null(file);
    assert_int_equal(fscanf(file, "%" SCNu64, &nanoseconds), 1);
    fclose(file);
    return (double)nanoseconds / 1e6;
}

void bench_stand(struct session *s)
{
    struct bench_pairs rates = {0};
    struct bare bare;
    SCARDCONTEXT context;
    SCARDHANDLE card;
    DWORD protocol;
    session_fresh(s, "adult");
    bare_begin(&bare);
    assert_int_equal(SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &context), SCARD_S_SUCCESS);
    assert_int_equal(SCardConnect(context, "madoguchi-pad 00 00", SCARD_SHARE_EXCLUSIVE, SCARD_PROTOCOL_T1, &card, &protocol),
                     SCARD_S_SUCCESS);
    double before = processor_of(s->stand);
    for (int i = 0; i < ROUNDS; i++) {
        bench_add(&rates, TRIPS / stand_round(card) * 1e3, TRIPS / bare_round(&bare) * 1e3);
    }
    double own = (processor_of(s->stand) - before) * 1e3 / (ROUNDS * TRIPS);
    SCardDisconnect(card, SCARD_UNPOWER_CARD);
    SCardReleaseContext(context);
    bare_end(&bare);
    bench_pair("commands through pcscd, driver and stand", &rates, "/s", "bare socket and pty echo",
               "SELECT, 9 x 2000 in turn, two bare processes");
    bench_row("  of each, the stand's own processor time", own, "us", "", "schedstat: poll, read, card, write");
}
