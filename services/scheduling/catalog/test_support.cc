#include "services/scheduling/catalog/test_support.h"

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <sstream>

#include "google/protobuf/text_format.h"
#include "services/platform/base/local_time.h"

namespace clarity::scheduling::catalog {
namespace {

constexpr char kSmallCatalog[] = R"pb(
  clinics {
    name: "clinics/coast"
    display_name: "Coast"
    time_zone: "America/Los_Angeles"
    jurisdiction: "US-CA"
    holidays {
      date { year: 2026 month: 7 day: 3 }
      display_name: "Independence Day (observed)"
    }
  }
  clinics {
    name: "clinics/desert"
    display_name: "Desert"
    time_zone: "America/Phoenix"
    jurisdiction: "US-AZ"
  }
  resources {
    name: "resources/coast-nurse"
    display_name: "Coast nurse"
    kind: KIND_NURSE
    pools: "nurse"
    shares: 4
    availability {
      clinic: "clinics/coast"
      start_date { year: 2026 month: 1 day: 1 }
      hours {
        start { hours: 8 }
        end { hours: 18 }
      }
      recurrence: "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"
    }
  }
  resources {
    name: "resources/coast-prescriber"
    display_name: "Coast prescriber"
    kind: KIND_CLINICIAN
    pools: "prescriber"
    capabilities: "acls"
    licences { jurisdiction: "US-CA" }
    availability {
      clinic: "clinics/coast"
      start_date { year: 2026 month: 1 day: 1 }
      hours {
        start { hours: 9 }
        end { hours: 17 }
      }
      recurrence: "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH"
    }
    availability {
      telehealth_time_zone: "America/Los_Angeles"
      start_date { year: 2026 month: 1 day: 1 }
      hours {
        start { hours: 9 }
        end { hours: 12 }
      }
      recurrence: "FREQ=WEEKLY;BYDAY=FR"
    }
  }
  resources {
    name: "resources/coast-room"
    display_name: "Coast room"
    kind: KIND_ROOM
    pools: "room"
    availability {
      clinic: "clinics/coast"
      start_date { year: 2026 month: 1 day: 1 }
      hours {
        start { hours: 7 }
        end { hours: 19 }
      }
      recurrence: "FREQ=DAILY"
    }
  }
  resources {
    name: "resources/desert-prescriber"
    display_name: "Desert prescriber"
    kind: KIND_CLINICIAN
    pools: "prescriber"
    licences { jurisdiction: "US-AZ" }
    availability {
      clinic: "clinics/desert"
      start_date { year: 2026 month: 1 day: 1 }
      hours {
        start { hours: 9 }
        end { hours: 17 }
      }
      recurrence: "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH"
    }
  }
  resources {
    name: "resources/desert-room"
    display_name: "Desert room"
    kind: KIND_ROOM
    pools: "room"
    availability {
      clinic: "clinics/desert"
      start_date { year: 2026 month: 1 day: 1 }
      hours {
        start { hours: 7 }
        end { hours: 19 }
      }
      recurrence: "FREQ=DAILY"
    }
  }
  visit_types {
    name: "visitTypes/consultation"
    display_name: "Consultation"
    modalities: [ MODALITY_IN_PERSON, MODALITY_TELEHEALTH ]
    phases { id: "talk" minutes: 60 }
    needs {
      id: "prescriber"
      pool: "prescriber"
      uses { phase: "talk" mode: MODE_CLAIM }
      licence_required: true
    }
    needs {
      id: "room"
      pool: "room"
      uses { phase: "talk" mode: MODE_CLAIM }
      in_person_only: true
    }
  }
  visit_types {
    name: "visitTypes/session"
    display_name: "Session"
    phases { id: "dosing" minutes: 40 }
    phases { id: "observation" minutes: 60 }
    phases { id: "clean-up" minutes: 15 without_patient: true }
    needs {
      id: "room"
      pool: "room"
      uses { phase: "dosing" mode: MODE_CLAIM }
      uses { phase: "observation" mode: MODE_CLAIM }
      uses { phase: "clean-up" mode: MODE_CLAIM }
    }
    needs {
      id: "nurse"
      pool: "nurse"
      uses { phase: "dosing" mode: MODE_CLAIM }
      uses { phase: "observation" mode: MODE_CLAIM shares: 1 }
    }
    needs {
      id: "prescriber"
      pool: "prescriber"
      uses { phase: "dosing" mode: MODE_PRESENT }
    }
  }
)pb";

}  // namespace

v1::Catalog ParseCatalog(const std::string& text) {
  v1::Catalog catalog;
  if (!google::protobuf::TextFormat::ParseFromString(text, &catalog)) std::abort();
  return catalog;
}

v1::Catalog SmallCatalog() { return ParseCatalog(kSmallCatalog); }

v1::Catalog DemoCatalog() {
  v1::Catalog catalog;
  for (const char* name : {"clinics", "resources", "visit_types"}) {
    std::ifstream file(std::string(CLARITY_DEMO_DIRECTORY "/") + name + ".textproto");
    if (!file) std::abort();
    std::ostringstream text;
    text << file.rdbuf();
    catalog.MergeFrom(ParseCatalog(text.str()));
  }
  return catalog;
}

v1::Resource* FindIn(v1::Catalog* catalog, absl::string_view resource) {
  for (v1::Resource& candidate : *catalog->mutable_resources()) {
    if (candidate.name() == resource) return &candidate;
  }
  std::abort();
}

calendar::Tick TickAt(absl::string_view zone, absl::string_view local) {
  absl::Time time;
  std::string error;
  if (!absl::ParseTime("%Y-%m-%d %H:%M", local, ZoneOf(zone), &time, &error)) {
    std::cerr << error << "\n";
    std::abort();
  }
  return calendar::FloorTick(time);
}

}  // namespace clarity::scheduling::catalog
