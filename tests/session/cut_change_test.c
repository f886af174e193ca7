/* A change by pad cut once in each way: pulled and killed at the command that sets the PIN, silent before it. */
#include "tests/session/cutting.h"

int main(void)
{
    static const int commands[CUTTING_WAYS] = {
        [CUTTING_PULL_BEFORE] = 7, [CUTTING_PULL_AFTER] = 7, [CUTTING_MUTE] = 5,
        [CUTTING_CARD_PROCESS] = 7, [CUTTING_CLERK] = 7, [CUTTING_SERVICE] = 7, [CUTTING_LINE] = CUTTING_AT_PAD,
    };
    return cutting_each_way("change", commands);
}
