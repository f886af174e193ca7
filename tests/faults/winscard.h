/* The PC/SC service that the card process of these tests is linked with: one reader, one card. */
#ifndef TESTS_FAULTS_WINSCARD_H
#define TESTS_FAULTS_WINSCARD_H

#include "cardops/reader/reader.h"
#include "tests/faults/faults.h"

/* The emulated reader that answers under this name, and the page with what the resident types; both
 * borrowed. */
void winscard_serve(const char *reader_name, struct reader *emulated, struct faults_page *page);

#endif
