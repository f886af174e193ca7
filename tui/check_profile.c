#include "tui/check_profile.h"

int check_profile_main(int argc, char **argv, struct date today)
{
    (void)argc, (void)argv, (void)today;
    return 0;
}
