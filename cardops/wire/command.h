/*
 * What a log may say of a command: its name, and its body only where the instruction is on a list.
 *
 * The commands that carry a PIN (VERIFY 20, CHANGE REFERENCE DATA 24, RESET RETRY COUNTER 2C,
 * CHANGE KEY 32) are not on it, nor is anything the table does not know. Answers are told by length
 * alone: they hold names and addresses.
 */
#ifndef CARDOPS_WIRE_COMMAND_H
#define CARDOPS_WIRE_COMMAND_H

#include <stddef.h>
#include <stdint.h>

/* ASCII, one line without its end, never more than `room` with the NUL; `raw` may be any bytes. */
void command_describe(const uint8_t *raw, size_t length, char *text, size_t room);

#endif
