/* What a card answers: its records and files, read by the applets through a reader that says what it
 * likes. Whatever is taken for a serial number is fifteen digits. */
#include "cardops/applet/common.h"
#include "cardops/applet/jpki.h"
#include "cardops/applet/pin.h"
#include "tests/fuzz/hostile_reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_common(struct channel *c)
{
    struct common_record record;

    if (common_read(c, &record) == CARD_OK &&
        (strspn(record.serial, "0123456789") != 15 || record.serial[15] != '\0'))
        abort();
}

static void read_jpki(struct channel *c, enum card_certificate which)
{
    uint8_t present[2];
    enum jpki_token token;
    struct bytes der = {0};

    (void)!jpki_read_token(c, &token);
    (void)!jpki_read_present(c, present);
    if (jpki_read_certificate(c, which, &der) == CARD_OK && der.length < 2)
        abort();
    bytes_free(&der);
}

static void ask_tries(struct channel *c)
{
    static const struct card_place place = {.aid = {0xD3, 0x92}, .aid_length = 2, .ef = 0x0018};
    uint8_t present = CARD_UNKNOWN;
    int8_t tries = -1;

    if (pin_query(c, &place, &present, &tries) == CARD_OK && (tries < -1 || tries > 15))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct channel channel = {0};
    struct common_record record;

    if (size < 1 || size > 16384)
        return 0;
    (void)!common_record_parse(data, size, &record);
    (void)jpki_token_parse(data, size);
    channel.reader = hostile_reader_new(data + 1, size - 1);
    if (!channel.reader)
        abort();
    if (channel_connect(&channel) == CARD_OK) {
        if (data[0] & 1)
            read_common(&channel);
        if (data[0] & 2)
            read_jpki(&channel, data[0] & 8 ? CARD_CERTIFICATE_SIG : CARD_CERTIFICATE_AUTH);
        if (data[0] & 4)
            ask_tries(&channel);
    }
    channel_power_off(&channel);
    channel.reader->ops->close(&channel.reader);
    return 0;
}
