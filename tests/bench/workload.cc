#include "tests/bench/workload.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdio>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "tests/bench/network_m.h"
#include "tests/bench/reference_size.h"
#include "tests/support/requests.h"

namespace clarity::bench {
namespace {

namespace v1 = scheduling::v1;

constexpr int kWeeks = 51;

}  // namespace

v1::FindSlotsRequest RandomSearch(std::mt19937& random) {
  v1::FindSlotsRequest request;
  v1::SlotQuery& query = *request.mutable_query();
  query.set_visit_type(kVisitTypes[random() % 3]);
  std::array<int, kClinics> clinics{};
  for (int i = 0; i < kClinics; ++i) clinics[static_cast<size_t>(i)] = i;
  std::shuffle(clinics.begin(), clinics.end(), random);
  const size_t count = std::array<size_t, 3>{1, 1 + random() % kClinics, kClinics}[random() % 3];
  for (size_t i = 0; i < count; ++i) query.add_clinics(ClinicName(clinics[i]));
  const absl::Time monday = absl::FromCivil(FirstMonday(), Zone());
  const absl::Time begin = monday + absl::Hours(random() % (7 * 24));
  const absl::Time latest = monday + absl::Hours(kDays * 24);
  const absl::Time end = std::min(latest, begin + absl::Hours(7 * 24 + random() % (7 * 24)));
  *query.mutable_window()->mutable_start_time() = tests::ToWire(begin);
  *query.mutable_window()->mutable_end_time() = tests::ToWire(end);
  request.set_page_size(kSlotsBack);
  return request;
}

std::vector<FullSearch> FullSearches(int count, Load* search, DrawSearch draw) {
  std::vector<FullSearch> searches;
  int drawn = 0;
  size_t bytes = 0;
  while (searches.size() < static_cast<size_t>(count)) {
    FullSearch full{draw()};
    ++drawn;
    const grpc::ByteBuffer answer = search->CallEach({Serialised(full.request)})[0];
    v1::FindSlotsResponse reply;
    Parse(answer, &reply);
    if (reply.slots_size() < kSlotsBack) continue;
    full.reply_bytes = answer.Length();
    bytes += full.reply_bytes;
    searches.push_back(std::move(full));
  }
  std::fprintf(stderr, "%d searches with %d slots back, of %d drawn; %zu bytes a reply\n", count,
               kSlotsBack, drawn, bytes / searches.size());
  return searches;
}

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

}  // namespace clarity::bench
