// SIGTERM under load, and what those notice of it who call meanwhile.

#include <atomic>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/support/clarityd_process.h"
#include "tests/support/requests.h"
#include "tests/support/results.h"

namespace clarity::tests {
namespace {

constexpr int kCallers = 48;
constexpr int kAttemptsMax = 1000;  // it is the deadline that ends a call

// Calls without a pause, until it is told to stop.
void CallOn(const client::CallCenterClient& client, std::atomic<int>* answers,
            const std::atomic<bool>* stopping) {
  while (!*stopping) {
    const absl::Status status = StatusOf(client.ListClinics());
    EXPECT_TRUE(status.ok()) << status;
    ++*answers;
  }
}

TEST(StopTest, WhoRepeatsAFailedCallNoticesNothingOfARestart) {
  ClaritydProcess server;
  server.Start();
  std::atomic<int> answers{0};
  std::atomic<bool> stopping{false};
  const auto wait_for = [&](int more) {
    for (const int goal = answers + more; answers < goal;) std::this_thread::yield();
  };
  std::vector<std::thread> callers;
  for (int i = 0; i < kCallers; ++i) {
    callers.emplace_back(
        CallOn, server.ConnectAs(absl::StrCat("agent-", i), "AGENT", kAttemptsMax).AsAgent(),
        &answers, &stopping);
  }
  wait_for(10 * kCallers);
  EXPECT_EQ(server.Stop(), 0) << server.Said();
  server.Start();
  wait_for(kCallers);
  stopping = true;
  for (std::thread& caller : callers) caller.join();
}

TEST(StopTest, EveryLineOfTheLogIsAnObject) {
  ClaritydProcess server;
  server.Start();
  const auto stranger = server.ConnectAs("nobody", "NO_SUCH_ROLE").AsAgent();
  EXPECT_TRUE(absl::IsUnauthenticated(StatusOf(stranger.ListClinics())));
  // What protobuf complains of before anybody is asked who calls.
  EXPECT_TRUE(absl::IsInvalidArgument(StatusOf(stranger.GetAppointment(Get("\xff\xfe")))));
  EXPECT_EQ(server.Stop(), 0);
  std::vector<std::string> events;
  std::istringstream lines(server.Said());
  for (std::string line; std::getline(lines, line);) {
    const auto object = nlohmann::json::parse(line, nullptr, /*allow_exceptions=*/false);
    ASSERT_TRUE(object.is_object()) << line;
    // The server's own calls, of one service to the other, come and go as they like.
    if (object.value("subject", "") != "consultation") events.push_back(object["event"]);
  }
  EXPECT_THAT(events, ::testing::ElementsAre("started", "call", "library", "call", "stopping"));
}

}  // namespace
}  // namespace clarity::tests
