#ifndef CLARITY_TESTS_HISTORY_FOLLOWER_H_
#define CLARITY_TESTS_HISTORY_FOLLOWER_H_

#include <string>

#include "tests/history/desk.h"

namespace clarity::history {

// The patient of the last visit at each clinic: whoever follows has seen all when it comes.
inline constexpr char kMarker[] = "patients/the-last";

// Writes down every change of every clinic from a token on, whatever happens to the server
// meanwhile, until it has seen the last.
void FollowChanges(const Identity& identity, const std::string& journals,
                   const std::string& watch_token);

}  // namespace clarity::history

#endif  // CLARITY_TESTS_HISTORY_FOLLOWER_H_
