/*
 * Dates as clerks type and say them, and Japanese eras (wareki).
 *
 * Understood, with digits and letters of either width, blanks ignored:
 *   S63.5.1  s63/5/1  S63-5-1  S630501  R元.5.1     era letter M T S H R (either case)
 *   昭和63年5月1日  令和元年5月1日  昭63.5.1  ㍼63.5.1
 *   2008-05-01  2008/5/1  2008.5.1  2008年5月1日  20080501
 * The two separators are the same; 年, 月 and 日 come all three. What an input method makes of the
 * separator keys (。 for . , ・ for / , ー for -) counts as the key. Nothing is guessed: a year of
 * two digits without an era, numerals in kanji and a missing day are refused.
 *
 * Bounds of the eras: Meiji from 1873-01-01 (M6.1.1, the first day of the solar calendar; earlier
 * Meiji dates are lunar and cannot be converted by counting) to 1912-07-30, Taisho 1912-07-30 to
 * 1926-12-25, Showa 1926-12-25 to 1989-01-07, Heisei 1989-01-08 to 2019-04-30, Reiwa from
 * 2019-05-01. The days 1912-07-30 and 1926-12-25 belong to both eras on paper (the new era began on
 * the day the old one ended); both are read, and written with the new one.
 */
#ifndef FORMS_RULES_SPOKEN_DATE_H
#define FORMS_RULES_SPOKEN_DATE_H

#include "forms/rules/date.h"

enum era { ERA_NONE, ERA_MEIJI, ERA_TAISHO, ERA_SHOWA, ERA_HEISEI, ERA_REIWA, ERAS };

/* A year in an era; year 1 is written 元 by the screens. ERA_NONE for a date before 1873. */
struct wareki {
    enum era era;
    int year;
};

/* Reads UTF-8 text; on a fault *out is left alone. */
enum date_fault spoken_date_parse(const char *text, struct date *out)
    __attribute__((warn_unused_result));

/* A reception time as typed: 9:05, 09:05, 0905, 905, 9時5分, 9時半, 9時, either width.
 * DATE_OK and the minute of the day 0..1439, or DATE_EMPTY, DATE_NOT_A_DATE, DATE_NO_SUCH_TIME. */
enum date_fault spoken_time_parse(const char *text, int *minute)
    __attribute__((warn_unused_result));

struct wareki spoken_date_wareki(struct date date);

#endif
