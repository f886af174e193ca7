/* A renewal cut once in each way: at the command that puts the new certificate in the place of the old. */
#include "tests/session/cutting.h"

int main(void)
{
    static const int commands[CUTTING_WAYS] = {
        [CUTTING_PULL_BEFORE] = 52, [CUTTING_PULL_AFTER] = 52, [CUTTING_MUTE] = 52,
        [CUTTING_CARD_PROCESS] = 52, [CUTTING_CLERK] = 52, [CUTTING_SERVICE] = 52, [CUTTING_LINE] = CUTTING_AT_PAD,
    };
    return cutting_each_way("renew", commands);
}
