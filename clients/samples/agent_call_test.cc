// How an application tests what it does with a client: the connection is a mock, no server runs.

#include "clients/samples/agent_call.h"

#include <memory>

#include "clients/core/errors.h"
#include "clients/core/mocks/mock_catalog_connection.h"
#include "clients/core/mocks/mock_order_connection.h"
#include "clients/core/mocks/mock_scheduling_connection.h"
#include "clients/core/mocks/refusal.h"
#include "gmock/gmock.h"
#include "google/rpc/error_details.pb.h"
#include "gtest/gtest.h"

namespace clarity::samples {
namespace {

using client::Refusal;
using scheduling::v1::CreateHoldRequest;
using scheduling::v1::FindSlotsResponse;
using scheduling::v1::Hold;
using scheduling::v1::Slot;
using scheduling::v1::SlotConflict;
using ::testing::DoAll;
using ::testing::Return;
using ::testing::SaveArg;

constexpr int64_t kNineOClock = 1'800'000'000;
constexpr int64_t kTenOClock = kNineOClock + 3600;

Slot SlotAt(int64_t seconds) {
  Slot slot;
  slot.set_clinic("clinics/lake-forest");
  slot.mutable_start_time()->set_seconds(seconds);
  return slot;
}

class AgentCallTest : public testing::Test {
 protected:
  const std::shared_ptr<client::MockSchedulingConnection> scheduling_ =
      std::make_shared<client::MockSchedulingConnection>();
  const client::CallCenterClient client_{scheduling_,
                                         std::make_shared<client::MockCatalogConnection>(),
                                         std::make_shared<client::MockOrderConnection>()};
};

TEST_F(AgentCallTest, ReadsOutFourTimesAndAsksForNoFurtherPage) {
  FindSlotsResponse page;
  for (int i = 0; i < 4; ++i) *page.add_slots() = SlotAt(kNineOClock + i * 86400);
  page.set_next_page_token("more");
  EXPECT_CALL(*scheduling_, FindSlots).WillOnce(Return(page));
  const auto times = FourGoodTimes(client_, "clinics/lake-forest", "visitTypes/consultation",
                                   absl::FromUnixSeconds(kNineOClock));
  ASSERT_TRUE(times.ok()) << times.status();
  EXPECT_EQ(times->size(), 4U);
}

TEST_F(AgentCallTest, TakesTheNearestTimeWhereSomebodyElseWasFaster) {
  absl::Status taken = Refusal("SLOT_TAKEN");
  SlotConflict conflict;
  *conflict.add_alternatives() = SlotAt(kTenOClock);
  client::AddDetail(&taken, conflict);
  Hold hold;
  hold.set_name("holds/h1");
  CreateHoldRequest second;
  EXPECT_CALL(*scheduling_, CreateHold)
      .WillOnce(Return(taken))
      .WillOnce(DoAll(SaveArg<0>(&second), Return(hold)));
  const auto held = HoldThisOrTheNearest(client_, SlotAt(kNineOClock), "caller from 949");
  ASSERT_TRUE(held.ok()) << held.status();
  EXPECT_EQ(second.hold().start_time().seconds(), kTenOClock);
  EXPECT_EQ(second.hold().caller_label(), "caller from 949");
}

TEST_F(AgentCallTest, LeavesOtherRefusalsToTheAgent) {
  EXPECT_CALL(*scheduling_, CreateHold).WillOnce(Return(Refusal("HOLD_LIMIT")));
  const auto held = HoldThisOrTheNearest(client_, SlotAt(kNineOClock), "caller");
  EXPECT_EQ(client::ReasonOf(held.status()), "HOLD_LIMIT");
}

}  // namespace
}  // namespace clarity::samples
