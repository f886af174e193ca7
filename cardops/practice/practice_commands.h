/*
 * The commands that only a practice card has: how the practice office proves its authority, unblocks a
 * PIN, makes a key pair and writes a certificate.
 *
 * What a real card takes for this is not public (card.md section 5.2), so these are this project's own
 * choice, in the manner of ISO 7816-4 and 7816-8. A real card has no application PRACTICE_AID and answers
 * 6A82 to its selection; whoever speaks these commands selects it first and stops at anything but 9000.
 *
 *   SELECT            00 A4 04 0C 0A PRACTICE_AID            9000
 *   GET CHALLENGE     00 84 00 00 10                         16 random bytes; in this application only
 *   EXTERNAL AUTH.    00 82 00 00 10 <AES-128-CMAC(office key, challenge)>
 *                     9000, and the status "office" holds until power-off in every application
 *                     6300 wrong (any number of times, never a lock-out; a new challenge is needed)
 *                     6985 no challenge was asked for
 *
 * With the status "office" (6982 without it):
 *
 *   RESET RETRY CTR   00 2C 02 <80, or 80|short id> Lc <new PIN>   in the PIN's application
 *                     sets the PIN and fills its counter; also sets a PIN that the card does not have yet
 *                     6A80 wrong length or character
 *   GENERATE          00 47 00 00 000003 83 01 REF 0000      in the JPKI application, extended length
 *                     7F49 { 81 modulus, 82 exponent }. Replaces an earlier pending key. The key in use and
 *                     its certificate stay usable until ACTIVATE.
 *   pending key       00 47 01 00 000003 83 01 REF 0000      the same answer for the pending key; 6A88: none
 *   sign with it      SELECT EF PRACTICE_PENDING|REF, then 80 2A 00 80 Lc <DigestInfo> 00
 *   UPDATE BINARY     SELECT EF PRACTICE_PENDING|certificate EF, then 00 D6 <hi> <lo> Lc <chunk>
 *                     offset 0 begins the file anew; 6A88: no pending key; 6B00: beyond the file
 *   ACTIVATE          00 44 00 00 03 83 01 REF               key and certificate change places in one step,
 *                     EF 0008 says "present"; 6A88: no pending key; 6A80: the certificate is not whole or
 *                     not of the pending key, and nothing changed
 *
 * REF is the low byte of the private key's EF: 1A signature, 17 user authentication. The signature
 * certificate is EF 0001, the user authentication certificate EF 000A (card.md section 3.1).
 * Pending key and chunks outlive power-off: a cut is finished with "pending key" and UPDATE from 0.
 */
#ifndef CARDOPS_PRACTICE_PRACTICE_COMMANDS_H
#define CARDOPS_PRACTICE_PRACTICE_COMMANDS_H

#define PRACTICE_AID 0xF0, 0x4D, 0x41, 0x44, 0x4F, 0x47, 0x55, 0x43, 0x48, 0x49, 0x01

enum {
    PRACTICE_AID_LENGTH = 11,
    PRACTICE_OFFICE_KEY = 16,    /* bytes of the office key; its file holds them as 32 hex digits */
    PRACTICE_CHALLENGE = 16,
    PRACTICE_PENDING = 0xF000,   /* added to an EF: the pending key's or its certificate's file */
    PRACTICE_REF_SIG = 0x1A,
    PRACTICE_REF_AUTH = 0x17,
    PRACTICE_TAG_REF = 0x83,
    PRACTICE_CERTIFICATE_ROOM = 3072, /* size of a certificate file, filler included */
};

#endif
