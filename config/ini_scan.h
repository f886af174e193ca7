/*
 * First look at a configuration file's bytes, before iniparser sees it.
 *
 * iniparser 4.1 (Debian 12), tried with a program: it keeps no line numbers; folds sections and
 * keys to lower case (ASCII); a second key or section of the same name silently wins or is
 * merged; an unquoted ; or # starts a comment, at the start of the value too; \" inside quotes
 * ends the value (he said \); what follows a closing quote is dropped; an opening quote without a
 * closing one is dropped; a key before any section is kept under ":key"; a byte order mark is a
 * syntax error; [name] with anything after the bracket is one too; a backslash as the last
 * character that is no blank joins the next line, also at the end of a comment, which then
 * swallows a setting; a line of more than 1,022 bytes, joined lines together with key and blanks
 * counted, is an error without its line number; a colon in a name makes [a] b:c and [a:b] c the
 * same; blanks around names and values are trimmed (ASCII ones; U+3000 stays); "x" and 'x' are
 * values without the quotes, and the only way to write ; or #; inside "" a ' is plain and the
 * other way round; an empty value is "".
 *
 * The scanner refuses all of these that lose or change something and notes the line of everything.
 * Values are iniparser's: the scanner yields none.
 */
#ifndef CONFIG_INI_SCAN_H
#define CONFIG_INI_SCAN_H

#include "config/faults.h"

#include <string.h>

#define INI_FILE_BYTES 1048576u
#define INI_LINE_BYTES 1020u /* joined line; iniparser takes 1,023 with its newline */
#define INI_NAME_SIZE 64u

/* A section (key empty) or a key, in the order of the file, names folded as iniparser does. */
struct ini_place {
    char section[INI_NAME_SIZE];
    char key[INI_NAME_SIZE];
    int line;
};

struct ini_places {
    struct ini_place *place;
    size_t count;
    size_t room;
};

/* Every name is compared with many: most differ in their first letter, and need no call. */
static inline bool ini_same_name(const char *a, const char *b)
{
    return a[0] == b[0] && strcmp(a, b) == 0;
}

/* Scans; false where the list got new faults. `file` is the name that the faults carry. */
bool ini_scan(const char *file, const unsigned char *bytes, size_t size, struct ini_places *places,
              struct fault_list *faults);
void ini_places_free(struct ini_places *places);

#endif
