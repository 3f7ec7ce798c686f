#include "clients/terminal/words.h"

#include "clarity/scheduling/v1/appointment.pb.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace clarity::client {
namespace {

using scheduling::v1::Cancellation;
using scheduling::v1::Channel;
using ::testing::ElementsAre;

TEST(WordsTest, EveryValueButNotGivenHasAWord) {
  EXPECT_THAT(WordsOf<Cancellation::Initiator>(), ElementsAre("patient", "clinic"));
  EXPECT_THAT(WordsOf<Channel>(), ElementsAre("phone", "portal", "in-person", "service"));
}

TEST(WordsTest, AWordStandsForItsValueAndBack) {
  EXPECT_EQ(ValueFor<Cancellation::Reason>("staff-away"), Cancellation::REASON_STAFF_AWAY);
  EXPECT_EQ(WordFor(Cancellation::REASON_STAFF_AWAY), "staff-away");
}

TEST(WordsTest, WhatIsNoWordIsNotGiven) {
  for (const char* no_word : {"", "boredom", "unspecified", "STAFF_AWAY"}) {
    EXPECT_EQ(ValueFor<Cancellation::Reason>(no_word), Cancellation::REASON_UNSPECIFIED);
  }
  EXPECT_EQ(WordFor(Cancellation::REASON_UNSPECIFIED), "");
  EXPECT_EQ(WordFor(static_cast<Cancellation::Reason>(999)), "") << "of a newer server";
}

}  // namespace
}  // namespace clarity::client
