#include "services/consultation/scheduling/visits.h"

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "clients/core/mocks/mock_scheduling_connection.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/consultation/migrations.h"
#include "services/platform/base/wire.h"
#include "services/platform/storage/sqlite/sqlite_database.h"
#include "services/platform/storage/test_support.h"

namespace clarity::consultation {
namespace {

using scheduling::v1::Appointment;
using scheduling::v1::WatchAppointmentsResponse;
using storage::Transaction;
using ::testing::NiceMock;

constexpr char kBroken[] = "patients/broken";
constexpr char kSound[] = "patients/sound";

// Tells these, and then waits.
class ShortWatch final : public client::AppointmentWatch {
 public:
  explicit ShortWatch(std::vector<WatchAppointmentsResponse> events) : events_(std::move(events)) {}
  absl::StatusOr<WatchAppointmentsResponse> Next() override {
    if (told_ < events_.size()) return events_[told_++];
    cancelled_.Wait();
    return absl::CancelledError("the watch was cancelled");
  }
  void Cancel() override { cancelled_.Open(); }

 private:
  const std::vector<WatchAppointmentsResponse> events_;
  size_t told_ = 0;
  storage::Gate cancelled_;
};

class VisitsTest : public ::testing::Test {
 protected:
  VisitsTest() {
    storage::SqliteDatabase::Options options;
    options.directory = directory_.path();
    options.migrations = {Migrations()};
    options.clock = &clock_;
    database_ = *storage::SqliteDatabase::Open(options);
  }

  Appointment VisitOf(const std::string& patient) {
    Appointment visit;
    visit.set_name(absl::StrCat("appointments/", ++visits_));
    visit.add_participants()->set_patient(patient);
    *visit.mutable_start_time() = ToWire(clock_.Now() + absl::Hours(24));
    *visit.mutable_update_time() = ToWire(clock_.Now());
    return visit;
  }
  WatchAppointmentsResponse Told(const std::string& patient) {
    WatchAppointmentsResponse event;
    event.set_resume_token(absl::StrCat("token-", visits_));
    *event.mutable_change()->mutable_appointment() = VisitOf(patient);
    event.mutable_change()->set_kind(WatchAppointmentsResponse::KIND_BOOKED);
    return event;
  }
  size_t Known(const std::string& patient) {
    size_t known = 0;
    EXPECT_TRUE(database_
                    ->ReadAndWait([&](Transaction& transaction) -> absl::Status {
                      const auto visits = VisitsOf(transaction, patient);
                      if (visits.ok()) known = visits->size();
                      return visits.status();
                    })
                    .ok());
    return known;
  }
  static void Eventually(const std::function<bool()>& has_happened) {
    const absl::Time limit = absl::Now() + absl::Seconds(30);
    while (!has_happened()) {
      ASSERT_LT(absl::Now(), limit) << "it has not happened";
      absl::SleepFor(absl::Milliseconds(5));
    }
  }

  const storage::TemporaryDirectory directory_;
  base::ManualClock clock_{absl::FromUnixSeconds(1'800'000'000)};
  int visits_ = 0;
  std::unique_ptr<storage::SqliteDatabase> database_;
  const std::shared_ptr<NiceMock<client::MockSchedulingConnection>> scheduling_ =
      std::make_shared<NiceMock<client::MockSchedulingConnection>>();
};

TEST_F(VisitsTest, APatientWithWhomSomethingIsWrongKeepsNoNewsOfTheOthersAway) {
  scheduling::v1::ListAppointmentsResponse page;
  for (const char* patient : {kBroken, kSound}) *page.add_appointments() = VisitOf(patient);
  page.set_watch_token("token");
  ON_CALL(*scheduling_, ListAppointments).WillByDefault(::testing::Return(page));
  const std::vector<WatchAppointmentsResponse> told = {Told(kBroken), Told(kSound)};
  ON_CALL(*scheduling_, WatchAppointments).WillByDefault([&](const auto&, const auto&) {
    return std::make_unique<ShortWatch>(told);
  });
  Visits visits(
      database_.get(), &clock_,
      [](Transaction&, absl::string_view patient) {
        return patient == kBroken ? absl::InternalError("it does not parse") : absl::OkStatus();
      },
      [](Transaction&, absl::string_view) { return absl::OkStatus(); });
  visits.Follow(scheduling_);
  Eventually([&] { return Known(kBroken) == 2 && Known(kSound) == 2; });
}

}  // namespace
}  // namespace clarity::consultation
