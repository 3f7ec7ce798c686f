#include "clients/core/errors.h"

#include "clarity/scheduling/v1/slot.pb.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "gtest/gtest.h"

namespace clarity::client {
namespace {

using scheduling::v1::SlotConflict;

grpc::Status SlotTaken() {
  google::rpc::Status details;
  google::rpc::ErrorInfo info;
  info.set_reason("SLOT_TAKEN");
  details.add_details()->PackFrom(info);
  SlotConflict conflict;
  conflict.add_alternatives()->set_clinic("clinics/lake-forest");
  details.add_details()->PackFrom(conflict);
  return grpc::Status(grpc::StatusCode::FAILED_PRECONDITION, "the time is taken",
                      details.SerializeAsString());
}

TEST(FromGrpc, KeepsCodeMessageAndDetails) {
  const absl::Status status = FromGrpc(SlotTaken());
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(status.message(), "the time is taken");
  EXPECT_EQ(ReasonOf(status), "SLOT_TAKEN");
  const auto conflict = DetailOf<SlotConflict>(status);
  ASSERT_TRUE(conflict.has_value());
  EXPECT_EQ(conflict->alternatives(0).clinic(), "clinics/lake-forest");
  EXPECT_FALSE(DetailOf<google::rpc::RetryInfo>(status).has_value());
}

TEST(FromGrpc, TakesErrorsThatDoNotComeFromClarity) {
  const absl::Status status =
      FromGrpc(grpc::Status(grpc::StatusCode::UNAVAILABLE, "connection refused", "not a proto"));
  EXPECT_EQ(status, absl::UnavailableError("connection refused"));
  EXPECT_EQ(ReasonOf(status), "");
  EXPECT_TRUE(FromGrpc(grpc::Status::OK).ok());
}

TEST(Annotate, AddsTextAndKeepsTheDetails) {
  const absl::Status status = Annotate(FromGrpc(SlotTaken()), " (again)");
  EXPECT_EQ(status.message(), "the time is taken (again)");
  EXPECT_EQ(ReasonOf(status), "SLOT_TAKEN");
}

}  // namespace
}  // namespace clarity::client
