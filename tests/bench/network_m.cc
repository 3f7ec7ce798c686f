#include "tests/bench/network_m.h"

#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "absl/strings/substitute.h"
#include "absl/time/clock.h"
#include "services/platform/rpc/testing/text_proto.h"
#include "tests/bench/reference_size.h"
#include "tests/support/results.h"

namespace clarity::bench {
namespace {

namespace v1 = scheduling::v1;

constexpr char kClinic[] = R"(
  name: "clinics/m-$0" display_name: "Clinic $0" time_zone: "America/Los_Angeles"
  jurisdiction: "US-CA")";

constexpr char kResource[] = R"(
  name: "resources/$0-$1" display_name: "The $0 number $1" kind: $2 pools: "$0" shares: $3
  licences { jurisdiction: "US-CA" }
  availability {
    clinic: "clinics/m-$4" start_date { year: 2020 month: 1 day: 1 }
    hours { start { hours: $5 } end { hours: $6 } }
    recurrence: "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"
  })";

// The session has the phases and needs of engine_bench's.
constexpr char kTypes[] = R"(
  visit_types {
    name: "visitTypes/session" display_name: "Ketamine session"
    phases { id: "preparation" minutes: 15 }
    phases { id: "dosing" minutes: 60 }
    phases { id: "observation" minutes: 60 }
    phases { id: "clean-up" minutes: 15 without_patient: true }
    needs {
      id: "clinician" pool: "clinician" licence_required: true
      uses { phase: "dosing" mode: MODE_CLAIM }
    }
    needs {
      id: "room" pool: "room"
      uses { phase: "preparation" mode: MODE_CLAIM }
      uses { phase: "dosing" mode: MODE_CLAIM }
      uses { phase: "observation" mode: MODE_CLAIM }
      uses { phase: "clean-up" mode: MODE_CLAIM }
    }
    needs {
      id: "nurse" pool: "nurse"
      uses { phase: "preparation" mode: MODE_CLAIM shares: 1 }
      uses { phase: "dosing" mode: MODE_CLAIM }
      uses { phase: "observation" mode: MODE_CLAIM shares: 1 }
    }
    start_grid_minutes: 15 horizon_days: 366
  }
  visit_types {
    name: "visitTypes/consultation" display_name: "Consultation"
    phases { id: "consultation" minutes: 60 }
    needs {
      id: "clinician" pool: "clinician" licence_required: true
      uses { phase: "consultation" mode: MODE_CLAIM }
    }
    needs { id: "room" pool: "room" uses { phase: "consultation" mode: MODE_CLAIM } }
    start_grid_minutes: 15 horizon_days: 366
  }
  visit_types {
    name: "visitTypes/follow-up" display_name: "Follow-up"
    phases { id: "visit" minutes: 30 }
    needs {
      id: "clinician" pool: "clinician" licence_required: true
      uses { phase: "visit" mode: MODE_CLAIM }
    }
    needs { id: "room" pool: "room" uses { phase: "visit" mode: MODE_CLAIM } }
    start_grid_minutes: 15 horizon_days: 366
  })";

template <typename Message>
Message FromText(const std::string& text) {
  return rpc::testing::FromText<Message>(text);
}

void AddResources(const char* pool, const char* kind, int count, int shares, int clinics,
                  v1::Catalog* catalog) {
  for (int i = 0; i < count; ++i) {
    *catalog->add_resources() = FromText<v1::Resource>(absl::Substitute(
        kResource, pool, i, kind, shares, i % clinics, kOpensAtHour, kClosesAtHour));
  }
}

}  // namespace

v1::Catalog NetworkOf(int clinics, int clinicians, int rooms, int nurses) {
  auto catalog = FromText<v1::Catalog>(kTypes);
  for (int i = 0; i < clinics; ++i) {
    *catalog.add_clinics() = FromText<v1::Clinic>(absl::Substitute(kClinic, i));
  }
  AddResources("clinician", "KIND_CLINICIAN", clinicians, 1, clinics, &catalog);
  AddResources("room", "KIND_ROOM", rooms, 1, clinics, &catalog);
  AddResources("nurse", "KIND_NURSE", nurses, kNurseShares, clinics, &catalog);
  return catalog;
}

v1::Catalog NetworkM() { return NetworkOf(kClinics, kClinicians, kRooms, kNurses); }

std::string ClinicName(int number) { return absl::StrCat("clinics/m-", number); }

absl::TimeZone Zone() {
  absl::TimeZone zone;
  if (!absl::LoadTimeZone("America/Los_Angeles", &zone)) std::abort();
  return zone;
}

absl::CivilDay FirstMonday() {
  return absl::NextWeekday(absl::ToCivilDay(absl::Now(), Zone()) + 1, absl::Weekday::monday);
}

void Apply(const v1::Catalog& catalog, const tests::ClaritydProcess& server) {
  v1::ApplyCatalogRequest apply;
  *apply.mutable_catalog() = catalog;
  tests::Value(server.ConnectAs("operator", "OPERATOR").AsOperator().ApplyCatalog(apply));
}

}  // namespace clarity::bench
