#include "tui/resident/speech.h"
#include "tui/words/words.h"

#include <string.h>

extern const char _binary_resident_words_ja_mo_start[];
extern const char _binary_resident_words_ja_easy_mo_start[];
extern const char _binary_resident_words_en_mo_start[];
extern const char _binary_resident_words_zh_mo_start[];
extern const char _binary_resident_words_ko_mo_start[];
extern const char _binary_resident_words_pt_mo_start[];
extern const char _binary_resident_words_vi_mo_start[];

static const struct {
    const char *name;
    const char *catalogue;
} languages[SPEECH_LANGUAGES] = {
    [SPEECH_JA] = {"ja", _binary_resident_words_ja_mo_start},
    [SPEECH_JA_EASY] = {"ja-easy", _binary_resident_words_ja_easy_mo_start},
    [SPEECH_EN] = {"en", _binary_resident_words_en_mo_start},
    [SPEECH_ZH] = {"zh", _binary_resident_words_zh_mo_start},
    [SPEECH_KO] = {"ko", _binary_resident_words_ko_mo_start},
    [SPEECH_PT] = {"pt", _binary_resident_words_pt_mo_start},
    [SPEECH_VI] = {"vi", _binary_resident_words_vi_mo_start},
};

const char *speech_name(enum speech_language language)
{
    return languages[language].name;
}

bool speech_parse(const char *name, enum speech_language *out)
{
    for (int i = 0; i < SPEECH_LANGUAGES; i++) {
        if (strcmp(name, languages[i].name) == 0) {
            *out = (enum speech_language)i;
            return true;
        }
    }
    return false;
}

const char *speech_catalogue(enum speech_language language)
{
    return languages[language].catalogue;
}

const char *speech_say(enum speech_language language, const char *id)
{
    return words_catalogue_say(languages[language].catalogue, id);
}
