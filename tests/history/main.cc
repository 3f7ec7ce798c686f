// Makes a history: the real server is killed and started again while processes call it, and each
// writes down what it was told. See run.sh; history.py says whether it can have been so.

#include <signal.h>

#include <atomic>
#include <exception>
#include <iostream>
#include <random>
#include <string>

#include "CLI/CLI.hpp"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "tests/history/agent.h"
#include "tests/history/conductor.h"
#include "tests/history/follower.h"
#include "tests/history/office.h"

namespace clarity::history {
namespace {

struct Options {
  Plan plan;
  double minutes = 0;
  // Of one of the processes that the first one starts.
  std::string part;
  Identity identity;
  int64_t first_day = 0;
  std::string watch_token;
};

std::atomic<bool> stopping{false};

void StopOnSignal() {
  signal(SIGTERM, [](int) { stopping = true; });
}

void RunAgent(const Options& options) {
  std::mt19937 random(options.plan.seed);
  Desk desk(options.identity, options.plan.journals, &random);
  Agent agent(&desk, &random, absl::FromUnixSeconds(options.first_day));
  while (!stopping) {
    agent.DoSomething();
    absl::SleepFor(absl::Microseconds(Pick(random, 10'000)));
  }
  agent.Finish();
}

void RunOffice(const Options& options) {
  std::mt19937 random(options.plan.seed);
  Desk desk(options.identity, options.plan.journals, &random);
  Office office(&desk, &random, absl::FromUnixSeconds(options.first_day));
  while (!stopping) {
    office.DoSomething();
    absl::SleepFor(absl::Milliseconds(Pick(random, 200)));
  }
}

void Run(Options options) {
  StopOnSignal();
  if (options.part == "agent") return RunAgent(options);
  if (options.part == "office") return RunOffice(options);
  if (options.part == "follow") {
    return FollowChanges(options.identity, options.plan.journals, options.watch_token);
  }
  options.plan.race = absl::Minutes(1) * options.minutes;
  Conductor(options.plan).Run();
}

}  // namespace
}  // namespace clarity::history

int main(int argc, char** argv) {
  CLI::App app("Makes a history of calls to a server that is killed now and then");
  clarity::history::Options options;
  app.add_option("--kills", options.plan.kills, "how often the server is killed");
  app.add_option("--callers", options.plan.callers, "processes that call it");
  app.add_option("--minutes", options.minutes, "how long they go on after the last kill");
  app.add_option("--seed", options.plan.seed, "what each of them does follows from it");
  app.add_option("--journals", options.plan.journals, "a directory")->required();
  app.add_option("--part", options.part)->group("");
  app.add_option("--subject", options.identity.subject)->group("");
  app.add_option("--token", options.identity.token)->group("");
  app.add_option("--server", options.identity.server)->group("");
  app.add_option("--first-day", options.first_day)->group("");
  app.add_option("--watch-token", options.watch_token)->group("");
  CLI11_PARSE(app, argc, argv);
  try {
    clarity::history::Run(options);
  } catch (const std::exception& failure) {
    std::cerr << failure.what() << std::endl;
    return 1;
  }
  return 0;
}
