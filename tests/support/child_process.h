#ifndef CLARITY_TESTS_SUPPORT_CHILD_PROCESS_H_
#define CLARITY_TESTS_SUPPORT_CHILD_PROCESS_H_

#include <sys/types.h>

#include <string>
#include <vector>

namespace clarity::tests {

// Starts a program, by its path and the words after it, whose output goes to a file. It ends when
// what started it does.
pid_t Launch(const std::vector<std::string>& command_line, const std::string& log);

// Waits until it has ended; its exit code, or -1 where a signal ended it.
int WaitFor(pid_t child);

// Whether it is still there.
bool IsRunning(pid_t child);

}  // namespace clarity::tests

#endif  // CLARITY_TESTS_SUPPORT_CHILD_PROCESS_H_
