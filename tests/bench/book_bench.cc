// How many BookAppointment a second a fresh, durable clarityd takes from 32 callers: sessions on
// network M, at random starts of the coming year, each for another patient.
//
//   book_bench --server-core 0 --client-core 1    prints the rate of those that succeeded, and how
//                                                 busy the client's core was

#include <cstdio>
#include <random>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/time/time.h"
#include "tests/bench/cores.h"
#include "tests/bench/load.h"
#include "tests/bench/network_m.h"
#include "tests/bench/workload.h"
#include "tests/support/clarityd_process.h"

namespace clarity::bench {
namespace {

constexpr int kRequests = 20'000;  // half of what fits into the year: most of them find room

struct Options {
  int server_core = 0;
  int client_core = 1;
  uint32_t seed = 1;
  double seconds = 4;
};

int Run(const Options& options) {
  std::mt19937 random(options.seed);
  std::vector<grpc::ByteBuffer> buffers;
  buffers.reserve(kRequests);
  for (int i = 0; i < kRequests; ++i) buffers.push_back(Serialised(RandomBooking(i, random)));
  Requests requests(std::move(buffers), Requests::Use::kOnce);

  tests::ClaritydProcess clarityd;
  clarityd.ServeOnly("scheduling");
  PinTo(options.server_core);
  clarityd.Start();
  PinTo(options.client_core);
  Apply(NetworkM(), clarityd);
  Load load(clarityd, kBook, "STAFF");
  load.Run(kCallers, absl::Seconds(0.5), &requests);  // tokens are verified, statements prepared

  const CoreWatch client(options.client_core);
  const absl::Duration cpu_before = CpuTimeOf(clarityd.pid());
  const Outcome outcome = load.Run(kCallers, absl::Seconds(options.seconds), &requests);
  const absl::Duration cpu = (CpuTimeOf(clarityd.pid()) - cpu_before) / outcome.succeeded;
  std::fprintf(stderr,
               "BookAppointment %6.0f /s, %lld booked, %lld refused, %3.0f us of the server's time "
               "a booking, client core %2.0f %%\n",
               outcome.Rate(), static_cast<long long>(outcome.succeeded),
               static_cast<long long>(outcome.refused), absl::ToDoubleMicroseconds(cpu),
               client.Busy() * 100);
  std::printf("%.1f %.2f\n", outcome.Rate(), client.Busy());
  return 0;
}

}  // namespace
}  // namespace clarity::bench

int main(int argc, char** argv) {
  clarity::bench::Options options;
  CLI::App app("book_bench");
  app.add_option("--server-core", options.server_core);
  app.add_option("--client-core", options.client_core);
  app.add_option("--seed", options.seed);
  app.add_option("--seconds", options.seconds);
  CLI11_PARSE(app, argc, argv);
  return clarity::bench::Run(options);
}
