#include "cardops/pad.h"

bool pad_probe(struct pad *pad, struct reader *reader, const char *reader_name, uint8_t seconds)
{
    struct bytes nothing = {0}, answer = {0};
    *pad = (struct pad){.pin.seconds = seconds};
    struct pinpad_features *features = &pad->pin.features;
    enum reader_fault fault = reader->ops->control(reader, PINPAD_GET_FEATURES, &nothing, &answer);
    if (fault == READER_OK && pinpad_features_parse(answer.at, answer.length, features)) {
        bool told = features->tlv != 0 &&
                    reader->ops->control(reader, features->tlv, &nothing, &answer) == READER_OK;
        if (!told || !pinpad_properties_parse(answer.at, answer.length, &pad->properties))
            pad->properties = (struct pinpad_properties){0};
        pad->pin.manners = pinpad_manners_of(reader_name, &pad->properties);
        pad->usable = features->verify != 0 && features->modify != 0 && pad->pin.manners.verifies &&
                      pad->pin.manners.modifies;
    }
    bytes_free(&answer);
    return fault != READER_SHARED;
}

bool pad_takes(const struct pad *pad, const struct card_pin_profile *pin)
{
    return pad->usable && pin->alphabet == CARD_DIGITS && pin->minimum == pin->maximum &&
           pinpad_can_take(&pad->properties, &pad->pin.manners, pin->minimum);
}
