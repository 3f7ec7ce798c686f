#ifndef CLARITY_CLIENTS_CALLCENTER_TOOL_COMPLETION_H_
#define CLARITY_CLIENTS_CALLCENTER_TOOL_COMPLETION_H_

#include <string>
#include <vector>

#include "CLI/App.hpp"
#include "clients/callcenter/tool/desk.h"

namespace clarity::client {

// How the last of the words could go on: commands, options, and the values that are known, from
// what the parser knows of the commands. Each candidate is whole, and they are sorted.
std::vector<std::string> Complete(const std::vector<std::string>& words, const CLI::App& app,
                                  Desk* desk);

}  // namespace clarity::client

#endif  // CLARITY_CLIENTS_CALLCENTER_TOOL_COMPLETION_H_
