// What network L takes in memory once every clinic was searched over its 60 days.
//
//   memory_bench    prints the MiB of the process, and the bytes for each resource and page beyond
//                   its bitmaps: one of what is open, one of what is taken

#include <cstdio>
#include <fstream>
#include <stdexcept>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "clarity/scheduling/v1/scheduling_service.pb.h"
#include "services/scheduling/calendar/page.h"
#include "services/scheduling/calendar/tick.h"
#include "tests/bench/load.h"
#include "tests/bench/network_l.h"
#include "tests/bench/network_m.h"
#include "tests/support/clarityd_process.h"
#include "tests/support/requests.h"

namespace clarity::bench {
namespace {

namespace v1 = scheduling::v1;

constexpr uint32_t kSeed = 1;
constexpr char kCountSlots[] = "/clarity.scheduling.v1.SchedulingService/CountSlots";

double ResidentBytes(pid_t process) {
  std::ifstream status(absl::StrCat("/proc/", process, "/status"));
  for (std::string word; status >> word;) {
    double kibibytes = 0;
    if (word == "VmRSS:" && status >> kibibytes) return kibibytes * 1024;
  }
  throw std::runtime_error("the server is gone");
}

// So that everybody's pages are in memory.
void SearchEverywhere(const tests::ClaritydProcess& server) {
  Load load(server, kCountSlots, "AGENT");
  const absl::Time begin = absl::FromCivil(FirstMonday(), Zone());
  for (int clinic = 0; clinic < kLargeClinics; ++clinic) {
    v1::CountSlotsRequest request;
    request.mutable_query()->set_visit_type(kSession);
    request.mutable_query()->add_clinics(ClinicName(clinic));
    auto& window = *request.mutable_query()->mutable_window();
    *window.mutable_start_time() = tests::ToWire(begin);
    *window.mutable_end_time() = tests::ToWire(begin + kLargeDays * absl::Hours(24));
    load.CallEach({Serialised(request)});
  }
}

int Run() {
  tests::ClaritydProcess server;
  server.ServeOnly("scheduling");
  server.Start();
  const v1::Catalog catalog = NetworkL();
  Apply(catalog, server);
  FillNetworkL(server, kSeed);
  const double before = ResidentBytes(server.pid());
  SearchEverywhere(server);
  const double after = ResidentBytes(server.pid());
  const double pages = static_cast<double>(kLargeDays * calendar::kTicksPerDay) /
                       static_cast<double>(calendar::kPageTicks);
  const double beyond = (after - before) / (catalog.resources_size() * pages) -
                        2 * static_cast<double>(calendar::kPageBytes);
  constexpr double kMebi = 1024 * 1024;
  std::fprintf(stderr, "%.0f MiB before anything was searched, %.0f MiB after\n", before / kMebi,
               after / kMebi);
  std::printf("%.0f %.0f\n", after / kMebi, beyond);
  return 0;
}

}  // namespace
}  // namespace clarity::bench

int main() { return clarity::bench::Run(); }
