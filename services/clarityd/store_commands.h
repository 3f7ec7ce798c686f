#ifndef CLARITY_SERVICES_CLARITYD_STORE_COMMANDS_H_
#define CLARITY_SERVICES_CLARITYD_STORE_COMMANDS_H_

#include <string>

namespace clarity {

// `clarityd backup` and `clarityd verify`: work on a data directory, beside the server that has it
// open or without one. They are this program's because only what serves a store knows what it has
// to be like; `clarityctl` has them, too, and asks this program.
bool IsStoreCommand(const std::string& argument);

// Gives the exit code: 0 done, 1 not done and said why, 2 wrong usage.
int RunStoreCommand(int argc, char** argv);

}  // namespace clarity

#endif  // CLARITY_SERVICES_CLARITYD_STORE_COMMANDS_H_
