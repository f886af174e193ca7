/* Faults of configuration files as sentences, for the screen and for standard error. */
#ifndef TUI_SCREENS_FAULTS_H
#define TUI_SCREENS_FAULTS_H

#include "tui/screens/parts.h"

/* "FILE:LINE". */
const char *fault_place(const struct fault *fault, char out[PARTS_TEXT]);
/* What is wrong and what would be right. */
const char *fault_sentence(enum words_language language, const struct fault *fault, char out[WORDS_TEXT_MAX]);

#endif
