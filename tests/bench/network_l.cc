#include "tests/bench/network_l.h"

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "tests/bench/load.h"
#include "tests/bench/network_m.h"
#include "tests/bench/reference_size.h"
#include "tests/bench/workload.h"
#include "tests/support/requests.h"

namespace clarity::bench {
namespace {

namespace v1 = scheduling::v1;

constexpr int kColumns = 40;
constexpr int kNorthE7 = 360'000'000, kWestE7 = -1'200'000'000;
constexpr int kRowE7 = 360'000, kColumnE7 = 440'000;  // about four kilometres
// The middle: searches ask from inside it, for clinics that all lie in it.
constexpr int kFirstRow = 5, kFirstColumn = 10, kMiddle = 15, kMargin = 3;
constexpr char kCreateBlock[] = "/clarity.scheduling.v1.SchedulingService/CreateBlock";

v1::CreateBlockRequest BlockOf(const std::string& resource, absl::CivilDay day,
                               std::mt19937& random) {
  v1::CreateBlockRequest request;
  request.mutable_block()->add_resources(resource);
  const int quarters = (kClosesAtHour - kOpensAtHour) * 4;
  const int length = quarters / 4 + static_cast<int>(random() % (quarters / 2));
  const int begin = static_cast<int>(random() % (quarters - length));
  const absl::Time morning = absl::FromCivil(absl::CivilHour(day) + kOpensAtHour, Zone());
  v1::TimeWindow& window = *request.mutable_block()->mutable_window();
  *window.mutable_start_time() = tests::ToWire(morning + begin * absl::Minutes(15));
  *window.mutable_end_time() = tests::ToWire(morning + (begin + length) * absl::Minutes(15));
  request.set_request_id(absl::StrCat(resource, "-", absl::FormatCivilTime(day)));
  return request;
}

}  // namespace

v1::Catalog NetworkL() {
  v1::Catalog catalog =
      NetworkOf(kLargeClinics, 4 * kLargeClinics, 4 * kLargeClinics, 2 * kLargeClinics);
  for (int i = 0; i < kLargeClinics; ++i) {
    auto& position = *catalog.mutable_clinics(i)->mutable_position();
    position.set_latitude_e7(kNorthE7 - i / kColumns * kRowE7);
    position.set_longitude_e7(kWestE7 + i % kColumns * kColumnE7);
  }
  return catalog;
}

void FillNetworkL(const tests::ClaritydProcess& server, uint32_t seed) {
  std::mt19937 random(seed);
  std::vector<grpc::ByteBuffer> blocks;
  const v1::Catalog catalog = NetworkL();
  for (int i = 0; i < catalog.resources_size(); ++i) {
    const int clinic = i % kLargeClinics;
    const int row = clinic / kColumns - kFirstRow, column = clinic % kColumns - kFirstColumn;
    if (row < 0 || row >= kMiddle || column < 0 || column >= kMiddle) continue;
    for (int day = 0; day < kDays; ++day) {
      if (day % 7 >= 5) continue;
      blocks.push_back(
          Serialised(BlockOf(catalog.resources(i).name(), FirstMonday() + day, random)));
    }
  }
  Requests requests(std::move(blocks), Requests::Use::kOnce);
  const Outcome outcome =
      Load(server, kCreateBlock, "STAFF").Run(kCallers, absl::Minutes(10), &requests);
  if (outcome.refused > 0) throw std::runtime_error("a block was refused: " + outcome.refusal);
}

v1::FindSlotsRequest RandomSearchNear(std::mt19937& random) {
  v1::FindSlotsRequest request = RandomSearch(random);
  request.mutable_query()->clear_clinics();
  auto& near = *request.mutable_query()->mutable_near();
  const auto inside = [&](int first) {
    return first + kMargin + static_cast<int>(random() % (kMiddle - 2 * kMargin));
  };
  near.mutable_point()->set_latitude_e7(kNorthE7 - inside(kFirstRow) * kRowE7);
  near.mutable_point()->set_longitude_e7(kWestE7 + inside(kFirstColumn) * kColumnE7);
  near.set_radius_km(100);
  near.set_clinics_max(20);
  return request;
}

}  // namespace clarity::bench
