/*
 * madoguchi-card: the only program that talks to the card. Started by card_client_start() with its
 * socket as descriptor 3; by hand it says so and ends.
 */
#include "cardops/reader/pcsc.h"
#include "cardops/sandbox.h"
#include "cardops/server.h"

#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PEER = 3 };

static struct reader *open_pcsc(const struct card_settings *settings)
{
    return pcsc_reader_new(settings->reader);
}

static bool has_peer(void)
{
    int type = 0;
    socklen_t size = sizeof type;
    return getsockopt(PEER, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == SOCK_SEQPACKET;
}

int main(void)
{
    if (!has_peer()) {
        fputs("madoguchi-card: started by madoguchi, not by hand; see madoguchi-card(8)\n", stderr);
        return 2;
    }
    if (!sandbox_begin(PEER)) {
        fputs("madoguchi-card: cannot give up its rights\n", stderr);
        return 3;
    }
    signal(SIGPIPE, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    signal(SIGINT, SIG_IGN);
    /* _exit: the handlers of libraries have nothing to tidy here, and a thread may still wait for
     * the service. */
    _exit(card_serve(PEER, open_pcsc, sandbox_confine));
}
