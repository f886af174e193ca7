/* The connection to the card process: names, trust, and messages that are no messages. */
#include "tests/lib/resident_peer.h"
#include "tui/resident/link.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

static struct peer peer;

static int open_peer(void **state)
{
    (void)state;
    peer_open(&peer);
    peer_listen(&peer);
    return 0;
}

static int close_peer(void **state)
{
    (void)state;
    peer_close(&peer);
    return 0;
}

static void only_plain_windows_have_a_path(void **state)
{
    (void)state;
    static const char *const bad[] = {"", "1/2", "..", "1 2", "窓口1", "1234567890123456"};
    char path[LINK_PATH_MAX], deep[LINK_PATH_MAX];
    assert_true(link_path("/run/madoguchi", "Main_1-b", path));
    assert_string_equal(path, "/run/madoguchi/window-Main_1-b.resident");
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_false(link_path("/run", bad[i], path));
    }
    memset(deep, 'd', sizeof deep - 1);
    deep[0] = '/';
    deep[sizeof deep - 1] = '\0';
    assert_false(link_path(deep, "1", path));
}

static void a_socket_that_is_not_there_is_no_connection(void **state)
{
    (void)state;
    char path[LINK_PATH_MAX];
    assert_true(link_path(peer.directory, "2", path));
    assert_int_equal(link_connect(peer.directory, path), -1);
}

static void messages_come_whole(void **state)
{
    (void)state;
    struct resident_ask message;
    int fd = link_connect(peer.directory, peer.path);
    assert_true(fd >= 0);
    assert_int_equal(link_receive(fd, &message), LINK_NOTHING);
    peer_accept(&peer);
    assert_int_equal(link_receive(fd, &message), LINK_MESSAGE);
    assert_int_equal(message.version, RESIDENT_WIRE_VERSION);
    assert_int_equal(message.kind, RESIDENT_IDLE);
    assert_int_equal(link_receive(fd, &message), LINK_NOTHING);
    close(fd);
}

static void a_message_of_another_size_is_of_another_version(void **state)
{
    (void)state;
    static const uint8_t bytes[sizeof(struct resident_ask) + 1] = {RESIDENT_WIRE_VERSION};
    static const size_t sizes[] = {1, sizeof(struct resident_ask) - 1, sizeof(struct resident_ask) + 1};
    struct resident_ask message;
    int fd = link_connect(peer.directory, peer.path);
    peer_accept(&peer);
    assert_int_equal(link_receive(fd, &message), LINK_MESSAGE);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        assert_int_equal(send(peer.fd, bytes, sizes[i], MSG_NOSIGNAL), sizes[i]);
        assert_int_equal(link_receive(fd, &message), LINK_MESSAGE);
        assert_int_equal(message.version, 0);
    }
    close(fd);
}

static void the_other_end_may_go(void **state)
{
    (void)state;
    struct resident_ask message;
    struct bytes answer = {0};
    assert_true(bytes_append(&answer, "answer", 6));
    int fd = link_connect(peer.directory, peer.path);
    peer_accept(&peer);
    assert_true(link_send(fd, &answer));
    assert_int_equal(link_receive(fd, &message), LINK_MESSAGE);
    peer_drop(&peer, false);
    assert_false(link_send(fd, &answer));
    assert_int_equal(link_receive(fd, &message), LINK_GONE);
    close(fd);
    bytes_free(&answer);
}

/* A folder that is not the peer's: for root one given away, for others the root folder. */
static void a_socket_of_another_than_the_folders_owner_is_not_trusted(void **state)
{
    (void)state;
    const char *folder = "/";
    if (geteuid() == 0) {
        assert_int_equal(chown(peer.directory, 12345, (gid_t)-1), 0);
        folder = peer.directory;
    }
    assert_int_equal(link_connect(folder, peer.path), -1);
    if (geteuid() == 0) {
        assert_int_equal(chown(peer.directory, 0, (gid_t)-1), 0);
    }
    int fd = link_connect(peer.directory, peer.path);
    assert_true(fd >= 0);
    close(fd);
}

#define WITH_PEER(test) cmocka_unit_test_setup_teardown(test, open_peer, close_peer)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_PEER(only_plain_windows_have_a_path),
        WITH_PEER(a_socket_that_is_not_there_is_no_connection),
        WITH_PEER(messages_come_whole),
        WITH_PEER(a_message_of_another_size_is_of_another_version),
        WITH_PEER(the_other_end_may_go),
        WITH_PEER(a_socket_of_another_than_the_folders_owner_is_not_trusted),
    };
    return cmocka_run_group_tests_name("resident link", tests, NULL, NULL);
}
