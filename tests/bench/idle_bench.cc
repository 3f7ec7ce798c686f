// How long the first call takes on a server that nobody has called for ten seconds: the 99th
// percentile of 50, in milliseconds. Ten servers wait at the same time.
//
//   idle_bench

#include <algorithm>
#include <cstdio>
#include <memory>
#include <random>
#include <vector>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "tests/bench/load.h"
#include "tests/bench/network_m.h"
#include "tests/bench/workload.h"
#include "tests/support/clarityd_process.h"

namespace clarity::bench {
namespace {

constexpr int kServers = 10;
constexpr int kRoundsIdle = 5;
constexpr absl::Duration kIdle = absl::Seconds(10);

struct Served {
  tests::ClaritydProcess server;
  std::unique_ptr<Load> load;
};

void Start(Served* served) {
  served->server.ServeOnly("scheduling");
  served->server.Start();
  Apply(NetworkM(), served->server);
  served->load = std::make_unique<Load>(served->server, kFindSlots, "AGENT");
}

int Run() {
  std::mt19937 random(1);
  std::vector<Served> all(kServers);
  for (Served& served : all) {
    Start(&served);
    // Every token is verified and every page loaded: what is measured is the waking up.
    for (int i = 0; i < Load::kSubjects; ++i) {
      served.load->CallEach({Serialised(RandomSearch(random))});
    }
  }
  std::vector<double> millis;
  for (int round = 0; round < kRoundsIdle; ++round) {
    absl::SleepFor(kIdle);
    for (Served& served : all) {
      const grpc::ByteBuffer request = Serialised(RandomSearch(random));
      const absl::Time begin = absl::Now();
      served.load->CallEach({request});
      millis.push_back(absl::ToDoubleMilliseconds(absl::Now() - begin));
    }
  }
  std::sort(millis.begin(), millis.end());
  std::fprintf(stderr, "first calls after idling: median %.2f ms, longest %.2f ms\n",
               millis[millis.size() / 2], millis.back());
  std::printf("%.2f\n", millis[(millis.size() * 99 + 99) / 100 - 1]);
  return 0;
}

}  // namespace
}  // namespace clarity::bench

int main() { return clarity::bench::Run(); }
