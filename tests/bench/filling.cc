#include "tests/bench/filling.h"

#include <algorithm>
#include <map>
#include <memory>
#include <numeric>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "clarity/scheduling/v1/scheduling_service.pb.h"
#include "clients/core/errors.h"
#include "tests/bench/network_m.h"
#include "tests/bench/reference_size.h"
#include "tests/support/requests.h"
#include "tests/support/results.h"

namespace clarity::bench {
namespace {

namespace v1 = scheduling::v1;

constexpr absl::Duration kTick = absl::Minutes(5);
constexpr int kTicksPerDay = (kClosesAtHour - kOpensAtHour) * 12;
constexpr int kWeekdays = kDays / 7 * 5;
constexpr int kTicks = kWeekdays * kTicksPerDay;  // in which anybody is there
// Visits alone would leave gaps too small for more of them; blocks fill the rest.
constexpr double kTakenByVisits = 0.55;
constexpr int kSubjects = 8;  // a server takes so many calls a second from one

// The open ticks of the two weeks, one after the other.
absl::Time TimeOf(int tick) {
  const int weekday = tick / kTicksPerDay;
  const absl::CivilDay day = FirstMonday() + weekday / 5 * 7 + weekday % 5;
  return absl::FromCivil(absl::CivilHour(day) + kOpensAtHour, Zone()) +
         kTick * (tick % kTicksPerDay);
}

// How many shares of each resource are taken in each tick, by our own count.
class Ledger {
 public:
  explicit Ledger(const v1::Catalog& catalog) {
    for (int t = 0; t < kTicks; ++t) tick_at_[TimeOf(t)] = t;
    for (const v1::Resource& resource : catalog.resources()) {
      rows_[resource.name()] = {resource.shares(), std::vector<int>(kTicks, 0)};
    }
    for (const v1::VisitType& type : catalog.visit_types()) types_[type.name()] = type;
  }

  void Add(const v1::Appointment& appointment) {
    const v1::VisitType& type = types_.at(appointment.visit_type());
    for (const v1::Assignment& assignment : appointment.assignments()) {
      for (const v1::Need& need : type.needs()) {
        if (need.id() != assignment.need()) continue;
        for (const v1::PhaseUse& use : need.uses()) {
          AddUse(assignment.resource(), use, appointment);
        }
      }
    }
  }
  void AddBlock(const std::string& resource, int begin, int end) {
    Row& row = rows_.at(resource);
    std::fill(row.used.begin() + begin, row.used.begin() + end, row.shares);
  }

  // The first tick from `begin` on in which any share is.
  int FirstTaken(const std::string& resource, int begin) const {
    const std::vector<int>& used = rows_.at(resource).used;
    return static_cast<int>(
        std::find_if(used.begin() + begin, used.end(), [](int shares) { return shares > 0; }) -
        used.begin());
  }
  // Of one resource.
  double Taken(const std::string& name) const {
    const Row& row = rows_.at(name);
    return std::accumulate(row.used.begin(), row.used.end(), 0.0) / (row.shares * kTicks);
  }
  // Of all whose names begin so.
  double TakenOfAll(const std::string& prefix) const {
    double taken = 0;
    int count = 0;
    for (auto row = rows_.lower_bound(prefix);
         row != rows_.end() && absl::StartsWith(row->first, prefix); ++row, ++count) {
      taken += Taken(row->first);
    }
    return taken / count;
  }

 private:
  struct Row {
    int shares = 0;
    std::vector<int> used;
  };

  void AddUse(const std::string& resource, const v1::PhaseUse& use,
              const v1::Appointment& appointment) {
    Row& row = rows_.at(resource);
    for (const v1::PhaseSpan& phase : appointment.phases()) {
      if (phase.phase() != use.phase()) continue;
      for (absl::Time t = tests::FromWire(phase.start_time());
           t < tests::FromWire(phase.end_time()); t += kTick) {
        row.used[static_cast<size_t>(tick_at_.at(t))] +=
            use.shares() > 0 ? use.shares() : row.shares;
      }
    }
  }

  std::map<absl::Time, int> tick_at_;
  std::map<std::string, Row> rows_;
  std::map<std::string, v1::VisitType> types_;
};

class Filler {
 public:
  Filler(const tests::ClaritydProcess& server, uint32_t seed)
      : catalog_(NetworkM()), ledger_(catalog_), random_(seed) {
    for (int i = 0; i < kSubjects; ++i) {
      connections_.push_back(server.ConnectAs(absl::StrCat("filler-", i), "STAFF").scheduling);
    }
  }

  Filled Run() {
    while (ledger_.TakenOfAll("resources/room-") < kTakenByVisits) Book();
    for (const v1::Resource& resource : catalog_.resources()) {
      while (ledger_.Taken(resource.name()) < kTaken) Block(resource.name());
    }
    filled_.taken = ledger_.TakenOfAll("resources/");
    return filled_;
  }

 private:
  int Random(int below) { return static_cast<int>(random_() % static_cast<unsigned>(below)); }
  client::SchedulingConnection& Connection() {
    return *connections_[static_cast<size_t>(++calls_ % kSubjects)];
  }

  void Book() {
    v1::BookAppointmentRequest request;
    request.set_visit_type(kVisitTypes[Random(3)]);
    request.set_clinic(ClinicName(Random(kClinics)));
    request.add_participants()->set_patient(absl::StrCat("patients/p-", Random(1'000'000)));
    *request.mutable_start_time() = tests::ToWire(TimeOf(Random(kTicks / 3) * 3));
    request.set_request_id(absl::StrCat("fill-", calls_));
    const auto booked = Connection().BookAppointment(request, {});
    if (booked.ok()) {
      ledger_.Add(*booked);
      ++filled_.appointments;
    } else if (client::ReasonOf(booked.status()).empty()) {
      tests::Succeed(booked.status());  // not taken, but broken
    }
  }

  // From a random moment on, until something else begins or the day ends.
  void Block(const std::string& resource) {
    const int begin = Random(kTicks);
    const int end = std::min({begin + 6 + Random(13), (begin / kTicksPerDay + 1) * kTicksPerDay,
                              ledger_.FirstTaken(resource, begin)});
    if (begin == end) return;
    v1::CreateBlockRequest request;
    request.mutable_block()->add_resources(resource);
    v1::TimeWindow& window = *request.mutable_block()->mutable_window();
    *window.mutable_start_time() = tests::ToWire(TimeOf(begin));
    *window.mutable_end_time() = tests::ToWire(TimeOf(end - 1) + kTick);
    request.set_request_id(absl::StrCat("fill-", calls_));
    tests::Value(Connection().CreateBlock(request, {}));
    ledger_.AddBlock(resource, begin, end);
    ++filled_.blocks;
  }

  const v1::Catalog catalog_;
  Ledger ledger_;
  std::mt19937 random_;
  std::vector<std::shared_ptr<client::SchedulingConnection>> connections_;
  int calls_ = 0;
  Filled filled_;
};

}  // namespace

Filled FillNetworkM(const tests::ClaritydProcess& server, uint32_t seed) {
  return Filler(server, seed).Run();
}

}  // namespace clarity::bench
