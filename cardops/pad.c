#include "cardops/pad.h"

/* Faults that say nothing of the reader. */
static bool passes(enum reader_fault fault)
{
    return fault == READER_SHARED || fault == READER_NO_MEMORY || fault == READER_NO_SERVICE ||
           fault == READER_UNAVAILABLE;
}

static enum reader_fault read_properties(struct pad *pad, struct reader *reader)
{
    struct bytes nothing = {0}, answer = {0};
    enum reader_fault fault = READER_UNSUPPORTED;
    if (pad->pin.features.tlv != 0)
        fault = reader->ops->control(reader, pad->pin.features.tlv, &nothing, &answer);
    if (fault != READER_OK ||
        !pinpad_properties_parse(answer.at, answer.length, &pad->properties))
        pad->properties = (struct pinpad_properties){0};
    bytes_free(&answer);
    return fault;
}

enum reader_fault pad_probe(struct pad *pad, struct reader *reader, const char *reader_name,
                            uint8_t seconds)
{
    struct bytes nothing = {0}, answer = {0};
    *pad = (struct pad){.pin.seconds = seconds};
    struct pinpad_features *features = &pad->pin.features;
    enum reader_fault fault = reader->ops->control(reader, PINPAD_GET_FEATURES, &nothing, &answer);
    bool has_features =
        fault == READER_OK && pinpad_features_parse(answer.at, answer.length, features);
    bytes_free(&answer);
    if (has_features)
        fault = read_properties(pad, reader);
    if (passes(fault))
        return fault;
    pad->known = fault == READER_OK || fault == READER_UNSUPPORTED;
    if (has_features) {
        pad->pin.manners = pinpad_manners_of(reader_name, &pad->properties);
        pad->usable = features->verify != 0 && features->modify != 0 && pad->pin.manners.verifies &&
                      pad->pin.manners.modifies;
    }
    return READER_OK;
}

bool pad_takes(const struct pad *pad, const struct card_pin_profile *pin)
{
    return pad->usable && pin->alphabet == CARD_DIGITS && pin->minimum == pin->maximum &&
           pinpad_can_take(&pad->properties, &pad->pin.manners, pin->minimum);
}
