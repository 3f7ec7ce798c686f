// How many instructions the server takes for one call, counted by callgrind: a number that hardly
// depends on the machine, nor on what else runs there. Of searches on network M, and of bookings.
//
//   instructions_bench search|booking

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <random>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "tests/bench/filling.h"
#include "tests/bench/load.h"
#include "tests/bench/network_m.h"
#include "tests/bench/workload.h"
#include "tests/support/clarityd_process.h"

namespace clarity::bench {
namespace {

constexpr uint32_t kSeed = 1;
constexpr int kWarmingUp = 400;  // tokens are verified, statements prepared, pages loaded
constexpr int kCounted = 1000;
constexpr absl::Duration kNoLimit = absl::Hours(1);

// A server whose instructions are counted when asked.
class CountedServer {
 public:
  CountedServer() : output_(server_.Elsewhere("callgrind.out")) {
    server_.ServeOnly("scheduling");
    server_.RunUnder({"/usr/bin/valgrind", "--tool=callgrind", "--instr-atstart=no",
                      "--fair-sched=yes", absl::StrCat("--callgrind-out-file=", output_)});
    server_.Start();
    Apply(NetworkM(), server_);
  }

  const tests::ClaritydProcess& server() const { return server_; }

  // Of these calls together.
  double Count(Load* load, Requests* requests) {
    Control("--instr=on");
    const Outcome outcome = load->Run(kCallers, kNoLimit, requests);
    Control("--instr=off");
    Control("--dump");
    std::fprintf(stderr, "%lld calls, %lld refused\n", static_cast<long long>(outcome.succeeded),
                 static_cast<long long>(outcome.refused));
    return Total() / static_cast<double>(outcome.succeeded);
  }

 private:
  void Control(const char* what) const {
    const std::string command =
        absl::StrCat("callgrind_control ", what, " ", server_.pid(), " > /dev/null 2>&1");
    if (std::system(command.c_str()) != 0) throw std::runtime_error("failed: " + command);
  }

  // The first dump has a number behind its name.
  double Total() const {
    std::ifstream dump(output_ + ".1");
    for (std::string word; dump >> word;) {
      double total = 0;
      if (word == "totals:" && dump >> total) return total;
    }
    throw std::runtime_error("callgrind has left no total in " + output_);
  }

  tests::ClaritydProcess server_;
  const std::string output_;
};

// The first ones to warm up, the others to be counted.
double CountCalls(CountedServer* server, Load* load, std::vector<grpc::ByteBuffer> requests) {
  std::vector<grpc::ByteBuffer> first(requests.begin(), requests.begin() + kWarmingUp);
  requests.erase(requests.begin(), requests.begin() + kWarmingUp);
  Requests warming_up(std::move(first), Requests::Use::kOnce);
  load->Run(kCallers, kNoLimit, &warming_up);
  Requests counted(std::move(requests), Requests::Use::kOnce);
  return server->Count(load, &counted);
}

double CountSearch() {
  CountedServer server;
  FillNetworkM(server.server(), kSeed);
  std::mt19937 random(kSeed);
  Load load(server.server(), kFindSlots, "AGENT");
  std::vector<grpc::ByteBuffer> requests;
  requests.reserve(kWarmingUp + kCounted);
  for (const FullSearch& full :
       FullSearches(kWarmingUp + kCounted, &load, [&] { return RandomSearch(random); })) {
    requests.push_back(Serialised(full.request));
  }
  return CountCalls(&server, &load, std::move(requests));
}

double CountBooking() {
  CountedServer server;
  std::mt19937 random(kSeed);
  Load load(server.server(), kBook, "STAFF");
  std::vector<grpc::ByteBuffer> requests;
  requests.reserve(kWarmingUp + kCounted);
  for (int i = 0; i < kWarmingUp + kCounted; ++i) {
    requests.push_back(Serialised(RandomBooking(i, random)));
  }
  return CountCalls(&server, &load, std::move(requests));
}

}  // namespace
}  // namespace clarity::bench

int main(int argc, char** argv) {
  const std::string_view what = argc == 2 ? argv[1] : "";
  if (what != "search" && what != "booking") {
    std::fprintf(stderr, "instructions_bench search|booking\n");
    return 2;
  }
  std::printf("%.0f\n",
              what == "search" ? clarity::bench::CountSearch() : clarity::bench::CountBooking());
  return 0;
}
