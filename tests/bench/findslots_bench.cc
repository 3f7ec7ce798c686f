// FindSlots, 20 slots back, against an echo of as many bytes behind the same door: on network M, or
// over the 20 clinics next to a point of network L.
//
//   findslots_bench --server-core 0 --client-core 1 --network m    prints the median ratio, and how
//                                                                  busy the client's core was at
//                                                                  most

#include <algorithm>
#include <array>
#include <cstdio>
#include <random>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/time/time.h"
#include "tests/bench/cores.h"
#include "tests/bench/echo_service.pb.h"
#include "tests/bench/filling.h"
#include "tests/bench/load.h"
#include "tests/bench/network_l.h"
#include "tests/bench/network_m.h"
#include "tests/bench/reference_size.h"
#include "tests/bench/workload.h"
#include "tests/support/clarityd_process.h"

namespace clarity::bench {
namespace {

constexpr int kRequests = 1000;
constexpr char kEcho[] = "/clarity.bench.EchoService/Echo";

struct Options {
  int server_core = 0;
  int client_core = 1;
  uint32_t seed = 1;
  double seconds = 4;
  std::string network = "m";
};

// Both sides of the comparison, request by request: searches, and for each an echo of as many bytes
// as its reply had.
struct Pairs {
  std::vector<grpc::ByteBuffer> searches;
  std::vector<grpc::ByteBuffer> echoes;
};

Pairs MakePairs(Load* search, DrawSearch draw) {
  Pairs pairs;
  for (const FullSearch& full : FullSearches(kRequests, search, draw)) {
    EchoRequest echo;
    *echo.mutable_search() = full.request;
    echo.set_reply_bytes(static_cast<int>(full.reply_bytes));
    pairs.searches.push_back(Serialised(full.request));
    pairs.echoes.push_back(Serialised(echo));
  }
  return pairs;
}

struct Measured {
  double rate;
  double client_busy;
  absl::Duration server_cpu;  // a call
};

Measured Measure(const tests::ClaritydProcess& server, Load* load, Requests* requests,
                 const Options& options) {
  const CoreWatch client(options.client_core);
  const absl::Duration cpu_before = CpuTimeOf(server.pid());
  const Outcome outcome = load->Run(kCallers, absl::Seconds(options.seconds), requests);
  if (outcome.refused > 0) {
    std::fprintf(stderr, "%lld calls were refused: %s\n", static_cast<long long>(outcome.refused),
                 outcome.refusal.c_str());
  }
  return {outcome.Rate(), client.Busy(),
          (CpuTimeOf(server.pid()) - cpu_before) / outcome.succeeded};
}

void Say(const char* what, const Measured& measured) {
  std::fprintf(
      stderr, "%-9s %6.0f /s, %3.0f us of the server's time a call, client core %2.0f %%\n", what,
      measured.rate, absl::ToDoubleMicroseconds(measured.server_cpu), measured.client_busy * 100);
}

void StartOnServerCore(const Options& options, tests::ClaritydProcess* server) {
  PinTo(options.server_core);
  server->Start();
  PinTo(options.client_core);
}

void MakeNetworkM(const tests::ClaritydProcess& clarityd, uint32_t seed) {
  std::fprintf(stderr, "seed %u: filling network M from %s\n", seed,
               absl::FormatCivilTime(FirstMonday()).c_str());
  Apply(NetworkM(), clarityd);
  const Filled filled = FillNetworkM(clarityd, seed);
  std::fprintf(stderr, "%d appointments, %d blocks: %.0f %% taken\n", filled.appointments,
               filled.blocks, filled.taken * 100);
}

void MakeNetworkL(const tests::ClaritydProcess& clarityd, uint32_t seed) {
  std::fprintf(stderr, "seed %u: network L\n", seed);
  Apply(NetworkL(), clarityd);
  FillNetworkL(clarityd, seed);
}

int Run(const Options& options) {
  tests::ClaritydProcess clarityd;
  clarityd.ServeOnly("scheduling");
  tests::ClaritydProcess echo_server(CLARITY_BENCH_ECHO_SERVER);
  StartOnServerCore(options, &clarityd);
  StartOnServerCore(options, &echo_server);

  const bool is_large = options.network == "l";
  is_large ? MakeNetworkL(clarityd, options.seed) : MakeNetworkM(clarityd, options.seed);
  std::mt19937 random(options.seed);
  Load search(clarityd, kFindSlots, "AGENT");
  Load echo(echo_server, kEcho, "AGENT");
  Pairs pairs = MakePairs(
      &search, [&] { return is_large ? RandomSearchNear(random) : RandomSearch(random); });
  Requests searches(std::move(pairs.searches), Requests::Use::kRoundAndRound);
  Requests echoes(std::move(pairs.echoes), Requests::Use::kRoundAndRound);
  search.Run(kCallers, absl::Seconds(1), &searches);
  echo.Run(kCallers, absl::Seconds(1), &echoes);

  std::array<double, kRounds> ratios{};
  double busy = 0;
  for (double& ratio : ratios) {
    const Measured found = Measure(clarityd, &search, &searches, options);
    const Measured echoed = Measure(echo_server, &echo, &echoes, options);
    ratio = found.rate / echoed.rate;
    busy = std::max({busy, found.client_busy, echoed.client_busy});
    Say("FindSlots", found);
    Say("echo", echoed);
    std::fprintf(stderr, "ratio %.3f\n", ratio);
  }
  std::sort(ratios.begin(), ratios.end());
  std::printf("%.3f %.2f\n", ratios[kRounds / 2], busy);
  return 0;
}

}  // namespace
}  // namespace clarity::bench

int main(int argc, char** argv) {
  clarity::bench::Options options;
  CLI::App app("findslots_bench");
  app.add_option("--server-core", options.server_core);
  app.add_option("--client-core", options.client_core);
  app.add_option("--seed", options.seed);
  app.add_option("--seconds", options.seconds, "of each measurement");
  app.add_option("--network", options.network)->check(CLI::IsMember({"m", "l"}));
  CLI11_PARSE(app, argc, argv);
  return clarity::bench::Run(options);
}
