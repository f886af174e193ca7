/*
 * `madoguchi check [--data DIR] [--language ja|en] [FILE...]`: reads profiles and proves over every
 * situation worth telling apart that they are sound. Without a file, the shipped ones. What is found
 * is said in the language asked for, else in that of the city's office.
 *
 * Exit codes: 0 sound; 1 a profile can be read and is not sound; 2 it cannot be read, or the words
 * were not understood.
 */
#ifndef TUI_CHECK_PROFILE_H
#define TUI_CHECK_PROFILE_H

#include "forms/rules/date.h"

int check_profile_main(int argc, char **argv, struct date today);

#endif
