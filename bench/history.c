#include "commands.h"
int command_history(const cli_options *options) {
    (void)options;
    return 1;
}
