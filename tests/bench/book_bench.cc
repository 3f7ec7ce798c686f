// How many BookAppointment a second a fresh, durable clarityd takes from 32 callers: sessions on
// network M, at random starts of the coming year, each for another patient.
//
//   book_bench --server-core 0 --client-core 1    prints the rate of those that succeeded, and how
//                                                 busy the client's core was

#include <cstdio>
#include <random>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "clarity/scheduling/v1/scheduling_service.pb.h"
#include "tests/bench/cores.h"
#include "tests/bench/load.h"
#include "tests/bench/network_m.h"
#include "tests/bench/reference_size.h"
#include "tests/support/clarityd_process.h"
#include "tests/support/requests.h"

namespace clarity::bench {
namespace {

namespace v1 = scheduling::v1;

constexpr int kCallers = 32;
constexpr int kWeeks = 51;
constexpr int kRequests = 20'000;  // half of what fits into the year: most of them find room
constexpr char kBook[] = "/clarity.scheduling.v1.SchedulingService/BookAppointment";

struct Options {
  int server_core = 0;
  int client_core = 1;
  uint32_t seed = 1;
  double seconds = 4;
};

v1::BookAppointmentRequest RandomBooking(int number, std::mt19937& random) {
  v1::BookAppointmentRequest request;
  request.set_visit_type(kSession);
  request.set_clinic(ClinicName(static_cast<int>(random() % kClinics)));
  const absl::CivilDay day = FirstMonday() + random() % kWeeks * 7 + random() % 5;
  // Two hours and a half must fit.
  const unsigned starts = (kClosesAtHour - kOpensAtHour) * 4 - 9;
  const absl::CivilMinute start =
      absl::CivilMinute(day) + kOpensAtHour * 60 + random() % starts * kGridMinutes;
  *request.mutable_start_time() = tests::ToWire(absl::FromCivil(start, Zone()));
  request.add_participants()->set_patient(absl::StrCat("patients/p-", number));
  request.set_request_id(absl::StrCat("book-", number));
  return request;
}

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
  ApplyNetworkM(clarityd);
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
