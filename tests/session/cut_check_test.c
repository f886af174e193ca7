/* A PIN checked by pad, cut once in each way: pulled and killed at VERIFY, silent before it. */
#include "tests/session/cutting.h"

int main(void)
{
    static const int commands[CUTTING_WAYS] = {
        [CUTTING_PULL_BEFORE] = 6, [CUTTING_PULL_AFTER] = 6, [CUTTING_MUTE] = 5,
        [CUTTING_CARD_PROCESS] = 6, [CUTTING_CLERK] = 6, [CUTTING_SERVICE] = 6, [CUTTING_LINE] = CUTTING_AT_PAD,
    };
    return cutting_each_way("check", commands);
}
